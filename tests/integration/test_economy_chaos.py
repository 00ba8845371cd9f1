"""What is done with GIGS, under trouble: rings of transfers, everything sent
twice, kills between steps, and answers that come before their questions."""

import datetime
import itertools
import json
import re
import signal

import pytest

import generator
from books import assert_books, ledger_hash, wait_settled
from generator import address, event, structured
from harness import RULES


def ask(kind, account, event_id, partition=None, at=None, **data):
    """A request, or what happened to somebody."""
    return structured(event(f"{kind}.v1", account, event_id, at=at, **data),
                      partition=partition)


def fund(account, amount, partition=None):
    return ask("token.adjustment.requested", account, f"fund-{account}",
               partition, amount=amount, reason="opening",
               approved_by="tests")


def transfer(sender, receiver, amount, event_id, partition=None):
    return ask("token.transfer.requested", sender, event_id, partition,
               to_address=receiver, amount=amount)


def balances(ctx):
    """All that accounts have, by account; those that have nothing are left
    out."""
    rows = ctx.sql("SELECT user_address, balance, total_earned, total_spent, "
                   "staked_amount, pending_amount, reserved_amount, "
                   "debt_amount FROM reward.user_token_balances")
    return {row[0]: row[1:] for row in rows if any(row[1:])}


def days_ago(days):
    return datetime.datetime.now(generator.UTC) - datetime.timedelta(days)


def outcomes(ctx):
    """(outcome, reason) by the id of the event."""
    return {row[0]: row[1:] for row in ctx.sql(
        "SELECT event_id, outcome, reason FROM reward.inbox "
        "WHERE event_source <> '/reward'")}


def deadlocks(ctx):
    """As the workers saw them."""
    return sum(process.log.count("deadlock") for process in ctx.processes)


# ---- rings -----------------------------------------------------------------

def ring(accounts, rounds):
    """Each gives to its neighbour, half of the rounds the other way about;
    every round of one account is in another partition, so that all workers
    want the same accounts at the same time."""
    for n, (turn, at) in enumerate(itertools.product(
            range(rounds), range(len(accounts)))):
        step = 1 if turn % 2 else -1
        yield transfer(accounts[at], accounts[(at + step) % len(accounts)],
                       f"{1 + n % 7}.{n % 100:02}", f"ring-{n}",
                       partition=(turn + at) % 4)


def test_transfers_in_rings(ctx):
    """4 workers, 10 accounts: nothing is made, nothing is lost, nobody waits
    for somebody who waits for him."""
    accounts = [address(n + 1) for n in range(10)]
    ctx.settings["worker/batch_max_events"] = 20
    ctx.relay()
    for _ in range(4):
        ctx.worker()
    ctx.publish([fund(account, 200) for account in accounts])
    ctx.wait_for_records(10)
    ctx.publish(list(ring(accounts, 200)))
    assert_books(ctx)
    assert ctx.scalar("SELECT sum(balance) FROM reward.user_token_balances"
                      ) == 2000
    assert ctx.scalar("SELECT sum(amount) FROM reward.token_transactions "
                      "WHERE transaction_type = 'transfer'") == 0
    assert ctx.scalar("SELECT count(*) FROM reward.inbox "
                      "WHERE outcome = 'posted'") > 1500
    assert deadlocks(ctx) <= 2


# ---- twice -----------------------------------------------------------------

def test_requests_sent_twice(ctx):
    """Again in other partitions and another order, when everybody could pay:
    what was granted is not granted again, what was refused stays refused."""
    accounts = [address(n + 1) for n in range(8)]
    ctx.relay()
    ctx.worker()
    ctx.worker()
    ctx.publish([fund(account, 100) for account in accounts[:4]])
    wait_settled(ctx)
    requests = []
    for n, account in enumerate(accounts):
        other = accounts[(n + 1) % 8]
        requests += [
            transfer(account, other, "30", f"t{n}"),
            transfer(account, other, "5000", f"u{n}"),
            ask("token.stake.requested", account, f"k{n}", amount=20,
                lock_period=30),
            ask("token.conversion.requested", account, f"c{n}", amount=25,
                blockchain_address=other),
            ask("token.spend.requested", account, f"s{n}",
                item="custom_contract_template"),
            ask("governance.proposal.submitted", account, f"p{n}",
                proposal_id="same" if n < 4 else f"own-{n}", title="t",
                description="d", category="c"),
            ask("governance.vote.cast", account, f"v{n}", proposal_id="none",
                choice=1)]
    ctx.publish(requests)
    assert_books(ctx)
    first = outcomes(ctx)
    assert {reason for _, reason in first.values()} >= {
        None, "insufficient_funds", "unknown_proposal", "proposal_exists"}
    ctx.publish([ask("token.adjustment.requested", account, f"rich-{account}",
                     amount=100000, reason="r", approved_by="tests")
                 for account in accounts])
    wait_settled(ctx)
    before, messages = ledger_hash(ctx), len(ctx.read(ctx.output))
    ctx.publish([draft.again(partition=n % 4) for n, draft in
                 enumerate(reversed(requests + requests))])
    assert_books(ctx)
    assert ledger_hash(ctx) == before
    assert len(ctx.read(ctx.output)) == messages
    assert {key: value for key, value in outcomes(ctx).items()
            if key in first} == first


# ---- kills -----------------------------------------------------------------

class Traffic(generator.Mix):
    """Few accounts that do much with what they have."""

    def __init__(self, seed):
        super().__init__(seed, accounts=30, trouble=0)
        self.kinds = [
            (12, self.contract), (6, self.xp), (8, self.refund),
            (12, self.spend), (14, self.transfer), (8, self.stake),
            (8, self.unstake), (8, self.conversion), (10, self.settlement),
            (3, self.proposal), (8, self.vote), (2, self.tally),
            (6, self.referral), (6, self.identity), (3, self.adjustment)]
        self.weights = [weight for weight, _ in self.kinds]


@pytest.mark.parametrize("point", [
    "worker.lock", "worker.copy", "worker.batch", "worker.commit_sent"])
def test_killed_amid_requests(ctx, seed, point):
    """kill -9 at the second and the fifth passage, then a third worker, which
    has a companion."""
    ctx.settings["worker/batch_max_events"] = 100
    ctx.publish(Traffic(seed).drafts(1500))
    ctx.relay()
    for passage in (2, 5):
        victim = ctx.worker("w", fault=f"{point}:kill:{passage}")
        assert victim.wait(30) == -signal.SIGKILL, victim.log
    ctx.worker("w")
    ctx.worker()
    ledger, _ = assert_books(ctx)
    assert {row[9] for row in ledger.entries} >= {
        "earn", "hold", "reversal", "spend", "transfer", "stake", "reserve"}


# ---- shuffled --------------------------------------------------------------

def arrivals(count):
    return [list(order) for order in itertools.permutations(range(count))]


def story(name, n):
    """What happens to a freelancer and to a friend, in no order."""
    ada, bob = f"{name}:ada:{n}", f"{name}:bob:{n}"
    return [
        ask("contract.completed", ada, f"{name}-c-{n}", contract_id="gig",
            contract_value_usd="12.34", delivered_on_time=True, rating=5),
        ask("contract.refunded", ada, f"{name}-r-{n}", contract_id="gig"),
        ask("referral.accepted", ada, f"{name}-i-{n}", invitee_address=bob),
        ask("identity.verified", bob, f"{name}-v-{n}")]


def test_shuffled_arrival(ctx):
    """A refund before its contract, a verification before its referral: all
    24 orders, in one partition and in all of them, end alike."""
    ctx.relay()
    ctx.worker()
    ctx.worker()
    drafts = []
    for n, order in enumerate(arrivals(4)):
        told = story("one", n)
        drafts += [told[i].again(partition=n % 4) for i in order]
        told = story("all", n)
        drafts += [told[i].again(partition=(i + n) % 4) for i in order]
    ctx.publish(drafts)
    assert_books(ctx)
    found = balances(ctx)
    ends = {account.rpartition(":")[0]: set() for account in found}
    for account, row in found.items():
        ends[account.rpartition(":")[0]].add(tuple(map(float, row)))
    # 500 for the friend, who has 2,000 for being a person.
    assert ends == {f"{name}:{who}": {(amount, amount, 0, 0, 0, 0, 0)}
                    for name in ("one", "all")
                    for who, amount in (("ada", 500), ("bob", 2000))}
    assert len(found) == 2 * 2 * 24


def test_debts_in_any_order(ctx):
    """Spent before the refund or after the next contract: who owes, and how
    much is left, is the same once all has come."""
    ctx.relay()
    ctx.worker()
    for n, order in enumerate(arrivals(3)):
        ada = f"ada:{n}"
        # 1,000 and 500 for the first, of which 1,200 are given away.
        ctx.publish([
            ask("contract.completed", ada, f"first-{n}", 0, contract_id="a",
                contract_value_usd=10, delivered_on_time=False),
            transfer(ada, "shop", "1200", f"t-{n}", 0)])
        told = [ask("contract.refunded", ada, f"r-{n}", 0, contract_id="a"),
                ask("contract.completed", ada, f"next-{n}", 0,
                    contract_id="b", contract_value_usd=5,
                    delivered_on_time=False),
                ask("profile.completed", ada, f"p-{n}", 0)]
        ctx.publish([told[i] for i in order])
    assert_books(ctx)
    found = balances(ctx)
    assert {tuple(map(float, found[f"ada:{n}"])) for n in range(6)} == {
        (300, 1500, 0, 0, 0, 0, 0)}
    assert float(found["shop"][0]) == 6 * 1200


# ---- a vote, from the question to its result -------------------------------

def test_vote_is_counted_once(ctx):
    """Voters of all partitions, a short period, and everybody asks for the
    result, before and after."""
    ctx.use_rules(RULES.read_text().replace("voting: {period: 7d}",
                                            "voting: {period: 8s}"))
    ctx.relay()
    ctx.worker()
    ctx.worker()
    voters = [address(n + 1) for n in range(12)]
    ctx.publish([fund(voter, 100 + n) for n, voter in enumerate(voters)])
    wait_settled(ctx)
    ctx.publish([ask("governance.proposal.submitted", voters[0], "p",
                     proposal_id="p", title="t", description="d",
                     category="c", quorum_required="500")])
    wait_settled(ctx)
    ctx.publish([transfer(voters[0], voters[1], 100, "late")])
    ctx.publish([ask("governance.vote.cast", voter, f"v{n}-{copy}",
                     (n + copy) % 4, proposal_id="p", choice=n % 3)
                 for copy in range(2) for n, voter in enumerate(voters)])
    ctx.publish([ask("governance.tally.requested", voter, f"early-{n}",
                     n % 4, proposal_id="p")
                 for n, voter in enumerate(voters)])
    wait_settled(ctx)
    ctx.wait(lambda: ctx.scalar("SELECT now() > voting_end FROM "
                                "reward.governance_proposals"), 30,
             "the vote is over")
    ctx.publish([ask("governance.tally.requested", voter, f"late-{n}",
                     n % 4, proposal_id="p")
                 for n, voter in enumerate(voters)])
    ctx.publish([ask("governance.vote.cast", voters[0], "too-late",
                     proposal_id="p", choice=1)])
    _, expected = assert_books(ctx)
    tallied = [json.loads(record.value)["data"]["tally"]
               for record in ctx.read(ctx.output)
               if record.header("ce_type").endswith(b"governance.tallied.v1")]
    assert len(tallied) == 1
    proposal = expected.model.state.proposals["p"]
    assert len(proposal.votes) == 12
    assert tallied[0]["result"] == json.loads(proposal.result)
    assert re.fullmatch("[0-9a-f]{64}", tallied[0]["sha256"])
    assert outcomes(ctx)["too-late"] == ("rejected", "voting_closed")


# ---- one overtaken by another ----------------------------------------------

# What is decided must be what a replay of the batches in their order decides,
# whoever of two workers began first.

def settled_alone(ctx, drafts, **settings):
    """One worker posts them, one batch each, and is gone."""
    worker = ctx.worker(settings=settings)
    for draft in drafts:
        ctx.publish([draft.again(partition=0)])
        ctx.wait_consumed()
    worker.stop()


def overtake(ctx, point, slow, quick):
    """A worker begins with one and stands still at the point, while another
    posts the other one, or waits for the first."""
    sleeper = ctx.worker("a", fault=f"{point}:stop:1")
    for worker in (sleeper, ctx.worker("b")):
        worker.wait_for_log("partitions assigned count=2")
    ctx.publish([slow.again(partition=0)])
    sleeper.wait_for_log("fault point reached")
    before = ctx.posted_records()
    ctx.publish([quick.again(partition=2)])
    ctx.wait(lambda: ctx.posted_records() > before or ctx.waiting(), 30,
             "the other one is posted, or waits")
    sleeper.signal(signal.SIGCONT)
    wait_settled(ctx)


def test_purchase_overtaken(ctx):
    """Three weeks were paid for, so three weeks it is."""
    ada = address(1)

    def buy(event_id):
        return ask("token.spend.requested", ada, event_id,
                   item="featured_profile")

    ctx.relay()
    settled_alone(ctx, [fund(ada, 20000)])
    overtake(ctx, "worker.claim", buy("slow"), buy("quick"))
    ctx.publish([buy("later").again(partition=2)])
    assert_books(ctx)
    weeks = ctx.sql('SELECT "from", "until" FROM reward.entitlements '
                    "ORDER BY 1")
    assert all(one[1] == next_[0] for one, next_ in zip(weeks, weeks[1:]))


def test_settlement_overtaken(ctx):
    """Completed is the end, whatever came just before; what somebody asks for
    after that is refused, and holds nobody up."""
    ada, bob = address(1), address(2)
    ctx.relay()

    def convert(event_id):
        return ask("token.conversion.requested", ada, event_id, amount=400,
                   blockchain_address=bob)

    settled_alone(ctx, [fund(ada, 1000), convert("c1")])
    name = ctx.scalar("SELECT id::text FROM reward.token_conversion_queue")

    def settle(event_id, status, **data):
        return ask("token.conversion.settled", ada, event_id,
                   conversion_id=name, status=status, **data)

    overtake(ctx, "worker.claim",
             settle("done", "completed",
                    blockchain_tx_hash="0x" + "ab" * 32),
             settle("on-its-way", "processing"))
    ctx.publish([convert("c2").again(partition=2),
                 settle("failed", "failed").again(partition=2)])
    wait_settled(ctx, 20)
    assert outcomes(ctx)["failed"] == ("rejected", "already_settled")
    assert ctx.scalar("SELECT status FROM reward.token_conversion_queue "
                      "WHERE id::text = %s", name) == "completed"
    assert_books(ctx)


def test_vote_overtaken_by_its_proposal(ctx):
    """Where the vote is counted first there is no proposal yet; where it comes
    second there is."""
    ada, bob = address(1), address(2)
    ctx.relay()
    settled_alone(ctx, [fund(bob, 1000)])
    propose = ask("governance.proposal.submitted", ada, "p", proposal_id="p",
                  title="t", description="d", category="c")
    overtake(ctx, "worker.lock",
             ask("governance.vote.cast", bob, "v", proposal_id="p", choice=1),
             propose)
    assert_books(ctx)


def test_void_overtaken_by_its_release(ctx):
    """What is confirmed before it is void is paid."""
    ada, bob = address(1), address(2)
    ctx.relay()
    # Looks at the clock when it starts, and then no more.
    ctx.worker(settings={"worker/timer_interval": "1h"})
    for draft in (fund(bob, 1), ask("referral.accepted", ada, "r",
                                    at=days_ago(31), invitee_address=bob)):
        ctx.publish([draft])
        ctx.wait_consumed()
    sleeper = ctx.worker(fault="worker.lock:stop:1")
    sleeper.wait_for_log("fault point reached")
    before = ctx.posted_records()
    ctx.publish([ask("identity.verified", bob, "v")])
    ctx.wait(lambda: ctx.posted_records() > before or ctx.waiting(), 60,
             "the other one is posted, or waits")
    sleeper.signal(signal.SIGCONT)
    assert_books(ctx)


# ---- what others may send --------------------------------------------------

def test_events_of_the_clock_from_others(ctx):
    """Whoever calls himself /reward and knows a hold's id, which its token
    event tells, must not be able to keep it from its owner."""
    ada, bob, eve = address(1), address(2), address(3)
    ctx.relay()
    ctx.worker()
    ctx.publish([ask("referral.accepted", ada, "r", invitee_address=bob)])
    wait_settled(ctx)
    hold = ctx.scalar("SELECT id::text FROM reward.token_pending")
    ctx.publish([structured(event("token.hold.due.v1", account, hold,
                                  source="/reward", hold_id=hold))
                 for account in (eve, ada)])
    wait_settled(ctx)
    ctx.publish([ask("identity.verified", bob, "v")])
    wait_settled(ctx, 15)
    assert balances(ctx)[ada][0] == 500
    assert_books(ctx)


def test_refund_of_a_long_contract_id(ctx):
    """A hundred characters may be more bytes than that."""
    ctx.relay()
    ctx.worker()
    name = "\u00fc" * 60
    ctx.publish([ask("contract.completed", address(1), "c", contract_id=name,
                     contract_value_usd=10, delivered_on_time=False)])
    wait_settled(ctx)
    ctx.publish([ask("contract.refunded", address(1), "r",
                     contract_id=name)])
    assert_books(ctx)
    assert balances(ctx) == {}


def test_holds_that_are_not_due_cost_nothing(ctx):
    """A look for what is due reads that, however much is held."""
    def looks():
        return ctx.sql("SELECT i.idx_scan, i.idx_tup_read, t.seq_tup_read "
                       "FROM pg_stat_user_indexes i JOIN pg_stat_user_tables t "
                       "USING (relid) WHERE i.indexrelname = 'timers_due'")[0]

    ctx.sql("INSERT INTO reward.timers (hold_id, due_at) SELECT "
            "gen_random_uuid(), now() + interval '1 day' "
            "FROM generate_series(1, 5000)")
    before = looks()
    ctx.worker("w", settings={"worker/timer_interval": "100ms"})
    ctx.wait(lambda: looks()[0] >= before[0] + 5, 60, "the worker has looked")
    assert looks()[1:] == before[1:]
