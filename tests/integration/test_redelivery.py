"""Everything once more: from the publisher, from the group, from offset 0."""

import generator
from books import assert_books, ledger_hash
from generator import xp_events

from confluent_kafka import Consumer, TopicPartition


def as_sent(record):
    return generator.Draft(record.value, key=record.key,
                           headers=record.headers or None,
                           partition=record.partition)


def test_published_again(ctx, seed):
    ctx.publish(generator.Mix(seed).drafts(2000))
    ctx.relay()
    ctx.worker("w")
    assert_books(ctx)
    before = ledger_hash(ctx)
    ctx.publish([as_sent(record) for record in ctx.read(ctx.topic)])
    assert_books(ctx)
    assert ledger_hash(ctx) == before


def test_whole_topic_again_through_another(ctx, seed):
    """All records of the topic from offset 0, as a second stream."""
    ctx.publish(generator.Mix(seed).drafts(2000))
    ctx.relay()
    # No static members here: Kafka does not look at their topics again.
    worker = ctx.worker()
    assert_books(ctx)
    before = ledger_hash(ctx)
    worker.stop()
    copy = ctx.add_input("copy")
    ctx.publish([as_sent(record) for record in ctx.read(ctx.topic)], copy)
    ctx.worker()
    assert_books(ctx)
    assert ledger_hash(ctx) == before


def test_another_partition(ctx, seed):
    """Order is gone and so is the place; an event is known by its id."""
    mix = generator.Mix(seed, trouble=0)
    ctx.publish(mix.drafts(1500))
    ctx.relay()
    ctx.worker("w")
    assert_books(ctx)
    before = ledger_hash(ctx)
    records = [as_sent(record).again(partition=(record.partition + 1) % 4)
               for record in ctx.read(ctx.topic)]
    mix.random.shuffle(records)
    ctx.publish(records)
    assert_books(ctx)
    assert ledger_hash(ctx) == before


def test_repeats_of_what_another_posted(ctx):
    """A worker that comes after another does not know its events. Their first
    repeats have whole batches looked up, the others do not: by then it has read
    what the other posted, in two pages."""
    rounds, between, new = 20, 12000, 60
    first = xp_events("first-", range(rounds))
    ctx.publish(first)
    ctx.publish([event for n in range(between // new)
                 for event in xp_events(f"between-{n}-", range(new))])
    worker = ctx.worker("w")
    ctx.wait_consumed()
    worker.stop()
    before = ctx.look_ups("events_identity")
    worker = ctx.worker("w")
    for n in range(rounds):
        ctx.publish([first[n]] + xp_events(f"new-{n}-", range(new)))
        ctx.wait_consumed()
    worker.stop()
    assert ctx.scalar("SELECT count(*) FROM reward.events") == (
        rounds + between + rounds * new)
    assert ctx.scalar("SELECT sum(duplicates) FROM reward.batches") == rounds
    # Two that were not known, and the four batches after them, in whole.
    looked_up = ctx.look_ups("events_identity") - before
    assert rounds <= looked_up <= 7 * (new + 1) + rounds


def test_accounts_that_another_made(ctx):
    """A worker that comes to a ledger with accounts looks some up by their
    addresses; then it has read the others, in pages of which the first have
    only accounts that nobody asks for."""
    half = 2000
    ctx.settings["worker/batch_max_events"] = 400
    ctx.relay()
    ctx.publish(xp_events("first-", range(2 * half)))
    worker = ctx.worker("w")
    ctx.wait_consumed()
    worker.stop()
    ctx.sql("INSERT INTO reward.accounts (address) SELECT 'idle:' || n "
            "FROM generate_series(1, 42000) n")
    before = ctx.look_ups("accounts_address_key")
    worker = ctx.worker("w")
    for numbers in range(half), range(half, 2 * half):
        ctx.publish(xp_events("again-", numbers))
        ctx.wait_consumed()
    worker.stop()
    assert ctx.scalar("SELECT count(*) FROM reward.events") == 4 * half
    assert 0 < ctx.look_ups("accounts_address_key") - before <= half
    ctx.worker("w")
    assert_books(ctx)


def test_offset_zero_in_the_database(ctx, seed):
    """The positions are set back by hand and all is read from the start, dead
    letters, repeats and tombstones too. Every record has its outcome already,
    so nothing changes."""
    ctx.publish(generator.Mix(seed).drafts(2000))
    ctx.relay()
    worker = ctx.worker("w")
    assert_books(ctx)
    before = ledger_hash(ctx)
    messages = len(ctx.read(ctx.output))
    records = ctx.scalar("SELECT sum(records) FROM reward.batches")
    worker.stop()
    ctx.sql("UPDATE reward.streams SET next_offset = 0, last_record = NULL "
            "WHERE topic = %s", ctx.topic)
    ctx.worker("w")
    ctx.wait_drained()
    assert ctx.scalar("SELECT sum(records) FROM reward.batches") == records
    assert ledger_hash(ctx) == before
    assert len(ctx.read(ctx.output)) == messages
    assert_books(ctx)


def commit_offsets(ctx, offsets):
    consumer = Consumer({"bootstrap.servers": ctx.stack.bootstrap,
                         "group.id": ctx.tag, "enable.auto.commit": False})
    consumer.commit(offsets=[TopicPartition(ctx.topic, p, offset)
                             for p, offset in enumerate(offsets)],
                    asynchronous=False)
    consumer.close()


def test_group_offsets_do_not_matter(ctx, seed):
    """Earliest, latest, or none at all: the ledger knows where it is."""
    mix = generator.Mix(seed)
    ctx.relay()
    for offsets in ("none", "earliest", "latest", "other group"):
        ctx.publish(mix.drafts(500))
        if offsets == "earliest":
            commit_offsets(ctx, [0] * 4)
        elif offsets == "latest":
            commit_offsets(ctx, ctx.high_watermarks(ctx.topic))
        elif offsets == "other group":
            ctx.settings["kafka/group_id"] = ctx.tag + ".other"
        # A member without an instance id leaves, so that the group is empty.
        worker = ctx.worker()
        ctx.wait_consumed()
        worker.stop()
    ctx.worker()  # none of them was there when the clock had to be looked at
    assert_books(ctx)


def test_group_follows_the_ledger(ctx, seed):
    """For lag tools: the group's offsets are the ledger's positions."""
    ctx.publish(generator.Mix(seed).drafts(1000))
    worker = ctx.worker()
    ctx.wait_consumed()
    worker.stop()
    consumer = Consumer({"bootstrap.servers": ctx.stack.bootstrap,
                         "group.id": ctx.tag})
    committed = consumer.committed([TopicPartition(ctx.topic, p)
                                    for p in range(4)], timeout=10)
    consumer.close()
    assert [p.offset for p in committed] == ctx.high_watermarks(ctx.topic)
