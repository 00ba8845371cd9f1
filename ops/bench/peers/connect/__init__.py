"""Kafka Connect with Debezium's JDBC sink: the posting half alone. Each event
becomes one row, its text in a column, upserted by the record's coordinates: a
repeated delivery changes nothing, while an event that was sent twice has two
rows. No rewards, no balances, no messages."""

import contextlib
import pathlib
import shutil

from lib.common import BUILD, ROOT, BenchError, run_tool, say
from lib.process import Process
from lib.program import INPUT
from lib.subject import Clock, NotInstalled, Subject
from lib.watch import query

from ..books import check_counts

HERE = pathlib.Path(__file__).parent
POM = HERE / "pom.xml"
JARS = BUILD / "bench/connect"
STAMP = JARS / ".stamp"
TASKS = 2
BATCH = 4000
ENDS_WITH = (0, 143)  # a JVM that SIGTERM ended
TABLE = """
CREATE TABLE events (
    __connect_topic     text COLLATE "C" NOT NULL,
    __connect_partition integer NOT NULL,
    __connect_offset    bigint NOT NULL,
    event               text NOT NULL,
    posted_at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (__connect_topic, __connect_partition, __connect_offset)
)
"""
TIMES = """
SELECT extract(epoch FROM min(posted_at))::float8,
       extract(epoch FROM max(posted_at))::float8, count(*) FROM events
"""


def write_properties(path, settings):
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={value}\n"
                            for name, value in settings.items()))
    return path


class Connect(Subject):
    title = (f"Kafka Connect, JDBC sink, {TASKS} tasks: the event's text into "
             "a row, no more")

    def __init__(self, bench, name):
        super().__init__(bench, name)
        self.java = self.dir = None

    def install(self):
        self.java = shutil.which("java")
        if not self.java:
            raise NotInstalled("there is no java on the PATH; run ops/setup")
        if STAMP.exists() and STAMP.read_text() == POM.read_text():
            return
        say("fetching Kafka Connect and its JDBC sink")
        shutil.rmtree(JARS, ignore_errors=True)
        try:
            run_tool("fetching Kafka Connect", [
                "mvn", "-B", "-ntp", "-q", "-f", POM,
                "dependency:copy-dependencies", "-DincludeScope=runtime",
                f"-DoutputDirectory={JARS}"])
        except BenchError as failure:
            raise NotInstalled(str(failure)) from None
        STAMP.write_text(POM.read_text())

    def prepare(self, tag):
        self.database = tag
        self.dir = self.stack.dir / tag
        self.dir.mkdir()
        self.stack.fresh_database(tag, migrate=False)
        self.stack.sql(TABLE, tag)

    def worker_settings(self):
        strings = "org.apache.kafka.connect.storage.StringConverter"
        return {
            "bootstrap.servers": self.stack.bootstrap,
            "listeners": "http://127.0.0.1:0",
            "key.converter": strings, "value.converter": strings,
            "offset.storage.file.filename": self.dir / "offsets",
            "offset.flush.interval.ms": 1000,
            "plugin.discovery": "only_scan",
            "consumer.max.poll.records": BATCH}

    def sink_settings(self):
        host_port = f"127.0.0.1:{self.stack.env['STACK_PG_PORT']}"
        return {
            "name": self.database, "topics": INPUT, "tasks.max": TASKS,
            "connector.class": "io.debezium.connector.jdbc.JdbcSinkConnector",
            "connection.url": f"jdbc:postgresql://{host_port}/{self.database}",
            "connection.username": "postgres",
            "connection.password": self.stack.password("admin"),
            "collection.name.format": "events", "schema.evolution": "none",
            "insert.mode": "upsert", "primary.key.mode": "kafka",
            "batch.size": BATCH,
            "consumer.override.auto.offset.reset": "earliest",
            "transforms": "column",
            "transforms.column.type":
                "org.apache.kafka.connect.transforms.HoistField$Value",
            "transforms.column.field": "event"}

    def start(self):
        worker = write_properties(self.dir / "worker.properties",
                                  self.worker_settings())
        sink = write_properties(self.dir / "sink.properties",
                                self.sink_settings())
        log4j = ROOT / "ops/kafka/log4j2.properties"
        self.processes = {"worker": [Process(
            "Kafka Connect",
            [self.java, "-Xms256m", "-Xmx1g",
             f"-Dlog4j2.configurationFile={log4j}", "-cp", f"{JARS}/*",
             "org.apache.kafka.connect.cli.ConnectStandalone", worker, sink],
            self.dir / "connect.log", ends_with=ENDS_WITH)]}

    def look(self, _connection):
        """What its group has committed is in the table."""
        done = self.stack.committed(f"connect-{self.database}", INPUT)
        return (done == self.bench.load.events,
                f"{done} of {self.bench.load.events} done")

    def clock(self, connection):
        first, last, _ = query(connection, TIMES)
        return Clock(seconds=last - first, posted_s=last - first,
                     first_at=first)

    def stop(self):
        connect, = self.processes["worker"]
        connect.tell()
        connect.wait()
        self.processes = {}

    def books(self):
        with contextlib.closing(
                self.stack.connect("admin", self.database)) as connection:
            _, _, rows = query(connection, TIMES)
        check_counts(self.name, {"rows": (rows, self.bench.load.events)})
        return {"rows": rows}
