"""End to end: events in, ledger and token events out."""

import collections
import datetime
import itertools
import json
import random
import signal
from decimal import Decimal

import psycopg2
import pytest
from confluent_kafka import Producer

import generator
import harness
from books import assert_books
from generator import (Draft, address, bare, binary, event, structured,
                       xp_events)

ALICE = "0x52908400098527886E0F7030069857D2E4169EE7"


def entries_of(ctx, event_id):
    """As other services read them."""
    return ctx.sql("SELECT line, amount FROM reward.token_transactions "
                   "WHERE event_id = %s ORDER BY account_seq", event_id,
                   role="reader")


def test_mix(ctx, seed):
    """Everything that publishers send, two workers, one relay."""
    ctx.publish(generator.Mix(seed, trouble=0.05).drafts(5000))
    ctx.worker()
    ctx.worker()
    ctx.relay()
    ledger, _ = assert_books(ctx)
    outcomes = collections.Counter(row[3] for row in ledger.outcomes)
    assert set(outcomes) == {"posted", "no_reward", "duplicate", "conflict",
                             "dead_letter", "rejected"}
    ctx.stop_all()


def test_the_plans_example(ctx):
    """500 USD, on time, five stars: 65,000.00 in three lines."""
    def contract(event_id, usd):
        return structured(event(
            "contract.completed.v1", ALICE, event_id,
            contract_id="gig_01H8X", contract_value_usd=usd,
            delivered_on_time=True, rating="5.0"))

    ctx.publish([contract("first", "1"), contract("plan", "500.00")])
    ctx.worker("w")
    ctx.relay()
    assert_books(ctx)
    assert entries_of(ctx, "plan") == [
        ("contract.base", Decimal("50000.00")),
        ("contract.on_time", Decimal("10000.00")),
        ("contract.rating", Decimal("5000.00"))]
    assert ctx.sql("SELECT balance FROM reward.user_token_balances WHERE "
                   "user_address = %s", ALICE.lower()) == [
        (Decimal("65630.00"),)]  # 100 + 20 + 10 + 500 for the first
    message = [json.loads(record.value) for record in ctx.read(ctx.output)
               if record.header("ce_causationid") == b"plan"][0]
    assert message["data"]["amount"] == "65000.00"
    assert message["data"]["notification"]["body"] == \
        "You earned 65,000 GIGS for gig_01H8X"


def timeless(token):
    """What does not depend on when it was posted, and by which file."""
    data = {name: value for name, value in token["data"].items()
            if name not in ("posted_at", "ruleset")}
    return {**token, "time": None, "data": data}


def assert_as_tested(ctx):
    """`reward test` makes the same token events of the same records."""
    (ctx.dir / "story.ndjson").write_text("".join(json.dumps({
        "topic": record.topic, "partition": record.partition,
        "offset": record.offset, "ts": record.timestamp_ms,
        "key": record.key.decode(), "payload": record.value.decode()}) + "\n"
        for record in ctx.read_inputs()))
    (ctx.dir / "story_test.yaml").write_text(
        f"rules: {harness.RULES}\ntests:\n- name: story\n"
        "  events_file: story.ndjson\n  expect_file: story.json\n")
    done = ctx.run("test", ctx.dir / "story_test.yaml", "--update")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads((ctx.dir / "story.json").read_text())["token_events"]
    assert [timeless(token) for token in told] == [
        timeless(json.loads(record.value)) for record in ctx.read(ctx.output)]


def test_every_row_of_the_plan(ctx):
    at = datetime.datetime.now(generator.UTC)
    day = at.date().isoformat()

    def one(event_id, kind, **data):
        return event_id, structured(event(kind, ALICE, event_id, at, **data))

    story = [
        (one("c1", "contract.completed.v1", contract_id="k",
             contract_value_usd=500, delivered_on_time=False, rating="4.4"),
         "50500"),
        (one("c2", "contract.completed.v1", contract_id="k",
             contract_value_usd="500", delivered_on_time=True, rating="4.5"),
         "65000"),
        (one("x1", "xp.gained.v1", xp_gained=50), None),
        (one("x2", "xp.gained.v1", xp_gained=250), "1500"),
        (one("l1", "level.reached.v1", old_level=1, new_level=2), "1000"),
        (one("l2", "level.reached.v1", old_level=2, new_level=5), "17500"),
        (one("l3", "level.reached.v1", old_level=1, new_level=5), None),
        (one("p1", "profile.completed.v1"), "1000"),
        (one("p2", "profile.completed.v1"), None),
        (one("i1", "identity.verified.v1"), "2000"),
        (one("i2", "identity.verified.v1"), None),
        (one("r1", "referral.accepted.v1", invitee_address=address(7)),
         None),
        (one("r2", "referral.accepted.v1", invitee_address=address(7)), None),
        (one("r3", "referral.accepted.v1", invitee_address=ALICE.lower()),
         None),
        (one("t1", "template.accepted.v1", template_id="t"), "1000"),
        (one("t2", "template.accepted.v1", template_id="t"), None),
        (one("v1", "review.written.v1", review_id="v"), "50"),
        (one("v2", "review.written.v1", review_id="v"), None),
        (one("s1", "login.streak.v1", streak_days=3, login_date=day), "30"),
        (one("s2", "login.streak.v1", streak_days=4, login_date=day), None),
        (one("m1", "community.contributed.v1", contribution_id="m",
             amount_gigs="12.34"), "12.34"),
    ]
    ctx.publish([draft for (_, draft), _ in story])
    ctx.worker("w")
    ctx.relay()
    assert_books(ctx)
    assert_as_tested(ctx)
    got = {event_id: sum(amount for _, amount in entries_of(ctx, event_id))
           for (event_id, _), _ in story}
    assert got == {event_id: Decimal(amount or 0)
                   for (event_id, _), amount in story}
    # The friend is not known to be a person yet.
    assert entries_of(ctx, "r1") == [("referral.referral", Decimal(500)),
                                     ("pending.held", Decimal(-500))]
    ctx.publish([structured(event("identity.verified.v1", address(7), "i3"))])
    assert_books(ctx)
    assert ctx.sql("SELECT line, amount FROM reward.token_transactions "
                   "WHERE event_source = '/reward'") == [
        ("pending.released", Decimal(500))]


def test_every_reason(ctx, seed):
    """One dead letter for each kind of bad record, with its bytes; its
    neighbours in the batch are posted."""
    mix = generator.Mix(seed)
    bad = generator.bad_records(mix.random, mix.profile)
    drafts = []
    for _, draft in bad:
        drafts += [mix.wrap(mix.profile()).again(partition=0),
                   draft.again(partition=0)]
    first, second = (structured(event("xp.gained.v1", address(1), "same",
                                      xp_gained=n), partition=0)
                     for n in (100, 200))
    drafts += [first, second, mix.wrap(mix.profile()).again(partition=0)]
    ctx.publish(drafts)
    ctx.worker("w")
    ctx.relay()
    ledger, expected = assert_books(ctx)
    by_offset = {row[3]: row[4] for row in ledger.dead}
    for n, (reason, draft) in enumerate(bad):
        assert by_offset[2 * n + 1] == reason, draft.value[:200]
    assert by_offset.pop(2 * len(bad) + 1) == "id_conflict"
    assert len(by_offset) == len(bad)
    assert set(expected.reasons.values()) >= {
        "malformed_json", "malformed_envelope", "confluent_framing",
        "unknown_type", "schema_violation", "decimal_precision", "too_large",
        "future_timestamp", "id_conflict"}


def test_amounts_that_do_not_fit(ctx):
    """One account is nearly full: what is too much is set aside, what fits is
    posted, before and after it in the same batch."""
    ctx.use_rules("""\
ruleset: big
version: "1"
asset: {code: GIGS, scale: 2}
zone: UTC
rules:
- id: big
  trigger: io.gigchain.xp.gained.v1
  account: event.data.user_address
  award:
  - {id: xp, rate: {give: 90000000000, per: 1, of: event.data.xp_gained}}
  - {id: share, when: "event.data.xp_gained > 7", amount: 100 / (event.data.xp_gained - 13)}
""")
    # Units of 90,000,000,000 GIGS: an account holds 1,000,000 of them.
    gains = [5, 999_990, 3, 13, 5, 20, 2, 5]
    ctx.publish([structured(event("xp.gained.v1", ALICE, f"g{n}",
                                  xp_gained=gain), partition=0)
                 for n, gain in enumerate(gains)])
    ctx.worker("w")
    ctx.relay()
    ledger, expected = assert_books(ctx)
    assert sorted(expected.reasons.values()).count("rule_error") == 1
    assert sorted(expected.reasons.values()).count("amount_overflow") >= 1
    assert len(ledger.inbox) == 4


# ---- envelopes ---------------------------------------------------------------------

def test_envelopes_post_the_same(ctx, seed):
    """Structured, binary and plain: three spellings of the same events."""
    plain_topic = ctx.add_input(
        "plain", envelope="plain", source="plain-app", id="/event_id",
        type="/kind", time="/at", data="/body")
    mix = generator.Mix(seed, trouble=0, holds=False)
    bodies = [mix.good() for _ in range(300)]
    accounts = ("user_address", "to_address", "approved_by")

    def renamed(body, source, prefix):
        """The same for other accounts, so that nothing is paid twice."""
        data = {name: prefix + value.lower()[:38]
                if name in accounts else value
                for name, value in body["data"].items()}
        for name in ("template_id", "review_id", "contribution_id",
                     "proposal_id"):
            if name in data:
                data[name] = prefix + data[name]
        return {**body, "source": source, "data": data}

    def plain(body):
        return Draft({"event_id": body["id"], "kind": body["type"],
                      "at": body["time"], "body": body["data"]}, partition=0)

    ctx.publish([structured(renamed(b, "/structured", "s:"), partition=0)
                 for b in bodies])
    ctx.publish([binary(renamed(b, "/binary", "b:"), partition=0)
                 for b in bodies])
    ctx.publish([plain(renamed(b, "plain-app", "p:")) for b in bodies],
                plain_topic)
    ctx.worker("w")
    ctx.relay()
    ledger, _ = assert_books(ctx)
    posted = collections.defaultdict(dict)
    for row in ledger.entries:
        posted[row[1]][row[2], row[3]] = row[6]
    assert posted["/structured"] == posted["/binary"] == posted["plain-app"]
    assert len(posted["plain-app"]) > 200


def test_confluent_framing(ctx, seed):
    """With framing set, the five bytes come off; a record without them is
    not taken for one with them."""
    ctx.inputs[0]["framing"] = "confluent"
    mix = generator.Mix(seed, trouble=0)
    good = [bare(mix.profile(), partition=0) for _ in range(5)]
    ctx.publish([d.again(value=b"\0\0\0\0\1" + d.value) for d in good]
                + [bare(mix.profile(), partition=0)])
    ctx.worker("w")
    ctx.relay()
    ledger, _ = assert_books(ctx)
    assert len(ledger.inbox) == 5
    assert [row[4] for row in ledger.dead] == ["confluent_framing"]


def test_unknown_types_skipped(ctx, seed):
    ctx.settings["schemas/unknown_type"] = "skip"
    mix = generator.Mix(seed, trouble=0)
    ctx.publish([mix.draft() for _ in range(50)]
                + [structured(event("no.such.v1", ALICE, f"u{n}"))
                   for n in range(10)] + mix.drafts(50))
    ctx.worker("w")
    ctx.relay()
    ledger, _ = assert_books(ctx)
    assert not [row for row in ledger.dead if row[4] == "unknown_type"]


def test_null_keys_and_values(ctx):
    """A null value is counted; an event needs no key."""
    good = event("xp.gained.v1", ALICE, "no-key", xp_gained=100)
    ctx.publish([
        Draft(None, key="tombstone", partition=0),
        Draft(None, key=None, partition=0),
        bare(good, key=None, partition=0),
        Draft(b"{", key=None, partition=0),
        Draft(b"", key=b"", partition=0),
        Draft(b"{", key=b"\xff\x00key", partition=0,
              headers=[("twice", b"1"), ("twice", b"2"), ("null", None),
                       ("bytes", b"\x00\xff")]),
    ])
    ctx.worker("w")
    ctx.relay()
    ledger, _ = assert_books(ctx)
    outcomes = {row[2]: row[3] for row in ledger.outcomes}
    assert outcomes == {0: "no_reward", 1: "no_reward", 2: "posted",
                        3: "dead_letter", 4: "dead_letter", 5: "dead_letter"}


def test_ids_that_nearly_collide(ctx):
    """Not cut at a NUL, not folded, not trimmed; each source has its own."""
    ids = ["a", "A", "a ", " a", "a\u0300", "\u00e0", "a\\", "a\t", "{a}",
           '"a"', "NULL", "\\N", "a,b", "\U0001F600", "x" * 200]
    drafts = [structured(event("xp.gained.v1", ALICE, id_, source=source,
                               xp_gained=100), partition=0)
              for id_ in ids for source in ("/one", "/two", "/two/")]
    ctx.publish(drafts)
    ctx.worker("w")
    ctx.relay()
    ledger, _ = assert_books(ctx)
    assert len(ledger.dead) == 3  # a tab is no part of an id
    assert len(ledger.inbox) == len(drafts) - 3


def test_spellings_of_an_address(ctx):
    """One wallet, however it is written."""
    random_ = random.Random(1)
    ctx.publish([structured(event(
        "xp.gained.v1", generator.respell(random_, ALICE), f"e{n}",
        xp_gained=100), partition=n % 4) for n in range(50)])
    ctx.worker("w")
    ctx.relay()
    ledger, _ = assert_books(ctx)
    assert [row[0] for row in ledger.balances] == [ALICE.lower()]


def test_all_kinds_of_addresses_twice(ctx):
    """The second time, the relay has those that it has room for."""
    accounts = [address(1), "0x" + "f" * 39 + "g", "0x" + "aB" * 20,
                "0x" + "0" * 39, "u", "a" * 20, "b" * 21, "c" * 36, "d" * 42,
                "12345678-9abc-def0-1234-56789abcdef0",
                "12345678-9ABC-DEF0-1234-56789ABCDEF0",
                "123456789-abc-def0-1234-56789abcdef0",
                "----" + "1" * 32, "x@y.z", "\u00e9" * 10]
    ctx.worker("w")
    ctx.relay()
    for name in ("one", "two"):
        ctx.publish([structured(event("xp.gained.v1", account, f"{name}{n}",
                                      xp_gained=100), partition=0)
                     for n, account in enumerate(accounts)])
        ctx.wait_drained()
    ledger, _ = assert_books(ctx)
    assert len(ledger.inbox) == 2 * (len(accounts) - 1)
    assert len(ledger.dead) == 2  # no letters beyond ASCII


def seqs(ctx):
    """address -> (id, last_seq) of all accounts."""
    return {row[0]: row[1:] for row in ctx.sql(
        "SELECT address, id, last_seq FROM reward.accounts")}


def test_ids_of_accounts_are_not_for_ever(ctx):
    """A worker remembers ids. When the accounts have others, as after another
    database was restored under it, addresses have the last word."""
    one, other, third = (address(n) for n in range(3))

    def pay(name):
        ctx.publish([structured(event("xp.gained.v1", user, name + user,
                                      xp_gained=100), partition=0)
                     for user in (one, third)])
        ctx.wait_drained()

    ctx.relay()
    ctx.worker("w")
    pay("before")
    ctx.sql("UPDATE reward.accounts SET address = %s WHERE address = %s",
            other, one)
    before = seqs(ctx)
    pay("after")
    after = seqs(ctx)
    pay("again")
    assert seqs(ctx)[one][0] == after[one][0]
    assert ctx.scalar("SELECT last_value FROM reward.accounts_id_seq") \
        == after[one][0]
    assert after[other] == before[other]
    assert after[one] != before[other] and after[one][1] == before[other][1]
    assert after[third] == (before[third][0], 2 * before[third][1])


def made_by_another(ctx, account, drafts):
    """Publish the events of a batch, when somebody else makes the account and
    has not committed yet; returns the id that it got."""
    with ctx.held("INSERT INTO reward.accounts (address) VALUES (%s) "
                  "RETURNING id", account) as made:
        ctx.publish(drafts)
        ctx.wait(lambda: ctx.waiting() == 1, 30, "a worker that waits")
    ctx.wait_consumed()
    return made[0][0]


def tries_in_vain(ctx):
    """Each try at a batch takes a block of ids."""
    return (ctx.scalar("SELECT last_value FROM reward.block_seq")
            - ctx.scalar("SELECT count(*) FROM reward.batches"))


def test_accounts_that_another_makes_meanwhile(ctx):
    """The first has its batch decided again, with what the other left; then
    accounts are made before, and the second is no reason to do that."""
    first, second, third = (address(n) for n in range(3))
    ctx.relay()
    ctx.worker("w")
    ids = {}
    for account in first, second:
        ids[account] = made_by_another(
            ctx, account, [structured(event("xp.gained.v1", user,
                                            user + account, xp_gained=100),
                                      partition=0)
                           for user in (third, account)])
        assert tries_in_vain(ctx) == 1  # at the first one's
    ledger, _ = assert_books(ctx)
    assert len(ledger.inbox) == 4
    accounts = seqs(ctx)
    assert {user: accounts[user][0] for user in ids} == ids
    assert accounts[first][1] == accounts[second][1]
    assert accounts[third][1] == 2 * accounts[first][1]


def test_ids_of_accounts_that_were_not_made(ctx):
    """They are not remembered: only the account that another made is there to
    be looked for by its id."""
    ctx.relay()
    worker = ctx.worker("w")
    made_by_another(ctx, address(50), xp_events("x", range(100)))
    worker.stop()
    assert tries_in_vain(ctx) >= 1
    assert ctx.look_ups("accounts_pkey") < 10
    assert_books(ctx)


REFUSED = "ALTER TABLE reward.accounts ADD CHECK (total_earned <> 100000)"


def test_refused_accounts(ctx):
    """What the database refuses is set aside alone."""
    ctx.sql(REFUSED)
    ctx.relay()
    ctx.worker("w")
    ctx.publish([structured(event("xp.gained.v1", address(n), f"x{n}",
                                  xp_gained=200 if n in (17, 60) else 100),
                            partition=0) for n in range(100)])
    ctx.wait_drained()
    assert ctx.sql("SELECT reason, count(*) FROM reward.dead_letters "
                   "GROUP BY 1") == [("amount_overflow", 2)]
    assert ctx.scalar("SELECT count(*) FROM reward.accounts") == 98
    verified = ctx.run("verify")
    assert verified.returncode == 0, verified


def test_conflict_of_a_refused_account(ctx):
    """It is one, whether or not its worker has met the event before."""
    ctx.sql(REFUSED)
    ctx.relay()
    for worker in ctx.worker(), ctx.worker():
        worker.wait_for_log("partitions assigned count=2")
    for n, xp in (1, 100), (2, 200):
        ctx.publish([structured(event("xp.gained.v1", address(n), "same",
                                      xp_gained=xp), partition=n)])
        ctx.wait_consumed()
    assert ctx.sql("SELECT reason FROM reward.dead_letters") == [
        ("id_conflict",)]


def test_no_more_ids_of_accounts(ctx):
    """The worker ends and says so; no event is set aside for it."""
    ctx.sql("SELECT setval('reward.accounts_id_seq', 2147483646)")
    worker = ctx.worker("w")
    ctx.may_fail.append(worker)
    ctx.publish(xp_events("x", range(10)))
    assert worker.wait(30) not in (0, None)
    assert "accounts_id_seq" in worker.log
    assert ctx.scalar("SELECT count(*) FROM reward.dead_letters") == 0


def test_new_accounts_are_written_once(ctx):
    """With what their first batch pays them, or holds, and no second version of
    a row; whoever it pays nothing has a row, too."""
    ctx.publish([structured(event("xp.gained.v1", address(n), f"x{n}",
                                  xp_gained=100), partition=0)
                 for n in range(300)] +
                [structured(event("referral.accepted.v1", address(500 + n),
                                  f"r{n}", invitee_address=address(1000 + n)),
                            partition=0) for n in range(20)])
    worker = ctx.worker("w")
    ctx.relay()
    assert_books(ctx)
    worker.stop()
    ctx.wait_connected(0)
    assert ctx.sql("SELECT n_tup_ins, n_tup_upd FROM pg_stat_user_tables "
                   "WHERE relname = 'accounts'") == [(340, 0)]
    assert ctx.sql("SELECT count(*) FILTER (WHERE balance > 0), "
                   "count(*) FILTER (WHERE pending_amount > 0), "
                   "count(*) FILTER (WHERE last_seq = 0) "
                   "FROM reward.accounts") == [(300, 20, 20)]


def test_decimals(ctx):
    """Exact or set aside, never rounded on the way in."""
    texts = ['"0.01"', '"0.001"', '"123456789.99"', "1", "0", '"0"', "1.5",
             "19.99", "0.1", "1.0", "1e2", "100000.25", "123456.78",
             "0.30000000000000004", "9007199254740993.0", "1234567890.123456",
             '"1e2"', '"+1"', '".5"', '"5."', '" 1"', '""', '"1_000"',
             '"NaN"', "true", "null", '"-1"', "-1", '"00012.50"',
             '"0.1234567891"', '"1234567890123456789"']
    drafts = []
    for n, text in enumerate(texts):
        body = event("contract.completed.v1", ALICE, f"d{n}", contract_id="c",
                     contract_value_usd="@", delivered_on_time=False)
        drafts.append(Draft(json.dumps(body).replace('"@"', text), key="k",
                            partition=0))
    ctx.publish(drafts)
    ctx.worker("w")
    ctx.relay()
    assert_books(ctx)


# ---- the publisher's transactions ----------------------------------------------------

def test_aborted_input_is_never_posted(ctx, seed):
    mix = generator.Mix(seed, trouble=0)
    producer = Producer({"bootstrap.servers": ctx.stack.bootstrap,
                         "transactional.id": f"{ctx.tag}-publisher",
                         "log_level": 0})
    producer.init_transactions(30)
    ctx.worker("w")
    ctx.relay()
    committed = 0
    for n in range(10):
        producer.begin_transaction()
        for draft in mix.drafts(20):
            producer.produce(ctx.topic, key=draft.key, value=draft.value,
                             headers=draft.headers or [],
                             partition=draft.partition)
        producer.flush(30)
        if n % 2:
            producer.abort_transaction(30)
        else:
            producer.commit_transaction(30)
            committed += 20
    # What comes after the last control record moves the position past it.
    ctx.publish([mix.draft().again(partition=p) for p in range(4)])
    ledger, _ = assert_books(ctx)
    assert len(ledger.outcomes) == committed + 4


# ---- notifications and messages --------------------------------------------------------

def test_old_events_notify_nobody(ctx):
    """A backfill pays, and buzzes no phone."""
    now = datetime.datetime.now(generator.UTC)
    ages = {"fresh": 1, "edge": 23, "old": 25, "older": 24 * 40}
    ctx.publish([structured(event(
        "xp.gained.v1", address(n), name, now - datetime.timedelta(hours=age),
        xp_gained=100)) for n, (name, age) in enumerate(ages.items())])
    ctx.worker("w")
    ctx.relay()
    assert_books(ctx)
    notes = {record.header("ce_causationid").decode():
             json.loads(record.value)["data"]["notification"] is not None
             for record in ctx.read(ctx.output)}
    assert notes == {"fresh": True, "edge": True, "old": False,
                     "older": False}


def test_trace_context_is_carried(ctx):
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    body = event("xp.gained.v1", ALICE, "traced", xp_gained=100)
    ctx.publish([structured({**body, "traceparent": trace})])
    ctx.worker("w")
    ctx.relay()
    assert_books(ctx)
    assert ctx.scalar("SELECT trace_id FROM reward.inbox") == trace[3:35]
    record = ctx.read(ctx.output)[0]
    assert json.loads(record.value)["traceparent"] == trace


def times_published(ctx):
    """When each transaction of the relay was, in milliseconds."""
    return sorted(record.timestamp_ms for record in ctx.read(ctx.position))


def test_published_together(ctx, seed):
    """relay.batch_max_wait goes by between two transactions, however many
    batches were posted meanwhile."""
    ctx.settings["relay/batch_max_wait"] = "1s"
    ctx.settings["worker/batch_max_events"] = 10
    ctx.relay()
    ctx.worker()
    mix = generator.Mix(seed)
    for _ in range(3):
        ctx.publish(mix.drafts(200))
        ctx.wait_drained()
    assert_books(ctx)
    at_ms = times_published(ctx)
    assert len(at_ms) >= 3
    assert all(b - a >= 900 for a, b in itertools.pairwise(at_ms)), at_ms


def test_a_backlog_is_published_without_waiting(ctx, seed):
    """Where more is there than goes into one transaction, none is waited
    for."""
    ctx.settings["relay/batch_max_wait"] = "1s"
    ctx.settings["relay/batch_max_events"] = 20
    ctx.settings["worker/batch_max_events"] = 10
    ctx.publish(generator.Mix(seed).drafts(600))
    ctx.worker()
    ctx.wait_consumed()
    ctx.relay()
    assert_books(ctx)
    at_ms = times_published(ctx)
    assert len(at_ms) >= 20
    assert any(b - a < 900 for a, b in itertools.pairwise(at_ms)), at_ms


def test_standings_under_a_steady_load(ctx, seed):
    """The relay brings them forward while there is always more to publish."""
    ctx.settings["relay/batch_max_events"] = 1
    ctx.settings["worker/batch_max_events"] = 10
    ctx.publish(generator.Mix(seed).drafts(1000))
    ctx.worker()
    ctx.wait_consumed()
    victim = ctx.relay(fault="relay.begin:kill:50")
    assert victim.wait(60) == -signal.SIGKILL, victim.log
    assert ctx.scalar("SELECT count(*) FROM reward.standings") > 0
    ctx.relay()
    assert_books(ctx)


def test_message_is_a_function_of_the_ledger(ctx, seed):
    """Published anew from nothing but the ledger, every message is the same,
    byte for byte."""
    ctx.publish(generator.Mix(seed).drafts(1000))
    worker, relay = ctx.worker("w"), ctx.relay()
    assert_books(ctx)
    worker.stop()
    relay.stop()
    first = {(r.header("ce_id"), r.key, r.value) for r in ctx.read(ctx.output)}
    letters = {(r.key, r.value, str(r.headers)) for r in ctx.read(ctx.dlq)}
    ctx.output, ctx.dlq, ctx.position = (
        f"{ctx.tag}.{name}" for name in ("out2", "dlq2", "position2"))
    ctx.stack.create_topics({ctx.output: (4, {}), ctx.dlq: (1, {
        "max.message.bytes": "2097152"}), ctx.position: (1, {
            "cleanup.policy": "compact"})})
    ctx.sql("DELETE FROM reward.relay_positions")
    ctx.relay(settings={"relay/name": "second"})
    assert_books(ctx)
    assert {(r.header("ce_id"), r.key, r.value)
            for r in ctx.read(ctx.output)} == first
    assert {(r.key, r.value, str(r.headers))
            for r in ctx.read(ctx.dlq)} == letters


def test_same_input_same_ledger(stack, ctx, seed):
    """Another database, other batches, the same ledger, as far as no clock
    has a say."""
    mix = generator.Mix(seed, holds=False)
    drafts = [draft.again(partition=0) for draft in mix.drafts(2000)]
    ctx.publish(drafts)
    ctx.relay()
    ctx.worker("w")
    assert_books(ctx)
    other = harness.Context(stack, seed)
    try:
        other.settings["worker/batch_max_events"] = 37
        other.publish(drafts)
        other.worker("w")
        other.relay()
        assert_books(other)
        assert summary(other) == summary(ctx)
    finally:
        other.close()


def summary(ctx):
    return ctx.sql("SELECT event_source, event_id, line, user_address, "
                   "account_seq, amount, balance_after "
                   "FROM reward.token_transactions ORDER BY 1, 2, 3")


# ---- rights ------------------------------------------------------------------------

WRITTEN_ONCE = {"entries": "amount", "events": "event_id",
                "dead_records": "reason", "batches": "records"}


@pytest.mark.parametrize("role", ["worker", "relay", "reader", "owner"])
def test_written_once(ctx, role):
    """Refused by privilege; to the owner, who has it, by trigger."""
    for table, column in WRITTEN_ONCE.items():
        for statement in (f"DELETE FROM reward.{table}",
                          f"TRUNCATE reward.{table}",
                          f"UPDATE reward.{table} SET {column} = {column}"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                ctx.sql(statement, role=role)


# ---- people --------------------------------------------------------------------------

def test_balance_and_history(ctx):
    ctx.publish([structured(event("xp.gained.v1", ALICE, f"x{n}",
                                  xp_gained=100)) for n in range(3)])
    ctx.worker("w")
    ctx.relay()
    assert_books(ctx)
    done = ctx.run("balance", ALICE)
    assert done.returncode == 0, done.stderr
    assert "1500.00" in done.stdout.replace(",", "")
    done = ctx.run("history", ALICE, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('"xp.') == 3
    done = ctx.run("history", ALICE, "--format", "csv")
    assert len(done.stdout.strip().splitlines()) == 4
    assert ctx.run("balance", address(999)).returncode == 1
