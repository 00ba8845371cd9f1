"""Servers that go away, are not there yet, or do not want us."""

import signal

import pytest

import generator
import harness
from books import assert_books

SMALL = {"worker/batch_max_events": 10}  # so that a small load takes a while


@pytest.fixture
def loaded(ctx, seed):
    """A worker and a relay at work, with most of the load still ahead."""
    ctx.settings.update(SMALL)
    ctx.mix = generator.Mix(seed)
    ctx.publish(ctx.mix.drafts(5000))
    ctx.relay()
    ctx.worker()
    ctx.wait_for_records(200)
    return ctx


def finish(ctx):
    """More input after the trouble, then the books; no process had to be
    started again."""
    ctx.publish(ctx.mix.drafts(500))
    assert_books(ctx)
    assert all(process.running for process in ctx.processes)
    ctx.stop_all()


@pytest.fixture(autouse=True)
def servers_up_again(stack):
    yield
    stack.pg("start")
    stack.kafka("start")


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_postgresql_restarted(loaded, how):
    loaded.stack.pg(how)
    assert (loaded.posted_records() or 0) == 0  # it is away
    loaded.stack.pg("start")
    assert loaded.posted_records() < 5000, "the load was over too early"
    finish(loaded)


def test_connections_cut(loaded):
    for _ in range(5):
        before = loaded.posted_records()
        loaded.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                   "WHERE usename LIKE 'reward%%' "
                   "AND datname = current_database()")
        loaded.wait_for_records(min(before + 50, 5000))
    finish(loaded)


def test_broker_killed(loaded):
    loaded.stack.kafka("kill")
    loaded.stack.kafka("start")
    finish(loaded)


def test_both_killed(loaded):
    loaded.stack.kafka("kill")
    loaded.stack.pg("kill")
    loaded.stack.pg("start")
    loaded.stack.kafka("start")
    finish(loaded)


def test_commit_replies_lost(ctx, seed):
    """The server committed and the worker never heard: it looks, and goes
    on."""
    proxy = harness.Proxy(int(ctx.stack.env["STACK_PG_PORT"]),
                          lose_at=range(3, 40, 4))
    ctx.settings["worker/batch_max_events"] = 100
    ctx.publish(generator.Mix(seed).drafts(3000))
    ctx.relay()
    dsn = ctx.stack.dsn("worker", ctx.database).replace(
        f"port={proxy.server_port}", f"port={proxy.port}")
    worker = ctx.worker(settings={"postgres/dsn": dsn})
    assert_books(ctx)
    assert proxy.lost >= 5
    worker.stop()
    proxy.close()


# ---- not there yet -----------------------------------------------------------------

@pytest.mark.parametrize("server", ["pg", "kafka"])
def test_start_before_server(ctx, seed, server):
    """Waits and says so; works as soon as the server is there."""
    action = getattr(ctx.stack, server)
    ctx.publish(generator.Mix(seed).drafts(500))
    action("kill")
    processes = [ctx.worker(), ctx.relay()]
    for process in processes:
        process.wait_for_log(r"could not|waiting|refused|down")
    action("start")
    assert_books(ctx)
    assert all(process.running for process in processes)


def test_stop_while_servers_are_away(ctx, seed):
    """A stop is obeyed at once also when there is nobody to talk to."""
    ctx.settings.update(SMALL)
    ctx.publish(generator.Mix(seed).drafts(3000))
    processes = [ctx.worker(), ctx.relay()]
    ctx.wait_for_records(200)
    ctx.stack.kafka("kill")
    ctx.stack.pg("kill")
    for process in processes:
        process.wait_for_log(r"could not|lost|refused|down")
    ctx.stop_all()
    ctx.stack.pg("start")
    ctx.stack.kafka("start")
    ctx.worker()
    ctx.relay()
    assert_books(ctx)


# ---- not for us --------------------------------------------------------------------

COMMANDS = [("run", "worker"), ("relay", "relay")]


def assert_refused(process, *words):
    status = process.wait(20)
    assert status in (1, 78), f"status {status}:\n{process.log}"
    for word in words:
        assert word in process.log.lower(), process.log


@pytest.mark.parametrize("command,role", COMMANDS)
def test_wrong_password(ctx, command, role):
    secret = ctx.dir / "wrong"
    secret.write_text("not-the-password\n")
    secret.chmod(0o600)
    process = ctx.start([command], role, settings={
        "postgres/password": {"file": str(secret)}})
    assert_refused(process, "password")
    assert "not-the-password" not in process.log


@pytest.mark.parametrize("command,role", COMMANDS)
def test_missing_schema(ctx, command, role):
    empty = ctx.stack.create_database()
    try:
        process = ctx.start([command], role, settings={
            "postgres/dsn": ctx.stack.dsn(role, empty)})
        assert_refused(process, "migrate up")
    finally:
        ctx.stack.drop_database(empty)


@pytest.mark.parametrize("command,role", COMMANDS)
def test_newer_schema(ctx, command, role):
    ctx.sql("INSERT INTO reward.schema_migrations (version, name, sha256) "
            "VALUES (9999, 'from_tomorrow', 'x')")
    assert_refused(ctx.start([command], role), "9999")


@pytest.mark.parametrize("command,role", COMMANDS)
def test_changed_migration(ctx, command, role):
    ctx.sql("ALTER TABLE reward.schema_migrations DISABLE TRIGGER ALL")
    ctx.sql("UPDATE reward.schema_migrations SET sha256 = 'x' "
            "WHERE version = 1")
    assert_refused(ctx.start([command], role), "1")


def test_unknown_database(ctx):
    process = ctx.start(["run"], "worker", settings={
        "postgres/dsn": ctx.stack.dsn("worker", "no_such_database")})
    assert_refused(process, "no_such_database")


def test_wrong_role(ctx, seed):
    """A reader's rights are not enough, and no event is blamed for it."""
    ctx.publish(generator.Mix(seed).drafts(50))
    assert_refused(ctx.start(["run"], "reader"), "may not write")
    assert ctx.scalar("SELECT count(*) FROM reward.dead_letters") == 0


# ---- stopping ----------------------------------------------------------------------

@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_stop_under_load(ctx, seed, sign):
    ctx.settings.update(SMALL)
    mix = generator.Mix(seed)
    ctx.publish(mix.drafts(3000))
    for target in (200, 1000):
        processes = [ctx.worker(), ctx.relay()]
        ctx.wait_for_records(target)
        for process in processes:
            process.signal(sign)
        for process in processes:
            assert process.wait(10) == 0, process.log
    assert ctx.posted_records() < 3000, "the load was over too early"
    ctx.worker()
    ctx.relay()
    assert_books(ctx)


def test_batch_too_slow_for_its_timeout(ctx):
    """A batch that the database cannot take in time is posted in parts."""
    ctx.settings["postgres/statement_timeout"] = "1s"
    ctx.sql("CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END $$")
    ctx.sql("CREATE TRIGGER slow BEFORE INSERT ON reward.events "
            "FOR EACH ROW EXECUTE FUNCTION public.slow()")
    mix = generator.Mix(1, trouble=0)
    ctx.publish(mix.drafts(120))
    ctx.relay()
    worker = ctx.worker()
    worker.wait_for_log("posting in halves records=")
    assert_books(ctx)
