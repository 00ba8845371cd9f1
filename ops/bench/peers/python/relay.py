"""Batches to token events and dead letters, each page of them one Kafka
transaction, together with the position behind it."""

import itertools
import json
import re
import select
import signal
import sys
import uuid

import psycopg2
from confluent_kafka import (OFFSET_BEGINNING, Consumer, KafkaError, Producer,
                             TopicPartition)
from rows import gigs, time_text

PAGE = 5000  # about so many messages
POLL_S = 0.1
SPACE = uuid.UUID("e1d81fc6-3311-5b1f-9021-bda9e5367aa5")
TYPE = "io.gigchain.token.earned.v1"
PLACE = re.compile(r"\{\{|\{([^{}]*)\}")
# The queries name ranges of ids whose size the planner cannot guess.
SESSION = """
SET search_path = reward; SET synchronous_commit = off; SET jit = off;
SET enable_seqscan = off; SET enable_bitmapscan = off;
SET enable_hashjoin = off; SET enable_mergejoin = off; LISTEN reward_batches
"""
BATCHES = """
SELECT id, posted_at, posted + conflicts + dead_letters FROM batches
 WHERE id > %s ORDER BY id LIMIT 256
"""
ENTRIES = """
SELECT e.id, a.address, e.occurred_at, s.name, e.event_id, e.contract_id,
       e.traceparent, e.kept, e.notify, b.posted_at, b.ruleset_id, l.name,
       n.amount, n.balance_after, n.seq
  FROM batches b
  JOIN events e ON e.id BETWEEN b.first_id AND b.last_id
  JOIN entries n ON n.event_id = e.id
  JOIN sources s ON s.id = e.source_id
  JOIN accounts a ON a.id = n.account_id
  JOIN lines l ON l.id = n.line_id
 WHERE b.id > %s AND b.id <= %s ORDER BY b.id, e.id, n.ordinal
"""
LETTERS = """
SELECT d.key, d.value, d.header_names, d.header_values, d.reason, d.message,
       p.topic, p.partition, d."offset", d.record_time, r.stamp, b.posted_at
  FROM batches b
  JOIN dead_records d ON d.id BETWEEN b.first_id AND b.last_id
  JOIN streams p ON p.id = d.stream_id
  JOIN ruleset_texts r ON r.id = b.ruleset_id
 WHERE b.id > %s AND b.id <= %s ORDER BY b.id, d.id
"""
MARK = """
INSERT INTO relay_positions AS r (name, batch_id) VALUES (%s, %s)
ON CONFLICT (name) DO UPDATE SET batch_id = EXCLUDED.batch_id,
    updated_at = clock_timestamp()
"""


def to_json(tree):
    return json.dumps(tree, separators=(",", ":"), ensure_ascii=False)


def milliseconds(at):
    return int(at.timestamp() * 1000)


def readable(minor):
    whole, cents = divmod(minor, 100)
    return f"{whole:,}" + (f".{cents:02}" if cents else "")


# ---- messages ---------------------------------------------------------------

class Rulesets:
    """Stamp, asset and notifications of each rule set."""

    def __init__(self, pg):
        self.pg = pg
        self.known = {}

    def get(self, id_):
        if id_ not in self.known:
            cursor = self.pg.cursor()
            cursor.execute("SELECT stamp, asset FROM ruleset_texts "
                           "WHERE id = %s", [id_])
            stamp, asset = cursor.fetchone()
            cursor.execute("SELECT rule, category, title, body, collapse, "
                           "ttl_s, enabled FROM ruleset_notifies "
                           "WHERE ruleset_id = %s", [id_])
            self.known[id_] = (stamp, asset, {
                row[0]: row[1:] for row in cursor.fetchall()})
        return self.known[id_]


def notification(plan, words, data):
    category, title, body, collapse, ttl_s, enabled = plan
    if not enabled:
        return None

    def filled(text):
        return PLACE.sub(lambda match: "{" if match[1] is None
                         else words.get(match[1], ""), text)

    return {"category": category, "title": filled(title), "body": filled(body),
            "collapse_id": filled(collapse) or None, "ttl_seconds": ttl_s,
            "data": data}


def token_event(rows, rulesets):
    """The message of one event and account, from its entries' rows."""
    (_, account, occurred_at, source, event_id, contract_id, traceparent, kept,
     notify, posted_at, ruleset_id, line, *_), last = rows[0], rows[-1]
    stamp, asset, notifies = rulesets.get(ruleset_id)
    id_ = str(uuid.uuid5(SPACE, f"{source}\0{event_id}\0{account}"))
    time = time_text(posted_at)
    total, balance = sum(row[12] for row in rows), last[13]
    told = None
    if notify:
        data = {**({"contract_id": contract_id} if contract_id else {}),
                **(json.loads(kept) if kept else {})}
        words = {"amount": readable(total), "balance": readable(balance),
                 "account": account, "event.id": event_id,
                 **{f"event.data.{name}": text
                    for name, text in data.items()}}
        told = notification(notifies[line.partition(".")[0]], words, data)
    trace = {"traceparent": traceparent} if traceparent else {}
    value = {
        "specversion": "1.0", "id": id_, "source": "/reward", "type": TYPE,
        "subject": account, "time": time,
        "datacontenttype": "application/json", "partitionkey": account,
        "causationid": event_id, "causationsource": source, **trace,
        "data": {
            "account": account, "currency": asset, "amount": gigs(total),
            "balance_after": gigs(balance), "account_seq": last[14],
            "entries": [{"line": row[11], "amount": gigs(row[12])}
                        for row in rows],
            "ruleset": stamp, "occurred_at": time_text(occurred_at),
            "posted_at": time, "contract_id": contract_id,
            "notification": told}}
    headers = [("content-type",
                "application/cloudevents+json; charset=UTF-8"),
               ("ce_specversion", "1.0"), ("ce_id", id_),
               ("ce_source", "/reward"), ("ce_type", TYPE),
               ("ce_subject", account), ("ce_time", time),
               ("ce_causationid", event_id), ("ce_causationsource", source),
               ("ce_partitionkey", account),
               *(("ce_" + name, text) for name, text in trace.items())]
    return account, to_json(value), headers, milliseconds(posted_at)


def dead_letter(row):
    (key, value, names, values, reason, message, topic, partition, offset,
     record_time, stamp, posted_at) = row
    headers = [(bytes(name).decode(), value if value is None else bytes(value))
               for name, value in zip(names, values)]
    headers += [
        ("reward_dlq_reason", reason), ("reward_dlq_message", message),
        ("reward_dlq_topic", topic), ("reward_dlq_partition", str(partition)),
        ("reward_dlq_offset", str(offset)),
        ("reward_dlq_timestamp", str(milliseconds(record_time))),
        ("reward_dlq_ruleset", stamp),
        ("reward_dlq_time", time_text(posted_at))]
    return (bytes(key) if key is not None else None,
            bytes(value) if value is not None else None, headers,
            milliseconds(posted_at))


# ---- the relay --------------------------------------------------------------

class Relay:
    def __init__(self, settings):
        self.settings = settings
        self.pg = psycopg2.connect(settings["dsn"])
        self.pg.autocommit = True
        self.cursor = self.pg.cursor()
        self.cursor.execute(SESSION)
        self.cursor.execute("SELECT pg_advisory_lock(hashtext(%s))",
                            [settings["name"]])
        self.rulesets = Rulesets(self.pg)
        self.stopped = False
        self.producer = Producer({
            "bootstrap.servers": settings["bootstrap"],
            "transactional.id": settings["name"], "linger.ms": 5,
            "compression.type": "lz4", "partitioner": "murmur2_random",
            "queue.buffering.max.kbytes": 32768, "retry.backoff.ms": 5})
        self.producer.init_transactions(30)
        self.position = self.read_position()

    def read_position(self):
        """The last batch that was published; this comes after
        init_transactions, so nothing of ours is still open."""
        consumer = Consumer({
            "bootstrap.servers": self.settings["bootstrap"],
            "group.id": "position", "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed"})
        consumer.assign([TopicPartition(self.settings["position"], 0,
                                        OFFSET_BEGINNING)])
        found = 0
        while True:
            message = consumer.poll(30)
            if message is None:
                raise SystemExit("relay: cannot read the position")
            if message.error():
                break
            if message.key().decode() == self.settings["name"]:
                found = json.loads(message.value())["batch"]
        consumer.close()
        if message.error().code() != KafkaError._PARTITION_EOF:
            raise SystemExit(f"relay: {message.error()}")
        return found

    def run(self):
        while not self.stopped:
            if not self.publish():
                select.select([self.pg], [], [], POLL_S)
                self.pg.poll()
                self.pg.notifies.clear()

    def choose(self):
        """Id and time of the last batch of a page; None when all is done."""
        self.cursor.execute(BATCHES, [self.position])
        last, messages = None, 0
        for id_, posted_at, count in self.cursor.fetchall():
            messages += count
            if last and messages > PAGE:
                break
            last = id_, posted_at
        return last

    def publish(self):
        last = self.choose()
        if not last:
            return False
        batch, posted_at = last
        self.producer.begin_transaction()
        self.cursor.execute(ENTRIES, [self.position, batch])
        for _, rows in itertools.groupby(self.cursor, lambda row: row[:2]):
            self.send("output", *token_event(list(rows), self.rulesets))
        self.cursor.execute(LETTERS, [self.position, batch])
        for row in self.cursor:
            self.send("dlq", *dead_letter(row))
        self.send("position", self.settings["name"], to_json(
            {"batch": batch, "posted_at": time_text(posted_at)}), [],
            milliseconds(posted_at), partition=0)
        self.producer.commit_transaction(60)
        self.position = batch
        self.cursor.execute(MARK, [self.settings["name"], batch])
        return True

    def send(self, topic, key, value, headers, at_ms, **where):
        while True:
            try:
                self.producer.produce(
                    self.settings[topic], key=key, value=value,
                    headers=headers, timestamp=at_ms, **where)
                break
            except BufferError:
                self.producer.poll(0.05)
        self.producer.poll(0)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        relay = Relay(json.load(file))

    def stop(*_):
        relay.stopped = True

    signal.signal(signal.SIGTERM, stop)
    relay.run()


if __name__ == "__main__":
    main()
