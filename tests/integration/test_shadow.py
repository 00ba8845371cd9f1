"""Rules in shadow, end to end: beside live ones, with counters of their own, and
never in the ledger."""

import collections
import json
import signal
from decimal import Decimal

import psycopg2
import pytest

from books import assert_books
from generator import Draft, address, event, structured
from test_token_schemas import SHADOW, TOKENS, check, messages_of

RULES = """\
ruleset: trial
version: "1"
asset: {code: GIGS, scale: 2}
rules:
- id: xp
  trigger: io.gigchain.xp.gained.v1
  account: event.data.user_address
  limit: {per: account, window: ever, amount: 25, over: clip}
  award:
  - {id: xp, rate: {give: 1, per: 1, of: event.data.xp_gained}}
  - {id: odd, amount: 1 / (event.data.xp_gained - 13)}
- id: more
  trigger: [io.gigchain.xp.gained.v1, io.gigchain.profile.completed.v1]
  account: event.data.user_address
  mode: shadow
  limit: {per: account, window: ever, amount: 70, over: clip}
  award:
  - {id: base, flat: 20}
  - {id: first, flat: 10, once: [account]}
- id: bad
  trigger: io.gigchain.xp.gained.v1
  account: event.data.user_address
  mode: shadow
  award:
  - {id: a, amount: 7 / (21 - event.data.xp_gained), limit: {per: account, window: ever, times: 9}}
- id: host
  trigger: io.gigchain.referral.accepted.v1
  account: event.data.user_address
  mode: shadow
  award: [{id: a, flat: 1}]
- id: guest
  trigger: io.gigchain.referral.accepted.v1
  account: event.data.invitee_address
  mode: shadow
  award: [{id: a, flat: 2}]
- id: again
  trigger: io.gigchain.referral.accepted.v1
  account: event.data.user_address
  mode: shadow
  award: [{id: a, flat: 3}]
"""


def gain(user, event_id, xp):
    return structured(event("xp.gained.v1", address(user), event_id,
                            xp_gained=xp), partition=0)


def drafts():
    return [gain(0, "a", 8),   # live 8 and a fifth of it below zero: set aside
            gain(0, "b", 14),  # live 15; shadow 30 and 1
            gain(0, "c", 14),  # live 10 of 15; shadow 20 and 1
            gain(0, "c", 14),  # a repeat
            gain(0, "d", 20),  # live 0; shadow 20 of 20 and 7
            gain(1, "e", 14),
            structured(event("profile.completed.v1", address(1), "f"),
                       partition=0),
            structured(event("referral.accepted.v1", address(0), "h",
                             invitee_address=address(1)), partition=0)]


def said(ctx):
    """(event, account) -> {line: amount}, each seen once."""
    found = {}
    for record in ctx.read(f"{ctx.output}.shadow"):
        body = json.loads(record.value)
        check(body["data"], TOKENS[SHADOW], body)
        check(body, messages_of("token-shadows")[SHADOW]["payload"], body)
        assert set(body["data"]) == set(TOKENS[SHADOW]["properties"])
        assert record.key.decode() == body["data"]["account"]
        key = body["causationid"], body["data"]["account"]
        assert key not in found
        found[key] = {entry["line"].removeprefix("shadow:"):
                      Decimal(entry["amount"])
                      for entry in body["data"]["entries"]}
        assert sum(found[key].values()) == Decimal(body["data"]["amount"])
    return found


def written(ctx):
    found = collections.defaultdict(dict)
    for event_id, account, line, amount in ctx.sql(
            "SELECT event_id, user_address, line, amount "
            "FROM reward.shadow_transactions", role="reader"):
        found[event_id, account][line.removeprefix("shadow:")] = amount
    return found


@pytest.fixture
def trial(ctx):
    ctx.use_rules(RULES)
    yield ctx
    ctx.stop_all()
    ctx.stack.delete_topics([f"{ctx.output}.shadow"])


def test_a_shadow_beside_a_live_rule(trial):
    trial.publish(drafts())
    worker = trial.worker("w")
    trial.wait_consumed()
    relay = trial.relay()
    trial.may_fail.append(relay)
    assert relay.wait(30) == 78
    assert f'cannot write to topic "{trial.output}.shadow"; create it' \
        in relay.log
    assert trial.read(trial.output) == []
    trial.stack.create_topics({f"{trial.output}.shadow": (2, {})})
    victim = trial.relay(fault="relay.commit_before:kill:1")
    assert victim.wait(30) == -signal.SIGKILL, victim.log
    trial.relay()
    # The model knows nothing of shadows: the ledger is as if there were none.
    assert_books(trial)
    zero, one = address(0).lower(), address(1).lower()
    first = {"more.base": 20, "more.first": 10}
    assert written(trial) == said(trial) == {
        ("b", zero): {**first, "bad.a": 1},
        ("c", zero): {"more.base": 20, "bad.a": 1},
        ("d", zero): {"more.base": 20, "bad.a": 7},
        ("e", one): {**first, "bad.a": 1},
        ("f", one): {"more.base": 20},
        ("h", zero): {"host.a": 1, "again.a": 3},
        ("h", one): {"guest.a": 2}}
    assert trial.sql("SELECT rule, payments, amount, accounts, errors "
                     "FROM reward.shadow_totals ORDER BY rule",
                     role="reader") == [
        ("again", 1, Decimal("3.00"), 1, 0),
        ("bad", 4, Decimal("10.00"), 2, 0),
        ("guest", 1, Decimal("2.00"), 1, 0),
        ("host", 1, Decimal("1.00"), 1, 0),
        ("more", 5, Decimal("120.00"), 2, 0)]
    trial.publish([gain(1, "g", 21)])
    trial.wait_drained()
    assert trial.sql("SELECT event_id, rule, reason, message "
                     "FROM reward.shadow_failures", role="reader") == [
        ("g", "bad", "rule_error",
         '"shadow:bad.a": in `7 / (21 - event.data.xp_gained)`: cannot divide '
         "7 by zero")]
    worker.wait_for_log("rules in shadow failed times=1, first: ")
    assert_books(trial)
    record = trial.read(f"{trial.output}.shadow")[0]
    trial.publish([Draft(key=record.key, value=record.value,
                         headers=record.headers)],
                  topic=f"{trial.output}.shadow")
    done = trial.run("verify", "--topic", "--only", "topic-once")
    assert done.returncode == 1 and "shadow" in done.stdout, done.stdout
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        trial.sql("DELETE FROM reward.shadow_entries", role="worker")
