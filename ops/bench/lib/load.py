"""Domain events into a topic, messages out of one."""

import dataclasses
import time

from confluent_kafka import (OFFSET_BEGINNING, Consumer, KafkaError,
                             KafkaException, TopicPartition)

import publish as publisher

from .common import BenchError
from .program import INPUT, PARTITIONS

IDLE_S = 60


@dataclasses.dataclass
class Messages:
    """What a committed reader sees of a topic; times as the records have
    them, in milliseconds."""

    count: int = 0
    first_ms: int | None = None
    last_ms: int | None = None

    def add(self, at_ms):
        self.count += 1
        self.first_ms = min(self.first_ms or at_ms, at_ms)
        self.last_ms = max(self.last_ms or at_ms, at_ms)


def make_input(stack, topic=INPUT, partitions=PARTITIONS):
    stack.create_topics({topic: (partitions, {})})


def publish(stack, events, topic=INPUT, accounts=20000, seed=1):
    """A backlog of mixed events in an empty topic, as publish.Published."""
    sent = publisher.publish(stack.bootstrap, topic, events, accounts, seed)
    there = sum(stack.ends(topic))
    if there != events:
        raise BenchError(f"{events} events were published, and topic {topic} "
                         f"holds {there}")
    return sent


def batches(stack, topic):
    """All records of a topic that a committed reader can see now, in lists."""
    reader = Consumer({"bootstrap.servers": stack.bootstrap,
                       "group.id": "bench-reader",
                       "enable.auto.commit": False,
                       "enable.partition.eof": True,
                       "isolation.level": "read_committed"})
    try:
        found = reader.list_topics(topic, timeout=30).topics[topic]
        open_ends = set(found.partitions)
        reader.assign([TopicPartition(topic, number, OFFSET_BEGINNING)
                       for number in open_ends])
        heard = time.monotonic()
        while open_ends:
            messages = reader.consume(10000, 0.1)
            if messages:
                heard = time.monotonic()
            elif time.monotonic() - heard > IDLE_S:
                raise BenchError(f"topic {topic} gave nothing in {IDLE_S} s")
            yield [m for m in messages if is_record(m, open_ends)]
    finally:
        reader.close()


def is_record(message, open_ends):
    error = message.error()
    if not error:
        return True
    if error.code() != KafkaError._PARTITION_EOF:
        raise KafkaException(error)
    open_ends.discard(message.partition())
    return False


def count_messages(stack, topic):
    seen = Messages()
    for records in batches(stack, topic):
        for record in records:
            seen.add(record.timestamp()[1])
    return seen
