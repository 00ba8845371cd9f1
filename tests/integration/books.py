"""The books of a test: database and topics against the independent model.

The model decides for itself what every record of the input is worth. From the
ledger it takes one thing only, the order between partitions, which is the
program's to choose; that within each partition it is the order of the topic
is checked.
"""

import collections
import json
import uuid
from decimal import Decimal

import harness
import model

# A token event's id is a UUIDv5 of what it is about.
REASON_HEADERS = ("reason", "message", "topic", "partition", "offset",
                  "timestamp", "ruleset", "time")
TYPE_EARNED = "io.gigchain.token.earned.v1"


def gigs(minor):
    return Decimal(minor).scaleb(-2)


class Ledger:
    """All that the database's views say, read once."""

    def __init__(self, context):
        self.batches = context.sql("SELECT id, first_id FROM reward.batches "
                                   "ORDER BY id")
        rank = {first_id: id_ for id_, first_id in self.batches}
        self.inbox = context.sql(
            'SELECT id, event_source, event_id, type, user_address, topic, '
            'partition, "offset", outcome FROM reward.inbox')
        self.inbox.sort(key=lambda row: (rank[row[0] & -8192], row[0]))
        self.outcomes = context.sql(
            'SELECT topic, partition, "offset", outcome '
            'FROM reward.record_outcomes')
        self.entries = context.sql(
            "SELECT id, event_source, event_id, line, user_address, "
            "account_seq, amount, balance_after, counterparty, "
            "transaction_type FROM reward.token_transactions ORDER BY id")
        self.balances = context.sql(
            "SELECT user_address, balance, total_earned, total_spent, "
            "last_seq FROM reward.user_token_balances")
        self.dead = context.sql(
            'SELECT id, topic, partition, "offset", reason, message, key, '
            "value, header_names, header_values FROM reward.dead_letters")
        self.dead.sort(key=lambda row: (rank[row[0] & -8192], row[0]))
        self.rank = rank

    def batch_of(self, id_):
        return self.rank[id_ & -8192]


class Expected:
    """The model's run over the input in the ledger's order."""

    def __init__(self, records, intake, ruleset, ledger):
        self.model = model.Model(ruleset)
        self.records = {record.place: record for record in records}
        self.events = {}    # place -> Event
        self.outcomes = {}  # place -> outcome
        self.reasons = {}   # place -> dead-letter reason
        self.entries = {}   # identity -> [Entry]
        self.read(intake)
        self.replay(ledger)
        self.settle()

    def read(self, intake):
        for place, record in self.records.items():
            try:
                self.events[place] = intake.read(record)
            except model.Skipped:
                self.outcomes[place] = "no_reward"
            except model.Refused as refusal:
                self.refuse(place, refusal.reason)

    def refuse(self, place, reason):
        self.outcomes[place] = ("conflict" if reason == "id_conflict"
                                else "dead_letter")
        self.reasons[place] = reason

    def replay(self, ledger):
        """Post what the ledger took, in its order; try what it refused for
        its amount at the place where it must have tried."""
        tries = self.tries(ledger)
        self.check_order(ledger)
        for row in ledger.inbox:
            place, identity = tuple(row[5:8]), (row[1], row[2])
            for refused in tries.pop(place, ()):
                self.try_refused(refused)
            event = self.events.get(place)
            assert event, (f"the ledger took {place} as {identity}, which is "
                           f"{self.reasons.get(place, 'no event')}")
            assert event.identity == identity
            assert (row[3], row[4]) == (event.type, event.data.get(
                "user_address")), f"inbox row of {identity}: {row}"
            assert self.model.claim(event) == "fresh", \
                f"{identity} is in the ledger twice"
            try:
                self.entries[identity] = self.model.post(event)
            except model.Refused as refusal:
                raise AssertionError(f"the ledger took {identity} at {place}: "
                                     f"{refusal}") from None
            self.outcomes[place] = ("posted" if self.entries[identity]
                                    else "no_reward")
        for places in tries.values():
            for place in places:
                self.try_refused(place)

    def tries(self, ledger):
        """place of the next taken event of that partition -> the places
        before it whose amount was refused."""
        taken = collections.defaultdict(list)
        for row in ledger.inbox:
            taken[tuple(row[5:7])].append(row[7])
        tries = collections.defaultdict(list)
        for row in ledger.dead:
            topic, partition, offset, reason = row[1:5]
            if reason in ("amount_overflow", "rule_error"):
                later = [o for o in taken[topic, partition] if o > offset]
                tries[topic, partition, min(later, default=None)].append(
                    (topic, partition, offset))
        return tries

    def try_refused(self, place):
        event = self.events.get(place)
        if event and self.model.claim(event) == "fresh":
            try:
                model.Decision(self.model.ruleset, self.model.state,
                               event).run()
            except model.Refused as refusal:
                self.refuse(place, refusal.reason)

    @staticmethod
    def check_order(ledger):
        last = {}
        for row in ledger.inbox:
            stream, offset = tuple(row[5:7]), row[7]
            assert offset > last.get(stream, -1), \
                f"{stream} was not posted in order at offset {offset}"
            last[stream] = offset

    def settle(self):
        """Repeats: every event that was not the one taken."""
        first = {}  # (identity, stream) -> offset taken
        for place in sorted(self.events):
            event = self.events[place]
            if place in self.outcomes:
                if place not in self.reasons:
                    first[event.identity, place[:2]] = place[2]
                continue
            claim = self.model.claim(event)
            assert claim != "fresh", \
                f"{event.identity} at {place} is not in the ledger"
            if claim == "conflict":
                self.refuse(place, "id_conflict")
            else:
                self.outcomes[place] = "duplicate"
        for place, event in self.events.items():
            taken = first.get((event.identity, place[:2]))
            if taken is not None and place not in self.reasons:
                assert place[2] >= taken, \
                    f"{event.identity}: {place} came before the one taken"


def assert_same(name, got, expected):
    """Equal dicts, or a short list of what differs."""
    if got == expected:
        return
    lines = []
    for key in sorted(set(got) | set(expected), key=str):
        if got.get(key) != expected.get(key):
            lines.append(f"{key}: got {got.get(key)!r}, "
                         f"expected {expected.get(key)!r}"[:500])
    raise AssertionError(f"{name}: {len(lines)} differ\n"
                         + "\n".join(lines[:5]))


def check_ledger(ledger, expected):
    records = collections.Counter(tuple(row[:3]) for row in ledger.outcomes)
    assert max(records.values(), default=1) == 1, "a record has two outcomes"
    assert_same("outcomes", {tuple(row[:3]): row[3]
                             for row in ledger.outcomes}, expected.outcomes)
    assert_same("inbox", {tuple(row[5:8]): row[8] for row in ledger.inbox},
                {place: outcome for place, outcome in expected.outcomes.items()
                 if place in expected.events
                 and outcome in ("posted", "no_reward")})
    got = collections.defaultdict(list)
    for row in ledger.entries:
        got[row[1], row[2]].append((row[3], row[4], row[5], row[6], row[7]))
    assert_same("entries", dict(got), {
        identity: [(e.line, e.account, e.seq, gigs(e.minor),
                    gigs(e.balance_after)) for e in entries]
        for identity, entries in expected.entries.items() if entries})
    state = expected.model.state
    assert_same("balances", {
        row[0]: (row[1], row[2], row[3], row[4])
        for row in ledger.balances if row[4]}, {
        account: (gigs(minor), gigs(minor), 0, state.seqs[account])
        for account, minor in state.balances.items()})
    assert all(row[1:5] == (0, 0, 0, 0) for row in ledger.balances
               if not row[4])


def check_dead_letters(ledger, expected):
    assert_same("dead letters", {tuple(row[1:4]): row[4]
                                 for row in ledger.dead}, expected.reasons)
    for row in ledger.dead:
        record = expected.records[tuple(row[1:4])]
        headers = [(bytes(name).decode(),
                    None if value is None else bytes(value))
                   for name, value in zip(row[8], row[9])]
        assert (blob(row[6]), blob(row[7]), headers) == \
            (record.key, record.value, record.headers), \
            f"dead letter {row[1:4]} is not what was sent"
        assert row[5], "a dead letter says why"


def blob(value):
    return None if value is None else bytes(value)


# ---- topics ------------------------------------------------------------------------

def check_output(records, ledger, ruleset):
    """Each (event, account) has one message, as the ledger says, in order."""
    expected = {}
    for row in ledger.entries:
        expected.setdefault((row[1], row[2], row[4]), []).append(row)
    seen = {}
    ids = set()
    chains = collections.defaultdict(list)
    for record in records:
        body = json.loads(record.value)
        data = body["data"]
        check_message(record, body)
        ids.add(body["id"])
        chains[data["account"]].append((record.partition, record.offset,
                                        data["account_seq"]))
        rows = rows_of(expected, body)
        assert rows is not None, f"no posting for message {body}"
        assert body["id"] not in seen, f"message {body['id']} was sent twice"
        seen[body["id"]] = rows[0][1:3] + (rows[0][4],)
        check_body(body, rows, ruleset)
    assert len(ids) == len(records), "an id was used twice"
    assert_same("token events", collections.Counter(seen.values()),
                collections.Counter(list(expected)))
    for account, chain in chains.items():
        assert len({partition for partition, _, _ in chain}) == 1, \
            f"{account} is spread over partitions"
        seqs = [seq for _, _, seq in chain]
        assert seqs == sorted(set(seqs)), \
            f"{account}: sequence {seqs} does not rise"


def rows_of(expected, body):
    """The ledger rows a message is about. The source of the cause is not in
    every message, so all sources with that event id and account are tried."""
    found = [rows for (source, event_id, account), rows in expected.items()
             if event_id == body["causationid"]
             and account == body["data"]["account"]
             and rows[-1][5] == body["data"]["account_seq"]]
    return found[0] if len(found) == 1 else None


def check_message(record, body):
    """The envelope, and that the headers repeat it."""
    assert body["specversion"] == "1.0"
    assert body["type"] == TYPE_EARNED
    assert body["source"] == "/reward"
    assert uuid.UUID(body["id"]).version == 5
    assert model.parse_time(body["time"])
    assert record.key.decode() == body["data"]["account"]
    assert record.header("content-type").startswith(
        b"application/cloudevents+json")
    for name in ("specversion", "id", "type", "source", "time", "causationid"):
        assert record.header("ce_" + name) == body[name].encode(), name


def check_body(body, rows, ruleset):
    data = body["data"]
    assert data["currency"] == "GIGS"
    assert [(e["line"], e["amount"]) for e in data["entries"]] == \
        [(row[3], str(row[6])) for row in rows]
    assert data["amount"] == str(sum(row[6] for row in rows))
    assert data["balance_after"] == str(rows[-1][7])
    assert data["account_seq"] == rows[-1][5]
    assert data["ruleset"].startswith(ruleset.name + "@")
    assert model.parse_time(data["occurred_at"])
    assert model.parse_time(data["posted_at"])
    note = data["notification"]
    if note is not None:
        assert note["title"] and note["body"] and "{" not in note["body"]
        assert len((note.get("collapse_id") or "").encode()) <= 64
        assert all(isinstance(value, str) for value in note["data"].values())


def check_dlq(records, ledger, expected):
    """Every dead letter once, byte for byte, with its headers."""
    seen = {}
    for record in records:
        extra = {name: (record.header(f"reward_dlq_{name}") or b"").decode()
                 for name in REASON_HEADERS}
        place = (extra["topic"], int(extra["partition"]), int(extra["offset"]))
        assert place not in seen, f"dead letter {place} was sent twice"
        seen[place] = extra["reason"]
        source = expected.records[place]
        own = [(name, value) for name, value in record.headers
               if not name.startswith("reward_dlq_")]
        assert (record.key, record.value, own) == \
            (source.key, source.value, source.headers), \
            f"dead letter {place} is not what was sent"
        assert extra["message"] and extra["ruleset"] and extra["time"]
        assert record.headers[:len(own)] == own, "own headers come last"
    assert_same("dead-letter topic", seen, expected.reasons)


# ---- all of it ---------------------------------------------------------------------

def expected_of(context, ledger):
    ruleset = model.Ruleset(rules_text(context))
    intake = model.Intake(
        harness.SCHEMAS, {entry["topic"]: entry for entry in context.inputs},
        context.settings.get("schemas/unknown_type", "dead_letter"))
    return Expected(context.read_inputs(), intake, ruleset, ledger)


def rules_text(context):
    path = context.settings.get("rules/dir", str(harness.RULES))
    return open(path, encoding="utf-8").read()


def assert_books(context, timeout_s=90):
    """After the drain: `reward verify` finds nothing, and database and topics
    are what the model says. Returns (ledger, expected)."""
    context.wait_drained(timeout_s)
    done = context.run("verify", "--topic", timeout_s=max(60, timeout_s))
    assert done.returncode == 0, f"verify:\n{done.stdout}{done.stderr}"
    ledger = Ledger(context)
    expected = expected_of(context, ledger)
    check_ledger(ledger, expected)
    check_dead_letters(ledger, expected)
    check_output(context.read(context.output), ledger,
                 expected.model.ruleset)
    check_dlq(context.read(context.dlq), ledger, expected)
    return ledger, expected


def ledger_hash(context):
    """A digest of everything that was ever written down about money."""
    return context.scalar("""
        SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
            SELECT t::text AS line FROM reward.token_transactions t
            UNION ALL SELECT user_address || balance || last_seq
              FROM reward.user_token_balances
            UNION ALL SELECT i::text FROM reward.inbox i) x""")
