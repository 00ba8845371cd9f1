"""Workers come and go under load, and one sleeps through its own funeral."""

import signal

import generator
import harness
from books import assert_books


def progress(ctx, more):
    ctx.wait_for_records((ctx.posted_records() or 0) + more)


def test_workers_come_and_go(ctx, seed):
    mix = generator.Mix(seed)
    ctx.settings["worker/batch_max_events"] = 50
    ctx.relay()
    first = ctx.worker()
    with harness.Feeder(ctx, mix.draft):
        progress(ctx, 200)
        others = [ctx.worker(), ctx.worker()]
        ctx.wait_connected(3)
        progress(ctx, 500)
        for other in others:
            other.stop()
        progress(ctx, 500)
    assert_books(ctx)
    assert first.running


def test_storm(ctx, seed):
    """A worker more and a worker less, again and again."""
    mix = generator.Mix(seed)
    ctx.settings["worker/batch_max_events"] = 50
    ctx.relay()
    steady = ctx.worker()
    with harness.Feeder(ctx, mix.draft):
        for _ in range(5):
            guest = ctx.worker()
            progress(ctx, 100)
            guest.stop()
    assert_books(ctx)
    assert steady.running


def test_worker_that_slept(ctx, seed):
    """Stopped with a transaction open until the group and the database have
    given it up; what it wakes up with is worth nothing."""
    ctx.publish(generator.Mix(seed).drafts(2000))
    ctx.relay()
    sleeper = ctx.worker(fault="worker.copy:stop:3")
    sleeper.wait_for_log("fault point reached")
    before = ctx.posted_records()
    ctx.worker()
    ctx.wait_consumed(150)
    assert ctx.posted_records() > before
    sleeper.signal(signal.SIGCONT)
    ctx.publish(generator.Mix(seed + 1).drafts(1000))
    assert_books(ctx)
    assert sleeper.running
    ctx.stop_all()


def test_worker_that_slept_through_commit(ctx, seed):
    """The transaction is done, the offsets are not told, and others go on."""
    ctx.publish(generator.Mix(seed).drafts(2000))
    ctx.relay()
    sleeper = ctx.worker("w", fault="worker.commit_after:stop:3")
    sleeper.wait_for_log("fault point reached")
    ctx.may_fail.append(sleeper)
    ctx.worker("w")  # takes the sleeper's place in the group at once
    ctx.wait_consumed()
    sleeper.signal(signal.SIGCONT)
    assert_books(ctx)


def test_worker_replaced_by_its_namesake(ctx, seed):
    """Two members of one group.instance.id: the older one is fenced, and ends
    instead of idling for ever."""
    ctx.relay()
    first = ctx.worker("w")
    ctx.publish(generator.Mix(seed).drafts(500))
    ctx.wait_consumed()
    ctx.may_fail.append(first)
    ctx.worker("w")
    assert first.wait(30) == 1
    assert "fenced" in first.log
    ctx.publish(generator.Mix(seed + 1).drafts(500))
    assert_books(ctx)
