"""Every check of `reward verify` is seen to fail: a small correct ledger is
copied and broken in one way, by hand and past all constraints, and the check
that is there for it must say so. A check that cannot fail proves nothing."""

import contextlib
import json
import subprocess

import pytest

import harness
import red_economy
import red_shadow

WALLET = "0x" + "ab" * 20

# All that earning leaves in a ledger, two batches and one of repeats only, with
# numbers that a person can add up. It fits the oldest schema too; what came
# later is in red_economy.py.
LEDGER = """
INSERT INTO sources (name) VALUES ('/app');
INSERT INTO types (name) VALUES ('done.v1');
INSERT INTO lines (name) VALUES ('contract'), ('contract.base'),
    ('contract.on_time'), ('level.level'), ('level.level[3]');
INSERT INTO streams (topic, partition, next_offset)
    VALUES ('in', 0, 8), ('in', 1, 1);
INSERT INTO ruleset_texts (name, version, sha256, stamp, asset, text)
    SELECT 'gigs', t, s, 'gigs@' || left(s, 8), 'GIGS', t FROM (
        SELECT t, encode(sha256(convert_to(t, 'UTF8')), 'hex') AS s
          FROM unnest(ARRAY['first', 'second']) AS t) x;
INSERT INTO ruleset_activations (ruleset_id, activated_at)
    VALUES (1, '2026-01-01 10:00Z'), (2, '2026-01-01 12:00Z');
INSERT INTO accounts (address, balance, total_earned, last_seq)
    VALUES ('{wallet}', 17000, 17000, 3), ('user-2', 250000, 250000, 1);
INSERT INTO batches (first_id, last_id, posted_at, ruleset_id, records, posted,
                     no_reward, duplicates, conflicts, dead_letters, entries,
                     amount)
    VALUES (8192, 8194, '2026-01-01 11:00Z', 1, 5, 1, 2, 1, 0, 1, 2, 12000),
           (16384, 16386, '2026-01-01 13:00Z', 2, 3, 2, 0, 0, 1, 0, 2, 255000),
           (24576, 24575, '2026-01-01 14:00Z', 2, 1, 0, 0, 1, 0, 0, 0, 0);
INSERT INTO events (id, "offset", occurred_at, payload_hash, account_id,
                    source_id, stream_id, type_id, outcome, notify, event_id)
    SELECT id, o, '2026-01-01', gen_random_uuid(), account, 1, stream, 1,
           outcome, true, event_id
      FROM (VALUES (8192, 0, 1, 1, 'p'::"char", 'e1'),
                   (8193, 1, 1, 1, 'n', 'e2'),
                   (16384, 5, 1, 1, 'p', 'e3'),
                   (16385, 0, 2, 2, 'p', 'e4'))
        AS v (id, o, account, stream, outcome, event_id);
INSERT INTO dead_records (id, "offset", stream_id, reason, message,
                          header_names, header_values)
    VALUES (8194, 2, 1, 'malformed_json', 'no JSON', '{{}}', '{{}}'),
           (16386, 6, 1, 'id_conflict', 'other payload', '{{}}', '{{}}');
INSERT INTO other_records ("offset", event_id, stream_id, outcome)
    VALUES (3, 8192, 1, 'd'), (4, NULL, 1, 'n'), (7, 16384, 1, 'd');
INSERT INTO entries (event_id, amount, balance_after, account_id, seq, line_id,
                     ordinal)
    VALUES (8192, 10000, 10000, 1, 1, 2, 0),
           (8192, 2000, 12000, 1, 2, 3, 1),
           (16384, 5000, 17000, 1, 3, 2, 0),
           (16385, 250000, 250000, 2, 1, 5, 0);
INSERT INTO once_keys (event_id, account_id, line_id, key)
    VALUES (8192, 1, 1, ''), (16385, 0, 4, 'all'), (16385, 2, 5, '3');
INSERT INTO counters (account_id, line_id, kind, bucket, value)
    VALUES (1, 1, 13, 0, 170.00), (0, 2, 21, 20454, 2), (2, 4, 1, 0, 12.5),
           (1, 4, 2, 20448, 4294967295);
INSERT INTO relay_positions (name, batch_id) VALUES ('relay', 3);
""".format(wallet=WALLET)

# check -> the ways to break what it proves. Constraints that would not let
# the damage in are dropped first, as a bug in a migration might.
RED = {
    "record-once": [
        """INSERT INTO other_records VALUES (0, 8192, 1, 'd')""",
        """INSERT INTO other_records VALUES (6, 8192, 1, 'd')"""],
    "record-position": [
        """UPDATE streams SET next_offset = 7 WHERE id = 1""",
        """DELETE FROM streams WHERE id = 2"""],
    "record-order": [
        """UPDATE events SET "offset" = 9 WHERE id = 8193"""],
    "duplicate-event": [
        """UPDATE other_records SET event_id = 77 WHERE "offset" = 3""",
        """UPDATE other_records SET event_id = NULL WHERE "offset" = 3""",
        """UPDATE other_records SET event_id = 8192 WHERE "offset" = 4"""],
    "batch-ids": [
        """UPDATE events SET id = 8200 WHERE id = 8193""",
        """UPDATE dead_records SET id = 40960 WHERE id = 8194""",
        """UPDATE batches SET last_id = 24576 WHERE id = 3""",
        """DELETE FROM dead_records WHERE id = 8194"""],
    "batch-events": [
        """UPDATE events SET outcome = 'p' WHERE id = 8193""",
        """UPDATE events SET outcome = 'p' WHERE id = 81925""",
        """UPDATE batches SET posted = 0, no_reward = 3 WHERE id = 1""",
        """UPDATE batches SET posted = 9, rejected = 3 WHERE id = 4""",
        """UPDATE batches SET no_reward = 0, duplicates = 3 WHERE id = 1"""],
    "batch-dead-letters": [
        """UPDATE dead_records SET reason = 'rule_error' WHERE id = 16386""",
        """UPDATE batches SET dead_letters = 0, duplicates = 2
            WHERE id = 1"""],
    "batch-entries": [
        """UPDATE batches SET amount = amount + 1 WHERE id = 1""",
        """UPDATE batches SET entries = 1 WHERE id = 1""",
        """UPDATE batches SET opened = 2 WHERE id = 1""",
        """UPDATE entries SET event_id = 40960 WHERE event_id = 16385"""],
    "batch-funds": [
        """UPDATE batches SET earned = earned + 1 WHERE id = 1""",
        """UPDATE batches SET spent = spent + 1 WHERE id = 4""",
        """UPDATE batches SET staked = staked + 1 WHERE id = 4""",
        """UPDATE batches SET pending = pending + 1 WHERE id = 4""",
        """UPDATE batches SET reserved = reserved + 1 WHERE id = 4""",
        """UPDATE batches SET debt = debt + 1 WHERE id = 4""",
        """UPDATE batches SET spent = 1 WHERE id = 3""",
        """UPDATE entries SET line_id = 20 WHERE event_id = 81923"""],
    "batch-others": [
        """DELETE FROM other_records WHERE "offset" = 7""",
        """DELETE FROM other_records WHERE "offset" = 4"""],
    "dropped-letters": [
        """INSERT INTO dropped_letters VALUES (8192, 1, 0)""",
        """INSERT INTO dropped_partitions VALUES ('dead_records', '2026-01-01',
           '2026-02-01', 1, 0, 0, 0, 1, 8192)"""],
    "event-once": [
        """ALTER TABLE events DROP CONSTRAINT events_identity;
           UPDATE events SET event_id = 'e1' WHERE id = 16384"""],
    "event-names": [
        """UPDATE events SET source_id = 9 WHERE id = 8192""",
        """UPDATE events SET type_id = 9 WHERE id = 8192""",
        """UPDATE events SET account_id = 9 WHERE id = 8193""",
        """DELETE FROM streams WHERE id = 2"""],
    "event-paid": [
        """DELETE FROM entries WHERE event_id = 16384""",
        """UPDATE events SET outcome = 'p' WHERE id = 8193""",
        """DELETE FROM answers WHERE event_id = 90112"""],
    "event-rejected": [
        """DELETE FROM answers WHERE event_id = 81925""",
        """UPDATE answers SET type = 'token.spent' WHERE event_id = 81925""",
        """UPDATE events SET outcome = 'p' WHERE id = 81925""",
        """UPDATE answers SET event_id = 77 WHERE event_id = 81925""",
        """INSERT INTO answers SELECT event_id, balance_after, account_id,
                  seq, 1, type, detail FROM answers
            WHERE event_id = 81925"""],
    "entry-event": [
        """UPDATE entries SET event_id = 8193 WHERE event_id = 16385""",
        """UPDATE entries SET event_id = 8199 WHERE event_id = 16385""",
        """UPDATE events SET outcome = 'n' WHERE id = 16385"""],
    "entry-names": [
        """UPDATE entries SET account_id = 9 WHERE event_id = 16385""",
        """UPDATE entries SET line_id = 99 WHERE event_id = 16385"""],
    "entry-once": [
        """ALTER TABLE entries DROP CONSTRAINT entries_once_a_line;
           UPDATE entries SET line_id = 2 WHERE event_id = 8192"""],
    "entry-ordinals": [
        """UPDATE entries SET ordinal = 0 WHERE event_id = 8192""",
        """UPDATE entries SET ordinal = 1 WHERE event_id = 16385""",
        """DELETE FROM entries WHERE event_id = 8192 AND ordinal = 0"""],
    "entry-amounts": [
        """ALTER TABLE entries DROP CONSTRAINT entries_amount_check;
           UPDATE entries SET amount = 0 WHERE event_id = 16385""",
        """ALTER TABLE entries DROP CONSTRAINT entries_balance_after_check;
           UPDATE entries SET balance_after = -1 WHERE event_id = 16385"""],
    "entry-chain": [
        """UPDATE entries SET balance_after = 12001 WHERE seq = 2""",
        """UPDATE entries SET seq = 4 WHERE seq = 3 AND account_id = 1""",
        """UPDATE entries SET seq = 3 WHERE account_id = 2 AND seq = 2""",
        """DELETE FROM entries WHERE seq = 2""",
        """ALTER TABLE entries DROP CONSTRAINT entries_account_seq;
           UPDATE entries SET seq = 1 WHERE seq = 2"""],
    "account-sums": [
        """UPDATE accounts SET balance = balance + 1 WHERE id = 1""",
        """UPDATE accounts SET total_earned = 0 WHERE id = 1""",
        """UPDATE accounts SET total_spent = 1 WHERE id = 1""",
        """UPDATE accounts SET last_seq = 4 WHERE id = 1""",
        """UPDATE accounts SET staked_amount = 1 WHERE id = 1""",
        """UPDATE accounts SET pending_amount = 1 WHERE id = 1""",
        """UPDATE accounts SET reserved_amount = 1 WHERE id = 1""",
        """UPDATE accounts SET debt_amount = 1 WHERE id = 1""",
        """UPDATE entries SET line_id = 1 WHERE event_id = 98314""",
        """INSERT INTO accounts (address, balance) VALUES ('rich', 1)"""],
    "account-signs": [
        """ALTER TABLE accounts DROP CONSTRAINT accounts_balance_check;
           UPDATE accounts SET balance = -1 WHERE id = 2""",
        """ALTER TABLE accounts DROP CONSTRAINT accounts_staked_amount_check;
           UPDATE accounts SET staked_amount = -1 WHERE id = 2""",
        *(f"""ALTER TABLE accounts DROP CONSTRAINT accounts_{name}_check;
              UPDATE accounts SET {name} = -1 WHERE id = 2"""
          for name in ("pending_amount", "reserved_amount", "debt_amount"))],
    "account-addresses": [
        """UPDATE accounts SET address = upper(address) WHERE id = 1""",
        """INSERT INTO accounts (address)
           SELECT '0x' || upper(substr(address, 3)) FROM accounts
            WHERE id = 1""",
        """INSERT INTO accounts (address) VALUES ('@rewards')""",
        """INSERT INTO accounts (address) VALUES (E'tab\\there')"""],
    "totals": [
        """UPDATE batches SET amount = amount + 1 WHERE id = 1""",
        """UPDATE accounts SET balance = balance + 1 WHERE id = 1""",
        """DELETE FROM entries WHERE event_id = 16385"""],
    "once-paid": [
        """UPDATE once_keys SET event_id = 8193 WHERE line_id = 1""",
        """UPDATE once_keys SET account_id = 2 WHERE line_id = 1""",
        """UPDATE once_keys SET line_id = 3 WHERE line_id = 5""",
        """UPDATE once_keys SET line_id = 99 WHERE line_id = 1"""],
    "counter-values": [
        """ALTER TABLE counters DROP CONSTRAINT counters_value_check;
           UPDATE counters SET value = -1 WHERE kind = 1""",
        """UPDATE counters SET kind = 3 WHERE kind = 1""",
        """UPDATE counters SET value = 1.5 WHERE kind = 21""",
        """UPDATE counters SET value = 4294967296 WHERE kind = 2""",
        """UPDATE counters SET bucket = 1 WHERE kind = 13""",
        """UPDATE counters SET account_id = 9 WHERE kind = 1""",
        """UPDATE counters SET line_id = 900 + line_id WHERE kind = 1"""],
    "counter-sums": [
        """UPDATE counters SET value = 170.01 WHERE kind = 13""",
        """UPDATE counters SET value = 6 WHERE kind = 21""",
        """UPDATE counters SET account_id = 2 WHERE kind = 13
              AND account_id = 1""",
        # Two events paid the rule, one of them by two entries.
        """INSERT INTO counters (account_id, line_id, kind, bucket, value)
           VALUES (1, 1, 23, 0, 3)""",
        # What was taken back later counts on.
        """UPDATE counters SET value = 61.01 WHERE account_id = 5""",
        # A row of a table counts for the table.
        """INSERT INTO counters (account_id, line_id, kind, bucket, value)
           VALUES (2, 4, 13, 0, 2500.01)"""],
    "ruleset-text": [
        """UPDATE ruleset_texts SET text = text || ' ' WHERE id = 1""",
        """UPDATE ruleset_texts SET stamp = 'gigs@00000000' WHERE id = 1"""],
    "ruleset-in-force": [
        """UPDATE batches SET ruleset_id = 2 WHERE id = 1""",
        """UPDATE batches SET posted_at = '2026-01-01 09:00Z' WHERE id = 1""",
        """UPDATE batches SET posted_at = '2026-01-01 12:00Z' WHERE id = 1"""],
    "relay-position": [
        """UPDATE relay_positions SET batch_id = 7"""],
    "rights-append-only": [
        """GRANT UPDATE (amount) ON entries TO reward_worker""",
        """GRANT DELETE ON events TO reward_relay""",
        """GRANT DELETE ON other_records_default TO reward_worker""",
        """GRANT TRUNCATE ON batches TO PUBLIC"""],
    "rights-triggers": [
        """ALTER TABLE entries DISABLE TRIGGER append_only""",
        """DROP TRIGGER append_only ON events""",
        """DROP TRIGGER append_only ON dead_records_default""",
        """DROP TRIGGER append_only ON dropped_letters""",
        """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger
           LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'""",
        """DROP TRIGGER append_only ON entries;
           CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON entries
           FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""],
    "rights-updates": [
        """GRANT UPDATE (address) ON accounts TO reward_worker""",
        """GRANT UPDATE (next_offset) ON streams TO reward_reader"""],
    "rights-removal": [
        """GRANT DELETE ON counters TO reward_worker""",
        """GRANT INSERT ON accounts TO reward_reader""",
        """GRANT INSERT ON events TO reward_relay"""],
    **red_economy.RED,
    **red_shadow.RED,
}

# Roles belong to the whole server, so this damage is mended after the test.
RED_ROLES = {
    "rights-roles": [
        ("GRANT reward_owner TO reward_worker",
         "REVOKE reward_owner FROM reward_worker"),
        ("ALTER ROLE reward_relay REPLICATION",
         "ALTER ROLE reward_relay NOREPLICATION")],
}


def execute(stack, database, statements):
    with contextlib.closing(stack.connect("admin", database)) as pg:
        pg.cursor().execute("SET search_path = reward; "
                            "SET session_replication_role = replica; "
                            + statements)


def verify(stack, database, *more):
    """Exit status, and check -> whether it passed."""
    env = {"REWARD_POSTGRES__DSN": stack.dsn("reader", database),
           "REWARD_POSTGRES__PASSWORD__FILE": stack.password_file("reader")}
    done = subprocess.run([harness.BINARY, "verify", "--format", "json",
                           *more],
                          text=True, capture_output=True, timeout=60,
                          stdin=subprocess.DEVNULL,
                          env=harness.clean_env(env), check=False)
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    passed = {audit["name"]: audit["ok"] for audit in report["audits"]}
    assert report["failed"] == list(passed.values()).count(False)
    return done.returncode, passed


@pytest.fixture(scope="module")
def correct(stack):
    database = stack.create_database(stack.template)
    execute(stack, database, LEDGER + red_economy.ECONOMY
            + red_shadow.SHADOW)
    yield database
    stack.drop_database(database)


@pytest.fixture
def copy(stack, correct):
    database = stack.create_database(correct)
    yield database
    stack.drop_database(database)


def test_correct_ledger_passes(stack, correct):
    status, passed = verify(stack, correct)
    assert [name for name, ok in passed.items() if not ok] == []
    assert status == 0


def test_every_check_has_a_red_case(stack, correct):
    _, passed = verify(stack, correct)
    assert set(passed) == set(RED) | set(RED_ROLES)


@pytest.mark.parametrize("check,damage", [
    pytest.param(check, damage, id=f"{check}-{number}")
    for check, damages in RED.items()
    for number, damage in enumerate(damages, 1)])
def test_damage_is_found(stack, copy, check, damage):
    execute(stack, copy, damage)
    assert verify(stack, copy, "--only", check) == (1, {check: False})


def test_only_a_check_that_exists(stack, correct):
    assert verify(stack, correct, "--only", "totals") == (0, {"totals": True})
    with pytest.raises(json.JSONDecodeError):
        verify(stack, correct, "--only", "topic-once")


@pytest.mark.parametrize("check,damage,repair", [
    pytest.param(check, *pair, id=f"{check}-{number}")
    for check, pairs in RED_ROLES.items()
    for number, pair in enumerate(pairs, 1)])
def test_damage_to_roles_is_found(stack, copy, check, damage, repair):
    execute(stack, copy, damage)
    try:
        status, passed = verify(stack, copy)
    finally:
        execute(stack, copy, repair)
    assert not passed[check]
    assert status == 1
    assert verify(stack, copy)[0] == 0
