"""The life of a rule set: activated, compared, replaced, brought back, and read
again by a worker at work."""

import hashlib
import itertools
import json
import re
import signal
import subprocess
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

import harness
import generator
from test_commands import Shell

PROFILE = "profile.completed.v1"


def rules(amount, version=None, expect=None, name="test", more=""):
    """A rule file that pays so much for a profile."""
    return f"""\
ruleset: {name}
version: "{version or amount}"
asset: {{code: GIGS, scale: 2}}
rules:
- id: profile
  trigger: io.gigchain.{PROFILE}
  account: event.data.user_address
  {more}
  award: [{{id: profile, flat: {amount}}}]
tests:
- name: it pays
  event: {{type: io.gigchain.{PROFILE}, data: {{user_address: u1}}}}
  expect: {{profile: {expect or amount}}}
"""


def stamp_of(text):
    return "test@" + hashlib.sha256(text.encode()).hexdigest()[:8]


FAULTY = rules(7).replace("flat", "flatt")
FAILING = rules(7, expect=8)


@pytest.fixture
def desk(stack, tmp_path):
    """A shell, and a way to write rule files for it."""
    shell = Shell(stack, stack.create_database(stack.template))
    shell.path = tmp_path
    yield shell
    stack.drop_database(shell.database)


def put(shell, name, text):
    path = shell.path / name
    path.write_text(text)
    return str(path)


def activate(shell, what, role="worker"):
    return shell.run("rules", "activate", what, role=role)


def verdict(shell, what, role="worker"):
    return shell.rows("rules", "activate", what, role=role)


def in_force(shell):
    rows = shell.rows("rules", "history")
    return rows[0]["stamp"] if rows else None


# ---- help ------------------------------------------------------------------------

def test_help_has_a_line_for_each_action():
    """Those of the usage, in its order; other commands have no such list."""
    def help_of(command):
        return subprocess.run([harness.BINARY, command, "--help"], text=True,
                              env=harness.clean_env(), capture_output=True,
                              timeout=60, check=True).stdout

    text = help_of("rules")
    usage = text.splitlines()[0].removeprefix("usage: reward rules [FLAG...] ")
    listed = text.split("\nActions:\n")[1].split("\n\n")[0].splitlines()
    assert [row.split()[0] for row in listed] == \
        [words.split()[0] for words in usage.split("|")]
    assert all(re.match(r"  \w+ {2,}\w", row) and len(row) < 80
               for row in listed)
    assert "Actions:" not in help_of("balance")


# ---- activate --------------------------------------------------------------------

def test_activate_replace_and_restore(desk):
    one = verdict(desk, put(desk, "one.yaml", rules(1)))
    assert (one["verdict"], one["replaced"]) == ("activated", None)
    two = verdict(desk, put(desk, "two.yaml", rules(2)), role="owner")
    assert (two["verdict"], two["replaced"]) == ("activated", one["stamp"])
    again = activate(desk, str(desk.path / "two.yaml"))
    assert again.returncode == 0
    assert again.stdout == f"{two['stamp']} (2) is in force already\n"
    back = activate(desk, one["stamp"])
    assert back.stdout == (f"restored {one['stamp']} (1), replaces "
                           f"{two['stamp']}\n")
    for what, stamp in (("2", two["stamp"]),  # its version
                        (one["sha256"][:12].upper(), one["stamp"]),
                        (str(desk.path / "two.yaml"), two["stamp"])):
        assert verdict(desk, what)["verdict"] == "restored"
        assert in_force(desk) == stamp
    assert desk.run("rules", "show").stdout == rules(2)
    assert desk.run("rules", "show", "1").stdout == rules(1)


def test_history_is_newest_first(desk):
    stamps = [verdict(desk, put(desk, "a.yaml", rules(n)), role=role)["stamp"]
              for n, role in ((1, "worker"), (2, "owner"))]
    rows = desk.rows("rules", "history")
    assert [row["stamp"] for row in rows] == stamps[::-1]
    assert [row["version"] for row in rows] == ["2", "1"]
    assert "owner" in rows[0]["activated_by"]
    assert "worker" in rows[1]["activated_by"]
    assert rows[0]["activated_at"] > rows[1]["activated_at"]
    assert desk.rows("rules", "history", "--limit", "1") == rows[:1]
    csv = desk.run("rules", "history", "--format", "csv").stdout
    assert csv.splitlines()[0] == \
        "activated_at,stamp,version,activated_by,sha256"


def test_what_is_no_good_changes_nothing(desk):
    stamp = verdict(desk, put(desk, "good.yaml", rules(1)))["stamp"]
    for text, status, words in (
            (FAULTY, 1, ["bad.yaml:9:25", "error[R043]", "flatt",
                         "nothing was changed"]),
            (FAILING, 1, ["FAIL", "it pays", "nothing was changed"]),
            (rules(7, name="other"), 78, ["name and asset"])):
        done = activate(desk, put(desk, "bad.yaml", text))
        assert done.returncode == status and done.stdout == ""
        for word in words:
            assert word in done.stderr, done.stderr
        assert [row["stamp"] for row in desk.rows("rules", "history")] == \
            [stamp]


def test_names_that_lead_nowhere(desk):
    assert "no rule set is in force" in desk.run("rules", "show").stderr
    a = verdict(desk, put(desk, "a.yaml", rules(1, version="v")))
    b = verdict(desk, put(desk, "b.yaml", rules(2, version="v")))
    for what, status, word in (("v", 1, f"{b['stamp']}, {a['stamp']}"),
                               ("w", 1, 'registered as "w"'),
                               (a["sha256"][:7], 1, "registered as"),
                               ("%", 1, "registered as"),
                               ("no/such.yaml", 78, "could not open")):
        done = activate(desk, what)
        assert done.returncode == status and word in done.stderr, done.stderr
    assert in_force(desk) == b["stamp"]


def test_who_may_not_is_told_who_may(desk):
    a, b = (verdict(desk, put(desk, f"{n}.yaml", rules(n))) for n in (1, 2))
    for role in ("reader", "relay"):
        for what in (a["stamp"], put(desk, "new.yaml", rules(3))):
            done = activate(desk, what, role=role)
            assert done.returncode == 78 and done.stdout == ""
            assert done.stderr.startswith(
                "reward: putting rules in force needs the rights of "
                "reward_worker or reward_owner: PostgreSQL: permission denied")
            assert done.stderr.count("\n") == 1
    assert in_force(desk) == b["stamp"]


def test_what_was_held_meanwhile_is_due_once_restored(desk):
    """Events that a rule waits for count from the time when another set, which
    did not wait for them, was in force."""
    waits = verdict(desk, put(desk, "waits.yaml", rules(1, expect="1, held: -1", more=(
        "pending: {until: io.gigchain.identity.verified.v1, "
        "match: event.data.user_address == origin.data.user_address, "
        "void_after: 30d}"))))["stamp"]
    activate(desk, put(desk, "plain.yaml", rules(2)))
    admin = desk.stack.connect("admin", desk.database)
    try:
        harness.fetch(admin, CONFIRMED, None)
        assert activate(desk, waits).returncode == 0
        assert harness.fetch(admin, "SELECT count(*) FROM reward.closings",
                             None) == [(1,)]
    finally:
        admin.close()


CONFIRMED = """
INSERT INTO reward.accounts (address) VALUES ('u1');
INSERT INTO reward.sources (name) VALUES ('/s');
INSERT INTO reward.types (name) VALUES ('io.gigchain.identity.verified.v1')
    ON CONFLICT DO NOTHING;
INSERT INTO reward.streams (topic, partition, next_offset) VALUES ('t', 0, 1);
INSERT INTO reward.events (id, "offset", occurred_at, payload_hash, account_id,
    source_id, stream_id, type_id, outcome, notify, event_id)
SELECT 8192, 0, now(), gen_random_uuid(), a.id, s.id, p.id, t.id, 'n', true, 'e'
  FROM reward.accounts a, reward.sources s, reward.streams p, reward.types t
 WHERE t.name = 'io.gigchain.identity.verified.v1';
"""


# ---- diff ------------------------------------------------------------------------

def git(folder, *words):
    subprocess.run(["git", "-C", folder, "-c", "user.name=t", "-c",
                    "user.email=t@t", *words], check=True, capture_output=True)


def test_diff_of_a_file_and_what_is_in_force(desk):
    path = put(desk, "rules.yaml", rules(500))
    activate(desk, path)
    put(desk, "rules.yaml", rules("500.00", version="500"))
    same = desk.run("rules", "diff", "active", path, "--exit-code")
    assert (same.returncode, same.stdout, same.stderr) == (0, "", "")
    put(desk, "rules.yaml", rules(600))
    done = desk.run("rules", "diff", "active", path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ("version: 500 -> 600\n"
                           "rule profile, line profile: flat: 500 -> 600\n")
    assert desk.run("rules", "diff", "active", path,
                    "--exit-code").returncode == 1
    assert desk.rows("rules", "diff", "500", path)[1] == {
        "change": "changed", "rule": "profile", "line": "profile",
        "key": "flat", "was": "500", "is": "600"}


def test_diff_of_revisions(stack, tmp_path):
    """Without a database."""
    desk = Shell(stack, "none")
    desk.path = tmp_path
    path = put(desk, "rules.yaml", rules(1))
    put(desk, "other.yaml", rules(3))
    git(desk.path, "init", "-q")
    git(desk.path, "add", ".")
    git(desk.path, "commit", "-qm", "one")
    put(desk, "rules.yaml", rules(2))
    change = ("version: {0} -> {1}\n"
              "rule profile, line profile: flat: {0} -> {1}\n")
    for was, now, expected in (
            ("git:HEAD", path, change.format(1, 2)),
            (path, "git:HEAD", change.format(2, 1)),
            (f"git:HEAD:{desk.path}/other.yaml", path, change.format(3, 2))):
        done = desk.run("rules", "diff", was, now)
        assert (done.returncode, done.stdout) == (0, expected), done.stderr
    for revision, word in (("git:nowhere", "nowhere"), ("git:--help", "--help"),
                           (f"git:HEAD:{desk.path}/.", "bad file"),
                           (f"git:HEAD:{desk.path}/x.yaml", "x.yaml")):
        done = desk.run("rules", "diff", revision, path)
        assert done.returncode == 1 and "cannot read git:" in done.stderr
        assert word in done.stderr and done.stdout == ""


def test_wrong_words(stack):
    shell = Shell(stack, "none")
    for words in ([], ["activate"], ["diff", "active"], ["history", "x"],
                  ["moon"], ["show", "a", "b"], ["show", "--format", "json"]):
        assert shell.run("rules", *words).returncode == 2, words


# ---- workers ---------------------------------------------------------------------

@pytest.fixture
def book(ctx):
    """A context whose workers read rules that the test may change."""
    ctx.path = ctx.dir / "rules.yaml"
    ctx.path.write_text(rules(1))
    ctx.settings["rules/dir"] = str(ctx.path)
    ctx.numbers = itertools.count(1)
    return ctx


def profile(ctx):
    number = next(ctx.numbers)
    return generator.structured(generator.event(
        PROFILE, generator.address(number % 50), f"e-{number}"))


def activated(ctx, what):
    done = ctx.run("rules", "activate", str(what), "--format", "json",
                   role="worker")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["stamp"]


def last_batch(ctx):
    return ctx.scalar("SELECT coalesce(max(id), 0) FROM reward.batches")


def wait_for_batches(ctx, count, since):
    ctx.wait(lambda: last_batch(ctx) >= since + count, 30,
             f"{count} batches after {since}")


def test_workers_switch_between_two_batches(book):
    """What a batch was posted with is what was in force at its commit: while
    an activation commits, nobody posts, so that its place in the order of
    batches is known to whoever made it."""
    workers = [book.worker(), book.worker()]
    two = book.dir / "two.yaml"
    two.write_text(rules(2))
    switches = []  # (stamp, last batch that can be of the one before)
    with harness.Feeder(book, lambda: profile(book)):
        wait_for_batches(book, 5, 0)
        first = book.scalar("SELECT stamp FROM reward.rulesets")
        for what in (two, first, two):
            stamp = activated(book, what)
            switches.append((stamp, last_batch(book)))
            wait_for_batches(book, 5, switches[-1][1])
    book.wait_consumed()
    assert all(worker.running for worker in workers)
    batches = book.sql("SELECT b.id, r.stamp FROM reward.batches b JOIN "
                       "reward.ruleset_texts r ON r.id = b.ruleset_id "
                       "ORDER BY b.id")
    runs = [stamp for stamp, _ in itertools.groupby(
        stamp for _, stamp in batches)]
    assert runs == [first] + [stamp for stamp, _ in switches]
    for stamp, until in switches:
        after = [name for number, name in batches if number > until]
        assert after[:5] == [stamp] * 5
    paid = book.sql("SELECT DISTINCT ruleset, amount::int FROM "
                    "reward.token_transactions ORDER BY amount::int")
    assert paid == [(first, 1), (switches[0][0], 2)]
    assert book.run("verify").returncode == 0


def metrics_of(path):
    """By Prometheus's own parser; samples without labels, and all families."""
    families = list(text_string_to_metric_families(path.read_text()))
    runbook = (harness.ROOT / "ops/RUNBOOK.md").read_text()
    for family in families:
        assert family.documentation and family.name in runbook, family.name
    return {sample.name: sample.value for family in families
            for sample in family.samples if not sample.labels}, families


def test_metrics(book):
    path = book.dir / "reward.prom"
    began = int(time.time())
    worker = book.worker(settings={"metrics/file": str(path),
                                   "metrics/interval": "1s"})
    book.publish([profile(book), profile(book)])
    book.wait_for_records(2)

    def records():
        _, families = metrics_of(path)
        [family] = [family for family in families
                    if family.name == "reward_records"]
        return {sample.labels["outcome"]: sample.value
                for sample in family.samples}
    book.wait(lambda: records() == {
        "posted": 2, "no_reward": 0, "rejected": 0, "duplicate": 0,
        "conflict": 0, "dead_letter": 0}, 20, "two records are counted")
    plain, families = metrics_of(path)
    assert plain["reward_ruleset_last_reload_successful"] == 1
    assert plain["reward_db_up"] == 1 and plain["reward_batches_total"] >= 1
    [info] = [family for family in families
              if family.name == "reward_ruleset_info"]
    assert info.samples[0].labels["ruleset"] == stamp_of(rules(1))
    # What one killed while writing has left behind is in nobody's way.
    (book.dir / f"reward.prom.{worker.popen.pid}").write_text("half")
    book.path.write_text(FAULTY)
    worker.signal(signal.SIGHUP)
    book.wait(lambda: metrics_of(path)[0]
              ["reward_ruleset_last_reload_successful"] == 0, 20, "it is told")
    plain, _ = metrics_of(path)
    assert plain["reward_ruleset_refused_total"] == 1
    assert began <= plain[
        "reward_ruleset_last_reload_success_timestamp_seconds"] <= time.time()
    book.path.write_text(rules(2))
    worker.signal(signal.SIGHUP)
    book.wait(lambda: metrics_of(path)[0]
              ["reward_ruleset_last_reload_successful"] == 1, 20, "it is good")
    book.stop_all()
    done = book.run("run", "--metrics.file=/nowhere/reward.prom",
                    role="worker")
    assert done.returncode == 78 and "/nowhere/reward.prom" in done.stderr


def test_sighup(book):
    worker, relay = book.worker(), book.relay()
    deaf = book.worker(settings={"rules/reload": "never"})
    for process in (worker, deaf):
        process.wait_for_log("connected to PostgreSQL")
    deaf.signal(signal.SIGHUP)
    deaf.wait_for_log("SIGHUP is ignored: rules.reload is never")
    for count, text, words in (
            (1, FAULTY, r"rules\.yaml:9:25: error: .*flatt"),
            (2, FAILING, 'test "it pays" fails'),
            (3, rules(7, name="other"), "name and asset"),
            (4, "rules: [", "error:")):
        book.path.write_text(text)
        worker.signal(signal.SIGHUP)
        worker.wait_for_log(f"rules refused: .* rules_refused={count}")
        assert re.search(words, worker.log)
    assert book.scalar("SELECT count(*) FROM reward.ruleset_texts") == 1
    book.path.write_text(rules(2))
    worker.signal(signal.SIGHUP)
    worker.wait_for_log(f"rules activated ruleset={stamp_of(rules(2))}")
    book.publish([profile(book)])
    book.wait_for_records(1)
    assert book.scalar("SELECT amount FROM reward.token_transactions") == 2
    book.path.write_text(rules(1))
    worker.signal(signal.SIGHUP)
    worker.wait_for_log("was replaced before.*rules activate "
                        + stamp_of(rules(1)))
    assert book.scalar("SELECT count(*) FROM reward.ruleset_activations") == 2
    relay.signal(signal.SIGHUP)
    relay.wait_for_log("SIGHUP is ignored")
    book.stop_all()
    assert worker.log.count("rules refused") == 4


def test_a_changed_file(book):
    worker = book.worker(settings={"rules/reload": "watch"})
    worker.wait_for_log("connected to PostgreSQL")
    fresh = book.dir / "fresh"
    fresh.write_text(rules(2))
    fresh.rename(book.path)
    book.wait(lambda: book.scalar("SELECT count(*) FROM "
                                  "reward.ruleset_activations") == 2,
              20, "the file is offered")
    book.path.write_text(FAILING)
    worker.wait_for_log("rules_refused=1")
    book.stop_all()
