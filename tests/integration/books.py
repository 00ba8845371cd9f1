"""The books of a test: database and topics against the independent model.

The model decides for itself what every record of the input is worth. From the
ledger it takes what is the program's to choose: the order between partitions
(that within each partition it is the order of the topic is checked), the time
of each batch, and what its own clock sent.
"""

import collections
import datetime
import json
from decimal import Decimal

import harness
import model

REASON_HEADERS = ("reason", "message", "topic", "partition", "offset",
                  "timestamp", "ruleset", "time")
# What a message says of every event; the rest is its answer's.
COMMON = {"account", "currency", "amount", "balance_after", "account_seq",
          "entries", "ruleset", "occurred_at", "posted_at", "contract_id",
          "notification"}
NOTIFY_MAX_AGE = datetime.timedelta(hours=24)
# The program's own events: not of a topic, and by nobody else.
CLOCK, HOUSE = "@clock", "/reward"


def gigs(minor):
    return Decimal(minor).scaleb(-2)


class Ledger:
    """All that the database's views say, read once."""

    def __init__(self, context):
        self.batches = context.sql("SELECT id, first_id, posted_at "
                                   "FROM reward.batches ORDER BY id")
        self.rank = {first_id: id_ for id_, first_id, _ in self.batches}
        self.posted_at = {id_: at for id_, _, at in self.batches}
        self.inbox = context.sql(
            'SELECT id, event_source, event_id, type, user_address, topic, '
            'partition, "offset", outcome, reason, occurred_at, received_at '
            'FROM reward.inbox')
        self.inbox.sort(key=self.place_of)
        self.outcomes = context.sql(
            'SELECT topic, partition, "offset", outcome '
            'FROM reward.record_outcomes')
        self.entries = context.sql(
            "SELECT id, event_source, event_id, line, user_address, "
            "account_seq, amount, balance_after, counterparty, "
            "transaction_type FROM reward.token_transactions ORDER BY id")
        self.balances = context.sql(
            "SELECT user_address, balance, total_earned, total_spent, "
            "staked_amount, pending_amount, reserved_amount, debt_amount, "
            "last_seq FROM reward.user_token_balances")
        self.dead = context.sql(
            'SELECT id, topic, partition, "offset", reason, message, key, '
            "value, header_names, header_values FROM reward.dead_letters")
        self.dead.sort(key=self.place_of)
        self.things = {name: context.sql(f"SELECT {columns} FROM "
                                         f"reward.{name}")
                       for name, columns in THINGS.items()}

    def batch_of(self, id_):
        return self.rank[id_ & -8192]

    def place_of(self, row):
        """For sorting by what was posted when."""
        return self.batch_of(row[0]), row[0]


# What the views say of things with a life of their own; see things_of.
THINGS = {
    "token_staking": "id::text, user_address, amount, lock_period, "
                     "start_date, end_date, is_active, benefits",
    "token_pending": "id::text, user_address, rule, amount, status, "
                     "waits_for, expires_at",
    "entitlements": 'user_address, item, "from", "until", contract_id',
    "token_conversion_queue":
        "id::text, user_address, internal_gigs_amount, blockchain_address, "
        "status, conversion_rate, blockchain_tx_hash",
    "governance_proposals":
        "proposal_id, proposer_address, title, description, category, "
        "voting_start, voting_end, votes_for, votes_against, votes_abstain, "
        "quorum_required, execution_data, result, result_sha256",
    "governance_votes": "proposal_id, voter_address, vote_choice, "
                        "voting_power",
}


class HouseRecord:
    """Stands for the record that an event of the clock never had."""

    def __init__(self, at):
        self.timestamp_ms = int(at.timestamp() * 1000)


def house_event(row):
    """The clock's events say what they are about in their id."""
    kind, event_id, account, at = row[3], row[2], row[4], row[10]
    data = {"user_address": account}
    if kind == "io.gigchain.token.hold.due.v1":
        data["hold_id"] = event_id.split("/")[0]  # and when it was due
    else:
        assert kind == "io.gigchain.governance.tally.requested.v1", row
        data["proposal_id"] = event_id.removeprefix("tally:")
    assert row[1] == HOUSE, row
    return model.Event(HouseRecord(at), HOUSE, event_id, kind, at, data)


class Expected:
    """The model's run over the input in the ledger's order."""

    def __init__(self, records, intake, ruleset, ledger):
        self.model = model.Model(ruleset)
        self.records = {record.place: record for record in records}
        self.events = {}    # place -> Event
        self.outcomes = {}  # place -> outcome
        self.reasons = {}   # place -> dead-letter reason
        self.results = {}   # identity -> Result, in the ledger's order
        self.inbox = {}     # place -> (outcome, reason)
        self.told = {}      # account -> [(Message, Event, inbox row)]
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
            for refused in tries.pop(tuple(row[5:8]), ()):
                self.try_refused(refused)
            batch = ledger.batch_of(row[0])
            self.take(row, model.Clock(ledger.posted_at[batch]))
        for places in tries.values():
            for place in places:
                self.try_refused(place)

    def take(self, row, clock):
        """Post what the ledger took."""
        place, identity = tuple(row[5:8]), (row[1], row[2])
        event = house_event(row) if place[0] == CLOCK \
            else self.events.get(place)
        assert event, (f"the ledger took {place} as {identity}, which is "
                       f"{self.reasons.get(place, 'no event')}")
        assert event.identity == identity
        assert (row[3], row[4], row[10]) == (
            event.type, event.data.get("user_address"), event.at), \
            f"inbox row of {identity}: {row}"
        assert self.model.claim(event) == "fresh", \
            f"{identity} is in the ledger twice"
        try:
            result = self.model.post(event, clock)
        except model.Refused as refusal:
            raise AssertionError(f"the ledger took {identity} at {place}: "
                                 f"{refusal}") from None
        self.results[identity] = result
        self.inbox[place] = (result.outcome, result.reason)
        if place[0] != CLOCK:
            self.outcomes[place] = result.outcome
        for message in result.messages:
            self.told.setdefault(message.account, []).append(
                (message, event, row))

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
                self.model.decide(event)
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
    assert_same("inbox", {tuple(row[5:8]): tuple(row[8:10])
                          for row in ledger.inbox}, expected.inbox)
    got = collections.defaultdict(list)
    for row in ledger.entries:
        got[row[1], row[2]].append(tuple(row[3:]))
    assert_same("entries", dict(got), {
        identity: [(e.line, e.account, e.seq, gigs(e.minor),
                    gigs(e.balance_after), e.counterparty, e.kind)
                   for e in result.entries]
        for identity, result in expected.results.items() if result.entries})
    state = expected.model.state
    assert_same("balances", {
        row[0]: tuple(row[1:]) for row in ledger.balances if any(row[1:])}, {
        account: (gigs(minor), *(gigs(state.funds[account][fund])
                                 for fund in model.FUNDS),
                  state.seqs[account])
        for account, minor in state.balances.items()})
    for name, things in things_of(state).items():
        assert_same(name, counted(ledger.things[name]), counted(things))


def counted(rows):
    """How often each row is there, spelled out."""
    return collections.Counter(
        repr(tuple(plain(value) if isinstance(value, dict) else value
                   for value in row)) for row in rows)


def things_of(state):
    """Rows of THINGS, as the model has them."""
    return {
        "token_staking": [
            (id_, s.account, gigs(s.minor), s.days, s.start, s.end,
             not s.returned, s.benefits)
            for id_, s in state.stakes.items()],
        "token_pending": [
            (id_, h.account, h.rule, gigs(h.minor), h.status, h.waits_for,
             h.expires) for id_, h in state.holds.items()],
        "entitlements": [
            (account, item, *term, contract)
            for (account, item, contract), terms in state.entitlements.items()
            for term in terms],
        "token_conversion_queue": [
            (id_, c.account, gigs(c.minor), c.address, c.status,
             Decimal(f"{float(c.rate):.4f}"), c.hash)
            for id_, c in state.conversions.items()],
        "governance_proposals": [
            proposal_row(name, p) for name, p in state.proposals.items()],
        "governance_votes": [
            (name, voter, choice, gigs(power))
            for name, p in state.proposals.items()
            for voter, (choice, power) in p.votes.items()],
    }


def proposal_row(name, proposal):
    data = proposal.data
    return (name, proposal.proposer, data["title"], data["description"],
            data["category"], proposal.start, proposal.end,
            *(gigs(proposal.power(choice)) for choice in (1, 0, 2)),
            None if proposal.quorum is None else gigs(proposal.quorum),
            data.get("execution_data"), proposal.result,
            proposal.result and model.sha256_of(proposal.result))


def plain(tree):
    """As a reader of JSON gets it, members in the order of their names."""
    return json.loads(json.dumps(model.to_plain(tree), sort_keys=True,
                                 default=float))


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


# ---- topics -----------------------------------------------------------------

def check_output(records, expected):
    """What accounts are told is what the model says, in its order, each in one
    partition, and nothing else is in the topic."""
    chains = collections.defaultdict(list)
    for record in records:
        body = json.loads(record.value)
        check_message(record, body)
        chains[body["data"]["account"]].append((record.partition, body))
    assert_same("token events", {
        account: [body["id"] for _, body in chain]
        for account, chain in chains.items()}, {
        account: [message.id for message, _, _ in told]
        for account, told in expected.told.items()})
    for account, chain in chains.items():
        assert len({partition for partition, _ in chain}) == 1, \
            f"{account} is spread over partitions"
        for (_, body), (message, event, row) in zip(chain,
                                                    expected.told[account]):
            check_body(body, message, event)
            check_note(body["data"]["notification"], message, row,
                       expected.model.ruleset)
            assert model.parse_time(body["time"]) == row[11]
    ids = [body["id"] for chain in chains.values() for _, body in chain]
    assert len(set(ids)) == len(ids), "an id was used twice"


def check_message(record, body):
    """The envelope, and that the headers repeat it."""
    assert body["specversion"] == "1.0"
    assert body["source"] == HOUSE
    assert record.key.decode() == body["data"]["account"]
    assert record.header("content-type").startswith(
        b"application/cloudevents+json")
    for name in ("specversion", "id", "type", "source", "time", "causationid",
                 "causationsource"):
        assert record.header("ce_" + name) == body[name].encode(), name


def check_body(body, message, event):
    data = body["data"]
    assert body["type"] == f"io.gigchain.{message.kind}.v1"
    assert (body["causationsource"], body["causationid"]) == event.identity
    assert model.parse_time(data["occurred_at"]) == event.at
    assert data["posted_at"] == body["time"]
    assert data["contract_id"] == event.data.get("contract_id")
    got = {name: data[name] for name in (
        "account", "currency", "amount", "balance_after", "account_seq",
        "entries")}
    assert_same(f"message {body['id']}", got, {
        "account": message.account, "currency": "GIGS",
        "amount": model.money(sum(e.minor for e in message.entries)),
        "balance_after": model.money(message.balance_after),
        "account_seq": message.seq,
        "entries": [{"line": e.line, "amount": model.money(e.minor)}
                    for e in message.entries]})
    detail = {name: data[name] for name in data.keys() - COMMON}
    if message.kind == "token.rejected":
        assert detail.pop("message"), "a rejection says why"
    assert_same(f"detail of {body['id']}", detail, plain(message.detail))


def check_note(note, message, row, ruleset):
    """Phones are told what their rules say, unless it is old."""
    fresh = row[11] - row[10] <= NOTIFY_MAX_AGE
    wanted = fresh and ruleset.notifies(message.notify)
    assert (note is not None) == wanted, f"note of {message.id}: {note}"
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


# ---- all of it --------------------------------------------------------------

def expected_of(context, ledger):
    ruleset = model.Ruleset(rules_text(context))
    intake = model.Intake(
        harness.SCHEMAS, {entry["topic"]: entry for entry in context.inputs},
        context.settings.get("schemas/unknown_type", "dead_letter"))
    return Expected(context.read_inputs(), intake, ruleset, ledger)


def rules_text(context):
    path = context.settings.get("rules/dir", str(harness.RULES))
    return open(path, encoding="utf-8").read()


def wait_settled(context, timeout_s=90):
    """Until all input is posted, nothing is left for the clock to send, and
    all of it is said."""
    context.wait_consumed(timeout_s)
    context.wait(lambda: context.scalar(
        "SELECT NOT EXISTS (SELECT FROM reward.timers "
        "WHERE due_at <= clock_timestamp())"), timeout_s,
        "the clock has nothing to send")
    context.wait_published(timeout_s)


def assert_books(context, timeout_s=90):
    """After the drain: `reward verify` finds nothing, and database and topics
    are what the model says. Returns (ledger, expected)."""
    wait_settled(context, timeout_s)
    done = context.run("verify", "--topic", timeout_s=max(60, timeout_s))
    assert done.returncode == 0, f"verify:\n{done.stdout}{done.stderr}"
    ledger = Ledger(context)
    expected = expected_of(context, ledger)
    check_ledger(ledger, expected)
    check_dead_letters(ledger, expected)
    check_output(context.read(context.output), expected)
    check_dlq(context.read(context.dlq), ledger, expected)
    return ledger, expected


def ledger_hash(context):
    """A digest of everything that was ever written down about money."""
    return context.scalar("""
        SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
            SELECT t::text AS line FROM reward.token_transactions t
            UNION ALL SELECT b::text FROM reward.user_token_balances b
            UNION ALL SELECT i::text FROM reward.inbox i) x""")
