"""`reward check rules`: warnings, and the report of costs and order. Without
servers."""

import json
import re
import subprocess

import pytest

import harness

HEAD = """\
ruleset: x
version: "1"
asset: {code: GIGS, scale: 2}
"""
RULE = """\
rules:
- id: review
  trigger: io.gigchain.review.written.v1
  account: event.data.user_address
  award: [{id: a, flat: 5%s}]
tests:
- name: a review
  event: {type: io.gigchain.review.written.v1, data: {user_address: u1, review_id: r1}}
  expect: {a: 5}
"""
CLEAN = HEAD + RULE % ", once: [account]"
WARNED = HEAD + RULE % ""
FAULTY = HEAD + RULE % ", ones: [account]"


def check(*words):
    return subprocess.run([harness.BINARY, "check", "rules", *map(str, words)],
                          text=True, capture_output=True, timeout=60,
                          stdin=subprocess.DEVNULL, cwd=harness.ROOT,
                          env=harness.clean_env({}), check=False)


@pytest.fixture
def rules(tmp_path):
    def write(text, name="rules.yaml"):
        path = tmp_path / name
        path.write_text(text)
        return path
    return write


def test_rules_in_use_are_clean():
    done = check("--lint-fatal")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(": ok\n")


@pytest.mark.parametrize("text, plain, fatal", [
    (CLEAN, 0, 0), (WARNED, 0, 3), (FAULTY, 1, 1)])
def test_exit_status(rules, text, plain, fatal):
    path = rules(text)
    assert check(path).returncode == plain
    assert check(path, "--lint-fatal").returncode == fatal
    for shape in ("parsable", "github", "json", "sarif"):
        done = check(path, "--lint-fatal", "--format", shape)
        assert done.returncode == fatal


def test_faults_weigh_more_than_warnings(rules):
    done = check(rules(WARNED, "a.yaml"), rules(FAULTY, "b.yaml"),
                 "--lint-fatal")
    assert done.returncode == 1
    assert "R101" in done.stderr and "ones" in done.stderr


def test_warnings_for_people(rules):
    path = rules(WARNED)
    done = check(path)
    first, place, _, excerpt, caret, advice, *rest = done.stderr.splitlines()
    assert first.startswith(
        'warning[R101]: rule "review" can pay an account any amount')
    assert place == f" --> {path}:5:7"
    assert excerpt == "5 | - id: review"
    assert caret.index("^") == excerpt.index("review")
    assert advice.endswith("or write unbounded: accepted")
    assert rest == ["", "1 warning"]
    assert done.stdout == f"{path}: 1 rules, 1 lines, 1 tests: 1 warning\n"


EVENT = {"specversion": "1.0", "id": "e", "source": "/s",
         "type": "io.gigchain.review.written.v1", "time": "2026-01-01T00:00:00Z",
         "data": {"user_address": "u1", "review_id": "r1"}}


@pytest.mark.parametrize("of, tests, warned", [
    ("rules.yaml", "event: {type: io.gigchain.review.written.v1}", False),
    ("rules.yaml", "event: {type: io.gigchain.level.reached.v1}", True),
    ("other.yaml", "event: {type: io.gigchain.review.written.v1}", True),
    ("rules.yaml", "events_file: events.ndjson", False),
    ("rules.yaml", "events_file: none.ndjson", True),
    ("rules.yaml", "event: {type: [", True),
])
def test_tests_beside_count(rules, of, tests, warned):
    """Those in a file of their own, of these rules and no others."""
    path = rules(CLEAN[:CLEAN.index("tests:")])
    rules(CLEAN, "other.yaml")
    rules(json.dumps(EVENT) + "\n", "events.ndjson")
    rules(f"rules: {of}\ntests:\n- {tests}\n", "some_test.yaml")
    done = check(path, "--lint-fatal", "--format", "parsable")
    assert ("R108" in done.stderr) is warned
    assert done.returncode == (3 if warned else 0), done.stderr


def test_warnings_for_programs(rules):
    path = rules(WARNED)
    [found] = json.loads(check(path, "--format", "json").stdout)
    assert (found["line"], found["column"], found["level"]) == \
        (5, 7, "warning")
    assert check(path, "--format", "github").stdout.startswith(
        f"::warning file={path},line=5,col=7,title=R101::rule")
    [run] = json.loads(check(path, "--format", "sarif").stdout)["runs"]
    assert [result["level"] for result in run["results"]] == ["warning"]


def test_report_for_programs(rules):
    """Of all files together; warnings and faults do not stand in its way."""
    done = check(rules(CLEAN, "a.yaml"), rules(WARNED, "b.yaml"),
                 rules(FAULTY, "c.yaml"), "--report", "--format", "json")
    assert done.returncode == 1
    row = {"rule": "review", "per_event": "5.00", "order": "order-free",
           "key": None, "why": None}
    assert json.loads(done.stdout) == [
        {**row, "per_month": "5.00"}, {**row, "per_month": "unbounded"}]
    assert "R101" in done.stderr and "ones" in done.stderr


def test_report_in_other_formats_is_refused(rules):
    done = check(rules(CLEAN), "--report", "--format", "sarif")
    assert done.returncode == 2
    assert '--report cannot print format "sarif"' in done.stderr
    assert done.stdout == ""


def test_report_of_the_readme():
    done = check("rules/gigs.yaml", "--report")
    lines = [line[:44].rstrip() for line in done.stdout.splitlines()]
    readme = (harness.ROOT / "README.md").read_text()
    assert (done.returncode, len(lines)) == (0, 12)
    assert "\n".join(["| cut -c 1-44", *lines, "```"]) in readme


def test_report_of_the_manual(rules):
    manual = (harness.ROOT / "rules/README.md").read_text()
    [(example, report)] = re.findall(
        r"```yaml\n([^`]*)```\n```\n\$ reward check rules rules.yaml --report\n"
        r"([^`]*)```", manual)
    done = check(rules(HEAD + "rules:\n" + example), "--report",
                 "--lint-fatal")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == report


def report_of(path):
    return {row["rule"]: row for row in json.loads(check(
        path, "--report", "--format", "json").stdout)}


ROUNDED = """\
defaults: {round: half_up}
rules:
- id: level
  trigger: io.gigchain.level.reached.v1
  account: event.data.user_address
  award:
  - {id: a, table: {crossed: {from: event.data.old_level, to: event.data.new_level}, rows: {2: 0.05, 3: 0.05, 4: 0.05}, missing: none}, once: [account, row]}
  - {id: b, percent: {is: 10, of: a}}
- id: both
  trigger: [io.gigchain.profile.completed.v1, io.gigchain.identity.verified.v1]
  account: event.data.user_address
  award: [{id: a, amount: size(event.data.user_address), once: [account]}]
- id: staked
  trigger: io.gigchain.xp.gained.v1
  account: event.data.user_address
  award: [{id: a, amount: 1 + account.bonus_xp, once: [account]}]
"""


def test_bounds_hold_where_events_share_them(rules):
    """Rows paid one by one are rounded one by one; a bonus is of the rules that
    the stake was made under; an event of another type takes the key."""
    report = report_of(rules(HEAD + ROUNDED))
    assert report["level"]["per_month"] == "0.21"  # 0.15, and three times 0.02
    assert report["staked"]["per_event"] == "unbounded"
    assert report["both"]["order"] == "order-bound"
