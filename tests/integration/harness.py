"""What integration tests work with: one private stack of real servers a
session, and for each test its own database, topics, settings and processes.

Nothing here knows what the program should answer; that is model.py and
books.py.
"""

import contextlib
import itertools
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import uuid

import psycopg2
import yaml
from confluent_kafka import (Consumer, KafkaError, KafkaException, Producer,
                             TIMESTAMP_NOT_AVAILABLE, TopicPartition)
from confluent_kafka.admin import AdminClient, NewTopic

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("REWARD_BINARY", ROOT / "build/reward"))
FAULT_BINARY = pathlib.Path(os.environ.get("REWARD_FAULT_BINARY",
                                           ROOT / "build/faults/reward"))
RULES = ROOT / "rules/gigs.yaml"
SCHEMAS = ROOT / "schemas/events"
PARTITIONS = 4
POLL_S = 0.02


class TimedOut(AssertionError):
    """A condition did not come true before its deadline."""


def wait_until(condition, timeout_s, what):
    """The condition's first true value; `what` says what was waited for."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimedOut(f"not within {timeout_s} s: {what}")
        time.sleep(POLL_S)


# ---- the servers -------------------------------------------------------------

class Stack:
    """PostgreSQL and Kafka of ops/stack. REWARD_TEST_STACK names a running
    one to use instead of an own one."""

    def __init__(self):
        self.dir = os.environ.get("REWARD_TEST_STACK")
        self.owned = not self.dir
        self.env = {}
        self.template = None
        self._admin = None

    def start(self):
        if self.owned:
            done = self.call("start", timeout_s=180)
            self.dir = done.stdout.split()[-1]
        text = self.call("env", self.dir).stdout
        self.env = dict(re.findall(r"^export (\w+)='(.*)'$", text, re.M))

    def stop(self):
        if self.template:
            self.drop_database(self.template)
        if self.owned and self.dir:
            self.call("stop", "--remove", self.dir)

    @staticmethod
    def call(*words, timeout_s=150):
        done = subprocess.run([ROOT / "ops/stack", *words], text=True,
                              capture_output=True, timeout=timeout_s,
                              stdin=subprocess.DEVNULL, check=False)
        assert done.returncode == 0, \
            f"ops/stack {' '.join(words)}: {done.stdout}{done.stderr}"
        return done

    def pg(self, action):
        self.call("pg", action, self.dir)

    def kafka(self, action):
        self.call("kafka", action, self.dir)
        if action in ("start", "restart"):
            self.wait_for_kafka()

    def wait_for_kafka(self):
        wait_until(self.kafka_answers, 60, "Kafka answers")

    def kafka_answers(self):
        try:
            return self.admin.list_topics(timeout=5).brokers
        except KafkaException:
            return None

    @property
    def bootstrap(self):
        return self.env["STACK_KAFKA"]

    @property
    def admin(self):
        if not self._admin:
            self._admin = AdminClient({"bootstrap.servers": self.bootstrap,
                                       "log_level": 0})
        return self._admin

    def dsn(self, role, database):
        return re.sub(r"dbname=\S+", f"dbname={database}",
                      self.env[f"STACK_DSN_{role.upper()}"])

    def password_file(self, role):
        return self.env[f"STACK_PASSWORD_FILE_{role.upper()}"]

    def connect(self, role, database):
        password = pathlib.Path(self.password_file(role)).read_text().strip()
        connection = psycopg2.connect(self.dsn(role, database),
                                      password=password)
        connection.autocommit = True
        return connection

    def admin_sql(self, statement):
        with contextlib.closing(self.connect("admin", "postgres")) as pg:
            pg.cursor().execute(statement)

    def create_database(self, template=None):
        name = f"t_{uuid.uuid4().hex[:12]}"
        extra = f" TEMPLATE {template}" if template else ""
        self.admin_sql(f"CREATE DATABASE {name} OWNER reward_owner{extra}")
        return name

    def migrate_template(self):
        """Databases of tests are copies of one that was migrated once."""
        self.template = self.create_database()
        self.migrate(self.template)

    def migrate(self, database):
        env = {"REWARD_POSTGRES__DSN": self.dsn("owner", database),
               "REWARD_POSTGRES__PASSWORD__FILE": self.password_file("owner")}
        done = subprocess.run([BINARY, "migrate", "up"], text=True,
                              capture_output=True, timeout=60,
                              stdin=subprocess.DEVNULL, env=clean_env(env),
                              check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def drop_database(self, name):
        self.admin_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def pg_log(self):
        return (pathlib.Path(self.dir) / "pg.log").read_text(errors="replace")

    def create_topics(self, topics):
        """topics: name -> (partitions, config). Waits until all answer."""
        futures = self.admin.create_topics(
            [NewTopic(name, count, 1, config=config)
             for name, (count, config) in topics.items()],
            operation_timeout=30)
        for future in futures.values():
            future.result()
        with consumer_of(self.bootstrap) as reader:
            for name, (count, _) in topics.items():
                for partition in range(count):
                    wait_until(lambda p=TopicPartition(name, partition):
                               watermarks(reader, p), 30,
                               f"{name} {partition} answers")

    def delete_topics(self, names):
        for future in self.admin.delete_topics(
                list(names), operation_timeout=30).values():
            future.result()
        wait_until(lambda: not set(names) & set(
            self.admin.list_topics(timeout=10).topics), 30, "topics are gone")

    def delete_records(self, topic, partition, offset):
        """Truncate a partition below offset."""
        done = subprocess.run(
            [ROOT / "ops/kafka/topics.py", "--bootstrap", self.bootstrap,
             "delete-records", topic, str(partition), str(offset)],
            capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


# ---- topics --------------------------------------------------------------------

@contextlib.contextmanager
def consumer_of(bootstrap, **settings):
    """A consumer without a group's effects: it assigns by itself."""
    consumer = Consumer({"bootstrap.servers": bootstrap,
                         "group.id": f"reader-{uuid.uuid4().hex[:8]}",
                         "enable.auto.commit": False,
                         "auto.offset.reset": "error",
                         "isolation.level": "read_committed",
                         "enable.partition.eof": True,
                         "fetch.wait.max.ms": 20,
                         "log_level": 0, **settings})
    try:
        yield consumer
    finally:
        consumer.close()


def watermarks(reader, partition):
    try:
        return reader.get_watermark_offsets(partition, timeout=5)
    except KafkaException:
        return None


class Record:
    """A record as a topic holds it."""

    __slots__ = ("topic", "partition", "offset", "timestamp_ms", "key",
                 "value", "headers")

    def __init__(self, message):
        kind, at_ms = message.timestamp()
        self.topic = message.topic()
        self.partition = message.partition()
        self.offset = message.offset()
        self.timestamp_ms = None if kind == TIMESTAMP_NOT_AVAILABLE else at_ms
        self.key = message.key()
        self.value = message.value()
        self.headers = message.headers() or []

    @property
    def place(self):
        return (self.topic, self.partition, self.offset)

    def header(self, name):
        for key, value in self.headers:
            if key == name:
                return value
        return None


def read_topic(bootstrap, topic, timeout_s=60, isolation="read_committed"):
    """All records of a topic that a reader can see now, partition by
    partition in offset order."""
    records = []
    with consumer_of(bootstrap, **{"isolation.level": isolation}) as reader:
        count = len(reader.list_topics(topic, timeout=10)
                    .topics[topic].partitions)
        first = [watermarks(reader, TopicPartition(topic, p))[0]
                 for p in range(count)]
        reader.assign([TopicPartition(topic, p, first[p])
                       for p in range(count)])
        at_end = set()
        deadline = time.monotonic() + timeout_s
        while len(at_end) < count:
            if time.monotonic() > deadline:
                raise TimedOut(f"could not read {topic} in {timeout_s} s")
            for message in reader.consume(1000, 0.2):
                if not message.error():
                    records.append(Record(message))
                elif message.error().code() == KafkaError._PARTITION_EOF:
                    at_end.add(message.partition())
                else:
                    raise KafkaException(message.error())
    records.sort(key=lambda record: (record.partition, record.offset))
    return records


# ---- processes -----------------------------------------------------------------

class Process:
    """A worker or relay, its output in a file."""

    numbers = itertools.count(1)

    def __init__(self, context, words, config, env=None, binary=BINARY):
        self.name = f"{words[0]}-{next(self.numbers)}"
        self.log_path = context.dir / f"{self.name}.log"
        with open(self.log_path, "wb") as log:
            self.popen = subprocess.Popen(
                [binary, "--config", config, *words], stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, cwd=context.dir,
                env=clean_env(env))

    @property
    def pid(self):
        return self.popen.pid

    @property
    def running(self):
        return self.popen.poll() is None

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    def signal(self, number):
        self.popen.send_signal(number)

    def wait(self, timeout_s=30):
        """The exit status; negative: ended by that signal."""
        try:
            return self.popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise TimedOut(f"{self.name} has not ended in {timeout_s} s:\n"
                           + self.log[-3000:]) from None

    def catches(self, number):
        """Whether the program has a handler for a signal (proc(5))."""
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        caught = re.search(r"^SigCgt:\s+(\w+)", text, re.M)
        return caught and int(caught.group(1), 16) >> (number - 1) & 1

    def terminate(self):
        """SIGTERM, as a supervisor would. One that has only just been started
        is waited for: before its main() it would end by the signal itself."""
        wait_until(lambda: not self.running or self.catches(signal.SIGTERM),
                   10, f"{self.name} begins")
        self.signal(signal.SIGTERM)

    def stop(self, timeout_s=10):
        """Exits with 0, soon."""
        self.terminate()
        self.wait_stopped(timeout_s)

    def wait_stopped(self, timeout_s=10):
        status = self.wait(timeout_s)
        assert status == 0, \
            f"{self.name} ended with {status}:\n{self.log[-3000:]}"

    def kill(self):
        if self.running:
            self.signal(signal.SIGKILL)
            self.popen.wait()

    def wait_for_log(self, pattern, timeout_s=30):
        return wait_until(
            lambda: re.search(pattern, self.log, re.I) or
            (not self.running and re.search(pattern, self.log, re.I)),
            timeout_s, f'"{pattern}" in the log of {self.name}, which ends:\n'
            + self.log[-2000:])

    def memory_peak_kib(self):
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"^VmHWM:\s+(\d+) kB", text, re.M).group(1))


def clean_env(extra=None):
    """The environment without settings of whoever runs the tests."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith(("REWARD_", "PG"))}
    return {**env, **(extra or {})}


# ---- one test ------------------------------------------------------------------

class Context:
    """A database, topics, settings, and the processes of one test."""

    def __init__(self, stack, seed):
        self.stack = stack
        self.seed = seed
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="reward-test-"))
        self.tag = f"t-{uuid.uuid4().hex[:10]}"
        self.inputs = [{"topic": f"{self.tag}.in"}]
        self.output = f"{self.tag}.out"
        self.dlq = f"{self.tag}.dlq"
        self.position = f"{self.tag}.position"
        self.settings = {}  # dotted name -> value, on top of base_settings
        self.processes = []
        self.may_fail = []  # processes whose status is none of wait's business
        self.failed = False
        self._pg = None
        self._producer = None
        self.database = stack.create_database(stack.template)
        stack.create_topics({
            self.topic: (PARTITIONS, {}),
            self.output: (PARTITIONS, {}),
            self.dlq: (1, {"max.message.bytes": "2097152"}),
            self.position: (1, {"cleanup.policy": "compact"})})

    def close(self):
        for process in self.processes:
            process.kill()
        if self._pg:
            self._pg.close()
        with contextlib.suppress(psycopg2.Error):
            self.stack.drop_database(self.database)
        with contextlib.suppress(KafkaException):
            self.stack.admin.delete_topics(
                [i["topic"] for i in self.inputs]
                + [self.output, self.dlq, self.position])
        if not self.failed:
            shutil.rmtree(self.dir, ignore_errors=True)

    @property
    def topic(self):
        return self.inputs[0]["topic"]

    def add_input(self, suffix, **envelope):
        name = f"{self.tag}.{suffix}"
        self.stack.create_topics({name: (PARTITIONS, {})})
        self.inputs.append({"topic": name, **envelope})
        return name

    # -- settings

    def base_settings(self, role):
        return {
            "kafka": {
                "bootstrap_servers": self.stack.bootstrap,
                "group_id": self.tag,
                "inputs": self.inputs,
                "output": {"topic": self.output},
                "dlq": {"topic": self.dlq},
                "position": {"topic": self.position},
                "properties": {"session.timeout.ms": "6000",
                               "heartbeat.interval.ms": "1000"},
            },
            "postgres": {
                "dsn": self.stack.dsn(role, self.database),
                "password": {"file": self.stack.password_file(role)},
            },
            "rules": {"dir": str(RULES)},
            "schemas": {"dir": str(SCHEMAS)},
            "worker": {"batch_max_events": 200,
                       "retry": {"base": "20ms", "max": "500ms"}},
            "relay": {"name": "relay", "poll": "50ms"},
            "log": {"level": "info"},
        }

    def config(self, role, extra=None):
        """Write a settings file for a role and return its path."""
        settings = self.base_settings(role)
        for dotted, value in {**self.settings, **(extra or {})}.items():
            *path, last = dotted.split("/")
            at = settings
            for word in path:
                at = at.setdefault(word, {})
            at[last] = value
        path = self.dir / f"{role}-{uuid.uuid4().hex[:6]}.yaml"
        path.write_text(yaml.safe_dump(settings, sort_keys=False))
        return path

    # -- processes

    def start(self, words, role, fault=None, settings=None, env=None):
        env = dict(env or {})
        if fault:
            env["REWARD_FAULT"] = fault
        process = Process(self, words, self.config(role, settings), env,
                          FAULT_BINARY if fault else BINARY)
        self.processes.append(process)
        return process

    def worker(self, instance=None, **more):
        """`instance` makes it a static member of the group, so that one
        killed is replaced without waiting for its session to end."""
        settings = dict(more.pop("settings", None) or {})
        if instance:
            settings["kafka/properties/group.instance.id"] = instance
        return self.start(["run"], "worker", settings=settings, **more)

    def relay(self, **more):
        return self.start(["relay"], "relay", **more)

    def run(self, *words, role="reader", timeout_s=60, env=None):
        """A command that ends by itself."""
        return subprocess.run(
            [BINARY, "--config", self.config(role), *words], text=True,
            capture_output=True, timeout=timeout_s, cwd=self.dir,
            stdin=subprocess.DEVNULL, env=clean_env(env), check=False)

    def stop_all(self):
        running = [p for p in self.processes if p.running]
        for process in running:
            process.terminate()
        for process in running:
            process.wait_stopped()

    def logs(self):
        return "\n".join(f"---- {p.name} (status {p.popen.poll()})\n"
                         + p.log[-4000:] for p in self.processes)

    # -- Kafka

    @property
    def producer(self):
        if not self._producer:
            self._producer = Producer({
                "bootstrap.servers": self.stack.bootstrap,
                "enable.idempotence": True, "linger.ms": 2,
                "message.max.bytes": 2000000, "log_level": 0,
                "message.timeout.ms": 120000})
        return self._producer

    def publish(self, drafts, topic=None, flush=True):
        """drafts: objects with key, value, headers, partition (None: let the
        client choose), timestamp_ms."""
        failures = []

        def delivered(error, _message):
            if error:
                failures.append(error)

        for draft in drafts:
            extra = {}
            if draft.partition is not None:
                extra["partition"] = draft.partition
            if draft.timestamp_ms:
                extra["timestamp"] = draft.timestamp_ms
            while True:
                try:
                    self.producer.produce(
                        topic or self.topic, key=draft.key, value=draft.value,
                        headers=draft.headers, on_delivery=delivered, **extra)
                    break
                except BufferError:
                    self.producer.poll(0.1)
            self.producer.poll(0)
        if flush:
            assert self.producer.flush(120) == 0
        assert not failures, failures[0]

    def high_watermarks(self, topic):
        with consumer_of(self.stack.bootstrap) as reader:
            count = len(reader.list_topics(topic, timeout=10)
                        .topics[topic].partitions)
            return [wait_until(
                lambda p=TopicPartition(topic, p): watermarks(reader, p), 30,
                f"{topic} answers")[1] for p in range(count)]

    def read(self, topic):
        return read_topic(self.stack.bootstrap, topic)

    def read_inputs(self):
        return [record for entry in self.inputs
                for record in self.read(entry["topic"])]

    # -- rules

    def use_rules(self, text):
        """What is started from here on has them; returns the file."""
        rules = self.dir / "rules.yaml"
        rules.write_text(text)
        self.settings["rules/dir"] = str(rules)
        return rules

    # -- PostgreSQL

    def sql(self, statement, *params, role="admin"):
        """Rows of a statement, over a connection made anew when lost."""
        if role != "admin":
            with contextlib.closing(
                    self.stack.connect(role, self.database)) as pg:
                return fetch(pg, statement, params)
        if not self._pg or self._pg.closed:
            self._pg = self.stack.connect("admin", self.database)
        return fetch(self._pg, statement, params)

    def try_sql(self, statement, *params):
        """As sql, or None while the server is away."""
        try:
            return self.sql(statement, *params)
        except psycopg2.OperationalError:
            self._pg = None
            return None

    @contextlib.contextmanager
    def held(self, statement, *params):
        """What it locks is held by somebody else meanwhile, who commits in the
        end; gives its rows."""
        with contextlib.closing(
                self.stack.connect("admin", self.database)) as pg:
            pg.autocommit = False
            yield fetch(pg, statement, params)
            pg.commit()

    def scalar(self, statement, *params):
        return self.sql(statement, *params)[0][0]

    # -- waiting

    def posted_records(self):
        """How many records have an outcome; None while the server is away."""
        rows = self.try_sql("SELECT coalesce(sum(records), 0) "
                            "FROM reward.batches")
        return None if rows is None else int(rows[0][0])

    def wait_for_records(self, count, timeout_s=60):
        wait_until(lambda: (self.posted_records() or 0) >= count, timeout_s,
                   f"{count} records have an outcome\n" + self.logs())

    def consumed(self, ends):
        rows = self.try_sql("SELECT topic, partition, next_offset "
                            "FROM reward.stream_positions")
        if rows is None:
            return False
        at = {(topic, partition): offset for topic, partition, offset in rows}
        return all(at.get(place, 0) >= end for place, end in ends.items())

    def wait_consumed(self, timeout_s=90):
        """Until the ledger's positions have reached the ends of the inputs."""
        ends = {(entry["topic"], partition): end for entry in self.inputs
                for partition, end in enumerate(
                    self.high_watermarks(entry["topic"])) if end}
        self.wait(lambda: self.consumed(ends), timeout_s,
                  "all input is consumed")

    def published(self):
        """The relay's word in its own topic counts; its mark in the database
        is written after, and saves reading the topic."""
        rows = self.try_sql(
            "SELECT coalesce((SELECT max(id) FROM reward.batches), 0), "
            "coalesce((SELECT max(batch_id) FROM reward.relay_positions), 0)")
        if rows is None:
            return False
        newest, mark = rows[0]
        return mark >= newest or self.relay_position() >= newest

    def relay_position(self):
        records = self.read(self.position)
        return json.loads(records[-1].value)["batch"] if records else 0

    def wait_published(self, timeout_s=90):
        """Until the relay has published the last batch."""
        self.wait(self.published, timeout_s, "all batches are published")

    def wait_connected(self, count):
        """So many workers have a connection to the database."""
        self.wait(lambda: (self.try_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = "
            "'reward_worker' AND datname = current_database()")
            or [[0]])[0][0] == count, 30, f"{count} workers are connected")

    def waiting(self):
        """How many workers wait for another in the database."""
        return self.scalar("SELECT count(*) FROM pg_stat_activity "
                           "WHERE usename = 'reward_worker' "
                           "AND datname = current_database() "
                           "AND wait_event_type = 'Lock'")

    def look_ups(self, index):
        """Keys that were looked for in it so far, after all workers have ended:
        what a connection has done is counted when it ends."""
        self.wait_connected(0)
        return self.scalar("SELECT idx_scan FROM pg_stat_user_indexes "
                           "WHERE indexrelname = %s", index)

    def wait_drained(self, timeout_s=90):
        self.wait_consumed(timeout_s)
        self.wait_published(timeout_s)

    def wait(self, condition, timeout_s, what):
        def true_or_broken():
            for process in self.processes:
                status = process.popen.poll()
                if status not in (None, 0, -signal.SIGKILL) \
                        and process not in self.may_fail:
                    raise TimedOut(f"{process.name} ended with {status}, "
                                   f"waiting for: {what}")
            return condition()

        try:
            return wait_until(true_or_broken, timeout_s, what)
        except TimedOut as failure:
            raise TimedOut(f"{failure}\n{self.logs()}") from None


def fetch(pg, statement, params):
    cursor = pg.cursor()
    cursor.execute(statement, params or None)
    return cursor.fetchall() if cursor.description else []


# ---- load, and a network that can be cut ------------------------------------------

class Feeder:
    """Publishes from a thread, some drafts at a time, until it is stopped."""

    def __init__(self, context, draft, most=20000, a_second=2000):
        self.context = context
        self.draft = draft
        self.left = most
        self.pause_s = 0.02
        self.portion = max(1, int(a_second * self.pause_s))
        self.done = threading.Event()
        self.failure = None
        self.thread = threading.Thread(target=self.feed, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join(150)
        assert not self.thread.is_alive(), "the feeder hangs"
        if self.failure:
            raise self.failure

    def feed(self):
        try:
            while self.left > 0 and not self.done.wait(self.pause_s):
                self.left -= self.portion
                self.context.publish([self.draft()
                                      for _ in range(self.portion)],
                                     flush=False)
            assert self.context.producer.flush(120) == 0
        except BaseException as failure:  # handed to the test's thread
            self.failure = failure


class Proxy:
    """A TCP relay to PostgreSQL that loses the reply to a COMMIT: the server
    gets it and answers, the client never hears."""

    def __init__(self, port, lose_at):
        self.server_port = port
        self.commits = 0
        self.lose_at = set(lose_at)
        self.lost = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(client,),
                                 daemon=True).start()

    def serve(self, client):
        server = socket.create_connection(("127.0.0.1", self.server_port))
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError), client, server:
            while True:
                ready, _, _ = select.select([client, server], [], [])
                if client in ready:
                    data = client.recv(65536)
                    if not data:
                        return
                    server.sendall(data)
                    if b"COMMIT" in data and self.commit_is_lost():
                        server.recv(65536)  # it is done, and nobody hears
                        self.lost += 1
                        return
                elif server in ready:
                    data = server.recv(65536)
                    if not data:
                        return
                    client.sendall(data)

    def commit_is_lost(self):
        self.commits += 1
        return self.commits in self.lose_at
