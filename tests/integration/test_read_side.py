"""What is asked of the ledger as a whole and of one account, by command and by
SQL: exact at any time, in pages, and never by reading everything."""

import contextlib
import csv
import datetime
import io
import json
from decimal import Decimal

import psycopg2
import pytest

import harness
from generator import UTC, address, event, structured
from test_commands import Shell
from test_verify_red import LEDGER, WALLET, execute

ADA, BOB, EVE = address(1), address(2), address(3)

# What the copy says must be what the accounts and entries say.
EXPECTED_BOARD = """
SELECT row_number() OVER (ORDER BY total_earned DESC, user_address COLLATE "C"),
       user_address, total_earned, balance
  FROM reward.user_token_balances WHERE last_seq > 0 ORDER BY 1
"""
EXPECTED_STATS = """
SELECT sum(balance), sum(staked_amount), sum(pending_amount),
       sum(reserved_amount), sum(debt_amount), sum(total_earned),
       sum(total_spent), count(*) FILTER (WHERE last_seq > 0)
  FROM reward.user_token_balances
"""
STATS = """
SELECT circulating, staked, pending, reserved, debt, earned, spent, accounts
  FROM reward.stats
"""
LAG = """
SELECT (SELECT max(id) FROM reward.batches) - batch_id FROM reward.totals
"""


def request(kind, account, event_id, **data):
    return structured(event(kind + ".v1", account, event_id, **data))


def fund(account, amount, event_id):
    return request("token.adjustment.requested", account, event_id,
                   amount=str(amount), reason="opening", approved_by="tests")


def contract(account, event_id, contract_id, usd):
    return request("contract.completed", account, event_id,
                   contract_id=contract_id, contract_value_usd=str(usd),
                   delivered_on_time=False)


def refund(account, event_id, contract_id):
    return request("contract.refunded", account, event_id,
                   contract_id=contract_id)


def post(ctx, *drafts):
    """Publish, and wait until all of it is posted; there may be no relay."""
    ctx.publish(list(drafts))
    ctx.wait_consumed()


def refresh(ctx, entries=10000):
    return ctx.sql("SELECT reward.refresh_standings(%s)", entries,
                   role="reader")[0][0]


def rows_of(ctx, *words):
    done = ctx.run(*words, "--format", "json", "-q")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_exact(ctx):
    expected = ctx.sql(EXPECTED_BOARD, role="reader")
    assert ctx.sql("SELECT * FROM reward.leaderboard", role="reader") == \
        expected
    assert ctx.sql("SELECT * FROM reward.leaderboard_page(10000)",
                   role="reader") == expected
    assert [(row["rank"], row["user_address"], Decimal(row["total_earned"]),
             Decimal(row["balance"]))
            for row in rows_of(ctx, "leaderboard")] == expected[:100]
    assert ctx.sql(STATS, role="reader") == \
        ctx.sql(EXPECTED_STATS, role="reader")
    return expected


def assert_closed(ctx):
    done = ctx.run("verify")
    assert done.returncode == 0, done.stdout + done.stderr


# ---- exact at any time -------------------------------------------------------

def test_exact_before_and_after_a_refresh(ctx):
    """There is no relay, and nobody else who refreshes unasked: the command
    does, by little."""
    ctx.worker()
    post(ctx, *[contract(address(n), f"c{n}", f"gig_{n}", 10 * n)
                for n in range(1, 13)])
    board = assert_exact(ctx)
    assert board[0][1:3] == (address(12), Decimal(12500))
    # The case of an address is nobody's business.
    assert ctx.sql("SELECT * FROM reward.leaderboard_page(100, 1, 12500, "
                   f"'{address(12).upper()}')", role="reader") == board[1:]
    while not refresh(ctx, 1):
        pass
    assert ctx.scalar(LAG) == 0
    assert_exact(ctx)
    assert_closed(ctx)
    # Up, down by a reversal, and one that is new.
    post(ctx, contract(address(3), "more", "gig_more", 1000),
         refund(address(12), "back", "gig_12"),
         contract(address(20), "new", "gig_new", 5))
    board = assert_exact(ctx)
    assert board[0][1] == address(3)
    assert board[-1][1] == address(12)
    assert_closed(ctx)
    assert refresh(ctx)
    assert_exact(ctx)
    assert_closed(ctx)


def test_all_that_accounts_can_do(ctx):
    ctx.worker()
    post(ctx, contract(ADA, "c1", "gig_1", 200), fund(BOB, 5000, "f"))
    post(ctx, request("token.spend.requested", ADA, "s",
                      item="featured_profile"),
         request("token.transfer.requested", ADA, "t", to_address=EVE,
                 amount="100.50"),
         request("token.stake.requested", ADA, "k", amount="1000",
                 lock_period=30),
         request("token.conversion.requested", BOB, "q", amount="600",
                 blockchain_address=EVE),
         request("referral.accepted", ADA, "r", invitee_address=EVE))
    post(ctx, refund(ADA, "back", "gig_1"))
    board = assert_exact(ctx)
    assert {row[1] for row in board} == {ADA, BOB, EVE}
    stats = rows_of(ctx, "stats")
    assert (stats["spent"], stats["staked"], stats["reserved"]) == \
        ("5000.00", "1000.00", "600.00")
    assert Decimal(stats["debt"]) > 0 and Decimal(stats["pending"]) == 500
    assert refresh(ctx)
    assert_exact(ctx)
    assert rows_of(ctx, "stats") == stats
    assert_closed(ctx)


def test_ratios(ctx):
    ctx.worker()
    post(ctx, fund(ADA, 20000, "f1"), fund(BOB, 5000, "f2"))
    post(ctx, request("token.spend.requested", ADA, "s",
                      item="featured_profile"),
         request("token.stake.requested", ADA, "k", amount="4000",
                 lock_period=30))
    for _ in range(2):
        stats = rows_of(ctx, "stats")
        assert stats["circulating"] == "16000.00"
        assert stats["average_balance"] == "8000.00"
        assert stats["spent_30_days"] == "5000.00"
        assert stats["velocity"] == 0.3125
        assert stats["staking_rate"] == 0.2
        refresh(ctx)
    # A month later it is no longer spent lately.
    execute(ctx.stack, ctx.database,
            "UPDATE batches SET posted_at = posted_at - interval '30 days'; "
            "UPDATE daily_totals SET day = day - 30")
    assert rows_of(ctx, "stats")["spent_30_days"] == "0.00"


# In one statement, so of one moment.
DIFFERENCES = f"""
SELECT e.*, l.*
  FROM ({EXPECTED_BOARD}) AS e (place, address, earned, has)
  FULL JOIN reward.leaderboard_page(10000) l ON l.rank = e.place
 WHERE (e.address, e.earned, e.has) IS DISTINCT FROM
       (l.user_address, l.total_earned, l.balance)
 UNION ALL
SELECT NULL, 'stats', s.circulating, s.earned, s.accounts, '', a.*
  FROM reward.stats s,
       (SELECT coalesce(sum(balance), 0) AS balance,
               coalesce(sum(total_earned), 0) AS earned
          FROM reward.user_token_balances) a
 WHERE (s.circulating, s.earned) IS DISTINCT FROM (a.balance, a.earned)
"""


def test_exact_while_workers_post(ctx):
    """Two workers, whose batches come to be seen in another order than that of
    their ids of events, and refreshes in between."""
    ctx.settings["worker/batch_max_events"] = 20
    ctx.publish([contract(address(n % 300), f"c{n}", f"gig_{n}", 1 + n % 7)
                 for n in range(4000)])
    ctx.worker()
    ctx.worker()
    looks = 0
    while ctx.posted_records() < 4000:
        assert ctx.sql(DIFFERENCES, role="reader") == []
        refresh(ctx, 30)
        looks += 1
    assert looks > 5
    while not refresh(ctx):
        pass
    assert ctx.sql(DIFFERENCES, role="reader") == []
    assert_closed(ctx)


def test_the_relay_brings_the_standings_forward(ctx):
    ctx.worker()
    ctx.relay()
    post(ctx, *[contract(address(n), f"c{n}", f"gig_{n}", n)
                for n in range(1, 50)])
    ctx.wait(lambda: ctx.scalar(LAG) == 0, 30, "standings are current")
    assert ctx.scalar("SELECT count(*) FROM reward.standings") == 49
    assert_exact(ctx)


def test_a_relay_that_may_not_refresh_goes_on(ctx):
    ctx.sql("REVOKE EXECUTE ON FUNCTION reward.refresh_standings(integer) "
            "FROM reward_relay; SELECT 1")
    ctx.worker()
    relay = ctx.relay()
    post(ctx, contract(ADA, "c1", "gig_1", 1))
    ctx.wait_drained()
    relay.wait_for_log("refresh_standings")
    post(ctx, contract(ADA, "c2", "gig_2", 1))
    ctx.wait_drained()
    assert_exact(ctx)


# ---- a ledger filled by hand -------------------------------------------------

# Ties of four, in an order of addresses that is not that of ids; batches of a
# thousand entries, the last three after the position.
FILLED = """
INSERT INTO sources (name) VALUES ('/app');
INSERT INTO types (name) VALUES ('done.v1');
INSERT INTO lines (name, transaction_type, counterparty)
    VALUES ('contract.base', 'earn', '@rewards'),
           ('spend.item', 'spend', '@shop');
INSERT INTO streams (topic, partition, next_offset) VALUES ('in', 0, 100000);
INSERT INTO ruleset_texts (name, version, sha256, stamp, asset, text)
    VALUES ('gigs', '1', 'x', 'gigs@x', 'GIGS', 'x');
INSERT INTO ruleset_activations (ruleset_id) VALUES (1);
INSERT INTO ruleset_tiers VALUES (1, 0, 'standard', 2.5, true),
                                 (1, 4000, 'bronze', 2, true);
INSERT INTO events (id, "offset", occurred_at, payload_hash, account_id,
                    source_id, stream_id, type_id, outcome, notify, event_id)
    SELECT 8192 * (1 + n / 1000) + n % 1000, n, now(), md5(n::text)::uuid,
           1 + n % 10000, 1, 1, 1, 'p', true, 'e-' || n
      FROM generate_series(0, 29999) n;
INSERT INTO entries (event_id, amount, balance_after, account_id, seq, line_id,
                     ordinal)
    SELECT 8192 * (1 + n / 1000) + n % 1000, 100 * (1 + n % 10000 / 4),
           100 * (1 + n % 10000 / 4) * (1 + n / 10000), 1 + n % 10000,
           1 + n / 10000, 1, 0
      FROM generate_series(0, 29999) n;
INSERT INTO accounts (address, balance, total_earned, last_seq)
    SELECT md5(n::text), 300 * (1 + n / 4), 300 * (1 + n / 4), 3
      FROM generate_series(0, 9999) n ORDER BY n;
INSERT INTO batches (first_id, last_id, posted_at, ruleset_id, records, posted,
                     no_reward, duplicates, conflicts, dead_letters, entries,
                     amount, earned, opened)
    SELECT 8192 * b, 8192 * b + 999, now() - interval '1 day' * (30 - b), 1,
           1000, 1000, 0, 0, 0, 0, 1000, s.amount, s.amount, s.opened
      FROM generate_series(1, 30) b, LATERAL (
           SELECT sum(amount) AS amount,
                  count(*) FILTER (WHERE seq = 1) AS opened
             FROM entries n
            WHERE n.event_id BETWEEN 8192 * b AND 8192 * b + 999) s ORDER BY b;
SELECT refresh_standings(27000);
ANALYZE;
"""


@pytest.fixture(scope="module")
def filled(stack):
    database = stack.create_database(stack.template)
    execute(stack, database, FILLED)
    yield Shell(stack, database)
    stack.drop_database(database)


def fetch(shell, statement, *params, role="reader"):
    with contextlib.closing(shell.stack.connect(role, shell.database)) as pg:
        return harness.fetch(pg, statement, params or None)


def test_the_filled_ledger_lags(filled):
    """Or the tests below would not see both halves."""
    assert fetch(filled, LAG) == [(3,)]


def test_ties_are_in_the_order_of_addresses(filled):
    expected = fetch(filled, EXPECTED_BOARD)
    assert fetch(filled, "SELECT * FROM reward.leaderboard") == expected[:1000]
    first = expected[:4]
    assert len({row[2] for row in first}) == 1
    assert [row[1] for row in first] == sorted(row[1] for row in first)


def pages(shell, words, flag, cursor, limit):
    """All rows, page by page; each page ends with how to go on."""
    rows, more = [], []
    while True:
        done = shell.run(*words, "--format", "json", "--limit", str(limit),
                         *more)
        assert done.returncode == 0, done.stderr
        page = json.loads(done.stdout)
        rows += page
        if not done.stderr:
            return rows
        more = [f"--{flag}", cursor(page[-1])]
        assert done.stderr.split() == ["for", "more:", *more]


def test_pages_are_the_whole_leaderboard(filled):
    rows = pages(filled, ["leaderboard"], "after",
                 lambda row: f"{row['rank']}:{row['total_earned']}:"
                             f"{row['user_address']}", 2999)
    expected = fetch(filled, EXPECTED_BOARD)
    assert [(row["rank"], row["user_address"], Decimal(row["total_earned"]),
             Decimal(row["balance"])) for row in rows] == expected


def test_pages_by_sql(filled):
    expected = fetch(filled, EXPECTED_BOARD)
    for last in (expected[0], expected[4998], expected[9990]):
        assert fetch(filled, "SELECT * FROM reward.leaderboard_page(7, %s, %s, "
                     "%s)", *last[:1], last[2], last[1]) == \
            expected[last[0]:last[0] + 7]


def test_a_place_need_not_be_taken(filled):
    """Whoever stood there may have moved on."""
    rows = filled.rows("leaderboard", "--after", "9:20.99:zzz", "--limit", "2")
    assert [row["rank"] for row in rows] == [10, 11]
    assert rows[0]["total_earned"] == "18.00"
    assert filled.rows("leaderboard", "--after", "1:0:a") == []


def test_far_behind_the_accounts_are_read(stack, filled):
    """All of them, once the copy lags by more than those are worth."""
    database = stack.create_database(filled.database)
    try:
        execute(stack, database, "UPDATE batches SET entries = 90000")
        shell = Shell(stack, database)
        assert fetch(shell, "SELECT reward.standings_lag()") == [(True,)]
        expected = fetch(shell, EXPECTED_BOARD)
        assert fetch(shell, "SELECT * FROM reward.leaderboard_page(10000)") \
            == expected
        rank, account, earned, _ = expected[6000]
        assert fetch(shell, "SELECT * FROM reward.leaderboard_page(50, %s, "
                     "%s, %s)", rank, earned, account) == expected[6001:6051]
    finally:
        stack.drop_database(database)


SCANS = """
SELECT relname, seq_scan, seq_tup_read + coalesce(idx_tup_fetch, 0)
  FROM pg_stat_user_tables
 WHERE relname IN ('entries', 'accounts', 'standings', 'batches')
"""
QUESTIONS = {
    "leaderboard": "SELECT * FROM reward.leaderboard LIMIT 100",
    "by rank": "SELECT * FROM reward.leaderboard WHERE rank <= 10",
    "page": "SELECT * FROM reward.leaderboard_page(100, 5000, 15, 'x')",
    "stats": "SELECT * FROM reward.stats",
    "fee": "SELECT * FROM reward.fee WHERE user_address = md5('77')",
    "stake_list": "SELECT * FROM reward.stake_list "
                  "WHERE user_address = md5('77')",
    "history": "SELECT * FROM reward.history WHERE user_address = md5('77')",
    "history_page": "SELECT * FROM reward.history_page(md5('77'), "
                    "of_type => 'spend', from_at => now() - interval '3 d')",
}


@pytest.fixture(scope="module")
def current(stack, filled):
    """The same, with the standings at the last batch."""
    database = stack.create_database(filled.database)
    shell = Shell(stack, database)
    assert fetch(shell, "SELECT reward.refresh_standings(10000)") == [(True,)]
    execute(stack, database, "ANALYZE")
    yield shell
    stack.drop_database(database)


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_question_reads_everything(current, name):
    """Not by the plan alone, which does not show what functions do, but by
    what was read."""
    def read():
        return {table: (scans, rows)
                for table, scans, rows in fetch(current, SCANS, role="admin")}

    with contextlib.closing(
            current.stack.connect("reader", current.database)) as pg:
        harness.fetch(pg, "SELECT pg_stat_force_next_flush()", None)
        before = read()
        harness.fetch(pg, QUESTIONS[name], None)
        harness.fetch(pg, "SELECT pg_stat_force_next_flush()", None)
        after = read()
    for table in ("entries", "accounts", "standings"):
        assert after[table][0] == before[table][0], f"{table} was scanned"
    rows = sum(after[table][1] - before[table][1] for table in after)
    assert rows <= (2100 if "leaderboard" in QUESTIONS[name] else 500)


def plan(shell, statement):
    return "\n".join(row[0] for row in fetch(shell, "EXPLAIN " + statement))


# What leaderboard_page does, which plans of its callers do not show.
BOARD = """
SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off;
EXPLAIN SELECT * FROM (
    SELECT account_id, total_earned, address FROM reward.standings
     UNION ALL
    SELECT * FROM reward.standings_after(27)) s
 WHERE (-total_earned, address) > (-400000, 'x' COLLATE "C")
 ORDER BY -total_earned, address LIMIT 100
"""


def test_plans_by_order_and_key(filled):
    for name in ("leaderboard", "by rank", "stats", "fee"):
        text = plan(filled, QUESTIONS[name])
        for table in ("accounts", "entries", "standings", "batches"):
            assert f"Seq Scan on {table}" not in text, text
    text = "\n".join(row[0] for row in fetch(filled, BOARD))
    assert "Merge Append" in text
    assert "Index Scan using standings_order" in text
    assert "Index Cond: (ROW((- total_earned), address) > " in text


def test_a_read_only_reader_is_not_in_the_way(filled):
    """As on a standby: nothing is refreshed, and all is exact."""
    with contextlib.closing(
            filled.stack.connect("reader", filled.database)) as pg:
        harness.fetch(pg, "SET default_transaction_read_only = on; SELECT 1",
                      None)
        assert harness.fetch(pg, "SELECT reward.refresh_standings()",
                             None) == [(False,)]
        board = harness.fetch(pg, "SELECT * FROM reward.leaderboard", None)
    assert board == fetch(filled, EXPECTED_BOARD)[:1000]


def test_who_may_refresh(filled):
    for statement in ("SELECT reward.take_totals(1, 2)",
                      "UPDATE reward.totals SET batch_id = 0",
                      "DELETE FROM reward.standings",
                      "SELECT FROM reward.totals FOR UPDATE"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            fetch(filled, statement)
    assert not fetch(filled, "SELECT has_function_privilege('public', "
                     "'reward.refresh_standings(integer)', 'EXECUTE')",
                     role="admin")[0][0]


def test_one_refresh_at_a_time(filled):
    with contextlib.closing(
            filled.stack.connect("owner", filled.database)) as pg:
        pg.autocommit = False
        harness.fetch(pg, "SELECT batch_id FROM reward.totals FOR UPDATE",
                      None)
        assert fetch(filled, "SELECT reward.refresh_standings()") == \
            [(False,)]
        pg.rollback()


# ---- verify ------------------------------------------------------------------

RED = {
    "standings": [
        "UPDATE standings SET total_earned = total_earned + 1 "
        "WHERE account_id = 1",
        "DELETE FROM standings WHERE account_id = 2",
        "UPDATE standings SET address = 'x' WHERE account_id = 1",
        "INSERT INTO standings VALUES (99, 1, 'x')"],
    "standings-totals": [
        "UPDATE totals SET circulating = circulating + 1",
        "UPDATE totals SET batch_id = 99",
        "DELETE FROM totals"],
    "standings-days": [
        "UPDATE daily_totals SET earned = earned + 1",
        "INSERT INTO daily_totals VALUES ('2020-01-01', 0, 0)"],
}


def audits(shell):
    done = shell.run("verify", "--format", "json")
    return {audit["name"]: audit["ok"]
            for audit in json.loads(done.stdout)["audits"]}


@pytest.mark.parametrize("check,damage", [
    (check, damage) for check, damages in RED.items() for damage in damages])
def test_verify_finds_damage(stack, check, damage):
    database = stack.create_database(stack.template)
    try:
        execute(stack, database, LEDGER)
        shell = Shell(stack, database)
        assert audits(shell)[check]
        execute(stack, database, "SELECT refresh_standings()")
        assert audits(shell)[check]
        execute(stack, database, damage)
        assert not audits(shell)[check]
    finally:
        stack.drop_database(database)


# ---- one account -------------------------------------------------------------

STAKES = """
INSERT INTO stakes
    SELECT md5(n::text)::uuid, 8192, 100 * n, now() - interval '1 hour' * (n/2),
           now() + interval '1 day', 1, 30, 10, '{"badge": true}'
      FROM generate_series(1, 25) n;
INSERT INTO unstakes SELECT md5(n::text)::uuid, 8192
  FROM generate_series(1, 20) n;
"""
# Another entry of the wallet every hour, each second one of type spend.
LONG = """
INSERT INTO lines (name, transaction_type, counterparty)
    VALUES ('spend.item', 'spend', '@shop');
INSERT INTO events (id, "offset", occurred_at, payload_hash, account_id,
                    source_id, stream_id, type_id, outcome, notify, event_id)
    SELECT 8192 * (10 + n), 100 + n, '2026-02-01', gen_random_uuid(), 1, 1, 1,
           1, 'p', true, 'long-' || n FROM generate_series(1, 200) n;
INSERT INTO batches (first_id, last_id, posted_at, ruleset_id, records, posted,
                     no_reward, duplicates, conflicts, dead_letters, entries,
                     amount)
    SELECT 8192 * (10 + n), 8192 * (10 + n),
           timestamptz '2026-02-01 00:00Z' + interval '1 hour' * n, 2, 1, 1, 0,
           0, 0, 0, 1, 1 FROM generate_series(1, 200) n;
INSERT INTO entries (event_id, amount, balance_after, account_id, seq, line_id,
                     ordinal)
    SELECT 8192 * (10 + n), 1, 17000 + n, 1, 3 + n,
           CASE WHEN n % 2 = 0 THEN 2
                ELSE (SELECT id FROM lines WHERE name = 'spend.item') END, 0
      FROM generate_series(1, 200) n;
UPDATE accounts SET last_seq = 203 WHERE id = 1;
INSERT INTO ruleset_tiers VALUES (2, 0, 'standard', 2.5, true),
                                 (2, 15000, 'bronze', 2, true);
"""


@pytest.fixture(scope="module")
def wallet(stack):
    database = stack.create_database(stack.template)
    execute(stack, database, LEDGER + STAKES + LONG)
    yield Shell(stack, database)
    stack.drop_database(database)


def test_balance_shows_all(wallet):
    row = wallet.rows("balance", WALLET)
    assert (row["pending_amount"], row["reserved_amount"],
            row["debt_amount"]) == ("0.00", "0.00", "0.00")
    assert "reserved_amount  0.00\n" in wallet.run("balance", WALLET).stdout


def test_fee(wallet):
    row = wallet.rows("fee", WALLET)
    assert row == {"user_address": WALLET, "tier": "bronze", "fee_percent": 2,
                   "discount_percent": 20, "balance": "170.00",
                   "staked_amount": "0.00"}
    assert "fee_percent       2\n" in wallet.run("fee", WALLET).stdout


def test_fee_of_rules_without_tiers(filled, stack):
    database = stack.create_database(stack.template)
    try:
        execute(stack, database, LEDGER)
        done = Shell(stack, database).run("fee", WALLET)
        assert done.returncode == 1 and "no fee tiers" in done.stderr
    finally:
        stack.drop_database(database)


def test_stake_list(wallet):
    full = wallet.rows("stake", "list", WALLET)
    assert len(full) == 25
    begun = [(row["start_date"], row["staking_id"]) for row in full]
    assert begun == sorted(begun, reverse=True)
    assert full[0]["benefits"] == {"badge": True}
    assert full[0]["is_active"] is False and full[-1]["is_active"] is True
    paged = pages(wallet, ["stake", "list", WALLET], "after",
                  lambda row: row["staking_id"], 4)
    assert paged == full
    assert wallet.rows("stake", "list", WALLET, "--active") == \
        [row for row in full if row["is_active"]]
    assert wallet.rows("stake", "list", WALLET, "--after",
                       "00000000-0000-0000-0000-000000000000") == []
    assert wallet.rows("stake", "list", "user-2") == []
    rows = fetch(wallet, "SELECT staking_id, user_address FROM "
                 "reward.stake_list WHERE is_active")
    assert len(rows) == 5 and {row[1] for row in rows} == {WALLET}


def seqs(shell, *flags):
    return [row["account_seq"]
            for row in shell.rows("history", WALLET, *flags)]


def test_history_of_a_type(wallet):
    assert seqs(wallet, "--type", "spend", "--limit", "3") == [202, 200, 198]
    assert seqs(wallet, "--type", "transfer") == []
    full = pages(wallet, ["history", WALLET, "--type", "earn"], "before",
                 lambda row: str(row["account_seq"]), 33)
    assert [row["account_seq"] for row in full] == \
        [*range(203, 3, -2), 3, 2, 1]


def test_history_of_a_time(wallet):
    """Entry 3 + n is of the hour n of February."""
    assert seqs(wallet, "--from", "2026-02-02", "--to", "2026-02-02") == \
        list(range(3 + 47, 3 + 23, -1))
    assert seqs(wallet, "--from", "2026-02-01T02:00:00Z",
                "--to", "2026-02-01T05:30:00+01:00") == [7, 6, 5]
    assert seqs(wallet, "--to", "2026-01-31") == [3, 2, 1]
    assert seqs(wallet, "--from", "2026-03-01") == []
    assert seqs(wallet, "--from", "2026-02-05", "--type", "spend",
                "--before", "102") == [100]
    with contextlib.closing(
            wallet.stack.connect("reader", wallet.database)) as pg:
        rows = harness.fetch(
            pg, "SELECT account_seq FROM reward.history_page(%s, 2, "
            "from_at => '2026-02-01', to_at => '2026-02-03 00:00Z')",
            (WALLET.upper().replace("X", "x"),))
    assert [row[0] for row in rows] == [50, 49]


def test_times_that_are_not_in_order(stack, wallet):
    """Two transactions at once: the second to lock the account began first."""
    database = stack.create_database(wallet.database)
    try:
        execute(stack, database, """
            UPDATE batches SET posted_at = posted_at - interval '50 minutes'
             WHERE first_id = 8192 * (10 + 100);
            UPDATE batches SET posted_at = posted_at + interval '50 minutes'
             WHERE first_id = 8192 * (10 + 97)""")
        shell = Shell(stack, database)
        whole = {row["account_seq"]: row["created_at"]
                 for row in shell.rows("history", WALLET, "--limit", "300")}
        for minute in range(0, 600, 25):
            at = (datetime.datetime(2026, 2, 4, 22, 0, tzinfo=UTC)
                  + datetime.timedelta(minutes=minute))
            text = at.strftime("%Y-%m-%dT%H:%M:%SZ")
            full = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            later = [seq for seq, time in whole.items() if time >= full]
            earlier = [seq for seq, time in whole.items() if time < full]
            assert seqs(shell, "--from", text, "--limit", "300") == later
            assert seqs(shell, "--to", text, "--limit", "300") == earlier
    finally:
        stack.drop_database(database)


def test_a_page_looks_at_so_many(stack, wallet):
    """And then says how to go on, found or not."""
    database = stack.create_database(wallet.database)
    try:
        execute(stack, database, """
            INSERT INTO entries (event_id, amount, balance_after, account_id,
                                 seq, line_id, ordinal)
                SELECT 8192 * 10, 1, 1, 1, 203 + n, 1000 + n, 0
                  FROM generate_series(1, 6000) n;
            UPDATE accounts SET last_seq = 6203 WHERE id = 1""")
        shell = Shell(stack, database)
        done = shell.run("history", WALLET, "--type", "spend", "--format",
                         "json")
        assert json.loads(done.stdout) == []
        assert done.stderr == "for more: --before 1204\n"
        assert shell.run("history", WALLET, "--type", "spend", "-q").stderr \
            == ""
        assert seqs(shell, "--type", "spend", "--before", "1204",
                    "--limit", "2") == [202, 200]
    finally:
        stack.drop_database(database)


# ---- for people and for programs ---------------------------------------------

def test_formats(filled):
    text = filled.run("leaderboard", "--limit", "2", "-q").stdout.splitlines()
    assert text[0].split() == ["rank", "user_address", "total_earned",
                               "balance"]
    assert text[1].split()[0] == "1" and len(text) == 3
    done = filled.run("leaderboard", "--limit", "2", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["rank"] for row in rows] == ["1", "2"]
    text = filled.run("stats").stdout
    assert "accounts         10000\n" in text
    done = filled.run("stats", "--format", "csv")
    assert next(csv.DictReader(io.StringIO(done.stdout)))["accounts"] == \
        "10000"


@pytest.mark.parametrize("words,text", [
    (["leaderboard", "--limit", "0"], "--limit"),
    (["leaderboard", "--limit", "10001"], "at most 10000"),
    (["leaderboard", "--after", "7"], "RANK:EARNED:ADDRESS"),
    (["leaderboard", "--after", "x:1:a"], "RANK:EARNED:ADDRESS"),
    (["leaderboard", "--after", "1:y:a"], "RANK:EARNED:ADDRESS"),
    (["leaderboard", "--after", "1:99999999999999999999:a"],
     "RANK:EARNED:ADDRESS"),
    (["leaderboard", "--after", "1:1:"], "RANK:EARNED:ADDRESS"),
    (["leaderboard", "all"], "takes no arguments"),
    (["stats", "all"], "takes no arguments"),
    (["fee"], "name one account"),
    (["stake"], "say what to do"),
    (["stake", "list"], "name one account"),
    (["stake", "list", "a", "b"], "name one account"),
    (["stake", "list", "a", "--after", "b"], "staking_id"),
    (["history", "a", "--type", "bonus"], "earn hold release"),
    (["history", "a", "--from", "soon"], "--from must be a date"),
    (["history", "a", "--to", "2026-13-01"], "--to must be a date"),
    (["history", "a", "--to", "2026-02-01T10:00:00"], "--to must be a date"),
])
def test_wrong_usage(filled, words, text):
    done = filled.run(*words)
    assert done.returncode == 2
    assert done.stdout == "" and text in done.stderr


def test_unknown_accounts(filled):
    for words in (["fee", "nobody"], ["stake", "list", "nobody"],
                  ["history", "nobody", "--type", "earn"]):
        done = filled.run(*words)
        assert done.returncode == 1
        assert done.stdout == "" and '"nobody"' in done.stderr


def test_an_empty_ledger(stack):
    database = stack.create_database(stack.template)
    try:
        shell = Shell(stack, database)
        assert shell.rows("leaderboard") == []
        stats = shell.rows("stats")
        assert (stats["accounts"], stats["velocity"],
                stats["circulating"]) == (0, 0, "0.00")
    finally:
        stack.drop_database(database)
