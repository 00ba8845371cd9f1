"""A backlog of any length is read with the same memory."""

import pytest

import generator
from books import assert_books

LIMIT_KIB = 64 * 1024


def publish_backlog(ctx, seed, count):
    mix = generator.Mix(seed, accounts=2000, trouble=0.002)
    for _ in range(count // 10000):
        ctx.publish(mix.drafts(10000))


def drain(ctx, timeout_s):
    ctx.settings["worker/batch_max_events"] = 5000
    worker, relay = ctx.worker(), ctx.relay()
    ctx.wait_drained(timeout_s)
    peaks = worker.memory_peak_kib(), relay.memory_peak_kib()
    print(f"peaks: worker {peaks[0]} KiB, relay {peaks[1]} KiB")
    assert max(peaks) <= LIMIT_KIB, peaks


def test_backlog_of_100k(ctx, seed):
    publish_backlog(ctx, seed, 100_000)
    drain(ctx, 120)
    done = ctx.run("verify", "--topic", timeout_s=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
def test_backlog_of_1m(ctx, seed):
    publish_backlog(ctx, seed, 1_000_000)
    drain(ctx, 600)
    assert_books(ctx, 600)


def test_large_records(ctx):
    """As many bytes as may be, in every record of the batch."""
    filler = "x" * 250_000
    ctx.publish([generator.structured(generator.event(
        "xp.gained.v1", generator.address(n), f"big-{n}", xp_gained=100,
        reason="large" if n % 2 else "", filler=filler))
        for n in range(200)])
    drain(ctx, 120)
    assert_books(ctx)
