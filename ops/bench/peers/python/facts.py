"""What the model's state is called in the tables. Which parts of it a batch
needs is found by asking: the rules run once on a state that knows nothing and
notes what it was asked for."""

import datetime
from fractions import Fraction

import model
from rows import array

CARRY = 1
KINDS = {"day": 10, "week": 11, "month": 12, "ever": 13}
TIMES = 10  # is added for a limit that counts payments
EPOCH = datetime.date(1970, 1, 1)


class AskedKeys(set):
    """A set that is empty, and grows by what is looked for in it."""

    def __contains__(self, key):
        self.add(key)
        return False


class AskedValues(dict):
    """Likewise a dict."""

    def get(self, key, default=None):
        self[key] = default
        return default


class Question(model.Decision):
    """A decision that changes nothing."""

    def apply(self):
        return []


class Wants(model.State):
    def __init__(self, ruleset, events):
        super().__init__()
        self.taken = AskedKeys()
        self.carried = AskedValues()
        self.used = AskedValues()
        for event in events:
            try:
                Question(ruleset, self, event).run()
            except model.Refused:
                pass  # the decision itself will say so


# ---- keys as the tables have them -------------------------------------------

def once_row(key, account_ids, line_ids):
    name, account, fields = key
    return (account_ids[account] if account else 0,
            line_ids[name.partition("[")[0]], "/".join(fields))


def carry_row(key, account_ids, line_ids):
    name, account = key
    return account_ids[account], line_ids[name], CARRY, 0


def limit_row(key, account_ids, line_ids):
    name, account, window, times, start = key
    return (account_ids[account] if account else 0, line_ids[name],
            KINDS[window] + TIMES * times, (start - EPOCH).days if start else 0)


# ---- reading and writing ----------------------------------------------------

LOCK_ACCOUNTS = """
SELECT id, address, balance, last_seq FROM accounts
 WHERE address = ANY (%s::text[]) ORDER BY id FOR UPDATE
"""
ADD_ACCOUNTS = """
INSERT INTO accounts (address) SELECT a FROM unnest(%s::text[]) a
ON CONFLICT DO NOTHING
"""
READ_ONCE = """
SELECT k.ord FROM unnest(%s::int[], %s::int[], %s::text[]) WITH ORDINALITY
       AS k (account_id, line_id, key, ord)
  JOIN once_keys o USING (account_id, line_id, key)
"""
READ_COUNTERS = """
SELECT k.ord, c.value FROM unnest(%s::int[], %s::int[], %s::int[], %s::int[])
       WITH ORDINALITY AS k (account_id, line_id, kind, bucket, ord)
  JOIN counters c ON c.account_id = k.account_id AND c.line_id = k.line_id
       AND c.kind = k.kind AND c.bucket = k.bucket
 ORDER BY c.account_id, c.line_id, c.kind, c.bucket FOR UPDATE OF c
"""
WRITE_ACCOUNTS = """
UPDATE accounts a SET balance = v.balance, total_earned = v.balance,
       last_seq = v.seq, updated_at = %s
  FROM unnest(%s::int[], %s::bigint[], %s::int[]) AS v (id, balance, seq)
 WHERE a.id = v.id
"""
WRITE_COUNTERS = """
INSERT INTO counters (account_id, line_id, kind, bucket, value)
SELECT * FROM unnest(%s::int[], %s::int[], %s::smallint[], %s::int[],
                     %s::numeric[])
ON CONFLICT (account_id, line_id, kind, bucket)
DO UPDATE SET value = EXCLUDED.value
"""


def columns(rows):
    return [array(column) for column in zip(*rows)]


class Facts:
    """The locked part of the past that a batch needs, as a model.State; the
    rules pay in, so all that an account got is its balance."""

    def __init__(self, ruleset, line_ids):
        self.scale = 10**ruleset.scale
        self.line_ids = line_ids
        self.account_ids = {}
        self.state = model.State()
        self.before = {}  # counters as they were read

    def lock(self, cursor, addresses, wants):
        self.lock_accounts(cursor, addresses)
        missing = sorted(addresses - self.account_ids.keys())
        if missing:
            cursor.execute(ADD_ACCOUNTS, [array(missing)])
            self.lock_accounts(cursor, missing)
        self.read_once(cursor, list(wants.taken))
        self.read_counters(cursor, wants)

    def lock_accounts(self, cursor, addresses):
        cursor.execute(LOCK_ACCOUNTS, [array(addresses)])
        for id_, address, balance, seq in cursor.fetchall():
            self.account_ids[address] = id_
            self.state.balances[address] = balance
            self.state.seqs[address] = seq

    def read_once(self, cursor, keys):
        if keys:
            cursor.execute(READ_ONCE, columns(
                once_row(key, self.account_ids, self.line_ids)
                for key in keys))
            self.state.taken = {keys[n - 1] for n, in cursor.fetchall()}

    def counters(self, state):
        """(key, row, value) of each counter of a state."""
        for key, value in state.carried.items():
            yield (state.carried, key,
                   carry_row(key, self.account_ids, self.line_ids), value)
        for key, value in state.used.items():
            yield (state.used, key,
                   limit_row(key, self.account_ids, self.line_ids), value)

    def read_counters(self, cursor, wants):
        wanted = list(self.counters(wants))
        if not wanted:
            return
        cursor.execute(READ_COUNTERS, columns(row for _, _, row, _ in wanted))
        for number, value in cursor.fetchall():
            kind, key, _, _ = wanted[number - 1]
            if kind is wants.carried:
                self.state.carried[key] = Fraction(value)
            else:
                self.state.used[key] = self.from_units(key, value)
        self.before = {**self.state.carried, **self.state.used}

    def from_units(self, key, value):
        """A limit counts payments, or whole units of the asset."""
        return int(value) if key[3] else int(value * self.scale)

    def write(self, cursor, now):
        accounts = [(self.account_ids[address], balance,
                     self.state.seqs[address])
                    for address, balance in self.state.balances.items()]
        cursor.execute(WRITE_ACCOUNTS, [now, *columns(sorted(accounts))])
        rows = sorted((*row, self.to_units(kind, key, value))
                      for kind, key, row, value in self.counters(self.state)
                      if self.before.get(key) != value)
        if rows:
            cursor.execute(WRITE_COUNTERS, columns(rows))

    def to_units(self, kind, key, value):
        if kind is self.state.carried or key[3]:
            return f"{float(value):.9f}" if value % 1 else int(value)
        return f"{value // self.scale}.{value % self.scale:02}"
