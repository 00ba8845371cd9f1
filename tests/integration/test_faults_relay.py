"""kill -9 of the relay between any two of its steps, and a relay that wakes up
after it was replaced: a reader sees each token event once."""

import re
import signal

import pytest

import generator
import harness
from books import assert_books

POINTS = [
    "relay.init", "relay.position", "relay.take", "relay.begin",
    "relay.produce", "relay.flush", "relay.commit_before", "relay.commit",
    "relay.mark",
]
ONCE_A_START = {"relay.init", "relay.position"}


def test_every_point_is_tested():
    found = set()
    for path in (harness.ROOT / "workers").rglob("*.c"):
        found |= set(re.findall(r'FAULT_(?:POINT|FAILS)\("(relay\.[^"]*)"\)',
                                path.read_text()))
    assert found == set(POINTS)


def passages(point):
    return (1, 1) if point in ONCE_A_START else (1, 3)


@pytest.mark.parametrize("point", POINTS)
def test_relay_killed(ctx, seed, point):
    """At the first passage, then its successor in the midst of the work."""
    ctx.settings["relay/batch_max_events"] = 200
    ctx.publish(generator.Mix(seed).drafts(2500))
    ctx.worker("w")
    ctx.wait_consumed()
    for passage in passages(point):
        victim = ctx.relay(fault=f"{point}:kill:{passage}")
        assert victim.wait(30) == -signal.SIGKILL, victim.log
        assert "fault point reached" in victim.log
    ctx.relay()
    assert_books(ctx)


@pytest.mark.long
@pytest.mark.parametrize("point", POINTS)
def test_relay_killed_again_and_again(ctx, seed, point):
    ctx.settings["relay/batch_max_events"] = 200
    mix = generator.Mix(seed)
    ctx.worker("w")
    for passage in range(1, 8):
        ctx.publish(mix.drafts(3000))
        victim = ctx.relay(fault=f"{point}:kill:"
                           f"{1 if point in ONCE_A_START else passage}")
        assert victim.wait(60) == -signal.SIGKILL, victim.log
    ctx.relay()
    assert_books(ctx)


@pytest.mark.parametrize("point", ["relay.begin", "relay.flush",
                                   "relay.commit"])
def test_relay_that_slept(ctx, seed, point):
    """Stopped in the middle, given up by the database, replaced; then it
    wakes up. Kafka fences it, and nothing it does is seen."""
    ctx.settings["relay/batch_max_events"] = 200
    ctx.publish(generator.Mix(seed).drafts(2000))
    ctx.worker("w")
    ctx.wait_consumed()
    sleeper = ctx.relay(fault=f"{point}:stop:2")
    sleeper.wait_for_log("fault point reached")
    ctx.may_fail.append(sleeper)  # being fenced is an end, and a good one
    ctx.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE usename = 'reward_relay' AND datname = current_database()")
    ctx.relay()
    ctx.wait_published()
    sleeper.signal(signal.SIGCONT)
    ctx.publish(generator.Mix(seed + 1).drafts(500))
    assert_books(ctx)


def test_second_relay_waits_and_takes_over(ctx, seed):
    mix = generator.Mix(seed)
    ctx.worker("w")
    first = ctx.relay()
    ctx.publish(mix.drafts(500))
    ctx.wait_drained()
    second = ctx.relay()
    ctx.publish(mix.drafts(500))
    ctx.wait_drained()
    assert first.running and second.running
    first.stop()
    ctx.publish(mix.drafts(500))
    assert_books(ctx)
