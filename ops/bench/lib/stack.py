"""A temporary stack of real servers, made and removed by ops/stack."""

import contextlib
import pathlib
import re
import tempfile

import psycopg2
from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from .common import REWARD, ROOT, clean_env, run_tool, say, wait_until
from .hugepages import hugepages
from .measure import cpu_us_postgresql

STACK = ROOT / "ops/stack"
JVM = "-XX:TieredStopAtLevel=4"  # the compiler of a broker that runs for long
DATABASE = "gigchain"
TIMEOUT_S = 180
# As on a machine that is the database's: what PostgreSQL has built in is for one
# where it is a guest. Buffers are a quarter of the memory; checkpoints come by
# time, not each gigabyte of WAL; what they leave of it for reuse is enough for
# whoever runs first, since a new file costs more than an old one.
BUFFERS_SHARE = 4
WAL = {"min_wal_size": "2GB", "max_wal_size": "16GB"}


def buffers_mib():
    with open("/proc/meminfo", encoding="ascii") as file:
        return int(file.readline().split()[1]) // 1024 // BUFFERS_SHARE


class Stack:
    """PostgreSQL and Kafka in a folder of their own. `keep` leaves both
    running at the end. Without `autovacuum` nobody tidies up but who calls
    vacuum()."""

    def __init__(self, name, keep=False, autovacuum=True):
        self.name = name
        self.keep = keep
        self.autovacuum = autovacuum
        self.dir = None
        self.env = {}
        self._admin = None
        self._memory = contextlib.ExitStack()

    def __enter__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix=f"reward-{self.name}-"))
        try:
            self._memory.enter_context(hugepages(buffers_mib()))
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        if self.keep:
            self._memory.pop_all()
            say(f"the stack is in {self.dir}; to end it: ops/stack stop "
                f"--remove {self.dir}")
        else:
            self.remove()

    def start(self):
        self.call("start", self.dir)
        text = self.call("env", self.dir)
        self.env = dict(re.findall(r"^export (\w+)='(.*)'$", text, re.M))
        self.set_server({"shared_buffers": f"{buffers_mib()}MB",
                         "autovacuum": "on" if self.autovacuum else "off",
                         **WAL})

    def set_server(self, settings):
        """Settings of PostgreSQL, which is started anew."""
        for name, value in settings.items():
            self.sql(f"ALTER SYSTEM SET {name} = '{value}'")
        self.call("pg", "restart", self.dir)

    def remove(self):
        with self._memory:
            if (self.dir / "stack").exists():
                self.call("stop", "--remove", self.dir)
            else:
                with contextlib.suppress(OSError):
                    self.dir.rmdir()

    @staticmethod
    def call(*words):
        return run_tool(f"ops/stack {words[0]}", [STACK, *words],
                        timeout=TIMEOUT_S, env=clean_env(STACK_JVM=JVM))

    # -- PostgreSQL

    @property
    def postgresql_pid(self):
        return self.server_pid("pg")

    def server_pid(self, name):
        return int((self.dir / f"{name}.pid").read_text().split()[0])

    def dsn(self, role, database=DATABASE):
        """Without a password, which is in password_file, and in pgpass."""
        return re.sub(r"dbname=\S+", f"dbname={database}",
                      self.env[f"STACK_DSN_{role.upper()}"])

    def password_file(self, role):
        return self.env[f"STACK_PASSWORD_FILE_{role.upper()}"]

    def password(self, role):
        return pathlib.Path(self.password_file(role)).read_text().strip()

    @property
    def pgpass(self):
        return self.env["PGPASSFILE"]

    def connect(self, role, database=DATABASE):
        """A connection that commits each statement."""
        connection = psycopg2.connect(self.dsn(role, database),
                                      password=self.password(role))
        connection.autocommit = True
        return connection

    def sql(self, statement, database="postgres", role="admin"):
        """All rows of one statement, over a connection of its own."""
        with contextlib.closing(self.connect(role, database)) as connection:
            cursor = connection.cursor()
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def fresh_database(self, name, migrate=True):
        """An empty database of that name; with the ledger's tables."""
        self.drop_database(name)
        self.sql(f"CREATE DATABASE {name} OWNER reward_owner")
        if migrate:
            self.migrate(name)

    def migrate(self, database):
        env = clean_env(
            REWARD_POSTGRES__DSN=self.dsn("owner", database),
            REWARD_POSTGRES__PASSWORD__FILE=self.password_file("owner"))
        run_tool("reward migrate up", [REWARD, "migrate", "up"],
                 timeout=TIMEOUT_S, env=env)

    def drop_database(self, name):
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def checkpoint(self):
        self.sql("CHECKPOINT")

    def vacuum(self, database):
        """All of the database; returns the server's CPU meanwhile, in
        microseconds."""
        before = cpu_us_postgresql(self.postgresql_pid)
        self.sql("VACUUM (ANALYZE)", database)
        return cpu_us_postgresql(self.postgresql_pid) - before

    def wal_ready(self):
        """Bytes of WAL that can be written into files there already."""
        return self.sql(
            "SELECT sum(size) FROM pg_ls_waldir() "
            "WHERE name > pg_walfile_name(pg_current_wal_lsn()) "
            "AND name ~ '^[0-9A-F]{24}$'")[0][0] or 0

    # -- Kafka

    @property
    def kafka_pid(self):
        return self.server_pid("kafka")

    @property
    def bootstrap(self):
        return self.env["STACK_KAFKA"]

    @property
    def admin(self):
        if not self._admin:
            self._admin = AdminClient({"bootstrap.servers": self.bootstrap,
                                       "log_level": 0})
        return self._admin

    def create_topics(self, topics):
        """topics: name -> (partitions, settings). Waits until all answer:
        metadata names a leader before that leader has heard of it."""
        for future in self.admin.create_topics(
                [NewTopic(name, count, 1, config=config)
                 for name, (count, config) in topics.items()],
                operation_timeout=30).values():
            future.result()
        for name in topics:
            wait_until(lambda topic=name: self.answers(topic), 30,
                       f"topic {name} answers")

    def delete_topics(self, names):
        for future in self.admin.delete_topics(
                list(names), operation_timeout=30).values():
            future.result()

    def answers(self, topic):
        try:
            return self.ends(topic)
        except (KafkaException, KeyError):
            return None

    def committed(self, group, topic):
        """How many records a consumer group is through with, in all."""
        with contextlib.closing(Consumer(
                {"bootstrap.servers": self.bootstrap,
                 "group.id": group})) as reader:
            found = reader.list_topics(topic, timeout=10).topics[topic]
            offsets = reader.committed([TopicPartition(topic, number)
                                        for number in found.partitions],
                                       timeout=10)
            return sum(max(0, place.offset) for place in offsets)

    def ends(self, topic):
        """The offset behind the last record of each partition."""
        with contextlib.closing(Consumer(
                {"bootstrap.servers": self.bootstrap,
                 "group.id": "bench-offsets"})) as reader:
            found = reader.list_topics(topic, timeout=10).topics[topic]
            return [reader.get_watermark_offsets(
                TopicPartition(topic, number), timeout=10)[1]
                    for number in sorted(found.partitions)]
