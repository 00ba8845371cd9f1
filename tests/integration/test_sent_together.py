"""What is sent to PostgreSQL together: whichever part of it fails, or is slow,
or meets a connection that is cut, the batch is told of it as if that part had
been sent alone."""

import pytest

import generator
from books import assert_books

WORKERS = ("FROM pg_stat_activity WHERE usename = 'reward_worker' "
           "AND datname = current_database()")


def add_trigger(ctx, table, when, level, body):
    """Of a function of that body; it counts its calls in public.calls."""
    ctx.sql("CREATE SEQUENCE public.calls")
    ctx.sql("GRANT ALL ON SEQUENCE public.calls TO PUBLIC")
    ctx.sql("CREATE FUNCTION public.trouble() RETURNS trigger "
            f"LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$")
    ctx.sql(f"CREATE TRIGGER trouble {when} ON reward.{table} "
            f"FOR EACH {level} EXECUTE FUNCTION public.trouble()")


def raise_once(code):
    return ("IF nextval('public.calls') = 1 THEN RAISE 'trouble' "
            f"USING ERRCODE = '{code}'; END IF;")


def connected(ctx):
    """A worker that has nothing left to do but events, and its backends."""
    ctx.settings["worker/batch_max_events"] = 50
    worker = ctx.worker()
    worker.wait_for_log("partitions assigned")
    return worker, ctx.sql(f"SELECT pid {WORKERS}")


def load(ctx, seed, count=300, **mix):
    ctx.settings["worker/batch_max_events"] = 50
    ctx.publish(generator.Mix(seed, **mix).drafts(count))
    ctx.relay()


@pytest.mark.parametrize("table,when,level", [
    ("accounts", "AFTER UPDATE", "STATEMENT"),
    ("streams", "AFTER UPDATE", "STATEMENT"),
    ("batches", "AFTER INSERT", "STATEMENT"),
    ("entries", "BEFORE INSERT", "ROW"),
    ("once_keys", "BEFORE INSERT", "ROW")])
def test_one_part_fails(ctx, seed, table, when, level):
    """The next try is over the same connection, which has been read to the end
    of what was sent."""
    worker, pids = connected(ctx)
    add_trigger(ctx, table, when, level, raise_once("40001"))
    load(ctx, seed)
    worker.wait_for_log("code=40001")
    assert_books(ctx)
    assert ctx.sql(f"SELECT pid {WORKERS}") == pids
    assert "lost the connection" not in worker.log


def test_rows_refused_with_more_to_come(ctx, seed):
    """The first row of two megabytes of dead letters."""
    worker, pids = connected(ctx)
    add_trigger(ctx, "dead_records", "BEFORE INSERT", "ROW",
                raise_once("40001"))
    ctx.publish([generator.Draft(value=b"{" + b"x" * 200_000, key=b"k")
                 for _ in range(12)])
    load(ctx, seed)
    worker.wait_for_log("code=40001")
    assert_books(ctx)
    assert ctx.sql(f"SELECT pid {WORKERS}") == pids


def test_row_that_is_there_already(ctx, seed):
    """Of a table of which nothing was guessed: no other try at once, as there
    is after a wrong guess."""
    add_trigger(ctx, "entries", "BEFORE INSERT", "ROW", raise_once("23505"))
    load(ctx, seed)
    ctx.worker().wait_for_log("trying again.*code=23505")
    assert_books(ctx)


def test_second_outcome(ctx, seed):
    """Not tried again: it would stay there."""
    add_trigger(ctx, "other_records", "BEFORE INSERT", "ROW",
                raise_once("23505"))
    load(ctx, seed, count=2000)
    worker = ctx.worker()
    ctx.may_fail.append(worker)
    assert worker.wait(60) == 1, worker.log
    assert "second outcome" in worker.log and "RUNBOOK" in worker.log
    ctx.worker()
    assert_books(ctx)


def test_row_that_was_not_changed(ctx, seed):
    """Whatever was sent behind it is rolled back."""
    add_trigger(ctx, "accounts", "BEFORE UPDATE", "ROW",
                "IF nextval('public.calls') = 1 THEN RETURN NULL; END IF;")
    load(ctx, seed, count=1000)
    worker = ctx.worker()
    ctx.may_fail.append(worker)
    assert worker.wait(60) == 1, worker.log
    assert "rows were to be changed and" in worker.log
    assert ctx.scalar("SELECT is_called FROM public.calls")
    assert ctx.scalar("SELECT sum(next_offset) FROM reward.streams "
                      "WHERE partition >= 0 AND topic <> '@clock'") == \
        ctx.posted_records()
    ctx.worker()
    assert_books(ctx)


@pytest.mark.parametrize("lock", [
    "SELECT pg_advisory_xact_lock(7237101)",
    "SELECT id FROM reward.streams FOR UPDATE",
    "LOCK TABLE reward.counters IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE reward.entries IN SHARE MODE"])
def test_connection_cut(ctx, seed, lock):
    """While a part of it waits, others being sent or answered."""
    load(ctx, seed, count=1000)
    worker = ctx.worker()
    ctx.wait_for_records(100)
    with ctx.held(lock):
        ctx.wait(lambda: ctx.waiting() == 1, 30, "the worker waits")
        ctx.sql(f"SELECT pg_terminate_backend(pid) {WORKERS}")
        worker.wait_for_log("trying again|lost the connection")
    assert_books(ctx)
    assert worker.running


def test_each_part_has_its_own_time(ctx, seed):
    """Three parts that take 1.5 s each, where each may take 2, and an answer is
    waited for 4."""
    ctx.settings["postgres/statement_timeout"] = "2s"
    load(ctx, seed, count=60, trouble=0)
    worker = ctx.worker()
    ctx.wait_drained()
    for table, when in (("accounts", "UPDATE"), ("streams", "UPDATE"),
                        ("batches", "INSERT")):
        ctx.sql(f"CREATE FUNCTION public.slow_{table}() RETURNS trigger "
                "LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.5); "
                "RETURN NULL; END $$")
        ctx.sql(f"CREATE TRIGGER slow AFTER {when} ON reward.{table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION public.slow_{table}()")
    ctx.publish(generator.Mix(seed + 1, trouble=0).drafts(20))
    assert_books(ctx)
    assert "did not answer" not in worker.log
    assert "trying again" not in worker.log
