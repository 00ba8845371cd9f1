"""`reward simulate`: what rules would have paid for recorded events, against
what a worker did pay for them, and as a gate for changes of rules."""

import csv
import html.parser
import json
import re
import shutil
import subprocess

import pytest

import generator
import harness
from books import wait_settled
from generator import address, event

ADA, BOB, EVE = address(1), address(2), address(3)
RULES = harness.ROOT / "rules" / "gigs.yaml"


def simulate(*words, stdin=None):
    return subprocess.run(
        [harness.BINARY, "simulate", *map(str, words)], text=True,
        input=stdin, capture_output=True, timeout=120, cwd=harness.ROOT,
        env=harness.clean_env(), check=False)


def answer(*words, status=0):
    done = simulate(*words, "--format", "json")
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout)


def figures(rows, column="total"):
    """The rows of a table by their first column."""
    return {next(iter(row.values())): row[column] for row in rows}


def line(kind, account, event_id, at, **data):
    body = event(f"{kind}.v1", account, event_id, **data)
    body["time"] = at
    return json.dumps(body)


def contract(account, event_id, at="2026-01-05T12:00:00Z", value="10"):
    return line("contract.completed", account, event_id, at,
                contract_id=f"gig-{event_id}", contract_value_usd=value,
                delivered_on_time=False)


def write(folder, *lines, name="events.ndjson"):
    path = folder / name
    path.write_text("".join(f"{text}\n" for text in lines))
    return path


def changed(folder, old, new):
    """The shipped rules with one thing changed."""
    text = RULES.read_text()
    assert text.count(old) == 1, old
    path = folder / "changed.yaml"
    path.write_text(text.replace(old, new))
    return path


def failing(folder):
    """Rules that fail where one XP is gained."""
    path = folder / "rules.yaml"
    path.write_text(
        "ruleset: t\nversion: \"1\"\nasset: {code: GIGS, scale: 2}\nrules:\n"
        "- id: xp\n  trigger: io.gigchain.xp.gained.v1\n"
        "  account: event.data.user_address\n  award:\n"
        "  - {id: xp, amount: 100 / (event.data.xp_gained - 1)}\n")
    return path


DEARER = ("give: 100, per: 1", "give: 110, per: 1")


# ---- the same as a worker -----------------------------------------------------

def test_the_same_as_a_worker(ctx, seed):
    """Every kind of event, good and bad, repeats and conflicts: line by line
    what is in the ledger. One partition, so that there is one order; no holds
    of the past, which end when a worker happens to look."""
    mix = generator.Mix(seed, accounts=60, trouble=0.05, holds=False)
    # A simulation weighs votes by what accounts have now.
    mix.weights = [weight * (make != mix.vote) for weight, make in mix.kinds]
    ctx.publish([draft.again(partition=0) for draft in mix.drafts(1500)])
    ctx.worker()
    ctx.relay()
    wait_settled(ctx)
    ctx.stop_all()
    done = ctx.run("simulate", "--from-topic", ctx.topic, "--format", "json",
                   role="worker")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    ledger = {name: str(amount) for name, amount in ctx.sql(
        "SELECT line, sum(amount) FROM reward.token_transactions GROUP BY 1")}
    assert figures(made["lines"]) == ledger
    assert len(ledger) > 20  # the mix has them all
    outcomes = {name: str(count) for name, count in ctx.sql(
        "SELECT outcome, count(*) FROM reward.record_outcomes "
        "WHERE topic = %s GROUP BY 1", ctx.topic)}
    told = {name: count for name, count in figures(made["outcomes"]).items()
            if ":" not in name}
    assert told == outcomes
    assert len(outcomes) == 6
    reasons = {f"rejected: {name}": str(count) for name, count in ctx.sql(
        "SELECT reason, count(*) FROM reward.rejections GROUP BY 1")}
    assert {name: count for name, count in figures(made["outcomes"]).items()
            if name.startswith("rejected:")} == reasons
    earned, spent = ctx.sql("SELECT sum(total_earned), sum(total_spent) "
                            "FROM reward.user_token_balances")[0]
    assert figures(made["totals"])["earned"] == str(earned)
    assert figures(made["totals"])["spent"] == str(spent)


def test_from_the_ledger_on(ctx, seed, tmp_path):
    """The first half is posted; the second half, simulated from there, comes
    to what a worker then makes of it. What is posted is a repeat."""
    mix = generator.Mix(seed + 1, accounts=40, trouble=0.03, holds=False)
    mix.weights = [weight * (make != mix.vote) for weight, make in mix.kinds]
    drafts = [draft.again(partition=0) for draft in mix.drafts(800)]
    sums = "SELECT line, sum(amount) FROM reward.token_transactions GROUP BY 1"
    referral = line("referral.accepted", ADA, "r1", "2026-11-01T00:00:00Z",
                    invitee_address=BOB)
    ctx.publish([generator.Draft(referral, partition=0)] + drafts[:400])
    ctx.worker()
    ctx.wait_consumed()
    ctx.stop_all()
    posted = dict(ctx.sql(sums))
    ctx.publish(drafts[400:] + [generator.Draft(line(
        "identity.verified", BOB, "i1", "2026-11-02T00:00:00Z"), partition=0)])
    net = ("SELECT user_address, total_earned - total_spent "
           "FROM reward.user_token_balances")
    had = dict(ctx.sql(net))
    accounts = tmp_path / "accounts.csv"
    done = ctx.run("simulate", "--from-topic", ctx.topic, "--state", "db",
                   "--format", "json", "--accounts", str(accounts),
                   role="worker")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert "starting from the ledger" in made["heading"]
    ctx.worker()
    ctx.wait_consumed()
    ctx.wait(lambda: ctx.scalar("SELECT count(*) FROM reward.hold_ends") == 1,
             30, "the hold is released")
    after = dict(ctx.sql(sums))
    assert {name: amount for name, amount in figures(made["lines"]).items()
            if amount != "0.00"} == {
        name: str(after[name] - posted.get(name, 0)) for name in after
        if after[name] != posted.get(name, 0)}
    assert posted["pending.held"] == -500 and after["pending.released"] == 500
    told = {row["account"]: row["after"]
            for row in csv.DictReader(accounts.open(newline=""))}
    for account, amount in dict(ctx.sql(net)).items():
        assert told.get(account, "0.00") == str(amount - had.get(account, 0))


def test_what_is_settled_stays_settled(ctx, tmp_path):
    """A conversion of the ledger's ends in one batch, in a later one another
    may begin."""
    def request(event_id):
        return line("token.conversion.requested", ADA, event_id,
                    "2026-01-06T12:00:00Z", amount="100.00",
                    blockchain_address=BOB)

    ctx.publish([generator.Draft(contract(ADA, "c1"), partition=0),
                 generator.Draft(request("q1"), partition=0)])
    ctx.worker()
    ctx.wait_consumed()
    ctx.stop_all()
    conversion_id, = ctx.sql(
        "SELECT metadata->'conversion'->>'conversion_id' "
        "FROM reward.token_transactions WHERE line = 'conversion.reserved'")[0]
    settled = line("token.conversion.settled", ADA, "s1",
                   "2026-01-07T12:00:00Z", conversion_id=conversion_id,
                   status="failed")
    done = ctx.run("simulate", "--state", "db", "--format", "json",
                   str(write(tmp_path, settled, *["no event"] * 512,
                             request("q2"))), role="worker")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert figures(made["outcomes"])["posted"] == "2"
    assert figures(made["lines"]) == {"conversion.returned": "100.00",
                                      "conversion.reserved": "-100.00"}


@pytest.mark.parametrize("lines", [
    [], [contract(ADA, f"c{n}") for n in range(512)], ["no event"] * 3],
    ids=["no record", "a full batch", "no event"])
def test_from_the_ledger_on_with_nothing_left_to_look_up(ctx, tmp_path, lines):
    """Records are looked up 512 at a time."""
    assert ctx.run("rules", "activate", str(RULES),
                   role="worker").returncode == 0
    done = ctx.run("simulate", "--state", "db", "--format", "json",
                   str(write(tmp_path, *lines)), role="worker")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["heading"].count(f"{len(lines)} records")


def test_a_part_of_a_topic_in_order_of_time(ctx, tmp_path):
    """The confirmation is in another partition than what waits for it, and
    comes before the next event by time alone."""
    def draft(text, partition, timestamp_ms):
        return generator.Draft(text, key=None, partition=partition,
                               timestamp_ms=timestamp_ms)

    early = 1736078400000  # 2025-01-05T12:00:00Z
    ctx.publish([
        draft(contract(EVE, "too-early"), 0, early - 1),
        draft(line("referral.accepted", ADA, "r1", "2025-01-05T12:00:00Z",
                   invitee_address=BOB), 3, early),
        draft(line("identity.verified", BOB, "i1", "2025-01-05T12:00:01Z"), 1,
              early + 1000),
        # Were this one met before the confirmation, the hold would be void.
        draft(contract(EVE, "late", "2025-12-05T12:00:00Z"), 0,
              early + 334 * 86400000)])
    done = ctx.run("simulate", "--from-topic", ctx.topic, "--since",
                   "2025-01-05T12:00:00Z", "--format", "json", role="worker")
    assert done.returncode == 0, done.stderr
    assert figures(json.loads(done.stdout)["lines"]) == {
        "referral.referral": "500.00", "identity.identity": "2000.00",
        "contract.base": "1000.00", "contract.first": "500.00",
        "pending.held": "-500.00", "pending.released": "500.00"}


# ---- input ---------------------------------------------------------------------

def test_events_and_records_in_one_file(tmp_path):
    """Events as published, records as kcat prints them, and what is neither."""
    body = json.loads(contract(ADA, "c2"))
    headers = ["ce_specversion", "1.0", "ce_id", "c3", "ce_source", "/s",
               "ce_type", body["type"], "content-type", "application/json"]
    path = write(
        tmp_path, contract(ADA, "c1"), contract(ADA, "c1"),
        contract(ADA, "c1", value="11"), "",
        json.dumps({"topic": "t", "partition": 0, "offset": 7, "ts": 1,
                    "tstype": "create", "broker": 0, "key": ADA,
                    "payload": json.dumps(body)}),
        json.dumps({"topic": "t", "ts": 1767614400000, "headers": headers,
                    "payload": json.dumps(body["data"])}),
        json.dumps({"topic": "t", "partition": 0, "offset": 8, "ts": 1,
                    "key": ADA, "payload": None}),
        "no event", '{"specversion":"1.0"}')
    made = answer(path)
    assert figures(made["outcomes"]) == {
        "posted": "3", "duplicate": "1", "conflict": "1", "no_reward": "1",
        "dead_letter": "2", "dead_letter: malformed_json": "1",
        "dead_letter: malformed_envelope": "1",
        "dead_letter: id_conflict": "1"}
    assert figures(made["lines"]) == {"contract.base": "3000.00",
                                      "contract.first": "500.00"}
    piped = simulate("-", "--format", "json", stdin=path.read_text())
    assert json.loads(piped.stdout) == made


def told(done):
    return [text.removeprefix("reward simulate: ")
            for text in done.stderr.splitlines()]


@pytest.mark.parametrize("text, message", [
    ("no event", "malformed_json: "),
    ('{"specversion":"1.0"}', "malformed_envelope: "),
    (json.dumps({"topic": "t\n", "payload": "no event"}), "malformed_json: "),
    (contract(ADA, "c9").replace("completed", "dreamt"), "unknown_type: "),
    (contract(ADA, "c9", value="-1"), "schema_violation: "),
    (contract("\u001b[2J\n\u009b", "c9"), "schema_violation: "),
], ids=["json", "envelope", "kcat", "type", "schema", "control"])
def test_what_is_no_event_is_told_once(tmp_path, text, message):
    """The first of them, where it was and why: not by each rule set."""
    path = write(tmp_path, contract(ADA, "c1"), "", text, "nor this")
    done = simulate("--rules", RULES, "--against", RULES, path)
    assert done.returncode == 0, done.stderr
    line, = told(done)
    assert line.startswith("records that are no events: 2, the first: "
                           f"{path}:3: {message}")
    assert line.isprintable() and len(line) > len(f"{path}{message}") + 60
    piped = simulate("-", stdin=path.read_text())
    assert told(piped) == [line.replace(str(path), "-")]


def test_rules_that_fail_are_told_beside_what_is_no_event(tmp_path):
    rules = failing(tmp_path)
    path = write(tmp_path, line("xp.gained", ADA, "x", "2026-01-01T00:00:00Z",
                                xp_gained=1), "no event")
    done = simulate("--rules", rules, "--against", rules, path)
    first, *others = told(done)
    assert first.startswith(f"records that are no events: 1, the first: {path}:2")
    assert len(others) == 2 and all(
        "first of the errors: event x of" in text for text in others)


def test_what_is_no_event_in_a_topic(ctx):
    ctx.publish([generator.Draft(contract(ADA, "c1"), partition=1),
                 generator.Draft("no event", partition=1)])
    done = ctx.run("simulate", "--from-topic", ctx.topic, role="worker")
    assert done.returncode == 0, done.stderr
    line, = told(done)
    assert line.startswith("records that are no events: 1, the first: "
                           f"{ctx.topic}/1@1: malformed_json: ")


def test_what_kcat_prints(ctx, tmp_path):
    ctx.publish([generator.structured(json.loads(contract(ADA, "c1"))),
                 generator.binary(json.loads(contract(BOB, "c2"))),
                 generator.Draft(None, key="gone")])
    dump = subprocess.run(
        ["kcat", "-C", "-J", "-e", "-q", "-b", ctx.stack.bootstrap, "-t",
         ctx.topic], capture_output=True, text=True, timeout=60, check=True)
    made = answer(write(tmp_path, *dump.stdout.splitlines()))
    assert figures(made["outcomes"]) == {"posted": "2", "no_reward": "1"}


def test_holds_end_by_the_time_of_the_records(tmp_path):
    """Confirmed in time, confirmed too late, and not yet."""
    def referral(inviter, invitee, event_id, at):
        return line("referral.accepted", inviter, event_id, at,
                    invitee_address=invitee)

    days = int(re.search(r"void_after: (\d+)d", RULES.read_text())[1])
    assert days < 100
    path = write(
        tmp_path,
        referral(ADA, BOB, "r1", "2026-01-01T00:00:00Z"),
        line("identity.verified", BOB, "i1", "2026-01-02T00:00:00Z"),
        referral(ADA, EVE, "r2", "2026-02-01T00:00:00Z"),
        line("identity.verified", EVE, "i2", "2026-06-01T00:00:00Z"),
        referral(ADA, address(9), "r3", "2026-06-01T00:00:00Z"))
    made = answer(path)
    totals = figures(made["totals"])
    lines = figures(made["lines"])
    assert lines["pending.held"] == "-1500.00"
    assert lines["pending.released"] == "1000.00"
    assert lines["pending.voided"] == "-500.00"
    assert totals["held at the end"] == "500.00"
    assert totals["earned"] == "4500.00"  # two identities, one referral
    assert figures(made["outcomes"]) == {"posted": "5"}


def test_an_id_that_failed_may_come_again(tmp_path):
    """As for a worker: a dead letter does not take its id."""
    rules = failing(tmp_path)
    path = write(
        tmp_path,
        line("xp.gained", ADA, "x", "2026-01-01T00:00:00Z", xp_gained=1),
        line("xp.gained", ADA, "x", "2026-01-01T00:00:00Z", xp_gained=3),
        line("xp.gained", ADA, "x", "2026-01-01T00:00:00Z", xp_gained=3))
    done = simulate("--rules", rules, path, "--format", "json")
    made = json.loads(done.stdout)
    assert figures(made["outcomes"])["dead_letter: rule_error"] == "1"
    assert figures(made["outcomes"])["posted"] == "1"
    assert "event x of" in done.stderr and "by zero" in done.stderr


# ---- against other rules ---------------------------------------------------------

def test_difference_by_rule_line_day_and_account(tmp_path):
    path = write(tmp_path, contract(ADA, "c1"),
                 contract(BOB, "c2", "2026-01-06T12:00:00Z", "20"),
                 line("profile.completed", EVE, "p1", "2026-01-06T12:00:00Z"))
    accounts = tmp_path / "accounts.csv"
    made = answer("--rules", changed(tmp_path, *DEARER), "--against", RULES,
                  path, "--accounts", accounts)
    assert made["accounts"] == {"count": 3, "gaining": 2, "losing": 0}
    earned = made["totals"][0]
    assert earned == {"figure": "earned", "before": "5000.00",
                      "after": "5300.00", "difference": "+300.00",
                      "percent": "+6.00"}
    assert figures(made["rules"], "difference") == {
        "contract": "+300.00", "profile": "0.00"}
    assert made["lines"][0] == {
        "line": "contract.base", "before": "3000.00", "after": "3300.00",
        "difference": "+300.00", "percent": "+10.00"}
    assert figures(made["days"], "difference") == {
        "2026-01-05": "+100.00", "2026-01-06": "+200.00"}
    assert [row["account"] for row in made["gains"]] == [BOB, ADA]
    assert made["losses"] == []
    rows = list(csv.DictReader(accounts.open(newline="")))
    assert {row["account"]: row["difference"] for row in rows} == {
        ADA: "100.00", BOB: "200.00", EVE: "0.00"}


def test_accounts_run_no_formula(tmp_path):
    """Events say what accounts are called, and somebody opens the file in a
    spreadsheet. Amounts stay numbers, those below zero too."""
    names = ["=1+1", "+A1", "-2+3", "-5", "a;=1", '=A1&"x"', "ada"]
    path = write(tmp_path, *(contract(name, f"c{index}")
                             for index, name in enumerate(names)))
    accounts = tmp_path / "accounts.csv"
    answer("--rules", RULES, "--against", changed(tmp_path, *DEARER), path,
           "--accounts", accounts)
    text = accounts.read_bytes().decode()
    cells = {row.rsplit(",", 3)[0] for row in text.split("\r\n")[1:-1]}
    assert cells == {'"\'=1+1"', '"\'+A1"', '"\'-2+3"', "-5", '"a;=1"',
                     '"\'=A1&""x"""', "ada"}
    assert text.count(",1600.00,1500.00,-100.00\r\n") == len(names)


def test_rules_in_shadow_are_told_apart(tmp_path):
    rules = changed(tmp_path, "- id: profile\n", "- id: profile\n  mode: shadow\n")
    rules.write_text(rules.read_text().split("\ntests:\n")[0])
    made = answer("--rules", rules, write(tmp_path, line(
        "profile.completed", ADA, "p1", "2026-01-06T12:00:00Z")))
    assert figures(made["lines"]) == {"shadow:profile.profile": "1000.00"}
    assert figures(made["totals"])["earned"] == "0.00"


def test_against_a_revision_and_the_rules_in_force(ctx, tmp_path):
    """Rules by any name that `reward rules` knows them by."""
    def git(*words):
        subprocess.run(["git", "-C", tmp_path, "-c", "user.name=t", "-c",
                        "user.email=t@example.com", *words], check=True,
                       capture_output=True)

    rules = tmp_path / "gigs.yaml"
    rules.write_text(RULES.read_text())
    git("init")
    git("add", "gigs.yaml")
    git("commit", "-m", "rules")
    rules.write_text(changed(tmp_path, *DEARER).read_text())
    path = write(tmp_path, contract(ADA, "c1"))
    made = answer("--rules", rules, "--against", "git:HEAD", path)
    assert made["totals"][0]["difference"] == "+100.00"
    assert ctx.run("rules", "activate", str(RULES),
                   role="worker").returncode == 0
    done = ctx.run("simulate", "--rules", str(rules), "--against", "active",
                   str(path), "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["lines"] == made["lines"]


def test_limits_say_what_is_used(tmp_path):
    def gift(account, event_id, amount):
        return line("community.contributed", account, event_id,
                    "2026-01-05T12:00:00Z", contribution_id=event_id,
                    amount_gigs=amount)

    made = answer(write(tmp_path, gift(ADA, "g1", "9000"),
                        gift(ADA, "g2", "2000"), gift(BOB, "g3", "10")))
    assert made["limits"] == [
        {"limit": "community.community", "per": "account", "window": "month",
         "at_most": "10000.00", "windows": 2, "full": 1,
         "most_used": "10000.00"}]


@pytest.mark.parametrize("words, status", [
    (["--max-delta", "10%"], 0),
    (["--max-delta", "6.66%"], 1),  # of 1,500 GIGS, 100
    (["--max-delta", "100"], 0),
    (["--max-delta", "99.99"], 1),
    (["--detailed-exitcode"], 3),
    (["--detailed-exitcode", "--max-delta", "5%"], 1),
])
def test_gate(tmp_path, words, status):
    done = simulate("--rules", changed(tmp_path, *DEARER), "--against", RULES,
                    write(tmp_path, contract(ADA, "c1")), *words)
    assert done.returncode == status, done.stderr
    assert ("--max-delta" in done.stderr) == (status == 1)


def test_gate_of_what_is_held(tmp_path):
    """It will be earned once it is confirmed."""
    path = write(tmp_path, line("referral.accepted", ADA, "r1",
                                "2026-01-05T12:00:00Z", invitee_address=BOB))
    rules = changed(tmp_path, "{id: referral, flat: 500,",
                    "{id: referral, flat: 1500,")
    for most, status in (("200%", 0), ("199%", 1)):
        done = simulate("--rules", rules, "--against", RULES, path,
                        "--max-delta", most)
        assert done.returncode == status, done.stderr


def test_gate_without_events(tmp_path):
    done = simulate("--rules", RULES, "--against", RULES, "--max-delta", "5%",
                    write(tmp_path, "no event"))
    assert done.returncode == 1
    assert "no event could be decided" in done.stderr


def test_gate_of_the_same_rules(tmp_path):
    done = simulate("--rules", RULES, "--against", RULES, "--max-delta", "0",
                    "--detailed-exitcode", write(tmp_path, contract(ADA, "c")))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words, message", [
    ([], "name files of events"),
    (["x", "--from-topic", "t"], "name files of events"),
    (["x", "--max-delta", "5%"], "--against"),
    (["x", "--against", "y", "--max-delta", "some"], "--max-delta must be"),
    (["x", "--since", "2026-01-01T00:00:00Z"], "--since is for --from-topic"),
    (["--from-topic", "t", "--since", "monday"], "--since"),
    (["x", "--state", "some"], "--state must be empty or db"),
])
def test_wrong_usage(words, message):
    done = simulate(*words)
    assert done.returncode == 2
    assert message in done.stderr


def test_missing_files_are_named(tmp_path):
    done = simulate(tmp_path / "no.ndjson")
    assert done.returncode == 78 and "no.ndjson" in done.stderr
    events = write(tmp_path, contract(ADA, "c1"))
    done = simulate(events, "--report", tmp_path / "no" / "page.html")
    assert done.returncode == 78 and "page.html" in done.stderr
    done = simulate(events, "--rules", tmp_path / "no.yaml")
    assert done.returncode == 78 and "no.yaml" in done.stderr


# ---- the page --------------------------------------------------------------------

class Page(html.parser.HTMLParser):
    """Tables by id, as lists of rows; what the page would fetch."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.fetched, self.tags = {}, [], []
        self.cell = self.table = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        self.fetched += [attrs[name] for name in ("src", "href") if name in attrs]
        if tag == "table":
            self.table = self.tables.setdefault(attrs["id"], [])
        elif tag == "tr":
            self.table.append([])
        elif tag in ("td", "th"):
            self.cell = ""

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.table[-1].append(self.cell)
            self.cell = None


def make_page(folder):
    path = write(folder, contract(ADA, "c1"),
                 contract("<b>&\"x", "c2", "2026-01-06T12:00:00Z", "20"))
    page = folder / "page.html"
    done = simulate("--rules", changed(folder, *DEARER), "--against", RULES,
                    path, "--report", page)
    assert done.returncode == 0, done.stderr
    return page


def test_page_is_whole_in_itself(tmp_path):
    text = make_page(tmp_path).read_text()
    page = Page(text)
    assert page.fetched == []
    assert "script" not in page.tags and "url(" not in text
    assert page.tables["lines"][1] == ["contract.base", "3000.00", "3300.00",
                                       "+300.00", "+10.00"]
    assert [row[0] for row in page.tables["gains"][1:]] == ['<b>&"x', ADA]


BROWSER = shutil.which("chromium")


def test_page_in_a_browser(tmp_path):
    """A browser's own tree of the page: plots drawn where they should be, and
    nothing asked of the network."""
    assert BROWSER, "ops/setup installs chromium"
    log = tmp_path / "net.json"
    done = subprocess.run(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu",
         "--disable-dev-shm-usage",
         f"--user-data-dir={tmp_path}/profile", f"--log-net-log={log}",
         "--dump-dom", make_page(tmp_path).as_uri()],
        capture_output=True, text=True, timeout=120, check=True)
    page = Page(done.stdout)
    assert page.tags.count("svg") == 2
    assert page.tags.count("polyline") == 2
    assert page.tags.count("rect") == 15
    assert page.tables["days"][1:] == [
        ["2026-01-05", "1500.00", "1600.00", "+100.00", "+6.67"],
        ["2026-01-06", "2500.00", "2700.00", "+200.00", "+8.00"]]
    points = re.findall(r'class="(before|after)" points="([^"]+)"', done.stdout)
    heights = {name: [int(point.split(",")[1]) for point in text.split()]
               for name, text in points}
    # More is higher up, and the second rules are above the first.
    assert heights["after"][1] < heights["before"][1] < heights["before"][0]
    assert "file:///" not in done.stdout and "http" not in done.stdout
