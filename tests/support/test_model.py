"""The model itself, against the plan's numbers and worked examples."""

import datetime
import json
import pathlib
from fractions import Fraction

import pytest

import model

ROOT = pathlib.Path(__file__).resolve().parents[2]
PREFIX = "io.gigchain."
NOON = datetime.datetime(2026, 12, 1, 12, tzinfo=model.UTC)


class Record:
    """As little of a record as the intake looks at."""

    def __init__(self, value, headers=(), topic="t"):
        self.value = value if isinstance(value, (bytes, type(None))) \
            else json.dumps(value).encode()
        self.headers = list(headers)
        self.topic = topic
        self.timestamp_ms = int(NOON.timestamp() * 1000)


class Ledger:
    """A model that is fed data and answers with GIGS."""

    def __init__(self, text):
        self.model = model.Model(model.Ruleset(text))
        self.count = 0

    def pay(self, kind, user="u", at=NOON, **data):
        """{line: amount} of one event."""
        return {entry.line: Fraction(entry.minor, 100)
                for entry in self.send(kind, user, at, **data).entries}

    def ask(self, kind, user="u", at=NOON, now=None, **data):
        """What a request is answered with: a reason, or types of messages;
        None: nothing."""
        done = self.send(kind, user, at, now, **data)
        return done.reason or [message.kind for message in done.messages] \
            or None

    def has(self, user="u"):
        """(balance, and each fund that is not zero)."""
        state = self.model.state
        return (Fraction(state.balances.get(user, 0), 100),
                {fund: Fraction(minor, 100) for fund, minor
                 in state.funds.get(user, {}).items() if minor})

    def send(self, kind, user="u", at=NOON, now=None, **data):
        self.count += 1
        data = {"user_address": user, **data}
        for name, value in data.items():
            if isinstance(value, float):
                data[name] = Fraction(str(value))
        event = model.Event(Record(b"{}"), "/t", f"e{self.count}",
                            PREFIX + kind, at, data)
        return self.model.post(event, model.Clock(now or at))

    def fund(self, user, amount):
        assert self.ask("token.adjustment.requested.v1", user, amount=Fraction(
            amount), reason="r", approved_by="a")


@pytest.fixture
def gigs():
    return Ledger((ROOT / "rules/gigs.yaml").read_text())


def contract(usd, on_time=True, rating=None):
    data = {"contract_id": "k", "contract_value_usd": Fraction(usd),
            "delivered_on_time": on_time}
    return data if rating is None else {**data, "rating": Fraction(rating)}


def test_contract(gigs):
    kind = "contract.completed.v1"
    assert gigs.pay(kind, **contract(500, True, "5.0")) == {
        "contract.base": 50000, "contract.on_time": 10000,
        "contract.rating": 5000, "contract.first": 500}
    assert gigs.pay(kind, **contract(500, True, "4.5")) == {
        "contract.base": 50000, "contract.on_time": 10000,
        "contract.rating": 5000}
    assert gigs.pay(kind, **contract("0.01", False, "4.49")) == {
        "contract.base": 1}
    assert gigs.pay(kind, "v", **contract("0", False)) == {
        "contract.first": 500}


def test_xp_is_carried(gigs):
    """50+50+30+170+99+1+250 XP: 3000 GIGS in all, whatever the order."""
    paid = [sum(gigs.pay("xp.gained.v1", xp_gained=Fraction(xp)).values())
            for xp in (50, 50, 30, 170, 99, 1, 250)]
    assert paid == [0, 500, 0, 1000, 0, 500, 1000]
    other = [sum(gigs.pay("xp.gained.v1", "v",
                          xp_gained=Fraction(xp)).values())
             for xp in (250, 1, 99, 170, 30, 50, 50)]
    assert sum(other) == sum(paid) == 3000


def test_levels(gigs):
    def level(user, old, new):
        return gigs.pay("level.reached.v1", user, old_level=Fraction(old),
                        new_level=Fraction(new))

    assert sum(level("u", 1, 2).values()) == 1000
    assert sorted(level("u", 2, 4).values()) == [2500, 5000]
    assert sum(level("u", 4, 9).values()) == 10000
    assert level("u", 1, 5) == {}
    assert sum(level("v", 1, 10**9).values()) == 18500


def test_streak(gigs):
    def login(days, date):
        return sum(gigs.pay("login.streak.v1", streak_days=Fraction(days),
                            login_date=date).values())

    assert [login(n, f"2026-11-{n:02}") for n in (1, 2, 9, 10, 11, 30)] == \
        [10, 20, 90, 100, 100, 100]
    assert login(5, "2026-11-30") == 0


def test_once(gigs):
    assert sum(gigs.pay("profile.completed.v1").values()) == 1000
    assert gigs.pay("profile.completed.v1") == {}
    assert sum(gigs.pay("identity.verified.v1").values()) == 2000
    assert gigs.pay("identity.verified.v1") == {}
    assert sum(gigs.pay("profile.completed.v1", "v").values()) == 1000
    for name, kind, amount in (("template_id", "template.accepted.v1", 1000),
                               ("review_id", "review.written.v1", 50)):
        assert sum(gigs.pay(kind, **{name: "a"}).values()) == amount
        assert gigs.pay(kind, **{name: "a"}) == {}
        assert sum(gigs.pay(kind, **{name: "b"}).values()) == amount


def test_referral(gigs):
    def refer(inviter, invitee):
        return gigs.pay("referral.accepted.v1", inviter,
                        invitee_address=invitee)

    assert refer("u", "x") == {"referral.referral": 500, "pending.held": -500}
    assert refer("u", "x") == refer("v", "x") == refer("v", "v") == {}
    assert gigs.has() == (0, {"pending": 500})
    gigs.pay("identity.verified.v1", "y")
    assert refer("u", "y") == {"referral.referral": 500}
    assert gigs.has() == (500, {"earned": 500, "pending": 500})


# ---- what is done with them -------------------------------------------------

DAY = datetime.timedelta(days=1)


def test_holds_end(gigs):
    def due(now):
        hold, = gigs.model.state.holds
        return gigs.send("token.hold.due.v1", now=now, hold_id=hold.upper())

    gigs.pay("referral.accepted.v1", invitee_address="x")
    assert due(NOON + 30 * DAY - DAY).outcome == "no_reward"
    done = due(NOON + 30 * DAY)
    assert [(e.line, e.minor) for e in done.entries] == [
        ("pending.released", 50000), ("pending.voided", -50000)]
    assert [m.kind for m in done.messages] == ["token.voided"]
    assert due(NOON + 31 * DAY).outcome == "no_reward"
    assert gigs.has() == (0, {})


def test_spend(gigs):
    def buy(item, at=NOON, **data):
        return gigs.ask("token.spend.requested.v1", at=at, item=item, **data)

    assert buy("moon") == "unknown_item"
    assert buy("boost_visibility") == "insufficient_funds"
    gigs.fund("u", 40000)
    assert buy("boost_visibility", expected_cost=Fraction(999)) == \
        "price_changed"
    assert buy("boost_visibility") == ["token.spent"]
    assert buy("boost_visibility", NOON + DAY / 2) == ["token.spent"]
    assert gigs.model.state.entitlements["u", "boost_visibility", None] == [
        (NOON, NOON + DAY), (NOON + DAY, NOON + 2 * DAY)]
    assert buy("dispute_insurance") == "missing_contract"
    assert buy("dispute_insurance", contract_id="c")
    assert buy("dispute_insurance", contract_id="c") == "already_entitled"
    for price, answer in (("499.99", "price_out_of_range"),
                          ("5000.01", "price_out_of_range"),
                          ("500.001", "invalid_amount"),
                          ("5000", ["token.spent"])):
        assert buy("contract_template", price=Fraction(price)) == answer
    assert buy("contract_template") == "price_out_of_range"
    assert gigs.has() == (23000, {"spent": 17000})


def test_transfer(gigs):
    def send(amount, to="v", **data):
        return gigs.ask("token.transfer.requested.v1", to_address=to,
                        amount=Fraction(amount), **data)

    gigs.fund("u", 100)
    assert [send(amount) for amount in ("0", "-1", "0.001", "100.01")] == \
        ["invalid_amount"] * 3 + ["insufficient_funds"]
    assert send(1, "u") == "self_transfer"
    assert send(1, memo="a\nb") == send(1, memo="\u202e") == \
        send(1, memo="x" * 201) == "invalid_memo"
    assert send(1, memo="x" * 200) == ["token.transferred"] * 2
    assert (gigs.has(), gigs.has("v")) == ((99, {}), (1, {}))


def test_stakes(gigs):
    def stake(amount, days, at=NOON):
        return gigs.ask("token.stake.requested.v1", at=at, lock_period=days,
                        amount=Fraction(amount))

    gigs.fund("u", 1000)
    assert stake(10, 7) == "unknown_period"
    assert stake(0, 30) == "invalid_amount"
    assert stake(1001, 30) == "insufficient_funds"
    assert stake(600, 30) == stake(400, 90) == ["token.staked"]
    assert gigs.has() == (0, {"staked": 1000})
    paid = [sum(gigs.pay("xp.gained.v1", at=at, xp_gained=1000).values())
            for at in (NOON - DAY, NOON, NOON + 30 * DAY, NOON + 90 * DAY)]
    assert paid == [5000, 6000, 6000, 5000]
    first = next(iter(gigs.model.state.stakes))

    def back(now, user="u"):
        return gigs.ask("token.unstake.requested.v1", user, now=now,
                        staking_id=first.upper())

    assert back(NOON + 29 * DAY) == "not_yet_unlocked"
    assert back(NOON + 30 * DAY, "v") == "unknown_stake"
    assert back(NOON + 30 * DAY) == ["token.unstaked"]
    assert back(NOON + 30 * DAY) == "already_unstaked"


def test_refunds_and_debts(gigs):
    def complete(usd, name):
        return gigs.pay("contract.completed.v1", contract_id=name,
                        contract_value_usd=Fraction(usd),
                        delivered_on_time=False)

    def refund(name, user="u"):
        return gigs.pay("contract.refunded.v1", user, contract_id=name)

    assert refund("a") == {}
    assert complete(1, "a") == {
        "contract.base": 100, "contract.first": 500,
        "contract.base:reversed": -100, "contract.first:reversed": -500}
    assert refund("a") == {} == refund("b", "v")
    assert complete(10, "b") == {"contract.base": 1000}
    gigs.ask("token.transfer.requested.v1", to_address="v",
             amount=Fraction(700))
    assert refund("b") == {"debt.lent": 700, "contract.base:reversed": -1000}
    assert gigs.has() == (0, {"debt": 700})
    assert complete(5, "c") == {"contract.base": 500, "debt.repaid": -500}
    assert complete(5, "d") == {"contract.base": 500, "debt.repaid": -200}
    assert gigs.has() == (300, {"earned": 1000})


def test_conversions(gigs):
    wallet = "0x" + "Ab" * 20

    def ask(amount, address=wallet):
        return gigs.ask("token.conversion.requested.v1",
                        amount=Fraction(amount), blockchain_address=address)

    def settle(status, **data):
        name = list(gigs.model.state.conversions)[-1]
        return gigs.ask("token.conversion.settled.v1", conversion_id=name,
                        status=status, **data)

    gigs.fund("u", 100)
    assert ask(10, "0x12") == "invalid_address"
    assert ask(60) == ["token.conversion.pending"]
    assert ask(1) == "conversion_in_progress"
    assert settle("processing") == ["token.conversion.processing"]
    assert settle("processing") is None
    assert settle("completed") == "invalid_settlement"
    done = {"blockchain_tx_hash": "0x" + "1" * 64}
    assert settle("completed", **done) == ["token.converted"]
    assert settle("completed", **done) is None
    assert settle("failed") == "already_settled"
    assert ask(40) == ["token.conversion.pending"]
    assert settle("failed") == ["token.conversion.failed"]
    assert gigs.has() == (40, {})


def test_votes(gigs):
    def propose(name, at=NOON, **data):
        return gigs.ask("governance.proposal.submitted.v1", at=at,
                        proposal_id=name, title="t", description="d",
                        category="c", **data)

    def vote(user, choice, name="p", now=NOON):
        return gigs.ask("governance.vote.cast.v1", user, now=now,
                        proposal_id=name, choice=choice)

    gigs.fund("u", 300)
    gigs.fund("v", 200)
    assert propose("p", quorum_required=Fraction(500)) == [
        "governance.proposal.opened"]
    assert propose("p") == "proposal_exists"
    assert propose("q", quorum_required=Fraction("0.001")) == \
        "invalid_amount"
    gigs.ask("token.transfer.requested.v1", to_address="w",
             amount=Fraction(300))
    assert vote("u", 1) == vote("v", 2) == ["governance.vote.counted"]
    assert vote("u", 0) == "already_voted"
    assert vote("w", 1) == "no_voting_power"
    assert vote("w", 1, "q") == "unknown_proposal"
    assert vote("w", 1, now=NOON + 7 * DAY) == "voting_closed"

    def tally(now):
        return gigs.ask("governance.tally.requested.v1", now=now,
                        proposal_id="p")

    assert tally(NOON) == "voting_open"
    assert tally(NOON + 7 * DAY) == ["governance.tallied"]
    assert tally(NOON + 7 * DAY) is None
    assert gigs.model.state.proposals["p"].result == (
        '{"proposal_id":"p","quorum_required":"500.00","result":"passed",'
        '"voters":2,"votes_abstain":"200.00","votes_against":"0.00",'
        '"votes_for":"300.00","voting_end":"2026-12-08T12:00:00.000Z",'
        '"voting_start":"2026-12-01T12:00:00.000Z"}')


def test_tiers(gigs):
    tiers = gigs.model.ruleset.tiers
    assert [tiers.of(Fraction(balance), Fraction(staked))[1]
            for balance, staked in (("0", 0), ("9999.99", 0), (10000, 0),
                                    (1, 49999), (499999, 0), (0, 500000))] == \
        ["standard", "standard", "bronze", "silver", "gold", "platinum"]


# ---- the language -----------------------------------------------------------

def ledger(award, more=""):
    return Ledger(f"""
ruleset: t
version: "1"
asset: {{code: GIGS, scale: 2}}
zone: Europe/Berlin
defaults: {{round: floor}}
rules:
- id: r
  trigger: io.gigchain.xp.gained.v1
  account: event.data.user_address
  {more}
  award: {award}
""")


def xp(book, amount, **more):
    return book.pay("xp.gained.v1", xp_gained=Fraction(amount), **more)


def test_rounding_is_once_a_line():
    book = ledger("[{id: a, rate: {give: 1, per: 3, of: event.data.xp_gained}},"
                  " {id: b, percent: {is: 50, of: a}}]")
    assert xp(book, 2) == {"r.a": Fraction(66, 100), "r.b": Fraction(33, 100)}


@pytest.mark.parametrize("mode,expected", [
    ("floor", ["0.00", "0.01", "0.02"]), ("half_up", ["0.01", "0.02", "0.03"]),
    ("half_even", ["0.00", "0.02", "0.02"])])
def test_round_modes(mode, expected):
    rules = model.Ruleset(f"""
ruleset: t
defaults: {{round: {mode}}}
rules: []
""")
    assert [rules.minor(Fraction(text)) for text in
            ("0.005", "0.015", "0.025")] == \
        [Fraction(text) * 100 for text in expected]


def test_limit_clips_from_the_last_line():
    book = ledger("[{id: a, flat: 60}, {id: b, flat: 30}]",
                  "limit: {per: account, window: day, amount: 150, over: clip}")
    assert xp(book, 1) == {"r.a": 60, "r.b": 30}
    assert xp(book, 1) == {"r.a": 60}
    assert xp(book, 1) == {}
    assert xp(book, 1, user="v") == {"r.a": 60, "r.b": 30}
    # 23:30 UTC is the next day in Berlin.
    assert xp(book, 1, at=NOON.replace(hour=23, minute=30)) == {
        "r.a": 60, "r.b": 30}


def test_limit_skips_and_counts_times():
    book = ledger("[{id: a, flat: 60}]",
                  "limit: {per: all, window: month, times: 2, over: skip}")
    assert [len(xp(book, 1, user=u)) for u in "uvw"] == [1, 1, 0]
    assert len(xp(book, 1, at=NOON + datetime.timedelta(days=31))) == 1


def test_leftover():
    for leftover, amounts in (("drop", [0, 0, 500, 1000]),
                              ("pro_rata", [250, 250, 850, 1250])):
        book = ledger("[{id: a, every: {step: 100, give: 500, "
                      f"of: event.data.xp_gained, leftover: {leftover}}}}}]")
        assert [sum(xp(book, n).values()) for n in (50, 50, 170, 250)] == \
            amounts


def test_streak_of_days():
    book = ledger("[{id: a, streak: {day: event.time, start: 10, add: 10, "
                  "max: 30, gap: reset}, once: [account, day]}]")
    def day(n):
        return sum(xp(book, 1, at=NOON + datetime.timedelta(days=n)).values())
    assert [day(n) for n in (0, 1, 1, 2, 3, 5, 6)] == \
        [10, 20, 0, 30, 30, 10, 20]


@pytest.mark.parametrize("text,value", [
    ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("-2 + 1", -1), ("7 % 3", 1),
    ("1 / 3 * 3 == 1", True), ("true && !false", True), ("1 < 2 || 1/0 > 1", True),
    ("'a' in ['b', 'a']", True), ("has(event.x)", True), ("has(event.y)", False),
    ("event.x >= 4.5 ? 1 : 2", 1), ("min(3, 1, 2)", 1), ("event.s == \"q\"", True),
    ("2 - 1 - 1", 0)])
def test_expressions(text, value):
    environment = {"event": {"x": Fraction("4.5"), "s": "q"}}
    assert model.Expression(text)(environment) == value


# ---- intake -----------------------------------------------------------------

@pytest.mark.parametrize("text,value", [
    ("0.01", "0.01"), ("-5", "-5"), ("007.10", "7.1"), ("1e2", None), ("", None),
    ("1.", None), (".5", None), ("+1", None), ("1" * 18, "1" * 18),
    ("1" * 19, None), ("0." + "1" * 9, "0." + "1" * 9), ("0." + "1" * 10, None),
    ("0." + "1" * 9 + "0", "0." + "1" * 9), ("NaN", None), (" 1", None)])
def test_decimal_texts(text, value):
    assert model.parse_decimal(text) == (value and Fraction(value))


@pytest.mark.parametrize("text,value", [
    ("500.1", "500.1"), ("1e2", "100"), ("0.1000000000000000055", "0.1")])
def test_exact_reals(text, value):
    assert model.exact_decimal(model.RealText(text), "") == Fraction(value)


def test_reals_that_are_not_exact():
    for text in ("0.30000000000000004", "12345678901234567.89"):
        with pytest.raises(model.Refused) as refusal:
            model.exact_decimal(model.RealText(text), "")
        assert refusal.value.reason == "decimal_precision"


@pytest.mark.parametrize("text,value", [
    ("2026-12-01T12:00:00Z", NOON), ("2026-12-01T13:00:00.000000+01:00", NOON),
    ("2026-12-01t11:30:00-00:30", NOON), ("2026-12-01 12:00:00Z", None),
    ("2026-12-01T12:00:00", None), ("2026-02-30T12:00:00Z", None),
    ("2026-12-01T11:59:60Z", NOON)])
def test_times(text, value):
    assert model.parse_time(text) == value


@pytest.mark.parametrize("text", [
    b"", b"{", b"{}{}", b'{"a":1,"a":2}', b'{"a":1,"\\u0061":2}', b"[NaN]",
    b'["\\u0000"]', b'["\\ud800"]', b"[1e400]", b"[9223372036854775808]",
    b"\xef\xbb\xbf{}", b'["\xff"]', b"[" * 33 + b"]" * 33])
def test_json_that_is_refused(text):
    with pytest.raises(model.Refused):
        model.parse_json(text)


def test_brackets_in_strings_do_not_count():
    assert model.parse_json(b'{"a":"' + b"[" * 100 + b'\\""}')


def test_order_of_keys_means_nothing():
    one, other = ({"a": Fraction(1), "b": True}, {"b": True, "a": Fraction(1)})
    assert model.frozen(one) == model.frozen(other)
    assert model.frozen({"a": 1}) == model.frozen(
        {"a": model.RealText("1.0")})
    assert model.frozen({"a": 1}) != model.frozen({"a": True})
    assert model.frozen({"a": 1}) != model.frozen({"a": "1"})
