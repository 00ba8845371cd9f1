"""`reward test` as it is run by hand and in CI: files of tests, what a failure
says, coverage, results in files. No server is asked."""

import html.parser
import json
import re
import shutil
import subprocess
from xml.etree import ElementTree

import pytest

import harness

RULES = """\
ruleset: shop
version: "1"
asset: {code: GIGS, scale: 2}
rules:
- id: review
  trigger: io.gigchain.review.written.v1
  account: event.data.user_address
  award:
  - {id: base, flat: 50, once: [account, event.data.review_id]}
  - id: "long"
    when: size(event.data.review_id) > 3 && "<&>" != event.data.review_id
    flat: 5
    limit: {per: account, window: day, amount: 7, over: clip}
  notify: {title: "Thanks & bye", body: "{amount} GIGS"}
- id: level
  trigger: io.gigchain.level.reached.v1
  account: event.data.user_address
  award:
  - id: level
    table:
      of: event.data.new_level
      rows:
        2: 10
        3: 20
      missing: none
tests:
- name: a review
  event: {type: io.gigchain.review.written.v1, data: {user_address: u1, review_id: r1}}
  expect: {base: 50}
"""

TESTS = """\
rules: shop.yaml
tests:
- name: a long review
  event: {type: io.gigchain.review.written.v1, data: {user_address: u1, review_id: long}}
  expect:
    review.base: "50.00"
    review.long: "6.00"
    notification: {title: Thanks, body: 55 GIGS, collapse_id: x}
- name: level 2
  event: {type: io.gigchain.level.reached.v1, data: {user_address: u1, old_level: 1, new_level: 2}}
  expect: {outcome: no_reward, balance: {u1: 11}}
"""

DIFF = """\
FAIL a long review ({0}/shop_test.yaml:3:3)
     7:18  review.long               expected 6.00      got 5.00
     8:27  notification.title        expected "Thanks"  got "Thanks & bye"
     8:63  notification.collapse_id  expected "x"       got null
FAIL level 2 ({0}/shop_test.yaml:9:3)
     11:21  outcome     expected no_reward  got posted
     11:46  balance.u1  expected 11.00      got 10.00
"""

GOOD = TESTS.replace('"6.00"', '"5.00"').replace(
    "title: Thanks, body: 55 GIGS, collapse_id: x", "body: 55 GIGS").replace(
    "no_reward, balance: {u1: 11}", "posted, balance: {u1: 10}")

COVERAGE = """\
coverage of {0}/shop.yaml
rule    seen  of  percent
review     6   8     75.0
level      1   2     50.0
(all)      7  10     70.0
{0}/shop.yaml:9:26: review.base: once never met a taken key
{0}/shop.yaml:13:5: review.long: limit was never hit
{0}/shop.yaml:24:9: level.level: row "3" was never paid
3 passed, 0 failed
"""


def run(*words):
    return subprocess.run(
        [harness.BINARY, "test", *map(str, words)], text=True,
        capture_output=True, timeout=60, stdin=subprocess.DEVNULL,
        cwd=harness.ROOT, env=harness.clean_env(), check=False)


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "shop.yaml").write_text(RULES)
    (tmp_path / "shop_test.yaml").write_text(GOOD)
    return tmp_path


def test_a_failure_tells_each_field(shop):
    (shop / "shop_test.yaml").write_text(TESTS)
    report = shop / "junit.xml"
    done = run(shop, "-q", "--junit", report)
    assert done.returncode == 1 and done.stderr == ""
    assert done.stdout == DIFF.format(shop) + "1 passed, 2 failed\n"
    rules, tests = ElementTree.parse(report).getroot()
    assert rules.get("failures") == "0" and tests.get("failures") == "2"
    [first, _] = tests.iter("failure")
    assert first.get("message").startswith(
        "review.long: expected 6.00, got 5.00; notification.title: ")
    assert first.text == "".join(DIFF.format(shop).splitlines(True)[1:4])


def test_files_of_tests_stand_beside_rules(shop):
    done = run(shop)
    assert done.returncode == 0
    assert done.stdout == (f"PASS a review ({shop}/shop.yaml:27:3)\n"
                           f"PASS a long review ({shop}/shop_test.yaml:3:3)\n"
                           f"PASS level 2 ({shop}/shop_test.yaml:9:3)\n"
                           "3 passed, 0 failed\n")
    assert run(shop / "shop_test.yaml").stdout.endswith(
        "\n2 passed, 0 failed\n")
    assert run(shop / "shop.yaml").stdout.endswith("\n1 passed, 0 failed\n")
    check = subprocess.run(
        [harness.BINARY, "check", "rules", shop], text=True,
        capture_output=True, cwd=harness.ROOT, env=harness.clean_env(),
        check=False)
    assert (check.returncode, check.stdout) == (
        0, f"{shop}/shop.yaml: 2 rules, 3 lines, 1 tests: 2 warnings\n")


@pytest.mark.parametrize("change, fault", [
    (("rules: shop.yaml\n", ""), ':1:1: error: a file of tests needs the key '
                                 '"rules"'),
    (("tests:", "tsets:"), ':2:1: error: a file of tests has no key "tsets"; '
                           'did you mean "tests"'),
    (("rules: shop", "rules: store"), ':1:8: error: rule file "'),
    (("  event:", "  events_file: none.ndjson\n  event:"),
     ':4:16: error: could not open "'),
    (("  expect:\n", "  expect_file: [x]\n  expect:\n"),
     ":5:16: error: expect_file must be the path of a file"),
    (("  expect:", "  expect_file: a\n  expect:"),
     ":12:16: error: another test has this expect_file, too"),
])
def test_faults_have_their_place(shop, change, fault):
    path = shop / "shop_test.yaml"
    path.write_text(GOOD.replace(*change))
    done = run(path)
    assert done.returncode == 1
    assert f"{path}{fault}" in done.stderr
    assert done.stdout == "0 passed, 0 failed\n"


def test_coverage(shop):
    done = run(shop, "-q", "--coverage")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == COVERAGE.format(shop)
    for least, status in (("70", 0), ("70.01", 1)):
        done = run(shop, "--coverage-min", least)
        assert done.returncode == status
        assert ("less than" in done.stderr) == bool(status)
    assert done.stderr == (f"reward: the tests see 70.0 % of {shop}/shop.yaml, "
                           "less than 70.01\n")
    for wrong in ("much", "-1", "100.1"):
        assert run(shop, "--coverage-min", wrong).returncode == 2


class Rows(html.parser.HTMLParser):
    """Class and cells of each row; and that nothing is fetched or run."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.tags = [], set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not {name for name, _ in attrs} - {"class", "lang", "charset"}
        if tag == "tr":
            self.rows.append([dict(attrs).get("class")])
        elif tag == "td":
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and len(self.rows[-1]) > 1 and data != "\n":
            self.rows[-1][-1] += data


def test_coverage_as_a_page(shop):
    page = shop / "page.html"
    done = run(shop, "--coverage-html", page)
    assert done.returncode == 0
    text = page.read_text()
    ElementTree.fromstring(text)  # well-formed
    read = Rows(text)
    assert read.tags == {"html", "head", "meta", "title", "style", "body",
                         "h1", "h2", "p", "table", "tr", "td"}
    assert [row[3] for row in read.rows] == RULES.splitlines()
    marks = {int(row[1]): (row[0], row[2], row[4]) for row in read.rows
             if row[0] or row[2] or row[4]}
    assert marks == {
        9: ("half", "half", "review.base: once never met a taken key"),
        10: ("seen", "seen", ""),
        11: ("seen", "seen", ""),
        13: ("half", "half", "review.long: limit was never hit"),
        23: ("seen", "seen", ""),
        24: ("never", "never", 'level.level: row "3" was never paid')}
    lost = run(shop, "--coverage-html", shop / "no/page.html")
    assert lost.returncode == 78 and "no/page.html" in lost.stderr


def with_result(shop):
    """Events from a file, what comes of them in another."""
    events = [{"specversion": "1.0", "id": f"e{n}", "source": "/s",
               "type": "io.gigchain.review.written.v1",
               "time": "2026-01-01T00:00:00Z",
               "data": {"user_address": "u1", "review_id": "r1"}}
              for n in (1, 2, 2)]
    (shop / "story.ndjson").write_text(
        "".join(json.dumps(event) + "\n" for event in events) + "{\n")
    (shop / "shop_test.yaml").write_text(
        "rules: shop.yaml\ntests:\n- name: story\n"
        "  events_file: story.ndjson\n  expect_file: story.json\n")
    return shop / "story.json"


def test_results_in_files(shop):
    golden = with_result(shop)
    done = run(shop, "-q")
    assert done.returncode == 1
    assert ("     5:16  story.json:1  expected a file  got none; --update "
            "makes it\n") in done.stdout
    done = run(shop, "-q", "--update")
    assert done.returncode == 0
    assert done.stdout == f"UPDATED {golden}\n2 passed, 0 failed\n"
    result = json.loads(golden.read_text())
    assert result["events"] == [
        {"id": "e1", "outcome": "posted"},
        {"id": "e2", "outcome": "no_reward"},
        {"id": "e2", "outcome": "duplicate"},
        {"id": "", "outcome": "dead_letter", "error": "malformed_json"}]
    [token] = result["token_events"]
    assert token["data"]["notification"]["title"] == "Thanks & bye"
    assert token["time"] == "2026-01-01T00:00:00.000Z"
    again = run(shop, "-q", "--update")
    assert again.stdout == "2 passed, 0 failed\n"
    assert sorted(path.name for path in shop.iterdir()) == [
        "shop.yaml", "shop_test.yaml", "story.json", "story.ndjson"]


def test_a_change_of_words_is_seen(shop):
    golden = with_result(shop)
    assert run(shop, "--update").returncode == 0
    before = golden.read_text()
    rules = (shop / "shop.yaml").read_text()
    (shop / "shop.yaml").write_text(rules.replace("Thanks & bye", "Hello"))
    done = run(shop / "shop_test.yaml", "-q")
    line = before[:before.index("Thanks")].count("\n") + 1
    assert done.stdout == (
        f"FAIL story ({shop}/shop_test.yaml:3:3)\n"
        f'     5:16  story.json:{line}  expected "title": "Thanks & bye",  '
        'got "title": "Hello",\n0 passed, 1 failed\n')
    assert golden.read_text() == before
    (shop / "shop_test.yaml").write_text(
        (shop / "shop_test.yaml").read_text() + "  expect: {total: 1}\n")
    done = run(shop / "shop_test.yaml", "-q", "--update")
    assert done.returncode == 1 and "UPDATED" not in done.stdout
    assert golden.read_text() == before


def test_the_shipped_rules_are_covered(tmp_path):
    """In whole, and not without the tests beside them."""
    done = run("rules", "--coverage-min", "100")
    assert (done.returncode, done.stderr) == (0, "")
    copy = shutil.copytree(harness.ROOT / "rules", tmp_path / "rules")
    gone = copy / "gigs_test.yaml"
    gone.write_text(re.sub(r"xp_gained: 0\b", "xp_gained: 100",
                           gone.read_text()).replace(
        "outcome: no_reward, notification: null", "outcome: posted"))
    done = run(copy, "-q", "--coverage-min", "100")
    assert done.returncode == 1
    place = (copy / "gigs.yaml").read_text().split("\n").index(
        "  when: event.data.xp_gained > 0") + 1
    told = f"gigs.yaml:{place}:3: xp: when was never false\n"
    assert f"{copy}/{told}" in done.stdout
    assert f"\nrules/{told}" in (harness.ROOT / "rules/README.md").read_text()
