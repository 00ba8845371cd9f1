"""The bare limit: copy_loop writes the rows of a finished run of ours into an
empty database, in the worker's transaction shape, and does nothing else."""

import contextlib
import select
import subprocess

from lib.common import ROOT, BenchError, build_c, tail
from lib.process import Process
from lib.subject import Clock, Subject, ledger_digest

from .books import check_counts

SOURCE = ROOT / "ops/bench/copy_loop.c"
BATCH = 4000  # events in a transaction
READ_S = 600

# What the program writes rows of, with the mix, and so the loop.
WRITTEN = ("accounts", "events", "entries", "answers", "once_keys", "counters",
           "holds", "timers", "closings", "dead_records", "other_records")


class Loop(Subject):
    title = f"bare COPY loop of our rows, one connection, {BATCH} a batch"

    def __init__(self, bench, name, source):
        super().__init__(bench, name)
        self.source = source  # the subject whose rows are written
        self.program = None
        self.copier = None
        self.said = None

    def install(self):
        self.program = build_c(SOURCE, "libpq")

    def prepare(self, tag):
        """All rows are in its memory before the clock starts."""
        self.database = tag
        self.stack.fresh_database(tag)
        self.said = None
        self.copier = Process(
            "the loop",
            [self.program, self.stack.dsn("worker", self.source.database),
             self.stack.dsn("worker", tag), BATCH],
            self.stack.dir / f"{tag}.log",
            env={"PGPASSFILE": self.stack.pgpass},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.processes = {"worker": [self.copier]}
        if self.read_line(READ_S) != "ready":
            raise BenchError("the loop could not read the rows of "
                             f"{self.source.name}:\n{tail(self.copier.log)}")

    def read_line(self, timeout_s):
        """None when nothing was said in time."""
        output = self.copier.popen.stdout
        ready, _, _ = select.select([output], [], [], timeout_s)
        return output.readline().decode().strip() if ready else None

    def write_line(self, line):
        self.copier.popen.stdin.write(line)
        self.copier.popen.stdin.flush()

    def start(self):
        self.write_line(b"go\n")

    def look(self, _connection):
        self.said = self.read_line(0)
        if self.said == "":
            raise BenchError("the loop could not write its rows:\n"
                             + tail(self.copier.log))
        return self.said is not None, "the loop writes"

    def clock(self, _connection):
        events, seconds = self.said.split()
        check_counts(self.name, {"events and dead letters": (
            int(events), self.source_events())})
        return Clock(seconds=float(seconds))

    def source_events(self):
        return self.stack.sql(
            "SELECT (SELECT count(*) FROM reward.events) + "
            "(SELECT count(*) FROM reward.dead_records)",
            self.source.database)[0][0]

    def stop(self):
        self.write_line(b"end\n")
        self.copier.wait()
        self.processes = {}

    def rows_of(self, database):
        """table -> its rows"""
        return {table: self.stack.sql(
                    f"SELECT count(*) FROM reward.{table}", database)[0][0]
                for table in WRITTEN}

    def books(self):
        written = self.rows_of(self.database)
        check_counts(self.name, {
            f"rows of {table}": (written[table], rows)
            for table, rows in self.rows_of(self.source.database).items()})
        with contextlib.closing(
                self.stack.connect("reader", self.database)) as connection:
            return {"ledger": ledger_digest(connection)}
