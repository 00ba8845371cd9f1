"""What reading a ledger costs: the commands that support uses, the queries that
other services ask of the views, and a verification of all books. Each comes
alone, as a new process or connection: nobody has warmed anything for it."""

import contextlib
import dataclasses
import pathlib
import re
import time

from .common import BenchError
from .measure import Series
from .watch import query

CALLS = 11
PAGE = 50  # of history, when nobody says otherwise
PLACES = 100  # of the leaderboard
SAMPLE_S = 0.1


@dataclasses.dataclass
class Known:
    """What is asked for: the account with most entries, a usual one, what that
    has earned, an event in the middle; and how many accounts there are."""

    most: str
    entries: int
    usual: str
    event_id: str
    contract_id: str
    earned: str
    accounts: int


CHOOSE = """
SELECT (SELECT address FROM reward.accounts ORDER BY last_seq DESC LIMIT 1),
       (SELECT max(last_seq) FROM reward.accounts),
       (SELECT address FROM reward.accounts WHERE last_seq BETWEEN 1 AND 20
         ORDER BY id DESC LIMIT 1), event_id, contract_id,
       (SELECT reward.gigs(total_earned)::text FROM reward.accounts
         WHERE last_seq BETWEEN 1 AND 20 ORDER BY id DESC LIMIT 1),
       (SELECT count(*) FROM reward.accounts WHERE last_seq > 0)
  FROM reward.events
 WHERE id >= (SELECT max(id) / 2 FROM reward.events)
   AND outcome = 'p' AND contract_id IS NOT NULL
 ORDER BY id LIMIT 1
"""

# name -> (words, how many rows there must be)
COMMANDS = {
    "balance": lambda known: (("balance", known.most), 1),
    "history": lambda known: (("history", known.most),
                              min(PAGE, known.entries)),
    "history --before": lambda known: (
        ("history", known.most, "--before", str(known.entries // 2)),
        min(PAGE, known.entries // 2 - 1)),
    "history, usual": lambda known: (("history", known.usual), None),
    "history --type": lambda known: (
        ("history", known.most, "--type", "earn"), min(PAGE, known.entries)),
    "fee": lambda known: (("fee", known.most), 1),
    "stake list": lambda known: (("stake", "list", known.usual), 0),
    "leaderboard": lambda known: (
        ("leaderboard",), min(PLACES, known.accounts)),
    "leaderboard --after": lambda known: (
        ("leaderboard", "--after", f"{known.accounts // 2}:{known.earned}:"
         f"{known.usual}"), None),
    "stats": lambda known: (("stats",), 0),
}
# name -> (query, its parameters). All of them have rows.
TRANSACTIONS = "SELECT * FROM reward.token_transactions "
QUERIES = {
    "event": lambda known: (
        TRANSACTIONS + "WHERE event_id = %s", (known.event_id,)),
    "contract": lambda known: (
        TRANSACTIONS + "WHERE contract_id = %s", (known.contract_id,)),
    "inbox": lambda known: (
        "SELECT * FROM reward.inbox WHERE event_id = %s", (known.event_id,)),
    "newest": lambda known: (
        TRANSACTIONS + "WHERE user_address = %s AND account_seq > "
        f"(SELECT last_seq - {PAGE} FROM reward.user_token_balances "
        "WHERE user_address = %s) ORDER BY account_seq DESC",
        (known.most, known.most)),
    # Sorts all that the account has; the one above does not.
    "newest, sorted": lambda known: (
        TRANSACTIONS + "WHERE user_address = %s "
        f"ORDER BY account_seq DESC LIMIT {PAGE}", (known.most,)),
    "leaderboard, SQL": lambda known: (
        "SELECT * FROM reward.leaderboard ORDER BY rank LIMIT 100", ()),
    "stats, SQL": lambda known: ("SELECT * FROM reward.stats", ()),
}


class Lookups:
    """name -> Series of milliseconds, the first call after the load first."""

    def __init__(self, program):
        self.program = program
        self.stack = program.stack
        with contextlib.closing(self.connect()) as connection:
            self.known = Known(*query(connection, CHOOSE))

    def connect(self, role="reader"):
        return self.stack.connect(role, self.program.database)

    def measure(self):
        took = {name: [] for name in (*COMMANDS, *QUERIES)}
        for _ in range(CALLS):
            for name, choose in COMMANDS.items():
                took[name].append(self.command_ms(name, *choose(self.known)))
            for name, choose in QUERIES.items():
                took[name].append(self.query_ms(name, *choose(self.known)))
        return {name: Series(times) for name, times in took.items()}

    def command_ms(self, name, words, rows):
        started = time.monotonic()
        done = self.program.run(*words, "--format", "json")
        took = (time.monotonic() - started) * 1e3
        # Lists are a row a line, a balance is one line; some name nobody.
        found = done.stdout.count('"user_address"')
        if done.returncode or rows not in (None, found):
            raise BenchError(f"{name} ended with status {done.returncode} and "
                             f"{found} rows, and there must be {rows}:\n"
                             f"{done.stderr}")
        return took

    def query_ms(self, name, sql, params):
        started = time.monotonic()
        with contextlib.closing(self.connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(sql, params)
            found = len(cursor.fetchall())
        took = (time.monotonic() - started) * 1e3
        if not found:
            raise BenchError(f"the query \"{name}\" found nothing: {sql} with "
                             f"{params}")
        return took


# ---- standings ------------------------------------------------------------

CURRENT = """
SELECT batch_id = (SELECT max(id) FROM reward.batches) FROM reward.totals
"""
PATIENCE_S = 600


def settle(connection):
    """Seconds until the relay, at work with nothing to publish, has brought
    the standings to the last batch."""
    started = time.monotonic()
    while not query(connection, CURRENT)[0]:
        if time.monotonic() > started + PATIENCE_S:
            raise BenchError("the standings do not become current")
        time.sleep(SAMPLE_S)
    return time.monotonic() - started


# ---- verify ----------------------------------------------------------------

BACKENDS = """
SELECT coalesce(array_agg(pid), '{}') FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type <> 'autovacuum worker'
   AND (application_name = 'reward verify'
        OR leader_pid IN (SELECT pid FROM pg_stat_activity
                           WHERE application_name = 'reward verify'))
"""
TEMP = "SELECT temp_bytes FROM pg_stat_database WHERE datname = " \
    "current_database()"


@dataclasses.dataclass
class Verified:
    """Peaks of memory in KiB; PostgreSQL's is that of the backend and its
    parallel workers together, without what all backends share."""

    seconds: float
    reward_kib: int
    postgresql_kib: int
    temp_bytes: int


def status_kib(pid, field):
    """0 when the process is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(rf"^{field}:\s+(\d+) kB", text, re.M)
    return int(found[1]) if found else 0


def verify(program):
    """Raises when the books do not close."""
    with contextlib.closing(program.stack.connect(
            "admin", program.database)) as connection:
        temp_before = query(connection, TEMP)[0]
        reward = postgresql = 0
        started = time.monotonic()
        process = program.start("verify", "verify", "reader")
        while process.running:
            reward = max(reward, status_kib(process.pid, "VmHWM"))
            backends = query(connection, BACKENDS)[0]
            postgresql = max(postgresql, sum(status_kib(pid, "RssAnon")
                                             for pid in backends))
            time.sleep(SAMPLE_S)
        process.wait()
        took = time.monotonic() - started
        return Verified(took, reward, postgresql,
                        query(connection, TEMP)[0] - temp_before)
