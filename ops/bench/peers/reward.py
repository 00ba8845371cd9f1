"""The program: workers, and a relay where token events are wanted."""

import contextlib

from lib import load
from lib.program import Program
from lib.subject import Clock, Subject, ledger_digest
from lib.watch import query

from .books import check_counts

PROGRESS = """
SELECT (SELECT coalesce(sum(next_offset), 0)::bigint FROM reward.streams),
       (SELECT coalesce(max(id), 0) FROM reward.batches),
       (SELECT coalesce(max(batch_id), 0) FROM reward.relay_positions)
"""
TIMES = """
SELECT extract(epoch FROM min(posted_at))::float8,
       extract(epoch FROM max(posted_at))::float8,
       (SELECT extract(epoch FROM max(updated_at))::float8
          FROM reward.relay_positions)
  FROM reward.batches
"""
COUNTS = """
SELECT sum(records), sum(posted), sum(dead_letters + conflicts), sum(entries),
       count(*), (SELECT sum(amount) FROM reward.entries n JOIN reward.lines l
       ON l.id = n.line_id WHERE l.name IN ('contract.base', 'contract.on_time',
       'contract.rating')), (SELECT count(*) FROM (
       SELECT event_id, account_id, 0 AS place FROM reward.entries UNION
       SELECT event_id, account_id, place FROM reward.answers) messages)
  FROM reward.batches
"""


class Reward(Subject):
    """`settings` go on top of those built in."""

    def __init__(self, bench, name, workers=2, relay=True, settings=None):
        super().__init__(bench, name)
        self.workers = workers
        self.relay = relay
        self.settings = settings
        self.program = None
        self.title = (f"reward: {workers} worker{'s' * (workers > 1)}"
                      f"{' and a relay' * relay}")

    def prepare(self, tag):
        self.database = tag
        self.program = Program(self.stack, tag, tag, {
            "rules": {"dir": str(self.bench.rules)}, **(self.settings or {})})
        self.program.prepare()

    def start(self):
        self.processes = {"worker": [self.program.start_worker()
                                     for _ in range(self.workers)]}
        if self.relay:
            self.processes["relay"] = [self.program.start_relay()]

    def look(self, connection):
        read_to, last_batch, mark = query(connection, PROGRESS)
        far = f"{read_to} of {self.bench.load.events} posted"
        if self.relay:
            far += f", batch {mark} of {last_batch} published"
        return (read_to == self.bench.load.events
                and (not self.relay or mark == last_batch)), far

    def clock(self, connection):
        """Without a relay, the last batch's own time is not in it."""
        first, posted, published = query(connection, TIMES)
        return Clock(seconds=(published if self.relay else posted) - first,
                     posted_s=posted - first, first_at=first)

    def stop(self):
        self.program.stop()
        self.processes = {}

    def books(self):
        """Of the ledger; of each message too, byte for byte."""
        self.program.verify(*["--topic"] * self.relay)
        with contextlib.closing(
                self.stack.connect("reader", self.database)) as connection:
            records, posted, dead, entries, batches, contracts, told = map(
                int, query(connection, COUNTS))
            ledger = ledger_digest(connection)
        counts = {"records": (records, self.bench.load.events)}
        if self.relay:
            counts["token events"] = (self.count(self.program.output), told)
            counts["dead letters"] = (self.count(self.program.dlq), dead)
        check_counts(self.name, counts)
        return {"ledger": ledger, "contracts": contracts, "entries": entries,
                "batches": batches, "posted": posted}

    def count(self, topic):
        return load.count_messages(self.stack, topic).count

    def remove(self):
        self.program.remove()
