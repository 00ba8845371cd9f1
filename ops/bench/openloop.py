#!/usr/bin/python3
"""The two ends of a latency measurement, each a process of its own:

send    publishes events by a fixed timetable, whether or not the ones before
        have come through: when the system under test stands still, events are
        late by as much, and none is left out
listen  takes token events as a committed reader and notes when each was there

Both print `ready`, then wait for a line with the time of the first event. The
number of an event ends its id, so the time when it was to be sent is known from
the id: latencies count from there, and not from when it was sent at last.

The shebang names the system's Python: it has the packages ops/setup installs.
"""

import argparse
import gc
import json
import signal
import sys
import time

from confluent_kafka import (Consumer, KafkaException, Producer,
                             TopicPartition)

import publish

QUIET_S = 0.5  # no message for so long after the end: there are no more
NS = 10**9
NAP_S = 0.001  # what is due meanwhile is sent after it, and late by as much


class Timetable:
    """When event number 1, 2, 3 ... is to be sent, in ns of the clock that
    all processes of a machine share."""

    def __init__(self, start_ns, rate):
        self.start_ns = start_ns
        self.rate = rate

    def due_ns(self, number):
        return self.start_ns + (number - 1) * NS // self.rate

    def late_us(self, number):
        return (time.monotonic_ns() - self.due_ns(number)) // 1000


def wait_for_start(rate):
    print("ready", flush=True)
    return Timetable(int(sys.stdin.readline()), rate)


def number_of(event_id):
    """As publish.Mix makes ids."""
    return int(event_id[-8:], 16)


# ---- send ------------------------------------------------------------------

def make_records(seed, accounts, count):
    """Made beforehand, so that making them delays none. No repeats: each id
    has one time."""
    mix = publish.Mix(seed, accounts)
    return [mix.record(*kind[1:])
            for kind in mix.random.choices(mix.kinds, mix.weights, k=count)]


def send_all(producer, topic, records, timetable):
    """How late each was sent, in microseconds."""
    late = []
    for number, record in enumerate(records, 1):
        while (early_ns := timetable.due_ns(number) - time.monotonic_ns()) > 0:
            time.sleep(max(early_ns / NS, NAP_S))
        publish.send(producer, topic, record)
        late.append(timetable.late_us(number))
    return late


def send(args):
    """As services do that leave the client's settings alone: it collects for
    5 ms, which is part of the latency."""
    producer = Producer({
        "bootstrap.servers": args.bootstrap,
        "partitioner": "murmur2_random", "enable.idempotence": True})
    records = make_records(args.seed, args.accounts, args.rate * args.seconds)
    producer.list_topics(args.topic, timeout=30)
    gc.collect()
    gc.disable()
    late = send_all(producer, args.topic, records, wait_for_start(args.rate))
    if producer.flush(60):
        raise SystemExit("send: not all records were delivered")
    return late


# ---- listen ----------------------------------------------------------------

def open_reader(bootstrap, topic):
    """At the end of all partitions."""
    reader = Consumer({
        "bootstrap.servers": bootstrap, "group.id": "bench-listener",
        "enable.auto.commit": False, "isolation.level": "read_committed",
        "fetch.wait.max.ms": 10, "fetch.error.backoff.ms": 1})
    found = reader.list_topics(topic, timeout=30).topics[topic]
    ends = [TopicPartition(topic, number, reader.get_watermark_offsets(
        TopicPartition(topic, number), timeout=30)[1])
            for number in found.partitions]
    reader.assign(ends)
    return reader


def named(message):
    """Ids of a token event and of the domain event that it comes from."""
    headers = dict(message.headers())
    return headers["ce_id"].decode(), headers["ce_causationid"].decode()


def listen_all(reader, timetable, is_over):
    """(its id, its cause's, latency in microseconds) of each message."""
    heard = []
    quiet_since = time.monotonic()
    while not is_over() or time.monotonic() - quiet_since < QUIET_S:
        message = reader.poll(0.1)
        if message is None:
            continue
        if message.error():
            raise KafkaException(message.error())
        quiet_since = time.monotonic()
        own_id, event_id = named(message)
        heard.append((own_id, event_id,
                      timetable.late_us(number_of(event_id))))
    return heard


def listen(args):
    """SIGTERM says that there will be no more."""
    told = []
    signal.signal(signal.SIGTERM, lambda *_: told.append(True))
    reader = open_reader(args.bootstrap, args.topic)
    gc.disable()
    heard = listen_all(reader, wait_for_start(args.rate), lambda: bool(told))
    reader.close()
    return heard


def parse_args():
    parser = argparse.ArgumentParser(
        prog="openloop.py", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("end", choices=("send", "listen"))
    parser.add_argument("--bootstrap", required=True, help="HOST:PORT")
    parser.add_argument("--topic", required=True)
    parser.add_argument("--rate", type=int, required=True,
                        help="events a second")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--accounts", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main():
    args = parse_args()
    print(json.dumps({"send": send, "listen": listen}[args.end](args)))


if __name__ == "__main__":
    main()
