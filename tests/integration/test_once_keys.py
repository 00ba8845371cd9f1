"""Once-keys of lines whose keys are hardly ever taken are guessed to be free.
Whatever comes of it, an event is paid as if each had been looked up."""

import json

from books import assert_books
from generator import SOURCE, address, event, structured

FIRST_RUN = 1024  # keys of a line that are looked up before any is guessed
ACCOUNTS = 50
BATCH_LOCK = 7237101

HEAD = """\
ruleset: guesses
version: "1"
asset: {code: GIGS, scale: 2}
rules:
- id: community
  trigger: io.gigchain.community.contributed.v1
  account: event.data.user_address
  unbounded: accepted
"""
RULES = HEAD + """\
  award:
  - {id: community, amount: 100 / (event.data.amount_gigs - 7),
     once: [event.data.contribution_id]}
"""
CARRY = HEAD + """\
  once: [event.data.contribution_id]
  award:
  - id: community
    every: {step: 100, give: 5, of: event.data.amount_gigs, leftover: carry}
"""
PER_ACCOUNT = RULES.replace("once: [", "once: [account, ")


def reviews(name, numbers):
    return [structured(event("review.written.v1", address(n % ACCOUNTS),
                             f"{name}{n}", review_id=f"r{n}"))
            for n in numbers]


def contribution(account, event_id, key, amount="17", partition=None):
    return structured(event("community.contributed.v1", account, event_id,
                            contribution_id=key, amount_gigs=amount),
                      partition=partition)


def contributions(name, numbers, **more):
    return [contribution(address(n % ACCOUNTS), f"{name}{n}", f"c{n}", **more)
            for n in numbers]


def looked_up(ctx):
    return ctx.look_ups("once_keys_pkey")


def run(ctx, drafts):
    ctx.publish(drafts)
    ctx.wait_consumed()


def entries(ctx):
    return ctx.scalar("SELECT count(*) FROM reward.entries")


def start(ctx):
    """A worker, and accounts that are not new to it."""
    ctx.settings["worker/batch_max_events"] = 500
    ctx.relay()
    worker = ctx.worker("w")
    run(ctx, reviews("old", range(-ACCOUNTS, 0)))
    return worker


def test_keys_of_a_line_are_not_looked_up_for_ever(ctx):
    more = 3000
    worker = start(ctx)
    run(ctx, reviews("a", range(FIRST_RUN + more)))
    worker.stop()
    # The accounts' own, in their first batches, were not looked up either.
    assert FIRST_RUN <= looked_up(ctx) < FIRST_RUN + 500 + ACCOUNTS
    assert entries(ctx) == ACCOUNTS + FIRST_RUN + more
    assert_books(ctx)


def test_a_guess_is_wrong(ctx):
    """A key that was taken long ago comes again amid others: it pays nothing,
    the others do, and the next four times as many are looked up again."""
    more = 3000
    worker = start(ctx)
    run(ctx, reviews("a", range(FIRST_RUN + 500)))
    paid = entries(ctx)
    for n in range(3):
        run(ctx, reviews("b", range(10000 + 100 * n, 10100 + 100 * n)) +
            reviews(f"again{n}-", [n]))
    run(ctx, reviews("c", range(20000, 20000 + more)))
    worker.stop()
    assert entries(ctx) == paid + 300 + more
    assert looked_up(ctx) >= FIRST_RUN + 200 + more
    assert_books(ctx)


def test_a_simulation_asks_for_keys_of_accounts_there_are(ctx):
    """The key of all accounts is not that of an account nobody has seen."""
    ctx.use_rules(RULES)
    start(ctx)
    run(ctx, contributions("a", range(10)))
    ctx.use_rules(PER_ACCOUNT)
    events = ctx.dir / "events.ndjson"
    events.write_bytes(b"\n".join(
        contribution(account, f"again{key}", key).value
        for account, key in ((address(9999), "c7"), (address(8), "c8"))))
    done = ctx.run("simulate", str(events), "--state", "db", "--format", "json")
    assert done.returncode == 0, done
    made = json.loads(done.stdout)
    assert made["accounts"]["count"] == 2, made


def test_a_guess_that_nothing_is_taken_for(ctx):
    """The key is taken; were it free, the line would fail on a division by
    zero. So it pays nothing, and no dead letter comes of it."""
    ctx.use_rules(RULES)
    worker = start(ctx)
    run(ctx, contributions("old", range(ACCOUNTS)))
    run(ctx, contributions("a", range(1000, 1000 + FIRST_RUN + 500)))
    paid = entries(ctx)
    run(ctx, contributions("again", [1000], amount="7") +
        contributions("free", [9000], amount="7") +
        contributions("b", range(10000, 10010)))
    worker.stop()
    assert entries(ctx) == paid + 10
    assert ctx.sql("SELECT event_id, outcome FROM reward.events "
                    "WHERE event_id IN ('again1000', 'free9000')") == [
                        ("again1000", "n")]
    assert ctx.sql("SELECT reason FROM reward.dead_letters") == [
        ("rule_error",)]
    told = ctx.run("explain", "again1000")
    assert f"taken before by {SOURCE} a1000" in told.stdout, told
    verified = ctx.run("verify")
    assert verified.returncode == 0, verified


def waiting(ctx):
    """How many batches wait to be given their id."""
    return ctx.scalar("SELECT count(*) FROM pg_locks WHERE objid = %s "
                      "AND locktype = 'advisory' AND NOT granted", BATCH_LOCK)


def test_a_key_that_another_takes_meanwhile(ctx):
    """Two batches find the same key of all accounts free. The one whose event
    takes it comes first; what those of the other would leave, without taking
    the key, is not left."""
    ctx.use_rules(CARRY)
    ctx.relay()
    for worker in ctx.worker(), ctx.worker():
        worker.wait_for_log("partitions assigned count=2")
    taker, others = address(1), [address(n) for n in (2, 3, 4)]
    with ctx.held("SELECT pg_advisory_xact_lock(%s)", BATCH_LOCK):
        ctx.publish([contribution(taker, "takes", "c", "100", 0)])
        ctx.wait(lambda: waiting(ctx) == 1, 30, "the first batch waits")
        ctx.publish([contribution(account, f"carries{n}", "c", "1", n)
                     for n, account in enumerate(others, start=1)])
        ctx.wait(lambda: waiting(ctx) == 2, 30, "the second batch waits")
    ctx.wait_consumed()
    run(ctx, [contribution(account, f"later{n}", f"d{n}", "99", n)
              for n, account in enumerate(others, start=1)])
    assert ctx.sql("SELECT event_id FROM reward.events "
                   "WHERE outcome = 'p'") == [("takes",)]
    assert_books(ctx)
