"""Retention: months of records go as partitions, what they held is counted, and
the books still close, and still do not when anything else is gone."""

import contextlib
import datetime
import hashlib

import psycopg2
import pytest

import generator
import harness
import red_economy
from generator import address, event, structured
from test_verify_red import LEDGER, execute, verify
from test_verify_topic import failed, verify as verify_topic

TABLES = ("other_records", "dead_records")
TODAY = datetime.datetime.now(datetime.timezone.utc).date()


def month_back(count, day=1):
    """A day of the month `count` months ago."""
    months = TODAY.year * 12 + TODAY.month - 1 - count
    return datetime.date(months // 12, months % 12 + 1, day)


OLD = month_back(4, 15)
BEFORE = month_back(3)  # all of OLD's month is before it

# Of the ledger's two dead letters and three others, one and two are old.
AGE = f"""
UPDATE dead_records SET posted_on = '{OLD}' WHERE id = 8194;
UPDATE other_records SET posted_on = '{OLD}' WHERE "offset" IN (3, 4);
"""


class Books:
    """A ledger without topics, and what the owner of its schema does to it."""

    def __init__(self, stack, database):
        self.stack = stack
        self.database = database

    def rows(self, statement, role="owner"):
        with contextlib.closing(
                self.stack.connect(role, self.database)) as pg:
            return harness.fetch(pg, statement, ())

    def damage(self, statements):
        execute(self.stack, self.database, statements)

    def drop(self, day=BEFORE):
        return self.rows(f"SELECT * FROM reward.drop_records_before('{day}')")

    def failed(self):
        return failed(verify(self.stack, self.database)[1])

    def partition_of(self, table, day):
        return f"{table}_{day:%Y_%m}"

    def exists(self, table):
        return self.rows(f"SELECT to_regclass('reward.{table}')")[0][0]


@pytest.fixture(scope="module")
def aged_template(stack):
    database = stack.create_database(stack.template)
    books = Books(stack, database)
    books.damage(LEDGER + red_economy.SUMS + AGE)
    made = books.rows(f"SELECT reward.make_partitions('{TODAY}')")
    assert made == [(2,)]  # that of OLD, in each table
    yield database
    stack.drop_database(database)


@pytest.fixture
def aged(stack, aged_template):
    """The ledger of test_verify_red, part of its records some months old."""
    database = stack.create_database(aged_template)
    yield Books(stack, database)
    stack.drop_database(database)


# ---- the migration ----------------------------------------------------------

VIEWS = """
SELECT table_name, column_name, data_type, is_nullable, numeric_precision,
       numeric_scale FROM information_schema.columns
 WHERE table_schema = 'reward' AND table_name IN
       (SELECT viewname FROM pg_views WHERE schemaname = 'reward')
 ORDER BY table_name, ordinal_position"""
OUTCOMES = 'SELECT * FROM reward.record_outcomes ORDER BY 1, 2, 3'
LETTERS = "SELECT * FROM reward.dead_letters ORDER BY id"
GRANTS = """
SELECT table_name, grantee, privilege_type
  FROM information_schema.role_table_grants WHERE table_schema = 'reward'
   AND table_name IN ('other_records', 'dead_records', 'record_outcomes',
                      'dead_letters') ORDER BY 1, 2, 3"""


def migrate_to(stack, database, last):
    """As the program of that time did."""
    with contextlib.closing(stack.connect("owner", database)) as pg:
        pg.autocommit = False
        for path in sorted((harness.ROOT / "schemas/sql").glob("*.sql")):
            version, _, name = path.stem.partition("_")
            if int(version) > last:
                break
            cursor = pg.cursor()
            cursor.execute(path.read_text())
            cursor.execute(
                "INSERT INTO reward.schema_migrations (version, name, sha256)"
                " VALUES (%s, %s, %s)",
                (int(version), name,
                 hashlib.sha256(path.read_bytes()).hexdigest()))
            pg.commit()


def test_migration_keeps_all_that_was_there(stack):
    database = stack.create_database()
    try:
        migrate_to(stack, database, 2)
        execute(stack, database, LEDGER)
        books = Books(stack, database)
        before = [books.rows(q) for q in (OUTCOMES, LETTERS, GRANTS)]
        columns = books.rows(VIEWS)
        assert all(before) and columns
        stack.migrate(database)
        assert [books.rows(q) for q in (OUTCOMES, LETTERS, GRANTS)] == before
        # Views may have got more columns since, and there are more views.
        assert [row for row in books.rows(VIEWS) if row in columns] == columns
        # A letter's day is its batch's; that of the others is not known.
        assert books.rows("SELECT id, posted_on, tableoid::regclass::text "
                          "FROM reward.dead_records ORDER BY 1") == [
            (id_, datetime.date(2026, 1, 1), "reward.dead_records_2026_01")
            for id_ in (8194, 16386)]
        assert {row[0] for row in books.rows(
            "SELECT posted_on FROM reward.other_records")} == {TODAY}
        assert books.failed() == set()
    finally:
        stack.drop_database(database)


def test_partitions_for_two_years(stack):
    books = Books(stack, stack.template)
    months = [month_back(-n) for n in range(25)]
    for table in TABLES:
        found = books.rows(
            "SELECT from_day, until_day FROM reward.month_partitions() "
            f"WHERE table_name = '{table}' ORDER BY 1")
        assert found == [(month, month_back(-n - 1))
                         for n, month in enumerate(months)]


def test_making_partitions_again_makes_the_missing(aged):
    def make(until):
        return aged.rows(f"SELECT reward.make_partitions('{until}')")[0][0]

    assert make(month_back(-24)) == 0
    assert make(month_back(-26, 28)) == 4
    with pytest.raises(psycopg2.Error, match="more than 5 years"):
        make(month_back(-70))


@pytest.mark.parametrize("statement", [
    "DELETE FROM {}", "UPDATE {} SET stream_id = 2", "TRUNCATE {}"])
def test_append_only(aged, statement):
    for table in TABLES:
        for name in (table, aged.partition_of(table, OLD),
                     f"{table}_default"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege,
                               match=f'"{name}" is append-only'):
                aged.rows(statement.format("reward." + name))
    for name in ("dropped_partitions", "dropped_letters"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            aged.rows(f"DELETE FROM reward.{name}")


@pytest.mark.parametrize("table,columns,row", [
    ("other_records", '"offset", stream_id, outcome', "3, 1, 'n'"),
    ("dead_records", 'id, "offset", stream_id', "8200, 2, 1"),
    ("dead_records", 'id, "offset", stream_id', "8194, 9, 1")])
def test_a_partition_has_its_keys(aged, table, columns, row):
    if table == "dead_records":
        columns += ", reason, message, header_names, header_values"
        row += ", 'rule_error', '', '{}', '{}'"
    with pytest.raises(psycopg2.errors.UniqueViolation):
        aged.rows(f"INSERT INTO reward.{table} ({columns}, posted_on) "
                  f"VALUES ({row}, '{OLD}')")


# ---- the drop ---------------------------------------------------------------

def test_drop(aged):
    young = aged.rows(OUTCOMES)
    assert aged.failed() == set()
    dropped = aged.drop()
    first, end = OLD.replace(day=1), month_back(3)
    assert [row[:8] for row in sorted(dropped)] == [
        ("dead_records", first, end, 1, 0, 0, 0, 1),
        ("other_records", first, end, 2, 1, 1, 0, 0)]
    assert all(row[8] > 0 and row[10] == "reward_owner" for row in dropped)
    assert sorted(aged.rows("SELECT * FROM reward.dropped_partitions")) == \
        sorted(dropped)
    for table in TABLES:
        assert not aged.exists(aged.partition_of(table, OLD))
    assert set(young) - set(aged.rows(OUTCOMES)) == {
        ("in", 0, 2, "dead_letter"), ("in", 0, 3, "duplicate"),
        ("in", 0, 4, "no_reward")}
    assert [row[0] for row in aged.rows(LETTERS)] == [16386]
    assert aged.failed() == set()
    assert aged.drop() == []


def test_only_whole_months(aged):
    assert aged.drop(OLD.replace(day=28)) == []
    assert aged.exists(aged.partition_of("dead_records", OLD))


# What a drop may not hide: check -> damage after it.
RED = {
    "batch-dead-letters": [
        "DELETE FROM dead_records WHERE id = 16386",
        "INSERT INTO dead_records VALUES (8194, 2, NULL, 1, 'rule_error', '', "
        "NULL, NULL, '{}', '{}')",
        "UPDATE dropped_letters SET conflicts = 1, dead_letters = 0",
        "DELETE FROM dropped_letters"],
    "batch-others": [
        'DELETE FROM other_records WHERE "offset" = 7',
        "INSERT INTO other_records VALUES (4, NULL, 1, 'n')",
        "UPDATE dropped_partitions SET duplicates = 0, tombstones = 2 "
        "WHERE tombstones = 1",
        "DELETE FROM dropped_partitions WHERE table_name = 'other_records'"],
    "batch-ids": [
        "DELETE FROM dead_records WHERE id = 16386",
        "DELETE FROM events WHERE id = 8193",
        "UPDATE events SET id = 8195 WHERE id = 8193",
        "INSERT INTO dropped_letters VALUES (40960, 1, 0)"],
    "dropped-letters": [
        "INSERT INTO dropped_letters VALUES (16384, 1, 0)",
        "DELETE FROM dropped_partitions WHERE table_name = 'dead_records'"],
    "record-once": [
        "INSERT INTO other_records VALUES (6, 8192, 1, 'd')"],
}


@pytest.mark.parametrize("check,damage", [
    pytest.param(check, damage, id=f"{check}-{number}")
    for check, damages in RED.items()
    for number, damage in enumerate(damages, 1)])
def test_what_retention_did_not_take_is_missed(aged, check, damage):
    aged.drop()
    aged.damage(damage)
    assert check in aged.failed()


@pytest.mark.parametrize("table,check", [
    ("dead_records", "batch-dead-letters"), ("other_records", "batch-others")])
def test_a_partition_dropped_by_hand_is_missed(aged, table, check):
    aged.rows(f"DROP TABLE reward.{aged.partition_of(table, OLD)}")
    assert check in aged.failed()


def refused(books, match, day=BEFORE, role="owner"):
    """A drop that does not happen, not even in part."""
    books_before = books.rows(OUTCOMES)
    with pytest.raises(psycopg2.Error, match=match):
        books.rows(f"SELECT * FROM reward.drop_records_before('{day}')", role)
    assert books.rows(OUTCOMES) == books_before
    assert books.rows("SELECT count(*) FROM reward.dropped_partitions") == \
        [(0,)]


def test_young_records_stay(aged):
    refused(aged, "the last 30 days stay",
            TODAY - datetime.timedelta(days=29))
    refused(aged, "the last 30 days stay", "infinity")


@pytest.mark.parametrize("relays", [
    "DELETE FROM relay_positions",
    "UPDATE relay_positions SET batch_id = 0",
    "INSERT INTO relay_positions (name, batch_id) VALUES ('second', 0)"])
def test_unpublished_letters_stay(aged, relays):
    aged.damage(relays)
    refused(aged, "not all relays are past 0")


def test_letters_of_a_later_batch_do_not_matter(aged):
    """Published up to the batch of the last old letter is enough."""
    aged.damage("UPDATE relay_positions SET batch_id = 1")
    assert len(aged.drop()) == 2


def test_damaged_letters_stay(aged):
    aged.damage("UPDATE batches SET dead_letters = 2, records = 6 "
                "WHERE id = 1")
    refused(aged, "first_id 8192.*")


def test_records_without_a_month_are_not_forgotten(aged):
    """They are in the default partition, until make_partitions takes them."""
    older = month_back(6, 3)
    aged.damage(f"""UPDATE other_records SET posted_on = '{older}'
                     WHERE "offset" = 7""")
    assert aged.rows('SELECT "offset" FROM reward.other_records_default') == \
        [(7,)]
    refused(aged, f"those of {older} are in a default partition")
    assert aged.rows(f"SELECT reward.make_partitions('{TODAY}')") == [(1,)]
    assert aged.rows("SELECT * FROM reward.other_records_default") == []
    assert len(aged.drop()) == 3
    assert aged.failed() == set()


@pytest.mark.parametrize("role", ["worker", "relay", "reader"])
def test_only_the_owner_may_drop(aged, role):
    refused(aged, "permission denied", role=role)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        aged.rows(f"SELECT reward.make_partitions('{TODAY}')", role)


def test_nobody_waits_behind_a_drop(aged):
    """One that cannot have its locks soon gives up."""
    with contextlib.closing(
            aged.stack.connect("reader", aged.database)) as reader:
        reader.autocommit = False
        reader.cursor().execute("SELECT count(*) FROM reward.dead_records")
        refused(aged, "lock timeout")
    assert len(aged.drop()) == 2


# ---- at work ----------------------------------------------------------------

USERS = 5


def drafts(tag, count=40):
    """Events, a repeat of each tenth, and some that become dead letters."""
    good = [structured(event("review.written.v1", address(i % USERS),
                             f"{tag}{i}", review_id=f"{tag}{i}"))
            for i in range(count)]
    bad = [structured(event("review.written.v1", address(1), f"{tag}-bad{i}"))
           for i in range(3)]
    return good + good[::10] + bad


def grow_old(ctx):
    """All records so far were posted in OLD's month."""
    ctx.sql("SET session_replication_role = replica")
    for table in TABLES:
        ctx.sql(f"UPDATE reward.{table} SET posted_on = '{OLD}'")
    ctx.sql("SET session_replication_role = origin")
    ctx.sql("SELECT reward.make_partitions(current_date)", role="owner")


def drop(ctx):
    return ctx.sql(f"SELECT * FROM reward.drop_records_before('{BEFORE}')",
                   role="owner")


def assert_verified(ctx):
    status, passed = verify_topic(ctx)
    assert failed(passed) == set()
    assert status == 0


def test_while_worker_and_relay_run(ctx, seed):
    """Tables change under them, and nothing stops. What is in the dead-letter
    topic and no more in the ledger is still known."""
    mix = generator.Mix(seed)
    ctx.worker("w")
    ctx.relay()
    ctx.publish(drafts("old"))
    ctx.wait_drained()
    grow_old(ctx)
    with harness.Feeder(ctx, mix.draft, a_second=1000):
        ctx.wait_for_records(1000)
        assert sorted(row[:1] + row[3:8] for row in drop(ctx)) == [
            ("dead_records", 3, 0, 0, 0, 3), ("other_records", 4, 4, 0, 0, 0)]
        made = ctx.sql("SELECT reward.make_partitions(%s)", month_back(-26),
                       role="owner")
        assert made == [(4,)]
        ctx.wait_for_records(2000)
    ctx.wait_drained()
    ctx.stop_all()
    assert_verified(ctx)
    assert len(ctx.read(ctx.dlq)) == 3 + ctx.scalar(
        "SELECT count(*) FROM reward.dead_letters")


def test_a_stranger_among_dropped_letters(ctx):
    """Not more letters than were dropped, of no other time, and in no other
    topic."""
    ctx.worker("w")
    ctx.relay()
    ctx.publish(drafts("old"))
    ctx.wait_drained()
    ctx.stop_all()
    grow_old(ctx)
    drop(ctx)
    assert_verified(ctx)
    letter = ctx.read(ctx.dlq)[0]
    headers = [(name, b"9999" if name == "reward_dlq_offset" else value)
               for name, value in letter.headers]
    stranger = generator.Draft(letter.value, key=letter.key, headers=headers)
    ctx.publish([stranger], topic=ctx.dlq)
    assert failed(verify_topic(ctx)[1]) == {"topic-known"}


def test_a_month_without_partition(ctx):
    """Posting goes on, into the default partition."""
    for table in TABLES:
        ctx.sql(f"DROP TABLE reward.{table}_{TODAY:%Y_%m}")
    ctx.worker("w")
    ctx.relay()
    ctx.publish(drafts("e"))
    ctx.wait_drained()
    homes = ("SELECT DISTINCT tableoid::regclass::text, posted_on "
             "FROM reward.{}")
    for table in TABLES:
        assert ctx.sql(homes.format(table)) == \
            [(f"reward.{table}_default", TODAY)]
    ctx.sql("SELECT reward.make_partitions(current_date)", role="owner")
    for table in TABLES:
        assert ctx.sql(homes.format(table)) == \
            [(f"reward.{table}_{TODAY:%Y_%m}", TODAY)]
    ctx.publish(drafts("later"))
    ctx.wait_drained()
    ctx.stop_all()
    assert_verified(ctx)


def set_back(ctx, column):
    ctx.sql(f"UPDATE reward.streams SET next_offset = {column}, "
            "last_record = NULL", role="owner")


def test_positions_stay_before_what_was_dropped(ctx):
    """Up to there they may be set back, and all is known."""
    ctx.publish(drafts("old"))
    worker = ctx.worker("w")
    ctx.relay()
    ctx.wait_drained()
    ends = ctx.sql("SELECT id, next_offset FROM reward.streams ORDER BY id")
    grow_old(ctx)
    drop(ctx)
    settled = ctx.sql("SELECT id, settled_offset FROM reward.streams "
                      "ORDER BY id")
    assert all(0 <= at <= end for (_, at), (_, end) in zip(settled, ends))
    assert any(at for _, at in settled)
    ctx.publish(drafts("young"))
    ctx.wait_drained()
    worker.stop()
    records = ctx.scalar("SELECT sum(records) FROM reward.batches")
    with pytest.raises(psycopg2.errors.CheckViolation,
                       match="streams_not_behind_dropped_records"):
        set_back(ctx, "0")
    set_back(ctx, "settled_offset")
    ctx.worker("w")
    ctx.wait_drained()
    ctx.stop_all()
    assert ctx.scalar("SELECT sum(records) FROM reward.batches") == records
    assert_verified(ctx)
