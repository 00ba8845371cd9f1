"""`reward explain`: what was stored of an event tells years later why it paid
what it paid, whatever rules are in force by then."""

import json

import harness
from generator import Mix, SOURCE, address, binary, event, structured

ADA, BOB, EVE = address(1), address(2), address(3)

RULES = """\
ruleset: told
version: "1"
asset: {code: GIGS, scale: 2}
staking: {periods: {30: {bonus_xp: 10}}}
messages:
  token.rejected: {title: Refused, body: "{answer.message}"}
rules:
- id: contract
  trigger: io.gigchain.contract.completed.v1
  account: event.data.user_address
  when: event.data.contract_value_usd >= 10
  award:
  - {id: base, rate: {give: 100, per: 1, of: event.data.contract_value_usd}}
  - {id: rating, when: "has(event.data.rating) && event.data.rating >= 4.5",
     percent: {is: 10, of: base}}
  - {id: first, flat: 500, once: [account]}
  limit: {per: account, window: ever, amount: 60000, over: clip}
  notify: {title: Done, body: "You earned {amount} for {event.data.contract_id}"}
  reversed_by:
    trigger: io.gigchain.contract.refunded.v1
    match: event.data.contract_id == origin.data.contract_id
    once_keys: keep
    limits: keep
- id: spend
  trigger: io.gigchain.token.spend.requested.v1
  account: event.data.user_address
  charge:
  - {id: item, price: {by: event.data.item, missing: reject,
                       rows: {badge: {cost: 20}, boost: {cost: 50, days: 7}}}}
  guard: "!has(event.data.expected_cost) || event.data.expected_cost == charge.item"
  short: reject
- id: referral
  trigger: io.gigchain.referral.accepted.v1
  account: event.data.user_address
  unbounded: accepted
  award: [{id: referral, flat: 500, once: [event.data.invitee_address]}]
  pending: {until: io.gigchain.identity.verified.v1, void_after: 30d,
            match: event.data.user_address == origin.data.invitee_address}
- id: steady
  trigger: io.gigchain.contract.completed.v1
  account: event.data.user_address
  mode: "off"
  overlap: allowed
  award: [{id: base, flat: 1}]
- id: xp
  trigger: io.gigchain.xp.gained.v1
  account: event.data.user_address
  late: {accept: 24h, retro: never}
  award:
  - id: xp
    every: {step: 100, give: 500, leftover: carry,
            of: "event.data.xp_gained * (100 + account.bonus_xp) / 100"}
- id: level
  trigger: io.gigchain.level.reached.v1
  account: event.data.user_address
  award:
  - id: level
    table: {crossed: {from: event.data.old_level, to: event.data.new_level},
            rows: {2: 1000, 3: 2500}, missing: none}
    once: [account, row]
- id: login
  trigger: io.gigchain.login.streak.v1
  account: event.data.user_address
  award:
  - id: day
    streak: {day: event.data.login_date, start: 10, add: 10, max: 100,
             gap: reset}
"""


def contract(account, event_id, usd, **more):
    return structured(event("contract.completed.v1", account, event_id,
                            contract_id="gig_" + event_id,
                            contract_value_usd=usd, delivered_on_time=False,
                            **more))


def request(kind, account, event_id, **data):
    return structured(event(kind + ".v1", account, event_id, **data))


def story():
    """In the order of the partition: they all have Ada's key."""
    first = contract(ADA, "c1", "500.00", rating="5.0")
    other = contract(ADA, "c1", "501.00", rating="5.0")
    late = event("xp.gained.v1", ADA, "x-late", xp_gained=1000)
    late["time"] = "2024-01-01T00:00:00Z"
    drafts = [
        first, first, other,
        contract(ADA, "small", "9.99"),
        contract(ADA, "c2", "200", rating="4.4"),
        request("xp.gained", ADA, "x1", xp_gained=70),
        request("xp.gained", ADA, "x2", xp_gained=250),
        structured(late),
        request("token.stake.requested", ADA, "stake", amount="1000",
                lock_period=30),
        request("xp.gained", ADA, "x3", xp_gained=100),
        request("level.reached", ADA, "l2", old_level=1, new_level=2),
        request("level.reached", ADA, "l3", old_level=1, new_level=3),
        request("login.streak", ADA, "d1", streak_days=1,
                login_date="2025-10-07"),
        request("login.streak", ADA, "d2", streak_days=2,
                login_date="2025-10-08"),
        request("token.transfer.requested", ADA, "much", to_address=BOB,
                amount="9999999"),
        request("token.transfer.requested", ADA, "some", to_address=BOB,
                amount="10", memo="for lunch"),
        request("token.spend.requested", ADA, "badge", item="badge"),
        request("token.spend.requested", ADA, "moon", item="moon"),
        request("token.spend.requested", ADA, "dear", item="boost",
                expected_cost="40"),
        request("token.spend.requested", ADA, "boost", item="boost",
                expected_cost="50"),
        request("referral.accepted", ADA, "friend", invitee_address=BOB),
        request("contract.refunded", ADA, "back", contract_id="gig_c2"),
        binary(event("xp.gained.v1", ADA, "bad", xp_gained="x")),
        structured(event("xp.gained.v1", EVE, "x1", source="/else",
                         xp_gained=100), key=ADA),
    ]
    for draft in drafts:
        draft.key = ADA.encode()
    return drafts


def told(ctx, *words, status=0):
    done = ctx.run("explain", *words, "--format", "json")
    assert done.returncode == status, done.stdout + done.stderr
    return json.loads(done.stdout)


def line_of(report, name):
    for rule in report["rules"]:
        for line in rule["lines"]:
            if line["line"] == name:
                return line
    raise AssertionError(f"{name} is not in {report}")


def step_of(owner, kind):
    return [step for step in owner["steps"] if step["step"] == kind][0]


def check_paid(ctx):
    report = told(ctx, SOURCE, "c1")
    assert report["outcome"] == "posted"
    assert report["event"]["account"] == ADA
    assert report["event"]["data"] == {
        "contract_id": "gig_c1", "contract_value_usd": "500.00",
        "rating": "5.0"}
    assert report["ruleset"]["version"] == "1"
    paid, off = report["rules"]
    assert (paid["amount"], paid["not_paid"]) == ("55500.00", None)
    assert (off["amount"], off["not_paid"]) == ("0.00", "off")
    assert step_of(paid, "value")["expression"] == \
        "event.data.contract_value_usd >= 10"
    assert step_of(paid, "value")["values"] == "500.00 >= 10"
    assert step_of(paid, "limit") == {
        "step": "limit", "per": "account", "window": "ever",
        "measure": "amount", "max": "60000", "used_before": "0",
        "wanted": "55500.00", "granted": "55500.00"}
    assert line_of(report, "contract.base")["arithmetic"] == "100 x 500"
    assert line_of(report, "contract.rating")["arithmetic"] == \
        "10 % of base, 50,000"
    once = step_of(line_of(report, "contract.first"), "once")
    assert (once["taken_before"], once["taken_after"]) == (False, True)
    assert [(entry["line"], entry["account_seq"], entry["amount"],
             entry["balance_after"]) for entry in report["entries"]] == [
        ("contract.base", 1, "50000.00", "50000.00"),
        ("contract.rating", 2, "5000.00", "55000.00"),
        ("contract.first", 3, "500.00", "55500.00")]
    # A repeat, and another event under the same id.
    assert [(record["outcome"], record["reason"])
            for record in report["other_records"]] == [
        ("duplicate", None), ("conflict", "id_conflict")]


def check_unpaid(ctx):
    report = told(ctx, "small")
    assert (report["outcome"], report["entries"]) == ("no_reward", [])
    assert report["rules"][0]["not_paid"] == "when"
    assert step_of(report["rules"][0], "value")["values"] == "9.99 >= 10"
    assert report["rules"][0]["lines"] == []


def check_clipped(ctx):
    report = told(ctx, "c2")
    first = line_of(report, "contract.first")
    assert first["not_paid"] == "once"
    once = step_of(first, "once")
    assert (once["taken_before"], once["taken_by_source"],
            once["taken_by_id"]) == (True, SOURCE, "c1")
    assert line_of(report, "contract.rating")["not_paid"] == "when"
    limit = step_of(report["rules"][0], "limit")
    assert (limit["used_before"], limit["wanted"], limit["granted"]) == \
        ("55500", "20000.00", "4500.00")
    assert [step for step in report["rules"][0]["steps"]
            if step["step"] == "counter"] == [
        {"step": "counter", "counter": "used", "before": "55500",
         "after": "60000"}]
    assert report["entries"][0]["amount"] == "4500.00"


def check_counters(ctx):
    first = line_of(told(ctx, SOURCE, "x1"), "xp.xp")
    assert (first["not_paid"], first["arithmetic"]) == \
        ("zero", "0 + 70 = 70: 0 steps of 100, 0 x 500")
    then = line_of(told(ctx, "x2"), "xp.xp")
    assert (then["amount"], then["arithmetic"]) == \
        ("1500.00", "70 + 250 = 320: 3 steps of 100, 3 x 500")
    # The bonus of the stake, and what 0.1 steps were over.
    staked = line_of(told(ctx, "x3"), "xp.xp")
    assert (staked["amount"], staked["arithmetic"]) == \
        ("500.00", "320 + 110 = 430: 1 steps of 100, 1 x 500")
    assert "100 * (100 + 10) / 100" in [
        step.get("values") for step in staked["steps"]]
    assert told(ctx, "x-late")["rules"][0]["not_paid"] == "late"
    level = told(ctx, "l3")
    assert line_of(level, "level.level[2]")["not_paid"] == "once"
    assert line_of(level, "level.level[3]")["amount"] == "2500.00"
    day = told(ctx, "d2")
    assert line_of(day, "login.day")["amount"] == "20.00"


def check_requests(ctx):
    refused = told(ctx, "much")
    assert (refused["outcome"], refused["entries"]) == ("rejected", [])
    assert refused["token_events"][0]["data"]["reason"] == \
        "insufficient_funds"
    sent = told(ctx, "some")
    assert [(entry["account"], entry["amount"])
            for entry in sent["entries"]] == [(ADA, "-10.00"), (BOB, "10.00")]
    # What was asked is told, granted or not.
    assert refused["event"]["data"] == {"to_address": BOB, "amount": "9999999"}
    assert told(ctx, "stake")["event"]["data"] == \
        {"amount": "1000", "lock_period": "30"}


def check_purchases(ctx):
    assert line_of(told(ctx, "badge"), "spend.item")["amount"] == "-20.00"
    assert line_of(told(ctx, "moon"), "spend.item")["not_paid"] == "rejected"
    dear = told(ctx, "dear")
    assert (dear["outcome"], dear["entries"]) == ("rejected", [])
    line = line_of(dear, "spend.item")
    guard = [step for step in line["steps"] if step.get("role") == "guard"]
    assert [(step["values"], step["result"]) for step in guard] == \
        [("!has(event.data.expected_cost) || 40 == 50", "false")]
    assert dear["event"]["data"] == {"item": "boost", "expected_cost": "40"}


def tree(ctx, event_id):
    done = ctx.run("explain", event_id)
    assert done.returncode == 0, done.stderr
    return done.stdout


def check_answers(ctx):
    """The tree has what the token event says besides its amounts."""
    for event_id, text in (
            ("some", f"    transfer: direction = sent, counterparty = {BOB}, "
                     "memo = for lunch\n"),
            ("much", "    reason: insufficient_funds\n"),
            ("moon", "      not paid: the request was refused, as its token "
                     "event says\n"),
            ("moon", '    message: there is no item "moon"\n'),
            ("dear", "    message: the price of boost is 50.00\n"),
            ("boost", "    entitlement: item = boost, from = "),
            ("friend", ", amount = 500.00, until = "
                       "io.gigchain.identity.verified.v1, expires_at = "),
            ("back", f"    reversed: event_source = {SOURCE}, event_id = c2")):
        assert text in tree(ctx, event_id), (text, tree(ctx, event_id))


def check_what_is_no_event(ctx):
    bad = told(ctx, "bad")
    assert bad["outcome"] is None
    assert bad["not_known"] == "no event in the ledger has this id"
    assert [record["reason"] for record in bad["other_records"]] == \
        ["schema_violation"]
    unknown = ctx.run("explain", "nobody")
    assert unknown.returncode == 1
    assert 'the ledger knows of no event "nobody"' in unknown.stderr
    twice = ctx.run("explain", "x1")
    assert twice.returncode == 1
    assert '2 sources have an event "x1"' in twice.stderr
    assert told(ctx, "/else", "x1")["event"]["account"] == EVE


def check_tree(ctx):
    told_of = tree(ctx, "c2")
    row = RULES.splitlines().index("- id: steady") + 1
    for text in (f"{SOURCE} c2: posted\n",
                 "+ contract  4,500  (line 8)\n",
                 "    when: event.data.contract_value_usd >= 10: 200 >= 10 = "
                 "true\n",
                 "    limit: 60000 per account, ever: 55500 used before, 4,500 "
                 "of 20,000 granted\n",
                 f"    once: account: taken before by {SOURCE} c1\n",
                 f"- steady  (line {row})\n      not paid: its mode is off\n",
                 " contract.base +4,500, balance 55,500 -> 60,000 (earn)\n",
                 "    notification: You earned 4,500 for gig_c2\n"):
        assert text in told_of, (text, told_of)


def check_messages(ctx):
    """What it says was published is what was published."""
    published = {json.loads(token.value)["id"]: json.loads(token.value)
                 for token in ctx.read(ctx.output)}
    for event_id in ("c1", "c2", "much", "some", "stake"):
        for token in told(ctx, event_id)["token_events"]:
            assert published[token["id"]] == token


def test_told_from_what_was_stored(ctx):
    rules = ctx.use_rules(RULES)
    worker = ctx.worker()
    ctx.relay()
    ctx.publish(story())
    ctx.wait_drained()
    # Other rules come into force; a reader knows neither them nor those.
    worker.terminate()
    worker.wait_stopped()
    rules.write_text(RULES.replace('version: "1"', 'version: "2"')
                     .replace("give: 100", "give: 7")
                     .replace("amount: 60000", "amount: 1"))
    ctx.worker()
    ctx.publish([contract(ADA, "c3", "100")])
    ctx.wait_consumed()
    ctx.settings["rules/dir"] = str(harness.RULES)
    report = told(ctx, "c3")
    assert (report["ruleset"]["version"], report["outcome"]) == \
        ("2", "no_reward")
    assert report["rules"][0]["lines"][0]["not_paid"] == "limit"
    check_paid(ctx)
    check_unpaid(ctx)
    check_clipped(ctx)
    check_counters(ctx)
    check_requests(ctx)
    check_purchases(ctx)
    check_answers(ctx)
    check_what_is_no_event(ctx)
    check_tree(ctx)
    check_messages(ctx)
    check_doubts(ctx)


def check_doubts(ctx):
    """What was not kept is said not to be known; what does not fit, loudly."""
    ctx.sql("ALTER TABLE reward.events DISABLE TRIGGER append_only")
    ctx.sql("UPDATE reward.events SET basis = NULL WHERE event_id = 'c1'")
    report = told(ctx, "c1")
    assert report["rules"] is None and len(report["entries"]) == 3
    assert report["not_known"].startswith("what its rules looked at is not")
    ctx.sql("UPDATE reward.events SET basis = replace(basis, '250', '350') "
            "WHERE event_id = 'x2'")
    report = told(ctx, "x2", status=1)
    assert 'what the ledger has under "xp.xp"' in report["differs"]
    assert report["entries"][0]["amount"] == "1500.00"


def test_all_that_users_do_is_told(ctx, seed):
    """Whatever the event, the rules asked again agree with the ledger, and the
    token events told are those published."""
    ctx.worker()
    ctx.relay()
    ctx.publish(list(Mix(seed, accounts=6, trouble=0).drafts(120)))
    ctx.wait_drained()
    events = ctx.sql("SELECT event_source, event_id FROM reward.inbox "
                     "WHERE topic <> '@clock'", role="reader")
    published = {json.loads(token.value)["id"]: json.loads(token.value)
                 for token in ctx.read(ctx.output)}
    assert len(events) > 90
    for source, event_id in events:
        report = told(ctx, source, event_id)
        assert report["differs"] is None and report["not_known"] is None
        for token in report["token_events"]:
            assert published[token["id"]] == token
