"""What is compared: one way to handle the events. peers/ has one file each."""

import dataclasses
import hashlib

from .common import tail
from .watch import query


class NotInstalled(Exception):
    """A subject cannot be had on this machine; the text says why."""


@dataclasses.dataclass
class Clock:
    """Seconds of a run, by the times that rows and messages have: from the
    first batch on, until all is committed."""

    seconds: float
    posted_s: float | None = None  # until the last row
    first_at: float | None = None  # seconds since 1970


class Subject:
    """A run is: prepare, start, look until it is over, clock, stop, books.
    What it leaves stays until remove, since others may read it."""

    title = ""   # one line for the table
    plain = False  # knows the rules of rules_plain.py alone

    def __init__(self, bench, name):
        self.bench = bench
        self.name = name
        self.database = None
        self.processes = {}  # "worker" and "relay" -> [Process]

    @property
    def stack(self):
        return self.bench.stack

    def install(self):
        """Gets what it is made of into build/bench, or raises NotInstalled."""

    def prepare(self, tag):
        """All that is not measured; `tag` is of this run only."""
        raise NotImplementedError

    def start(self):
        raise NotImplementedError

    def look(self, connection):
        """(is it over, how far it is)"""
        raise NotImplementedError

    def clock(self, connection):
        raise NotImplementedError

    def books(self):
        """Numbers of the run, after they were checked; raises BenchError when
        the books do not close. `ledger` is equal for equal ledgers."""
        raise NotImplementedError

    def remove(self):
        self.stack.drop_database(self.database)

    # -- processes

    def all_processes(self):
        return [p for group in self.processes.values() for p in group]

    def check(self):
        for process in self.all_processes():
            process.check()

    def logs(self):
        return "\n".join(f"the end of {process.log}:\n{tail(process.log)}"
                         for process in self.all_processes())

    def kill(self):
        for process in self.all_processes():
            process.kill()
        self.processes = {}


# Each account's events are in one partition, so how many workers there are, and
# how they cut batches, makes no difference to any of this.
LEDGER = """
SELECT count(*), sum(n.amount),
       sum(hashtextextended(concat_ws('|', s.name, e.event_id, l.name,
           a.address, n.seq, n.amount, n.balance_after), 0)::numeric),
       (SELECT count(*) FROM reward.events),
       (SELECT sum(balance) FROM reward.accounts),
       (SELECT count(*) FROM reward.once_keys)
  FROM reward.entries n
  JOIN reward.events e ON e.id = n.event_id
  JOIN reward.sources s ON s.id = e.source_id
  JOIN reward.accounts a ON a.id = n.account_id
  JOIN reward.lines l ON l.id = n.line_id
"""


def ledger_digest(connection):
    """Equal for ledgers that say the same, whatever their row ids."""
    row = query(connection, LEDGER)
    return hashlib.sha256(repr([str(v) for v in row]).encode()).hexdigest()
