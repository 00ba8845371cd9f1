"""kill -9 of a worker between any two of its steps: nothing is lost, nothing
is done twice, and its successor goes on where it was."""

import re
import signal

import pytest

import generator
import harness
from books import assert_books

# In the order of the steps.
POINTS = [
    "worker.poll", "worker.fence", "worker.claim", "worker.lock",
    "worker.decide", "worker.copy", "worker.confirm", "worker.batch",
    "worker.commit_before", "worker.commit_sent", "worker.commit_after",
    "worker.offsets",
]
ONCE_A_SECOND = {"worker.offsets"}  # the first time after the first batch


def passages(point):
    return (1, 1) if point in ONCE_A_SECOND else (1, 3)


def test_every_point_is_tested():
    found = set()
    for path in (harness.ROOT / "workers").rglob("*.c"):
        found |= set(re.findall(r'FAULT_(?:POINT|FAILS)\("(worker\.[^"]*)"\)',
                                path.read_text()))
    assert found == set(POINTS)


@pytest.mark.parametrize("point", POINTS)
def test_worker_killed(ctx, seed, point):
    """At the first passage, then its successor in the midst of the work."""
    ctx.publish(generator.Mix(seed).drafts(2500))
    ctx.relay()
    for passage in passages(point):
        victim = ctx.worker("w", fault=f"{point}:kill:{passage}")
        assert victim.wait(30) == -signal.SIGKILL, victim.log
        assert "fault point reached" in victim.log
    ctx.worker("w")
    assert_books(ctx)


@pytest.mark.long
@pytest.mark.parametrize("point", POINTS)
def test_worker_killed_again_and_again(ctx, seed, point):
    """Ten workers in a row, each killed a little later than the last."""
    ctx.publish(generator.Mix(seed).drafts(20000))
    ctx.relay()
    for passage in range(1, 11):
        victim = ctx.worker("w", fault=f"{point}:kill:"
                            f"{1 if point in ONCE_A_SECOND else passage}")
        assert victim.wait(30) == -signal.SIGKILL, victim.log
    ctx.worker("w")
    assert_books(ctx)


def test_one_of_two_workers_killed(ctx, seed):
    """The group notices by itself: no static members here."""
    mix = generator.Mix(seed)
    ctx.relay()
    survivor = ctx.worker()
    victim = ctx.worker(fault="worker.copy:kill:20")
    with harness.Feeder(ctx, mix.draft):
        assert victim.wait(60) == -signal.SIGKILL
    assert_books(ctx)
    assert survivor.running
