"""Takes events from Kafka and posts them, a batch a transaction. The position
is in the same commit, locked first: who reads it holds the partition."""

import datetime
import hashlib
import json
import signal
import sys
import uuid

import model
import psycopg2
from confluent_kafka import Consumer, TopicPartition
from facts import Facts, Wants, once_row
from register import Names, register
from rows import array, copy, time_text

BATCH = 4000
WAIT_S = 0.05
NOTIFY_AGE = datetime.timedelta(hours=24)
CONTRACT_ID_BYTES = 100
BATCH_LOCK = 7237101
# Rows are found by key, whatever the planner thinks of the tables' sizes.
SESSION = """
SET search_path = reward; SET enable_hashjoin = off;
SET enable_mergejoin = off; SET enable_seqscan = off; SET jit = off
"""
TURN = """
SELECT clock_timestamp(), nextval('block_seq') * 8192,
       (SELECT ruleset_id FROM ruleset_activations ORDER BY id DESC LIMIT 1)
"""
KNOWN = """
SELECT k.ord, e.id, e.payload_hash FROM unnest(%s::int[], %s::text[])
       WITH ORDINALITY AS k (source_id, event_id, ord)
  JOIN events e ON e.event_id = k.event_id AND e.source_id = k.source_id
"""
MOVE = """
UPDATE streams s SET next_offset = v.next_offset, last_record = v.digest
  FROM unnest(%s::int[], %s::bigint[], %s::bytea[]) AS v (id, next_offset,
       digest) WHERE s.id = v.id
"""
BATCH_ROW = """
INSERT INTO batches (first_id, last_id, posted_at, ruleset_id, records, posted,
    no_reward, duplicates, conflicts, dead_letters, entries, amount, earned,
    opened)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


class Moved(Exception):
    """Another worker has the partition."""


class Record:
    """A record as the model reads it."""

    def __init__(self, message):
        self.topic = message.topic()
        self.partition = message.partition()
        self.offset = message.offset()
        self.timestamp_ms = message.timestamp()[1]
        self.key = message.key()
        self.value = message.value()
        self.headers = message.headers() or []

    def digest(self):
        key, value = self.key or b"", self.value or b""
        text = f"{self.timestamp_ms} {len(key)} ".encode()
        return hashlib.sha256(text + key + value).digest()[:16]


class Item:
    """A record, and what became of it: p(osted), n(o reward), d(uplicate),
    c(onflict) or x, a dead letter."""

    def __init__(self, record):
        self.record = record
        self.event = self.hash = self.refusal = self.first = None
        self.outcome = None
        self.id = None
        self.entries = []

    def read(self, intake):
        try:
            self.event = intake.read(self.record)
            self.hash = payload_hash(self.event)
        except model.Skipped:
            self.outcome = "n"
        except model.Refused as refusal:
            self.refuse(refusal)

    def refuse(self, refusal):
        self.refusal = refusal
        self.outcome = "c" if refusal.reason == "id_conflict" else "x"

    def repeat(self, first, known_hash):
        """`first`: the known event's id, or its item in this batch."""
        if known_hash == self.hash:
            self.outcome, self.first = "d", first
        else:
            self.refuse(model.Refused("id_conflict",
                                      "taken in with another payload"))


def payload_hash(event):
    at = event.at.isoformat() if event.has_time else None
    text = json.dumps([event.type, at, event.data], sort_keys=True,
                      default=str)
    return str(uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16]))


class Batch:
    """One transaction."""

    def __init__(self, worker, items):
        self.worker = worker
        self.items = items
        self.cursor = worker.pg.cursor()
        self.facts = Facts(worker.ruleset, worker.lines.ids)
        self.taken = []  # once-keys and whose they are now
        self.now = self.next_id = self.first_id = self.ruleset_id = None

    def post(self):
        self.cursor.execute("BEGIN")
        self.cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(7237100)")
        self.fence()
        self.cursor.execute(TURN)
        self.now, self.first_id, self.ruleset_id = self.cursor.fetchone()
        self.next_id = self.first_id
        self.claim()
        self.decide()
        self.write()
        self.cursor.execute("COMMIT")

    def fence(self):
        streams = self.worker.streams
        ids = {streams[item.record.partition]: item.record.offset
               for item in reversed(self.items)}  # the first offset of each
        self.cursor.execute("SELECT id, next_offset FROM streams WHERE id = "
                            "ANY (%s::int[]) ORDER BY id FOR UPDATE",
                            [array(ids)])
        for id_, offset in self.cursor.fetchall():
            if ids[id_] != offset:
                raise Moved(f"stream {id_} is at {offset}, not {ids[id_]}")

    def open_items(self):
        return [item for item in self.items if not item.outcome]

    def claim(self):
        items = sorted(self.open_items(), key=lambda item: item.event.id)
        self.cursor.execute(KNOWN, [
            array(self.worker.sources.ids[item.event.source]
                  for item in items),
            array(item.event.id for item in items)])
        for number, id_, known_hash in self.cursor.fetchall():
            items[number - 1].repeat(id_, known_hash)
        first = {}
        for item in self.open_items():
            before = first.setdefault(item.event.identity, item)
            if before is not item:
                item.repeat(before, before.hash)

    def decide(self):
        fresh = self.open_items()
        wants = Wants(self.worker.ruleset, [item.event for item in fresh])
        addresses = {item.event.data["user_address"] for item in fresh}
        self.facts.lock(self.cursor, addresses, wants)
        for item in fresh:
            decision = model.Decision(self.worker.ruleset, self.facts.state,
                                      item.event)
            try:
                item.entries = decision.run()
            except model.Refused as refusal:
                item.refuse(refusal)
                continue
            item.outcome = "p" if item.entries else "n"
            self.taken += [(key, item) for key in decision.taken]

    # -- rows

    def write(self):
        for item in self.items:
            if item.outcome in "cx" or item.event and item.outcome != "d":
                item.id, self.next_id = self.next_id, self.next_id + 1
        self.write_events()
        self.write_others()
        self.write_entries()
        self.facts.write(self.cursor, self.now)
        self.write_once_keys()
        self.write_positions()
        self.write_batch_row()

    def write_events(self):
        copy(self.cursor, "events",
             'id, "offset", occurred_at, payload_hash, account_id, source_id, '
             "stream_id, type_id, outcome, notify, event_id, contract_id, "
             "traceparent, kept",
             [self.event_row(item) for item in self.items
              if item.event and item.outcome in "pn"])

    def event_row(self, item):
        event, worker = item.event, self.worker
        contract = event.data.get("contract_id")
        if contract and len(contract.encode()) > CONTRACT_ID_BYTES:
            contract = None
        return (item.id, item.record.offset, event.at.isoformat(), item.hash,
                self.facts.account_ids[event.data["user_address"]],
                worker.sources.ids[event.source],
                worker.streams[item.record.partition],
                worker.types.ids[event.type], item.outcome,
                self.now - event.at <= NOTIFY_AGE, event.id, contract,
                event.traceparent, worker.kept_text(event))

    def write_others(self):
        streams = self.worker.streams
        copy(self.cursor, "other_records",
             '"offset", event_id, stream_id, outcome',
             [(item.record.offset, getattr(item.first, "id", item.first),
               streams[item.record.partition], item.outcome)
              for item in self.items
              if item.outcome == "d" or not item.event
              and item.outcome == "n"])
        copy(self.cursor, "dead_records",
             'id, "offset", record_time, stream_id, reason, message, key, '
             "value, header_names, header_values",
             [self.dead_row(item) for item in self.items
              if item.outcome in "cx"])

    def dead_row(self, item):
        record = item.record
        at = model.EPOCH + datetime.timedelta(milliseconds=record.timestamp_ms)
        return (item.id, record.offset, time_text(at),
                self.worker.streams[record.partition], item.refusal.reason,
                str(item.refusal), record.key, record.value,
                array(name.encode() for name, _ in record.headers),
                array(value for _, value in record.headers))

    def write_entries(self):
        lines, accounts = self.worker.lines.ids, self.facts.account_ids
        copy(self.cursor, "entries", "event_id, amount, balance_after, "
             "account_id, seq, line_id, ordinal",
             [(item.id, entry.minor, entry.balance_after,
               accounts[entry.account], entry.seq, lines[entry.line], ordinal)
              for item in self.items
              for ordinal, entry in enumerate(item.entries)])

    def write_once_keys(self):
        accounts, lines = self.facts.account_ids, self.worker.lines.ids
        copy(self.cursor, "once_keys", "event_id, account_id, line_id, key",
             [(item.id, *once_row(key, accounts, lines))
              for key, item in self.taken])

    def write_positions(self):
        last = {item.record.partition: item.record for item in self.items}
        streams = self.worker.streams
        self.cursor.execute(MOVE, [
            array(streams[partition] for partition in last),
            array(record.offset + 1 for record in last.values()),
            array(record.digest() for record in last.values())])

    def write_batch_row(self):
        entries = [entry for item in self.items for entry in item.entries]
        counts = [sum(item.outcome == outcome for item in self.items)
                  for outcome in "pndcx"]
        amount = sum(entry.minor for entry in entries)
        self.cursor.execute("SELECT pg_notify('reward_batches', ''), "
                            "pg_advisory_xact_lock(%s)", [BATCH_LOCK])
        self.cursor.execute(BATCH_ROW, [
            self.first_id, self.next_id - 1, self.now, self.ruleset_id,
            len(self.items), *counts, len(entries), amount, amount,
            sum(entry.seq == 1 for entry in entries)])


class Worker:
    def __init__(self, settings):
        self.settings = settings
        self.pg = psycopg2.connect(settings["dsn"])
        self.pg.autocommit = True
        self.pg.cursor().execute(SESSION)
        with open(settings["rules"], encoding="utf-8") as file:
            text = file.read()
        self.ruleset = model.Ruleset(text)
        self.intake = model.Intake(settings["schemas"])
        self.lines = Names(self.pg, "lines")
        self.sources = Names(self.pg, "sources")
        self.types = Names(self.pg, "types")
        self.kept = register(self.pg, self.ruleset, text, self.lines)
        self.streams = {}  # partition -> id
        self.stopped = False
        self.consumer = Consumer({
            "bootstrap.servers": settings["bootstrap"],
            "group.id": settings["name"], "enable.auto.commit": False,
            "enable.auto.offset.store": False, "auto.offset.reset": "error"})
        self.consumer.subscribe([settings["input"]], on_assign=self.assign)

    def kept_text(self, event):
        """The fields that notifications mention; the contract's id has a
        column of its own."""
        names = [name for name in self.kept.get(event.type, ())
                 if name in event.data]
        return json.dumps({name: str(event.data[name]) for name in names},
                          separators=(",", ":")) if names else None

    def assign(self, consumer, partitions):
        """Where to read from is the database's to say."""
        cursor = self.pg.cursor()
        for partition in partitions:
            where = (partition.topic, partition.partition)
            cursor.execute("INSERT INTO streams (topic, partition, "
                           "next_offset) VALUES (%s, %s, 0) "
                           "ON CONFLICT DO NOTHING", where)
            cursor.execute("SELECT id, next_offset FROM streams WHERE "
                           "topic = %s AND partition = %s", where)
            self.streams[partition.partition], partition.offset = \
                cursor.fetchone()
        consumer.assign(partitions)

    def run(self):
        while not self.stopped:
            messages = self.consumer.consume(BATCH, WAIT_S)
            for message in messages:
                if message.error():
                    raise SystemExit(f"worker: {message.error()}")
            if messages:
                self.post([Record(message) for message in messages])
        self.consumer.close()

    def post(self, records):
        """A race for an event's id, an account or a key is run again; when a
        partition was lost, its records are another's."""
        read = [Item(record) for record in records]
        for item in read:
            item.read(self.intake)
        events = [item.event for item in read if item.event]
        self.sources.learn(event.source for event in events)
        self.types.learn(event.type for event in events)
        while True:
            try:
                Batch(self, [again(item) for item in read]).post()
                break
            except (psycopg2.errors.UniqueViolation,
                    psycopg2.errors.DeadlockDetected):
                self.pg.cursor().execute("ROLLBACK")
            except Moved:
                self.pg.cursor().execute("ROLLBACK")
                self.assign(self.consumer, self.consumer.assignment())
                return
        last = {record.partition: record.offset + 1 for record in records}
        self.consumer.commit(
            offsets=[TopicPartition(self.settings["input"], partition, offset)
                     for partition, offset in last.items()])


def again(read):
    """The item as it was before it was tried."""
    item = Item(read.record)
    item.event, item.hash = read.event, read.hash
    item.refusal, item.outcome = read.refusal, read.outcome
    return item


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        worker = Worker(json.load(file))

    def stop(*_):
        worker.stopped = True

    signal.signal(signal.SIGTERM, stop)
    worker.run()


if __name__ == "__main__":
    main()
