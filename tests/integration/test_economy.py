"""What is done with GIGS once they are earned: each operation end to end, with
its token events, and the refusals that are answers."""

import datetime
import hashlib
import json
from decimal import Decimal

import harness
from generator import UTC, address, event, structured

ADA, BOB, EVE = address(1), address(2), address(3)


def days_ago(days):
    return datetime.datetime.now(UTC) - datetime.timedelta(days=days)


def fund(ctx, account, amount, event_id):
    """A contribution by the community team."""
    return structured(event("token.adjustment.requested.v1", account, event_id,
                            amount=str(amount), reason="opening",
                            approved_by="tests"))


def request(kind, account, event_id, at=None, **data):
    return structured(event(kind + ".v1", account, event_id, at=at, **data))


def run(ctx, *drafts):
    """Publish, and wait until all of it is said."""
    ctx.publish(list(drafts))
    ctx.wait_drained()


def said(ctx):
    """Token events by the id of what caused them, in order."""
    told = {}
    for record in ctx.read(ctx.output):
        body = json.loads(record.value)
        told.setdefault(body["causationid"], []).append(
            (body["type"].removeprefix("io.gigchain.").removesuffix(".v1"),
             body["data"]))
    return told


def outcome(ctx, event_id):
    return ctx.sql("SELECT outcome, reason FROM reward.inbox "
                   "WHERE event_id = %s", event_id, role="reader")[0]


def balance(ctx, account):
    rows = ctx.sql("SELECT balance, staked_amount, pending_amount, "
                   "reserved_amount, debt_amount "
                   "FROM reward.user_token_balances WHERE user_address = %s",
                   account, role="reader")
    return [int(value) for value in rows[0]] if rows else None


def assert_closed(ctx):
    done = ctx.run("verify", "--topic", role="relay")
    assert done.returncode == 0, done.stdout + done.stderr


def test_spend(ctx):
    ctx.worker()
    ctx.relay()
    run(ctx, fund(ctx, ADA, 20000, "f"),
        request("token.spend.requested", ADA, "s1", item="featured_profile",
                expected_cost="5000"),
        request("token.spend.requested", ADA, "s2", item="featured_profile"),
        request("token.spend.requested", ADA, "s3", item="moon"),
        request("token.spend.requested", ADA, "s4", item="featured_profile",
                expected_cost="4000"),
        request("token.spend.requested", BOB, "s5", item="featured_profile"),
        request("token.spend.requested", ADA, "s6", item="dispute_insurance",
                contract_id="gig_1"))
    assert balance(ctx, ADA) == [0, 0, 0, 0, 0]
    assert outcome(ctx, "s1") == ("posted", None)
    assert outcome(ctx, "s3") == ("rejected", "unknown_item")
    assert outcome(ctx, "s4") == ("rejected", "price_changed")
    assert outcome(ctx, "s5") == ("rejected", "insufficient_funds")
    told = said(ctx)
    assert [kind for kind, _ in told["s1"]] == ["token.spent"]
    assert told["s1"][0][1]["entitlement"]["item"] == "featured_profile"
    assert told["s1"][0][1]["amount"] == "-5000.00"
    assert told["s5"][0][0] == "token.rejected"
    assert told["s5"][0][1]["reason"] == "insufficient_funds"
    rows = ctx.sql('SELECT item, "until" - "from", contract_id '
                   "FROM reward.entitlements ORDER BY event_id", role="reader")
    week = datetime.timedelta(days=7)
    assert rows == [("featured_profile", week, None),
                    ("featured_profile", week, None),
                    ("dispute_insurance", None, "gig_1")]
    first, second = ctx.sql('SELECT "from", "until" FROM reward.entitlements '
                            "WHERE item = 'featured_profile' "
                            "ORDER BY event_id", role="reader")
    assert second[0] == first[1]
    assert_closed(ctx)


def test_transfer(ctx):
    ctx.worker()
    ctx.relay()
    run(ctx, fund(ctx, ADA, 100, "f"),
        request("token.transfer.requested", ADA, "t1", to_address=BOB,
                amount="30.50", memo="Thanks!"),
        request("token.transfer.requested", ADA, "t2", to_address=ADA.upper()
                .replace("0X", "0x"), amount="1"),
        request("token.transfer.requested", ADA, "t3", to_address=BOB,
                amount="69.51"),
        request("token.transfer.requested", ADA, "t4", to_address=BOB,
                amount="0"),
        request("token.transfer.requested", ADA, "t5", to_address=BOB,
                amount="-1"),
        request("token.transfer.requested", ADA, "t6", to_address=BOB,
                amount="0.001"),
        request("token.transfer.requested", ADA, "t7", to_address=BOB,
                amount="1", memo="a\x07b"))
    assert [outcome(ctx, f"t{n}")[1] for n in range(2, 8)] == [
        "self_transfer", "insufficient_funds", "invalid_amount",
        "invalid_amount", "invalid_amount", "invalid_memo"]
    rows = ctx.sql("SELECT user_address, amount, counterparty, "
                   "transaction_type FROM reward.token_transactions "
                   "WHERE event_id = 't1' ORDER BY amount", role="reader")
    assert rows == [(ADA, Decimal("-30.50"), BOB, "transfer"),
                    (BOB, Decimal("30.50"), ADA, "transfer")]
    told = said(ctx)
    assert sorted((data["amount"], kind, data["account"],
                   data["transfer"]["memo"]) for kind, data in told["t1"]) == [
        ("-30.50", "token.transferred", ADA, "Thanks!"),
        ("30.50", "token.transferred", BOB, "Thanks!")]
    assert_closed(ctx)


def test_stake(ctx):
    ctx.worker()
    ctx.relay()
    run(ctx, fund(ctx, ADA, 3000, "f"),
        request("token.stake.requested", ADA, "k1", at=days_ago(31),
                amount="1000", lock_period=30),
        request("token.stake.requested", ADA, "k2", amount="2000",
                lock_period=90),
        structured(event("xp.gained.v1", ADA, "x1", at=days_ago(2),
                         xp_gained=100)),
        structured(event("xp.gained.v1", ADA, "x2", at=days_ago(20),
                         xp_gained=1000)))
    assert balance(ctx, ADA)[1] == 3000
    over, locked = ctx.sql("SELECT id, lock_period, is_active "
                           "FROM reward.token_staking ORDER BY lock_period",
                           role="reader")
    told = said(ctx)
    assert told["k1"][0][1]["stake"]["staking_id"] == str(over[0])
    run(ctx, request("token.unstake.requested", ADA, "u1",
                     staking_id=str(over[0])),
        request("token.unstake.requested", ADA, "u2",
                staking_id=str(over[0])),
        request("token.unstake.requested", ADA, "u3",
                staking_id=str(locked[0])),
        request("token.unstake.requested", BOB, "u4",
                staking_id=str(locked[0])),
        request("token.unstake.requested", ADA, "u5", staking_id="nonsense"))
    assert [outcome(ctx, f"u{n}") for n in range(1, 6)] == [
        ("posted", None), ("rejected", "already_unstaked"),
        ("rejected", "not_yet_unlocked"), ("rejected", "unknown_stake"),
        ("rejected", "unknown_stake")]
    # 100 XP, then 1,000 with 10 percent more: 1,200 in all.
    assert ctx.scalar("SELECT sum(amount) FROM reward.token_transactions "
                      "WHERE line = 'xp.xp'") == 6000
    assert balance(ctx, ADA)[:2] == [7000, 2000]
    assert_closed(ctx)


def test_pending(ctx):
    ctx.worker()
    ctx.relay()
    run(ctx, structured(event("referral.accepted.v1", ADA, "r1",
                              invitee_address=BOB)),
        structured(event("referral.accepted.v1", ADA, "r2", at=days_ago(31),
                         invitee_address=EVE)))
    ctx.wait(lambda: ctx.scalar("SELECT count(*) FROM reward.token_pending "
                                "WHERE status = 'voided'") == 1, 30,
             "one is voided")
    assert balance(ctx, ADA) == [0, 0, 500, 0, 0]
    run(ctx, structured(event("identity.verified.v1", BOB, "i1")))
    ctx.wait(lambda: balance(ctx, ADA) == [500, 0, 0, 0, 0], 30, "released")
    ctx.wait_drained()
    told = said(ctx)
    assert told["r1"][0][0] == "token.pending"
    assert told["r1"][0][1]["amount"] == "0.00"
    ends = {kind for messages in told.values() for kind, _ in messages}
    assert {"token.released", "token.voided"} <= ends
    assert_closed(ctx)


def test_pending_after_an_upgrade(ctx, tmp_path):
    """Who was verified before the rule waited for it need not be again; what it
    waits for stays."""
    rules = harness.RULES.read_text()
    start = rules.index("  pending:\n")
    waits = rules[start:rules.index("  notify:", start)]
    before = tmp_path / "before.yaml"
    before.write_text(rules.replace(waits, "").split("\ntests:")[0] + "\n")
    ctx.relay()
    worker = ctx.worker(settings={"rules/dir": str(before)})
    run(ctx, structured(event("identity.verified.v1", BOB, "i1")))
    worker.stop()
    ctx.worker()
    run(ctx, structured(event("referral.accepted.v1", ADA, "r1",
                              invitee_address=BOB)),
        structured(event("referral.accepted.v1", ADA, "r2",
                         invitee_address=EVE)))
    assert balance(ctx, ADA) == [500, 0, 500, 0, 0]
    other = tmp_path / "other.yaml"
    other.write_text(rules.split("\ntests:")[0].replace(
        "until: io.gigchain.identity.verified.v1",
        "until: io.gigchain.profile.completed.v1") + "\n")
    refused = ctx.worker(settings={"rules/dir": str(other)})
    assert refused.wait() == 78
    assert "has waited for io.gigchain.identity.verified.v1" in refused.log


def test_refund(ctx):
    def contract(event_id, contract_id):
        return structured(event(
            "contract.completed.v1", ADA, event_id, contract_id=contract_id,
            contract_value_usd="100", delivered_on_time=True))

    def refund(event_id, contract_id):
        return structured(event("contract.refunded.v1", ADA, event_id,
                                contract_id=contract_id))

    ctx.worker()
    ctx.relay()
    run(ctx, contract("c1", "gig_1"), refund("r1", "gig_1"),
        refund("r2", "gig_1"), refund("r3", "gig_2"))
    run(ctx, contract("c2", "gig_2"))
    assert balance(ctx, ADA) == [0, 0, 0, 0, 0]
    run(ctx, contract("c3", "gig_3"),
        request("token.transfer.requested", ADA, "t", to_address=BOB,
                amount="12000"))
    run(ctx, refund("r4", "gig_3"))
    assert balance(ctx, ADA) == [0, 0, 0, 0, 12000]
    run(ctx, contract("c4", "gig_4"))
    assert balance(ctx, ADA) == [0, 0, 0, 0, 0]
    assert_closed(ctx)


def test_refund_of_a_busy_account(ctx):
    """Finds the contract by its id. Without statistics a search through all
    entries of the account looks as cheap, and a plan is kept."""
    def contract(n):
        return structured(event(
            "contract.completed.v1", ADA, f"c{n}", contract_id=f"gig_{n}",
            contract_value_usd="100", delivered_on_time=False))

    def fetched():
        ctx.stop_all()
        harness.wait_until(  # what its backends have read is counted then
            lambda: not ctx.scalar(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE application_name LIKE 'reward%%' "
                "AND datname = current_database()"), 10, "they are gone")
        return ctx.scalar("SELECT idx_tup_fetch FROM pg_stat_user_tables "
                          "WHERE relname = 'entries'")

    def turn(drafts):
        ctx.worker()
        ctx.relay()
        run(ctx, *drafts)
        return fetched()

    for table in ("entries", "events"):
        ctx.sql(f"ALTER TABLE reward.{table} SET (autovacuum_enabled = off)")
    before = turn(contract(n) for n in range(1000))
    after = turn(
        structured(event("contract.refunded.v1", ADA, f"r{n}",
                         contract_id=f"gig_{n}")) for n in range(100))
    assert balance(ctx, ADA) == [900 * 10000, 0, 0, 0, 0]
    assert 100 <= after - before < 5000
    assert_closed(ctx)


def test_conversion(ctx):
    ctx.worker()
    ctx.relay()
    run(ctx, fund(ctx, ADA, 1000, "f"),
        request("token.conversion.requested", ADA, "c1", amount="600",
                blockchain_address=EVE),
        request("token.conversion.requested", ADA, "c2", amount="100",
                blockchain_address=EVE))
    assert balance(ctx, ADA) == [400, 0, 0, 600, 0]
    assert outcome(ctx, "c2") == ("rejected", "conversion_in_progress")
    first = str(ctx.scalar("SELECT id FROM reward.token_conversion_queue"))
    done = {"conversion_id": first, "status": "completed",
            "blockchain_tx_hash": "0x" + "ab" * 32}
    run(ctx, request("token.conversion.settled", ADA, "d0",
                     conversion_id=first, status="processing"),
        request("token.conversion.settled", ADA, "d1", **done),
        request("token.conversion.settled", ADA, "d2", **done),
        request("token.conversion.settled", ADA, "d3", conversion_id=first,
                status="failed"),
        request("token.conversion.requested", ADA, "c3", amount="400",
                blockchain_address=EVE))
    assert [outcome(ctx, f"d{n}") for n in range(4)] == [
        ("posted", None), ("posted", None), ("no_reward", None),
        ("rejected", "already_settled")]
    second = str(ctx.scalar("SELECT id FROM reward.token_conversion_queue "
                            "WHERE status = 'pending'"))
    run(ctx, request("token.conversion.settled", ADA, "d4",
                     conversion_id=second, status="failed"))
    assert balance(ctx, ADA) == [400, 0, 0, 0, 0]
    assert_closed(ctx)


def test_votes(ctx):
    ctx.worker()
    ctx.relay()
    run(ctx, fund(ctx, ADA, 300, "f1"), fund(ctx, BOB, 200, "f2"))

    def proposal(event_id, name, at=None):
        return request("governance.proposal.submitted", ADA, event_id, at=at,
                       proposal_id=name, title="T", description="D",
                       category="c", execution_data={"b": 1, "a": [2]})

    def vote(event_id, account, name, choice, at=None):
        return request("governance.vote.cast", account, event_id, at=at,
                       proposal_id=name, choice=choice)

    run(ctx, proposal("p1", "one"), proposal("p2", "one"),
        proposal("p3", "old", at=days_ago(8)))
    run(ctx, request("token.transfer.requested", ADA, "t", to_address=EVE,
                     amount="300"))
    run(ctx, vote("v1", ADA, "one", 1), vote("v2", BOB, "one", 0),
        vote("v3", ADA, "one", 0), vote("v4", EVE, "one", 1),
        vote("v5", ADA, "two", 1), vote("v6", ADA, "old", 1))
    assert outcome(ctx, "p2") == ("rejected", "proposal_exists")
    assert [outcome(ctx, f"v{n}")[1] for n in range(1, 7)] == [
        None, None, "already_voted", "no_voting_power", "unknown_proposal",
        "voting_closed"]
    assert ctx.sql("SELECT proposal_id, status, votes_for, votes_against "
                   "FROM reward.governance_proposals ORDER BY 1",
                   role="reader") == [
        ("old", "closed", 0, 0), ("one", "active", 300, 200)]
    assert_closed(ctx)


def test_tally(ctx):
    """The result is posted once, published, and the same when asked again."""
    ctx.worker()
    ctx.relay()
    run(ctx, fund(ctx, ADA, 300, "f1"))
    for name, at in ("late", days_ago(8)), ("soon", None):
        run(ctx, request("governance.proposal.submitted", ADA, "p-" + name,
                         at=at, proposal_id=name, title="T", description="D",
                         category="c", quorum_required="1"))
    early = ctx.run("tally", "soon", role="worker")
    assert early.returncode == 1 and "is open until" in early.stderr
    assert ctx.run("tally", "none", role="worker").returncode == 1
    first = ctx.run("tally", "late", role="worker")
    assert first.returncode == 0, first.stderr
    again = ctx.run("tally", "late", role="reader")
    assert again.stdout == first.stdout
    result, digest = first.stdout.splitlines()
    assert digest == "sha256 " + hashlib.sha256(result.encode()).hexdigest()
    body = json.loads(result)
    assert result == json.dumps(body, sort_keys=True, separators=(",", ":"))
    assert body["result"] == "no_quorum" and body["voters"] == 0
    ctx.wait_drained()
    kind, data = said(ctx)["tally:late"][0]
    assert kind == "governance.tallied"
    assert data["tally"] == {"result": body, "sha256": digest[7:]}
    assert_closed(ctx)


def test_tiers(ctx):
    ctx.worker()
    ctx.relay()
    run(ctx, fund(ctx, ADA, 60000, "f"))
    run(ctx, request("token.stake.requested", ADA, "k", amount="55000",
                     lock_period=30))
    run(ctx, request("token.transfer.requested", ADA, "t", to_address=BOB,
                     amount="4000"),
        request("token.spend.requested", ADA, "s", item="boost_visibility"))
    run(ctx, request("token.adjustment.requested", BOB, "a", amount="9000",
                     reason="r", approved_by="x"))
    told = said(ctx)
    crossed = [(cause, data["tier"]["from"], data["tier"]["to"])
               for cause, messages in told.items()
               for kind, data in messages if kind == "token.tier.changed"]
    assert sorted(crossed) == [("a", "standard", "bronze"),
                               ("f", "standard", "silver")]
    assert ctx.sql("SELECT tier, fee_percent, discount_percent "
                   "FROM reward.fee WHERE user_address = %s", ADA,
                   role="reader") == [
        ("silver", Decimal("1.5"), Decimal("40"))]
    assert_closed(ctx)
