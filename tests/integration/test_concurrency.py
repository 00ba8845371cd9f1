"""Several workers at once on what only one of them may have."""

import collections

import pytest

import generator
from books import assert_books
from generator import address, event, structured, xp_events

# Two members share four partitions by range: 0 and 1, 2 and 3.
ONE, OTHER = 0, 2


def start_workers(ctx, count):
    workers = [ctx.worker() for _ in range(count)]
    ctx.wait_connected(count)
    return workers


def deadlocks(ctx):
    return ctx.stack.pg_log().count("deadlock detected")


def xp(n, partition):
    return structured(event("xp.gained.v1", address(n), f"{partition}-{n}",
                            xp_gained=100), partition=partition)


def queue(ctx, drafts, *held):
    """Publish one after the other while somebody holds what the statement
    locks, so that those who want it come in that order."""
    with ctx.held(*held):
        for n, draft in enumerate(drafts, start=1):
            ctx.publish([draft])
            ctx.wait(lambda: ctx.waiting() == n, 30, f"{n} wait")
    ctx.wait_consumed()


POT = """\
ruleset: pot
version: "1"
asset: {code: GIGS, scale: 2}
zone: UTC
rules:
- id: xp
  trigger: io.gigchain.xp.gained.v1
  account: event.data.user_address
  award:
  - {id: xp, amount: event.data.xp_gained,
     limit: {per: all, window: ever, amount: 1000000, over: clip}}
"""


@pytest.fixture
def unlike(ctx):
    """Two workers, of which the one of OTHER makes accounts beforehand, since
    it lost one to somebody else."""
    ctx.relay()
    for worker in start_workers(ctx, 2):
        worker.wait_for_log("partitions assigned count=2")
    ctx.publish([xp(1000, ONE), xp(1001, OTHER)])
    ctx.wait_consumed()
    queue(ctx, [xp(1002, OTHER)], "INSERT INTO reward.accounts (address) "
          "VALUES (%s) RETURNING id", address(1002))


@pytest.fixture
def pot(ctx):
    ctx.use_rules(POT)


def test_one_limit_and_one_new_account(ctx, pot, unlike):
    """Both are wanted by both: nobody holds one and waits for the other."""
    before = deadlocks(ctx)
    for n in range(3):
        queue(ctx, [xp(n, ONE), xp(n, OTHER)], "SELECT * FROM reward.counters "
              "WHERE account_id = 0 FOR UPDATE")
    assert_books(ctx)
    assert deadlocks(ctx) == before


def test_one_proposal_and_one_new_account(ctx, unlike):
    before = deadlocks(ctx)
    for n in range(3):
        queue(ctx,
              [structured(event("governance.tally.requested.v1", address(n),
                                f"{partition}-{n}", proposal_id=f"p{n}"),
                          partition=partition) for partition in (ONE, OTHER)],
              "SELECT pg_advisory_xact_lock(7237103, hashtext(%s))", f"p{n}")
    assert_books(ctx)
    assert deadlocks(ctx) == before


def test_same_ids_in_two_partitions(ctx, seed):
    """Whoever is first, there is one posting."""
    mix = generator.Mix(seed, trouble=0)
    ctx.relay()
    start_workers(ctx, 2)
    for _ in range(10):
        drafts = mix.drafts(150)
        ctx.publish([draft.again(partition=partition) for draft in drafts
                     for partition in (ONE, OTHER)])
    ledger, _ = assert_books(ctx)
    outcomes = collections.Counter(row[3] for row in ledger.outcomes)
    assert outcomes["duplicate"] + outcomes["conflict"] >= 1500


def test_same_id_other_payload_in_two_partitions(ctx):
    """First writer wins; the second is a dead letter."""
    ctx.relay()
    start_workers(ctx, 2)
    drafts = []
    for n in range(500):
        for partition, xp in ((ONE, 100), (OTHER, 200)):
            drafts.append(structured(event(
                "xp.gained.v1", address(n), f"e{n}", xp_gained=xp),
                partition=partition))
    ctx.publish(drafts)
    ledger, _ = assert_books(ctx)
    assert len(ledger.inbox) == 500
    assert len(ledger.dead) == 500


def test_same_invitee_twice(ctx):
    """Two inviters, two workers, one reward."""
    ctx.relay()
    start_workers(ctx, 2)
    drafts = []
    for n in range(300):
        for partition, inviter in ((ONE, n), (OTHER, n + 1000)):
            drafts.append(structured(event(
                "referral.accepted.v1", address(inviter), f"{inviter}-{n}",
                invitee_address=address(n + 5000)), partition=partition))
    ctx.publish(drafts)
    ledger, _ = assert_books(ctx)
    assert collections.Counter(row[3] for row in ledger.entries) == {
        "referral.referral": 300, "pending.held": 300}


def test_hot_account(ctx, seed):
    """Everything is for one account, in all partitions, with four workers."""
    mix = generator.Mix(seed, accounts=1, trouble=0)
    ctx.settings["worker/batch_max_events"] = 50
    ctx.relay()
    start_workers(ctx, 4)
    before = deadlocks(ctx)
    ctx.publish([draft.again(partition=n % 4)
                 for n, draft in enumerate(mix.drafts(3000))])
    assert_books(ctx)
    assert deadlocks(ctx) == before


def test_opposite_orders(ctx):
    """The same accounts in opposite orders: locks are taken in one order."""
    ctx.settings["worker/batch_max_events"] = 100
    ctx.relay()
    start_workers(ctx, 4)
    before = deadlocks(ctx)
    drafts = []
    for n in range(500):
        for partition in range(4):
            account = n % 50 if partition % 2 else 49 - n % 50
            drafts.append(structured(event(
                "xp.gained.v1", address(account), f"{partition}-{n}",
                xp_gained=100), partition=partition))
    ctx.publish(drafts)
    assert_books(ctx)
    assert deadlocks(ctx) == before


def test_repeats_of_what_another_worker_posted(ctx):
    """A worker looks up only ids it may have met; the unique key finds the
    others, and the batch is posted at the second try."""
    ctx.settings["worker/batch_max_events"] = 10
    ctx.relay()
    for worker in start_workers(ctx, 2):
        worker.wait_for_log("partitions assigned count=2")
    drafts = xp_events("e", range(300), ONE)
    drafts += xp_events("e", range(300, 600), OTHER)
    ctx.publish(drafts)
    ctx.wait_for_records(600)
    refused = ctx.stack.pg_log().count('constraint "events_identity"')
    ctx.publish([draft.again(partition=OTHER if n < 300 else ONE)
                 for n, draft in enumerate(drafts)])
    ledger, _ = assert_books(ctx)
    assert collections.Counter(row[3] for row in ledger.outcomes) == {
        "posted": 600, "duplicate": 600}
    assert ctx.stack.pg_log().count('constraint "events_identity"') > refused


def test_a_refused_repeat_of_what_another_worker_posted(ctx):
    """What the rules refuse never reaches the unique key: it is a conflict, or
    a repeat, all the same."""
    ctx.settings["worker/batch_max_events"] = 10
    ctx.relay()
    for worker in start_workers(ctx, 2):
        worker.wait_for_log("partitions assigned count=2")
    ctx.publish(xp_events("e", range(300), ONE))
    ctx.publish(xp_events("e", range(300, 600), OTHER))
    ctx.wait_for_records(600)
    # Too much for any account; the ids are those that the other one posted.
    ctx.publish([structured(event(
        "contract.completed.v1", address(n), f"e{n}", contract_id=f"gig_{n}",
        contract_value_usd="999999999999999999", delivered_on_time=True),
        partition=OTHER) for n in range(300)])
    ledger, _ = assert_books(ctx)
    assert collections.Counter(row[3] for row in ledger.outcomes) == {
        "posted": 600, "conflict": 300}
