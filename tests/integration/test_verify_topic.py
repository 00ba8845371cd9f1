"""`reward verify --topic`: the topics against the ledger. Each check is seen to
fail on a copy of the topics with one thing wrong in it."""

import json
import uuid

import pytest

import generator
import harness
from generator import address, event, structured

USERS = 5


def commands():
    """Requests whose answers have entries or none, stand with another message
    about the same event, or go to an account that has no entry yet."""
    def command(kind, user, event_id, **data):
        return structured(event(kind + ".v1", address(user), event_id, **data))

    return [
        command("token.adjustment.requested", 0, "a0", amount="60000",
                reason="opening", approved_by="tests"),
        command("token.spend.requested", 0, "s0", item="moon"),
        command("token.spend.requested", 0, "s1", item="boost_visibility"),
        command("token.spend.requested", USERS, "s2", item="custom_badge"),
        command("governance.proposal.submitted", 0, "p0", proposal_id="one",
                title="T", description="D", category="c"),
        command("token.stake.requested", 0, "k0", amount="1000",
                lock_period=30),
        command("token.transfer.requested", 0, "t0", amount="100",
                to_address=address(1)),
    ]


def drafts():
    """Events of a few users, and two that go to the dead letters."""
    good = [structured(event("review.written.v1", address(i % USERS), f"r{i}",
                             review_id=f"v{i}"))
            for i in range(60)]
    bad = [structured(event("review.written.v1", address(1), f"bad{i}"))
           for i in range(2)]
    return good[:30] + commands() + good[30:] + bad


def verify(ctx, **topics):
    """Exit status, and check -> whether it passed."""
    settings = dict(ctx.settings)
    ctx.settings.update({f"kafka/{name}/topic": topic
                         for name, topic in topics.items()})
    done = ctx.run("verify", "--topic", "--format", "json")
    ctx.settings = settings
    assert done.stdout, done.stderr
    passed = {audit["name"]: audit["ok"]
              for audit in json.loads(done.stdout)["audits"]}
    return done.returncode, passed


def failed(passed):
    return {name for name, ok in passed.items() if not ok}


class Copier:
    """Writes changed copies of the topics of a test."""

    def __init__(self, ctx):
        self.ctx = ctx
        self.names = []
        self.records = {"output": ctx.read(ctx.output),
                        "dlq": ctx.read(ctx.dlq)}

    def new_topic(self, partitions):
        name = f"{self.ctx.tag}.copy{len(self.names)}-{uuid.uuid4().hex[:4]}"
        self.ctx.stack.create_topics(
            {name: (partitions, {"max.message.bytes": "2097152"})})
        self.names.append(name)
        return name

    def write(self, records):
        topic = self.new_topic(1 + max(r.partition for r in records))
        self.ctx.publish(
            [generator.Draft(key=r.key, value=r.value, headers=r.headers,
                             partition=r.partition,
                             timestamp_ms=r.timestamp_ms) for r in records],
            topic=topic)
        return topic

    def close(self):
        if self.names:
            self.ctx.stack.delete_topics(self.names)


def changed(record, **changes):
    """A copy of a record."""
    copy = object.__new__(harness.Record)
    for name in harness.Record.__slots__:
        setattr(copy, name, changes.get(name, getattr(record, name)))
    return copy


def drop(records):
    return records[:-1]


def repeat(records):
    return records + [records[0]]


def alter_value(records):
    return [changed(records[0],
                    value=records[0].value.replace(b"50.00", b"51.00")
                    + b" ")] + records[1:]


def alter_header(records):
    name, value = records[0].headers[0]
    return [changed(records[0], headers=[(name, value + b"x")]
                    + records[0].headers[1:])] + records[1:]


def add_stranger(records):
    return records + [changed(records[0], headers=[("ce_id", b"nobody's")],
                              value=b"{}")]


def move(records):
    """The last record of an account with several, to another partition."""
    last = records[-1]
    assert sum(r.key == last.key for r in records) > 1
    others = {r.partition for r in records} - {last.partition}
    return records[:-1] + [changed(last, partition=min(others))]


def swapped(records, fits):
    """With the first two of one account, and so of one partition, that fit in
    each other's place."""
    for i, record in enumerate(records):
        for j in range(i + 1, len(records)):
            if records[j].key == record.key and fits(data(record),
                                                     data(records[j])):
                copy = list(records)
                copy[i], copy[j] = copy[j], copy[i]
                return copy
    raise AssertionError("there are no such token events")


def data(record):
    return json.loads(record.value)["data"]


def swap(records):
    """Two that have entries."""
    return swapped(records, lambda a, b: a["entries"] and b["entries"])


def swap_with_answer(records):
    """One that has entries, and an answer without any before it."""
    return swapped(records, lambda a, b: not a["entries"] and b["entries"]
                   and a["account_seq"])


def swap_apart(records):
    """One that has entries, and the one beside it about the same event."""
    return swapped(records, lambda a, b: "tier" in b
                   and a["account_seq"] == b["account_seq"])


RED = {
    "topic-complete": [("output", drop), ("dlq", drop)],
    "topic-once": [("output", repeat), ("dlq", repeat)],
    "topic-bytes": [("output", alter_value), ("output", alter_header),
                    ("dlq", alter_header)],
    "topic-known": [("output", add_stranger), ("dlq", add_stranger)],
    "topic-partition": [("output", move)],
    "topic-order": [("output", swap), ("output", swap_with_answer)],
    "topic-sequence": [("output", swap), ("output", swap_with_answer),
                       ("output", swap_apart),
                       ("dlq", lambda records: records[::-1])],
}


@pytest.fixture
def published(ctx):
    """A ledger, and topics that say just what is in it."""
    ctx.publish(drafts())
    ctx.worker("w")
    ctx.relay()
    ctx.wait_for_records(len(drafts()))
    harness.wait_until(
        lambda: ctx.scalar("SELECT coalesce(max(batch_id), 0) FROM "
                           "reward.relay_positions")
        == ctx.scalar("SELECT max(id) FROM reward.batches"),
        30, "all is published")
    ctx.stop_all()
    return ctx


def assert_all_kinds(said):
    assert any(len(d["entries"]) and "stake" in d for d in said)
    assert any("proposal" in d and d["account_seq"] for d in said)
    assert any("reason" in d and not d["account_seq"] for d in said)
    assert any("tier" in d for d in said)
    assert sum("transfer" in d for d in said) == 2


def test_topics_against_the_ledger(published):
    """One ledger, many wrong copies of its topics."""
    ctx = published
    status, passed = verify(ctx)
    assert failed(passed) == set()
    assert status == 0
    names = {name for name in passed if name.startswith("topic-")}
    assert names == set(RED) | {"topic-position"}
    copier = Copier(ctx)
    assert len(copier.records["dlq"]) == 2
    assert_all_kinds([data(record) for record in copier.records["output"]])
    try:
        same = {which: copier.write(records)
                for which, records in copier.records.items()}
        assert failed(verify(ctx, **same)[1]) == set()
        for check, damages in RED.items():
            for which, damage in damages:
                topic = copier.write(damage(copier.records[which]))
                status, passed = verify(ctx, **{which: topic})
                assert check in failed(passed), (check, which)
                assert status == 1
    finally:
        copier.close()


def test_position_beyond_the_ledger(published):
    ctx = published
    name = ctx.base_settings("reader")["relay"]["name"]
    ctx.publish([generator.Draft(key=name.encode(), value=b'{"batch":999999}',
                                 headers=[], partition=0,
                                 timestamp_ms=None)], topic=ctx.position)
    status, passed = verify(ctx)
    assert failed(passed) == {"topic-position"}
    assert status == 1


def test_not_yet_published_is_not_missed(published):
    """Batches after the relay's position are nobody's fault."""
    ctx = published
    ctx.publish([structured(event("review.written.v1", address(1), "later",
                                  review_id="later"))])
    ctx.worker("w2")
    ctx.wait_for_records(len(drafts()) + 1)
    ctx.stop_all()
    assert verify(ctx) == (0, dict.fromkeys(verify(ctx)[1], True))


def test_what_retention_took_is_not_missed(published):
    ctx = published
    for partition, end in enumerate(ctx.high_watermarks(ctx.output)):
        ctx.stack.delete_records(ctx.output, partition, end // 2)
    status, passed = verify(ctx)
    assert failed(passed) == set()
    assert status == 0


def test_while_all_are_at_work(ctx):
    """What is on its way while verify looks is no fault either."""
    ctx.worker("w")
    ctx.relay()
    for i in range(6):
        ctx.publish([structured(event("review.written.v1", address(k % USERS),
                                      f"{i}-{k}", review_id=f"v{k}"))
                     for k in range(150)])
        assert failed(verify(ctx)[1]) == set()
    ctx.stop_all()


def test_position_topic_lost(published):
    """The database knows that there was one."""
    ctx = published
    ctx.stack.delete_topics([ctx.position])
    ctx.stack.create_topics({ctx.position: (1, {"cleanup.policy": "compact"})})
    status, passed = verify(ctx)
    assert failed(passed) == {"topic-position"}
    assert status == 1


def test_what_one_partition_lost_another_does_not_excuse(published):
    """A partition that retention has emptied says nothing of the others."""
    ctx = published
    records = ctx.read(ctx.output)
    last = records[-1]
    assert sum(record.key == last.key for record in records) > 1
    copier = Copier(ctx)
    try:
        topic = copier.write(records[:-1])
        for partition, end in enumerate(ctx.high_watermarks(topic)):
            if partition != last.partition:
                ctx.stack.delete_records(topic, partition, end)
        status, passed = verify(ctx, output=topic)
        assert (status, failed(passed)) == (1, {"topic-complete"})
    finally:
        copier.close()
