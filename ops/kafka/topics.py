#!/usr/bin/python3
"""Topics of a local Kafka: the contract's set, and what tests do to topics.

The shebang names the system's Python: it has the packages ops/setup installs.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

STACK = pathlib.Path(__file__).resolve().parent.parent / "stack"
TIMEOUT_S = 30


def contract_topics(partitions):
    """The topics the program uses, under their default names."""
    return [
        NewTopic("gigchain.domain-events", partitions, 1),
        NewTopic("gigchain.token-commands", partitions, 1),
        NewTopic("gigchain.token-events", partitions, 1),
        NewTopic("gigchain.token-events.shadow", partitions, 1),
        # A dead letter keeps a record whole and adds headers to it.
        NewTopic("gigchain.domain-events.dlq", 1, 1,
                 config={"max.message.bytes": "2097152"}),
        NewTopic("gigchain.token-events.position", 1, 1,
                 config={"cleanup.policy": "compact"}),
    ]


def named_topic(spec, partitions):
    """NAME[:PARTITIONS[:KEY=VALUE,...]]; a contract topic keeps its settings."""
    name, _, rest = spec.partition(":")
    count, _, settings = rest.partition(":")
    config = dict(pair.split("=", 1) for pair in settings.split(",") if pair)
    for topic in contract_topics(partitions):
        if topic.topic == name and not rest:
            return topic
    return NewTopic(name, int(count or partitions), 1, config=config)


def wanted_topics(args):
    if not args.topics:
        return contract_topics(args.partitions)
    return [named_topic(spec, args.partitions) for spec in args.topics]


def wait_until(condition, what):
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"topics: timed out: {what}")
        time.sleep(0.05)


def offsets_reader(args):
    return Consumer({"bootstrap.servers": args.bootstrap,
                     "group.id": "topics-offsets"})


def offsets(reader, topic, partition):
    return reader.get_watermark_offsets(TopicPartition(topic, partition),
                                        timeout=TIMEOUT_S)


def answers(reader, topic):
    """Metadata names a leader before that leader has heard of it."""
    try:
        return all(offsets(reader, topic.topic, number)
                   for number in range(topic.num_partitions))
    except KafkaException:
        return False


def create(admin, args):
    """Create topics, and wait until each partition answers."""
    topics = wanted_topics(args)
    for future in admin.create_topics(topics, operation_timeout=TIMEOUT_S).values():
        future.result()
    reader = offsets_reader(args)
    wait_until(lambda: all(answers(reader, t) for t in topics),
               "partitions do not answer")
    reader.close()


def delete_named(admin, names):
    for future in admin.delete_topics(names, operation_timeout=TIMEOUT_S).values():
        future.result()
    wait_until(
        lambda: not set(names) & set(admin.list_topics(timeout=TIMEOUT_S).topics),
        "topics are still there")


def delete(admin, args):
    """Delete topics, and wait until they are gone."""
    delete_named(admin, [topic.topic for topic in wanted_topics(args)])


def recreate(admin, args):
    """Delete topics where they exist, and create them empty."""
    names = {topic.topic for topic in wanted_topics(args)}
    there = names & set(admin.list_topics(timeout=TIMEOUT_S).topics)
    if there:
        delete_named(admin, sorted(there))
    create(admin, args)


def require(known, names):
    missing = [name for name in names if name not in known]
    if missing:
        sys.exit("topics: no such topic: " + ", ".join(missing))


def delete_records(admin, args):
    """Delete the records of one partition before an offset; -1: all.

    The packaged confluent_kafka cannot do this, so one of Kafka's tools does.
    """
    # The tool would wait for a topic that is not there until it times out.
    require(admin.list_topics(timeout=TIMEOUT_S).topics, [args.topic])
    request = {"version": 1, "partitions": [
        {"topic": args.topic, "partition": args.partition, "offset": args.offset}]}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(request, file)
        file.flush()
        done = subprocess.run(
            [STACK, "java", "org.apache.kafka.tools.DeleteRecordsCommand",
             "--bootstrap-server", args.bootstrap,
             "--offset-json-file", file.name],
            capture_output=True, text=True, timeout=2 * TIMEOUT_S, check=False)
    # The tool exits with 0 even when the broker refused.
    if done.returncode != 0 or "low_watermark" not in done.stdout:
        sys.exit("topics: could not delete records\n" + done.stdout + done.stderr)


def describe(admin, args):
    """Print topics and the offsets of their partitions as JSON."""
    known = admin.list_topics(timeout=TIMEOUT_S).topics
    names = args.topics or sorted(n for n in known if not n.startswith("__"))
    require(known, names)
    reader = offsets_reader(args)
    found = {}
    for name in names:
        pairs = {number: offsets(reader, name, number)
                 for number in sorted(known[name].partitions)}
        found[name] = {number: {"low": low, "high": high}
                       for number, (low, high) in pairs.items()}
    reader.close()
    print(json.dumps(found, indent=2))


def parse_args():
    parser = argparse.ArgumentParser(prog="topics.py", description=__doc__)
    parser.add_argument("--bootstrap", default=os.environ.get("STACK_KAFKA"),
                        help="HOST:PORT (default: $STACK_KAFKA)")
    commands = parser.add_subparsers(dest="command", required=True)
    for run in (create, delete, recreate, describe):
        command = commands.add_parser(run.__name__, help=run.__doc__)
        command.set_defaults(run=run)
        command.add_argument("--partitions", type=int, default=4)
        command.add_argument(
            "topics", nargs="*", metavar="NAME[:PARTITIONS[:KEY=VALUE,...]]",
            help="default: the contract's topics; describe: all")
    command = commands.add_parser("delete-records",
                                  help=delete_records.__doc__.split("\n")[0])
    command.set_defaults(run=delete_records)
    command.add_argument("topic")
    command.add_argument("partition", type=int)
    command.add_argument("offset", type=int)
    args = parser.parse_args()
    if not args.bootstrap:
        parser.error("no --bootstrap, and STACK_KAFKA is not set")
    return args


def main():
    args = parse_args()
    admin = AdminClient({"bootstrap.servers": args.bootstrap})
    try:
        args.run(admin, args)
    except KafkaException as failure:
        sys.exit(f"topics: {failure.args[0].str()}")


if __name__ == "__main__":
    main()
