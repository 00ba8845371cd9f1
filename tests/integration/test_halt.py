"""Where going on would mean to lose something silently, the program stops."""

import pytest

import generator
from books import assert_books, ledger_hash

COUNT = 400


@pytest.fixture
def halfway(ctx, seed):
    """A ledger that has read all there is, and nobody at work."""
    ctx.mix = generator.Mix(seed)
    ctx.publish(ctx.mix.drafts(COUNT))
    worker, relay = ctx.worker(), ctx.relay()
    assert_books(ctx)
    worker.stop()
    relay.stop()
    ctx.before = ledger_hash(ctx)
    return ctx


def assert_halts(ctx, process, *words):
    status = process.wait(30)
    assert status in (1, 78), f"status {status}:\n{process.log}"
    for word in words:
        assert word in process.log, process.log
    assert ledger_hash(ctx) == ctx.before, "something was posted"


@pytest.mark.parametrize("command, role, needed", [
    ("run", "reader", "reward_worker"), ("run", "relay", "reward_worker"),
    ("relay", "reader", "reward_relay"), ("relay", "worker", "reward_relay")])
def test_role_without_the_rights(ctx, seed, command, role, needed):
    """It is said before a relay has published what waits for it."""
    ctx.publish(generator.Mix(seed).drafts(50))
    worker = ctx.worker()
    ctx.wait_consumed()
    worker.stop()
    process = ctx.start([command], role)
    assert process.wait(30) == 78, process.log
    for word in ("may not write to table", needed, "postgres.dsn"):
        assert word in process.log, process.log
    assert not ctx.read(ctx.output)


def test_truncated_below_position(halfway):
    """Retention was shorter than our absence: records are gone for good."""
    halfway.publish(halfway.mix.drafts(COUNT))
    end = halfway.high_watermarks(halfway.topic)[0]
    halfway.stack.delete_records(halfway.topic, 0, end - 1)
    assert_halts(halfway, halfway.worker(), halfway.topic, "offset")


def test_truncated_up_to_position(halfway):
    """What retention took was read before: no reason to stop."""
    end = halfway.high_watermarks(halfway.topic)[0]
    halfway.stack.delete_records(halfway.topic, 0, end)
    worker = halfway.worker()
    before = halfway.posted_records()
    halfway.publish(halfway.mix.drafts(100))
    halfway.wait_for_records(before + 100)
    assert worker.running


@pytest.mark.parametrize("count", [10, 3 * COUNT])
def test_topic_made_again(halfway, count):
    """Shorter than our position, or longer: it is not the topic we knew."""
    halfway.stack.delete_topics([halfway.topic])
    halfway.stack.create_topics({halfway.topic: (4, {})})
    halfway.publish([halfway.mix.draft().again(partition=n % 4)
                     for n in range(count)])
    assert_halts(halfway, halfway.worker(), halfway.topic)


def test_topic_missing(halfway):
    halfway.stack.delete_topics([halfway.topic])
    process = halfway.worker()
    process.wait_for_log(halfway.topic)
    assert ledger_hash(halfway) == halfway.before
    # Either it stops, or it waits for the topic; it is never quiet about it.
    process.wait_for_log(r"topic|partition")


def test_database_restored_from_a_backup(halfway):
    """What was told to the world is not in the ledger any more: the relay
    must not go on as if it were."""
    stack, database = halfway.stack, halfway.database
    halfway.sql("SELECT 1")
    halfway._pg.close()
    backup = stack.create_database(template=database)
    halfway.publish(halfway.mix.drafts(COUNT))
    worker, relay = halfway.worker(), halfway.relay()
    halfway.wait_drained()
    worker.stop()
    relay.stop()
    halfway._pg.close()
    stack.drop_database(database)
    stack.admin_sql(f"ALTER DATABASE {backup} RENAME TO {database}")
    assert_halts(halfway, halfway.relay(), "batch")
