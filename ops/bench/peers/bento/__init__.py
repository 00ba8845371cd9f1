"""Bento (the free continuation of Benthos): a mapping, SQL and Kafka in one
YAML file, at least once. pipeline.yaml says which rules it can apply."""

import contextlib
import os
import pathlib
import shutil

from lib import load
from lib.common import BUILD, BenchError, run_tool, say
from lib.process import Process
from lib.program import INPUT, PARTITIONS
from lib.subject import Clock, NotInstalled, Subject
from lib.watch import query

from ..books import check_counts

HERE = pathlib.Path(__file__).parent
SOURCE = BUILD / "bench/bento-source"
PROGRAM = BUILD / "bench/bento"
FILES = ("main.go", "go.mod", "go.sum")
TIMES = """
SELECT extract(epoch FROM min(posted_at))::float8,
       extract(epoch FROM max(posted_at))::float8 FROM inbox
"""
BOOKS = """
SELECT (SELECT count(*) FROM inbox), (SELECT coalesce(sum(amount), 0) FROM
       entries), (SELECT coalesce(sum(balance), 0) FROM balances),
       (SELECT count(DISTINCT (source, event_id)) FROM entries),
       (SELECT sum(amount) FROM entries WHERE line IN ('contract.base',
       'contract.on_time', 'contract.rating')), (SELECT count(*) FROM entries)
"""


class Bento(Subject):
    """`batch` events a statement, `threads` statements at a time."""

    plain = True

    def __init__(self, bench, name, batch, threads):
        super().__init__(bench, name)
        self.batch = batch
        self.threads = threads
        self.output = self.tag = None
        self.title = (f"Bento, at least once, a statement for {batch} "
                      f"event{'s' * (batch > 1)}, {threads} at a time; no "
                      "counters, caps or once-keys")

    def install(self):
        """Its parts are built from source: once, in some minutes."""
        made_of = [(HERE / name).read_text() for name in FILES]
        stamp = SOURCE / "stamp"
        if PROGRAM.exists() and stamp.exists() and \
                stamp.read_text() == "".join(made_of):
            return
        if not shutil.which("go"):
            raise NotInstalled("there is no go on the PATH to build it with; "
                               "install Go 1.24 or newer")
        say("building Bento; this takes some minutes")
        SOURCE.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            shutil.copy(HERE / name, SOURCE / name)
        try:
            run_tool("building Bento",
                     ["nice", "-n", "19", "go", "build", "-p", "1",
                      "-trimpath", "-ldflags=-s -w", "-o", PROGRAM, "."],
                     cwd=SOURCE, env={**os.environ, "CGO_ENABLED": "0"})
        except BenchError as failure:
            raise NotInstalled(str(failure)) from None
        stamp.write_text("".join(made_of))

    def prepare(self, tag):
        self.tag = self.database = tag
        self.output = f"{tag}.token-events"
        self.stack.fresh_database(tag, migrate=False)
        self.stack.sql((HERE / "tables.sql").read_text(), tag)
        self.stack.create_topics({self.output: (PARTITIONS, {
            "message.timestamp.type": "LogAppendTime"})})

    def start(self):
        host_port = f"127.0.0.1:{self.stack.env['STACK_PG_PORT']}"
        bento = Process("bento", [PROGRAM, "-c", HERE / "pipeline.yaml"],
                        self.stack.dir / f"{self.tag}.log", env={
                            "KAFKA": self.stack.bootstrap, "INPUT": INPUT,
                            "OUTPUT": self.output, "NAME": self.tag,
                            "DSN": f"postgres://postgres@{host_port}/"
                            f"{self.database}?sslmode=disable",
                            "PGPASSFILE": self.stack.pgpass,
                            "BATCH": str(self.batch),
                            "THREADS": str(self.threads)})
        self.processes = {"worker": [bento]}

    def look(self, _connection):
        """What it has committed of its group's offsets is posted and said."""
        done = self.stack.committed(self.tag, INPUT)
        return (done == self.bench.load.events,
                f"{done} of {self.bench.load.events} done")

    def clock(self, connection):
        first, posted = query(connection, TIMES)
        said = load.count_messages(self.stack, self.output)
        return Clock(seconds=said.last_ms / 1000 - first,
                     posted_s=posted - first, first_at=first)

    def stop(self):
        bento, = self.processes["worker"]
        bento.tell()
        bento.wait()
        self.processes = {}

    def books(self):
        with contextlib.closing(
                self.stack.connect("admin", self.database)) as connection:
            events, paid, balances, paying, contracts, entries = map(
                int, query(connection, BOOKS))
        said = load.count_messages(self.stack, self.output).count
        check_counts(self.name, {
            "distinct events": (events, self.bench.load.distinct),
            "minor units in balances": (balances, paid)})
        if said < paying:
            raise BenchError(f"{self.name} said {said} messages for {paying} "
                             "events that pay")
        return {"contracts": contracts, "entries": entries, "messages": said}

    def remove(self):
        self.stack.delete_topics([self.output])
        super().remove()
