"""The commands that people run by hand: what they print, and how they exit."""

import contextlib
import csv
import io
import json
import os
import re
import shutil
import subprocess
import unicodedata
import urllib.parse
from fractions import Fraction
from xml.etree import ElementTree

import pytest

import harness
from test_verify_red import LEDGER, WALLET, execute


class Shell:
    """Runs the program against one database."""

    def __init__(self, stack, database):
        self.stack = stack
        self.database = database

    def run(self, *words, role="reader", env=None):
        settings = {
            "REWARD_POSTGRES__DSN": self.stack.dsn(role, self.database),
            "REWARD_POSTGRES__PASSWORD__FILE": self.stack.password_file(role),
            **(env or {})}
        return subprocess.run([harness.BINARY, *words], text=True,
                              capture_output=True, timeout=60,
                              stdin=subprocess.DEVNULL, cwd=harness.ROOT,
                              env=harness.clean_env(settings), check=False)

    def rows(self, *words, role="reader"):
        done = self.run(*words, "--format", "json", role=role)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def ledger(stack):
    database = stack.create_database(stack.template)
    execute(stack, database, LEDGER)
    yield Shell(stack, database)
    stack.drop_database(database)


@pytest.fixture
def empty(stack):
    database = stack.create_database()
    yield Shell(stack, database)
    stack.drop_database(database)


# ---- migrate -------------------------------------------------------------------

def states(shell, role="reader"):
    return [row["state"]
            for row in shell.rows("migrate", "status", role=role)]


def test_migrate_brings_an_empty_database_up(empty):
    assert set(states(empty)) == {"pending"}
    done = empty.run("migrate", "verify")
    assert done.returncode == 1 and "is pending" in done.stderr
    assert empty.run("migrate", "up", role="owner").returncode == 0
    assert set(states(empty)) == {"applied"}
    assert empty.run("migrate", "verify").returncode == 0
    again = empty.run("migrate", "up", role="owner")
    assert again.returncode == 0 and again.stdout.startswith("0 migrations")


def test_migrate_up_at_the_same_time(empty):
    """Whoever is second waits, and finds nothing left to do."""
    settings = harness.clean_env({
        "REWARD_POSTGRES__DSN": empty.stack.dsn("owner", empty.database),
        "REWARD_POSTGRES__PASSWORD__FILE":
            empty.stack.password_file("owner")})
    running = [subprocess.Popen([harness.BINARY, "migrate", "up"],
                                env=settings, stdout=subprocess.PIPE,
                                text=True) for _ in range(4)]
    said = sorted(process.communicate(timeout=60)[0] for process in running)
    assert [process.returncode for process in running] == [0] * 4
    assert [text[0] for text in said[:3]] == ["0"] * 3
    assert said[3][0] != "0"


def test_migrate_refuses_what_it_does_not_know(empty):
    assert empty.run("migrate", "up", role="owner").returncode == 0
    execute(empty.stack, empty.database,
            "UPDATE schema_migrations SET sha256 = 'x' WHERE version = 1")
    assert states(empty)[0] == "changed"
    for words, role, status in ((("migrate", "verify"), "reader", 1),
                                (("migrate", "up"), "owner", 78)):
        done = empty.run(*words, role=role)
        assert done.returncode == status and "0001_ledger" in done.stderr


def test_migrate_refuses_a_newer_database(empty):
    assert empty.run("migrate", "up", role="owner").returncode == 0
    execute(empty.stack, empty.database,
            "INSERT INTO schema_migrations (version, name, sha256) "
            "VALUES (9999, 'future', 'x')")
    assert states(empty)[-1] == "unknown"
    assert empty.run("migrate", "verify").returncode == 1
    done = empty.run("migrate", "up", role="owner")
    assert done.returncode == 78 and "newer program" in done.stderr


def test_migrate_verify_looks_at_rights(empty):
    assert empty.run("migrate", "up", role="owner").returncode == 0
    execute(empty.stack, empty.database,
            "ALTER TABLE entries DISABLE TRIGGER append_only")
    done = empty.run("migrate", "verify")
    assert done.returncode == 1
    assert "rights-triggers" in done.stderr and "entries" in done.stderr


def test_migrate_leaves_nothing_half_done(empty):
    """A migration that fails is rolled back as a whole."""
    with contextlib.closing(
            empty.stack.connect("owner", empty.database)) as pg:
        pg.cursor().execute("CREATE SCHEMA reward; "
                            "CREATE TABLE reward.entries ()")
    done = empty.run("migrate", "up", role="owner")
    assert done.returncode != 0 and "0001_ledger" in done.stderr
    assert set(states(empty, role="owner")) == {"pending"}


# ---- accounts --------------------------------------------------------------------

def test_balance(ledger):
    row = ledger.rows("balance", WALLET.upper().replace("X", "x"))
    assert row["user_address"] == WALLET
    assert (row["balance"], row["last_seq"]) == ("170.00", 3)
    text = ledger.run("balance", WALLET).stdout
    assert f"user_address     {WALLET}\n" in text
    assert "balance          170.00\n" in text


def test_history_pages(ledger):
    newest = ledger.rows("history", WALLET, "--limit", "2")
    assert [row["account_seq"] for row in newest] == [3, 2]
    older = ledger.rows("history", WALLET, "--before", "2")
    assert [row["account_seq"] for row in older] == [1]
    assert older[0]["amount"] == "100.00"
    assert older[0]["metadata"] == {"type": "done.v1"}
    assert ledger.rows("history", WALLET, "--before", "1") == []


# user-2 is paid another 5,000 times.
LONG_HISTORY = """
INSERT INTO events (id, "offset", occurred_at, payload_hash, account_id,
                    source_id, stream_id, type_id, outcome, notify, event_id)
    SELECT 32768 + n, n, '2026-01-02', gen_random_uuid(), 2, 1, 2, 1, 'p',
           true, 'long-' || n FROM generate_series(1, 5000) n;
INSERT INTO batches (first_id, last_id, posted_at, ruleset_id, records, posted,
                     no_reward, duplicates, conflicts, dead_letters, entries,
                     amount)
    VALUES (32768, 32768 + 5000, '2026-01-02 14:00Z', 2, 5000,
            5000, 0, 0, 0, 0, 5000, 5000);
INSERT INTO entries (event_id, amount, balance_after, account_id, seq, line_id,
                     ordinal)
    SELECT 32768 + n, 1, 250000 + n, 2, 1 + n, 2, 0
      FROM generate_series(1, 5000) n;
UPDATE accounts SET last_seq = 1 + 5000 WHERE id = 2
"""
ROWS_READ = """
SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint
  FROM pg_stat_user_tables WHERE relname IN ('entries', 'events')
"""


def rows_read(stack, database):
    """By all sessions that have ended."""
    with contextlib.closing(stack.connect("admin", database)) as pg:
        cursor = pg.cursor()
        cursor.execute(ROWS_READ)
        return cursor.fetchone()[0]


@pytest.fixture
def long_history(stack, ledger):
    database = stack.create_database(ledger.database)
    execute(stack, database, LONG_HISTORY)
    yield Shell(stack, database)
    stack.drop_database(database)


@pytest.mark.parametrize("before,newest", [((), 5001),
                                           (("--before", "2500"), 2499)])
def test_history_reads_its_page_only(long_history, before, newest):
    """However long the history is, and before anything was analyzed."""
    stack, database = long_history.stack, long_history.database
    seen = rows_read(stack, database)
    page = long_history.rows("history", "user-2", "--limit", "20", *before)
    assert [row["account_seq"] for row in page] == \
        list(range(newest, newest - 20, -1))
    read = harness.wait_until(lambda: rows_read(stack, database) - seen, 10,
                              "the rows that it read are counted")
    assert read == 20 + 20  # entries, and their events


@pytest.mark.parametrize("before,newest", [("", 5001), (", 2500", 2499)])
def test_user_transactions_read_their_page_only(long_history, before, newest):
    """The same for SQL."""
    stack, database = long_history.stack, long_history.database
    seen = rows_read(stack, database)
    with contextlib.closing(stack.connect("reader", database)) as pg:
        page = harness.fetch(pg, "SELECT account_seq FROM "
                             f"reward.user_transactions('user-2', 20{before})",
                             None)
    assert [row[0] for row in page] == list(range(newest, newest - 20, -1))
    read = harness.wait_until(lambda: rows_read(stack, database) - seen, 10,
                              "the rows that it read are counted")
    assert read == 20 + 20


def test_user_transactions_of_any_spelling(ledger):
    """An address may be in any case, as in the command."""
    with contextlib.closing(
            ledger.stack.connect("reader", ledger.database)) as pg:
        for spelling in (WALLET.lower(), "0x" + WALLET[2:].upper()):
            rows = harness.fetch(pg, "SELECT account_seq, balance_after FROM "
                                 "reward.user_transactions(%s)", (spelling,))
            assert [row[0] for row in rows] == [3, 2, 1]
            assert str(rows[0][1]) == "170.00"


def test_history_as_csv(ledger):
    done = ledger.run("history", WALLET, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["balance_after"] for row in rows] == \
        ["170.00", "120.00", "100.00"]
    assert {row["counterparty"] for row in rows} == {"@rewards"}


def test_csv_runs_no_formula(stack):
    """Others choose the names of accounts; a spreadsheet takes no part of one
    for a formula."""
    name = '=HYPERLINK("http://e.example";"+1")'
    database = stack.create_database(stack.template)
    execute(stack, database, LEDGER.replace("'user-2'", f"'{name}'").replace(
        "'e4'", "'-1+1'"))
    shell = Shell(stack, database)
    text = shell.run("history", name, "--format", "csv").stdout
    assert '"\'=HYPERLINK(""http://e.example"";""+1"")"' in text
    row, = csv.DictReader(io.StringIO(text))
    assert row["user_address"] == "'" + name
    assert row["event_id"] == "'-1+1"
    assert row["amount"] == "2500.00"
    row, = shell.rows("history", name)
    assert (row["user_address"], row["event_id"]) == (name, "-1+1")
    text = shell.run("leaderboard", "--format", "csv").stdout
    assert '"\'=HYPERLINK(' in text
    stack.drop_database(database)


def test_unknown_account(ledger):
    for command in ("balance", "history"):
        done = ledger.run(command, "nobody")
        assert done.returncode == 1
        assert done.stdout == "" and '"nobody"' in done.stderr


def test_wrong_usage(ledger):
    for words in (["balance"], ["balance", "a", "b"], ["balance", "@rewards"],
                  ["history", "a", "--limit", "0"],
                  ["history", "a", "--format", "xml"],
                  ["history", "a", "--limt", "5"], ["migrate"],
                  ["migrate", "down"], ["check"], ["verfy"], []):
        done = ledger.run(*words)
        assert done.returncode == 2, (words, done.stderr)
        assert done.stdout == "" and done.stderr, words


def test_suggestions(ledger):
    assert 'did you mean "verify"' in ledger.run("verfy").stderr
    assert 'did you mean "limit"' in \
        ledger.run("history", "a", "--limt", "5").stderr


# ---- configuration -----------------------------------------------------------------

def test_bad_configuration(ledger):
    done = ledger.run("balance", "a", env={"REWARD_KAFKA__GRUP_ID": "x"})
    assert done.returncode == 78
    assert "REWARD_KAFKA__GROUP_ID" in done.stderr
    assert ledger.run("balance", "a", "--postgres.dsn=dbname=nowhere",
                      "--postgres.statement_timeout=soon").returncode == 78


def test_rights_are_asked_for(ledger, empty):
    assert empty.run("balance", "a").returncode == 78  # nothing there
    done = ledger.run("balance", WALLET,
                      env={"REWARD_POSTGRES__PASSWORD__FILE":
                           ledger.stack.password_file("worker")})
    assert done.returncode == 78 and "password" in done.stderr


def test_secrets_stay_secret(ledger, tmp_path):
    """Nothing that is printed, and no command line, shows a password."""
    canary = "canary-" + os.urandom(6).hex()
    secret = tmp_path / "secret"
    secret.write_text(canary + "\n")
    secret.chmod(0o600)
    config = tmp_path / "config.yaml"
    config.write_text(
        "kafka:\n  properties: {sasl.password: '%s', "
        "security.protocol: bogus}\n"
        "postgres:\n  dsn: 'host=127.0.0.1 port=1 password=%s'\n"
        "  password: {file: %s}\n" % (canary, canary, secret))
    mistyped = tmp_path / "mistyped.yaml"
    mistyped.write_text(f"kafka: {{properties: {{sasl.password: {canary}}}, "
                        "grup_id: x}\n")
    for words in (["check", "config", str(mistyped)],
                  ["check", "config", str(mistyped), "--format", "json"],
                  ["check", "config", "--print"], ["balance", "a"],
                  ["verify"], ["verify", "--topic"], ["migrate", "status"],
                  ["check", "config", f"-X=sasl.password={canary}"],
                  ["check", "config", "-X", f"sasl.password={canary}"],
                  ["check", "config", f"--postgres.password={canary}"]):
        done = subprocess.run(
            [harness.BINARY, *words, "--config", str(config),
             "--log.level=debug"], text=True, capture_output=True, timeout=60,
            stdin=subprocess.DEVNULL, cwd=harness.ROOT,
            env=harness.clean_env(), check=False)
        assert canary not in done.stdout + done.stderr, words


def test_printed_settings_say_what_is_in_force(ledger):
    done = ledger.run("check", "config", "--print", "--relay.poll=7s",
                      env={"REWARD_KAFKA__GROUP_ID": "of-environment"})
    assert done.returncode == 0
    assert "poll: 7s\n" in done.stdout
    assert "group_id: of-environment\n" in done.stdout


def test_rules_and_schemas_of_this_repository(ledger):
    for words in (["check", "rules"], ["check", "schemas"], ["test", "-q"],
                  ["check", "config", "config.example.yaml"]):
        done = ledger.run(*words)
        assert done.returncode == 0, done.stderr


HOSTILE = {
    "alias bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "1:4: "),
    "cycle": ("a: &a [*a]\n", "1:4: "),
    "nesting": ("a: " + "[" * 100000, "1:35: error: nested deeper"),
    "list": ("rules: [" + "a," * 3000000 + "a]\n", "1:24009: error: more than"),
    "list of lists": ("rules:\n" + "- {a: 1, b: 2}\n" * 400000,
                      "12002:3: error: more than"),
    "mapping": ("".join(f"k{i}: v\n" for i in range(600000)),
                "12001:1: error: more than"),
    "tab": ("ruleset: x\n\tversion: 1\n", "2:1: "),
    "two documents": ("ruleset: x\n---\nruleset: y\n", "2:1: "),
    "byte order mark": ("\ufeffruleset: x\n", "1:1: "),
    "UTF-16": ("ruleset: x\n".encode("utf-16"), "1:1: "),
    "Latin-1": (b"ruleset: \xe9\n", "1:10: "),
    "escape": ("ruleset: \x1b[2Jx\n", "1:10: "),
    "escape of C1": ("ruleset: \x9b2Jx\n", "1:10: "),
    "NUL": ("ruleset: x\0y\n", "1:11: "),
    "directives": ("".join(f"%TAG !a{i}! x\n" for i in range(400000)),
                   "17:1: error: directives are not"),
    "directives behind": ("a: 1\n...\n# c\n\n" + "%TAG !a! x\n" * 400000,
                          "21:1: error: directives are not"),
    "tag": ("ruleset: !!python/object:os.system x\n", "1:10: "),
    "nothing": ("", "1:1: "),
    "10 MiB": ("ruleset: x\n#" + "x" * 10 * 1024 * 1024, " error: "),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_rule_files(ledger, tmp_path, name):
    text, fault = HOSTILE[name]
    path = tmp_path / "rules.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = check_faulty(ledger, path, "--format", "parsable")
    assert f"{path}:{fault}" in done.stderr
    assert not re.search(r"[1-9]: error: .*(?<!])$", done.stderr, re.MULTILINE)
    done = check_faulty(ledger, path)
    assert len(done.stderr) < 3000
    assert not [c for c in done.stderr if unicodedata.category(c) == "Cc"
                and c != "\n"]


def test_line_ends_of_windows(ledger, tmp_path):
    """And what is counted."""
    path = tmp_path / "rules.yaml"
    text = (harness.ROOT / "rules/gigs.yaml").read_text()
    path.write_bytes(text.replace("\n", "\r\n").encode())
    done = ledger.run("check", "rules", str(path))
    readme = (harness.ROOT / "README.md").read_text()
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(" ok\n")
    assert done.stdout.replace(str(path), "rules/gigs.yaml") in readme


FAULTY = """\
ruleset: x
version: "1"
asset: {code: GIGS, scale: 2}
zone: UTC
rules:
- {id: xp, trigger: io.gigchain.xp.gained.v1, account: event.data.user_address, when: "'ééé' == event.data.raeson", award: [{id: xp, flat: 1}]}
"""


@pytest.fixture
def faulty(tmp_path):
    """A rule file with a fault behind characters of two bytes, in a name that
    every format has to escape; its place, as Python counts."""
    path = tmp_path / "a b:c,d%.yaml"
    path.write_text(FAULTY)
    line = FAULTY.splitlines()[5]
    return path, 6, line.index("raeson") + 1


def check_faulty(ledger, path, *words):
    done = ledger.run("check", "rules", str(path), *words)
    assert done.returncode == 1
    return done


def test_faults_for_people(ledger, faulty):
    path, line, column = faulty
    done = check_faulty(ledger, path)
    assert done.stdout == ""
    fault, place, _, excerpt, caret, *more = done.stderr.splitlines()
    assert fault == "error[R014]: unknown field `event.data.raeson`"
    assert place == f" --> {path}:{line}:{column}"
    assert excerpt.index("raeson") == caret.index("^")
    assert len(excerpt) < 120 and excerpt.startswith("6 | ")
    assert more == ['  = help: did you mean "reason"?',
                    "  = note: schema: schemas/events/xp.gained.v1.json", "",
                    "1 error; a file with an error is not loaded"]
    plain = check_faulty(ledger, path, "--format", "parsable")
    assert (plain.stdout, plain.stderr) == (
        "", f"{path}:{line}:{column}: error: unknown field "
        "`event.data.raeson`; schema: schemas/events/xp.gained.v1.json; "
        'did you mean "reason"? [R014]\n')


def test_faults_for_programs(ledger, faulty):
    path, line, column = faulty
    [fault] = json.loads(
        check_faulty(ledger, path, "--format", "json").stdout)
    assert fault == {
        "file": str(path), "line": line, "column": column, "level": "error",
        "code": "R014", "message": "unknown field `event.data.raeson`",
        "help": 'did you mean "reason"?',
        "note": "schema: schemas/events/xp.gained.v1.json"}
    marks = check_faulty(ledger, path, "--format", "github").stdout
    name = str(path).replace("%", "%25").replace(":", "%3A").replace(
        ",", "%2C")
    assert f"::error file={name},line={line},col={column},title=R014::" \
        "unknown field `event.data.raeson`; " in marks
    assert marks.endswith('; did you mean "reason"?\n')
    [run] = json.loads(
        check_faulty(ledger, path, "--format", "sarif").stdout)["runs"]
    [result] = run["results"]
    assert result["ruleId"] == "R014"
    assert result["message"]["text"].endswith('; did you mean "reason"?')
    [rule] = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["shortDescription"]["text"]) == \
        ("R014", "unknown field")
    assert "has(event.data.ratting)" in rule["help"]["text"]
    [place] = result["locations"]
    place = place["physicalLocation"]
    assert urllib.parse.unquote(place["artifactLocation"]["uri"]) == str(path)
    assert place["region"] == {"startLine": line, "startColumn": column}
    assert run["columnKind"] == "unicodeCodePoints"


def test_codes_are_explained():
    def explain(*words):
        done = subprocess.run(
            [harness.BINARY, "check", "--explain", *words], text=True,
            capture_output=True, timeout=60, cwd=harness.ROOT, check=False)
        return done.returncode, done.stdout, done.stderr

    assert explain("R018") == (0, """\
error[R018]: a field that may be missing is not guarded

The schema does not require the field. An event without it would fail, so the
expression, or a condition before it, has to ask has(...) first.

bad, in a rule:

    when: event.data.rating >= 4.5

good:

    when: has(event.data.rating) && event.data.rating >= 4.5
""", "")
    code, pages, _ = explain("all")
    heads = re.findall(r"^error\[(R\d{3})\]: ", pages, re.MULTILINE)
    assert code == 0 and heads[:57] == [f"R{n:03}" for n in range(1, 58)]
    code, pages, told = explain("r014")
    assert (code, pages) == (2, "") and told.startswith(
        'reward check: there is no code "r014"; did you mean "R014"; '
        "--explain all")
    assert explain("R014", "rules")[0] == 2


def test_columns_of_notifications(ledger, tmp_path):
    """They count characters, as all of them do."""
    path = tmp_path / "rules.yaml"
    text = 'notify: {title: "é {event.data.raeson}", body: b}'
    path.write_text(FAULTY.split("- {")[0] + f"""\
- id: xp
  trigger: io.gigchain.xp.gained.v1
  account: event.data.user_address
  award: [{{id: xp, flat: 1}}]
  {text}
""")
    [fault] = json.loads(
        check_faulty(ledger, path, "--format", "json").stdout)
    assert (fault["line"], fault["column"]) == (10, text.index("event") + 3)


@pytest.mark.parametrize("first", ["", "a"])
def test_no_message_ends_inside_a_character(ledger, faulty, tmp_path, first):
    schemas = tmp_path / (first + "é" * 120) / ("é" * 120) / ("é" * 120)
    shutil.copytree(harness.ROOT / "schemas/events", schemas)
    [fault] = json.loads(
        check_faulty(ledger, faulty[0], f"--schemas.dir={schemas}", "--format",
                     "json").stdout)
    assert fault["note"].endswith("é")


def test_faults_of_what_is_read_before(ledger, tmp_path):
    """All of them, in the format asked for."""
    broken = tmp_path / "x.json"
    broken.write_text("{")
    gone = str(tmp_path / "gone")
    for words, files in (
            (["rules", f"--schemas.dir={tmp_path}"],
             {str(broken), str(tmp_path)}),
            (["rules", f"--schemas.dir={gone}"], {gone}),
            (["rules", gone, "rules"], {gone}),
            (["config", gone], {gone}), (["config", "-c", gone], {gone}),
            (["schemas", gone, str(broken)], {gone, str(broken)})):
        done = ledger.run("check", *words, "--format", "json")
        assert done.returncode == 78
        assert {fault["file"] for fault in json.loads(done.stdout)} == files
    done = ledger.run("check", "config", "--print", "--format", "json")
    assert (done.returncode, done.stdout) == (2, "")


def test_no_fault_for_programs(ledger):
    for words in (["rules"], ["schemas"], ["config", "config.example.yaml"]):
        done = ledger.run("check", *words, "--format", "json")
        assert (done.returncode, json.loads(done.stdout)) == (0, [])
        done = ledger.run("check", *words, "--format", "sarif")
        assert json.loads(done.stdout)["runs"][0]["results"] == []


def some_tests(tmp_path):
    """The shipped rules with two tests more: one that fails, and has a name
    and a message that XML has to escape, and one that is wrong itself."""
    path = tmp_path / "rules.yaml"
    path.write_text((harness.ROOT / "rules/gigs.yaml").read_text() + """
- name: "<b>&\\"odd\\"\\n\\u0001\\uffff"
  event:
    type: io.gigchain.profile.completed.v1
    data: {user_address: u1}
  expect: {total: "1.00"}
- name: a test that expects of no line
  event:
    type: io.gigchain.profile.completed.v1
    data: {user_address: u1}
  expect: {nothing: "1.00"}
""")
    return path


def test_some_of_the_tests(ledger, tmp_path):
    path = some_tests(tmp_path)
    done = ledger.run("test", str(path), "--run", "^a test that|five stars")
    shown = [text for text in done.stdout.splitlines()
             if text.startswith(("PASS", "FAIL"))]
    names = [re.fullmatch(r"\w+ (.*) \(.*:\d+:\d+\)", text)[1]
             for text in shown]
    assert done.returncode == 1
    assert names[-1] == "a test that expects of no line"
    assert len(names) > 1 and all("five stars" in name for name in names[:-1])
    assert done.stdout.endswith(f"{len(names) - 1} passed, 1 failed\n")
    nothing = ledger.run("test", str(path), "--run", "^nothing is called this")
    assert nothing.returncode == 1 and "--run" in nothing.stderr
    wrong = ledger.run("test", "--run", "(")
    assert wrong.returncode == 2 and "character 2" in wrong.stderr


def test_results_as_junit(ledger, tmp_path):
    path, report = some_tests(tmp_path), tmp_path / "junit.xml"
    broken = tmp_path / "broken.yaml"
    broken.write_text(FAULTY)
    done = ledger.run("test", str(path), str(broken), "--junit", str(report))
    assert done.returncode == 1
    passed, failed = map(int, re.findall(r"\d+", done.stdout.splitlines()[-1]))
    suites = ElementTree.parse(report).getroot()
    assert suites.attrib == {
        "name": "reward test", "tests": str(passed + failed + 1),
        "failures": str(failed), "errors": "1"}
    assert failed == 2 and passed > 50
    good, bad = suites
    assert len(good) == passed + failed
    told = {case.get("name"): case.find("failure").get("message")
            for case in good if case.find("failure") is not None}
    assert set(told) == {'<b>&"odd"\n\ufffd\ufffd',
                         "a test that expects of no line"}
    assert "1000.00" in told['<b>&"odd"\n\ufffd\ufffd']
    [case] = bad
    assert case.get("line") == "6"
    assert "raeson" in case.find("error").get("message")
    lost = ledger.run("test", "--junit", str(tmp_path / "no/junit.xml"))
    assert lost.returncode == 78 and "no/junit.xml" in lost.stderr


def test_an_expression_by_hand(ledger, tmp_path):
    path = tmp_path / "event.json"
    path.write_text(json.dumps({
        "specversion": "1.0", "id": "c1", "source": "/contracts",
        "type": "io.gigchain.contract.completed.v1",
        "time": "2026-01-09T23:30:00Z", "data": {
            "user_address": "u1", "contract_id": "gig_1",
            "contract_value_usd": "99.99", "delivered_on_time": True}}))

    def evaluate(text, *words):
        return ledger.run("eval", text, "--event", str(path), *words)

    worth = Fraction("99.99")
    for text, value in (
            ("event.data.contract_value_usd * 100", worth * 100),
            ("event.data.contract_value_usd / 7", worth / 7),
            ("floor(event.data.contract_value_usd)", int(worth)),
            ("event.data.contract_id + '!'", "gig_1!"),
            ("event.time.getDayOfWeek('Europe/Berlin') in [0, 6]", "true"),
            ("has(event.data.rating) && event.data.rating > 4", "false")):
        done = evaluate(text)
        assert (done.returncode, done.stdout) == (0, f"{value}\n"), done.stderr
    told = json.loads(evaluate("event.time", "--format", "json").stdout)
    assert told == {"type": "timestamp", "value": "2026-01-09T23:30:00.000Z"}
    for text, fault in (("event.data.rating", "may be missing"),
                        ("event.data.contract_vlaue_usd", "did you mean"),
                        ("1 / 0", "division by zero"), ("1 +", "1:")):
        done = evaluate(text)
        assert (done.returncode, done.stdout) == (1, "")
        assert fault in done.stderr
    path.write_text(path.read_text().replace("99.99", "much"))
    done = evaluate("1")
    assert done.returncode == 1 and "contract_value_usd" in done.stderr
    assert ledger.run("eval", "1").returncode == 2


def test_version(ledger):
    words = ledger.run("--version").stdout.split()
    assert {"reward", "schema", "librdkafka", "libpq", "jansson", "yajl",
            "libyaml", "libcrypto"} <= set(words)
