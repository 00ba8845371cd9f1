"""Names and the rule set, as the tables want them before a batch is posted."""

import hashlib
import re

import yaml
from rows import array

REGISTRY_LOCK = 7237100
DAY_S = 24 * 3600
MENTIONED = re.compile(r"\{event\.data\.([^{}]+)\}")
NOTIFY = """
INSERT INTO ruleset_notifies (ruleset_id, rule, category, title, body, collapse,
    ttl_s, enabled) VALUES (%s, %s, 'token_earned', %s, %s, %s, %s, %s)
"""
TEXT = """
INSERT INTO ruleset_texts (name, version, sha256, stamp, asset, text)
VALUES (%s, %s, %s, %s, %s, %s) RETURNING id
"""


class Names:
    """A table of names; new ones are added outside of any batch."""

    def __init__(self, pg, table):
        self.pg = pg
        self.table = table
        self.ids = {}

    def learn(self, names):
        new = sorted(set(names) - self.ids.keys())
        if new:
            cursor = self.pg.cursor()
            cursor.execute(f"INSERT INTO {self.table} (name) SELECT n FROM "
                           "unnest(%s::text[]) n ON CONFLICT DO NOTHING",
                           [array(new)])
            cursor.execute(f"SELECT name, id FROM {self.table} "
                           "WHERE name = ANY (%s::text[])", [array(new)])
            self.ids.update(cursor.fetchall())


def line_names(ruleset):
    for rule in ruleset.rules:
        if rule.guard.once or rule.guard.limit:
            yield rule.id
        for line in rule.lines:
            yield line.name
            if line.kind == "table":
                yield from (f"{line.name}[{row}]" for row in line.plan["rows"])


def seconds(text):
    match = re.fullmatch(r"(\d+)([smhd])", text)
    return int(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": DAY_S}[match[2]]


def register(pg, ruleset, text, lines):
    """Makes it the rule set in force, once. Returns type -> the fields that
    its rules' notifications mention."""
    lines.learn(line_names(ruleset))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    cursor = pg.cursor()
    cursor.execute("BEGIN")
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTRY_LOCK])
    cursor.execute("SELECT 1 FROM ruleset_texts WHERE sha256 = %s", [sha256])
    if not cursor.fetchone():
        enter(cursor, ruleset, text, sha256)
    cursor.execute("COMMIT")
    return {trigger: mentioned(rule.notify) for rule in ruleset.rules
            for trigger in rule.triggers}


def enter(cursor, ruleset, text, sha256):
    body = yaml.safe_load(text)
    cursor.execute(TEXT, [ruleset.name, body["version"], sha256,
                          f"{ruleset.name}@{sha256[:8]}",
                          body["asset"]["code"], text])
    id_, = cursor.fetchone()
    for rule in ruleset.rules:
        notify = rule.notify
        cursor.execute(NOTIFY, [
            id_, rule.id, notify["title"], notify["body"],
            notify.get("collapse", ""),
            seconds(notify["ttl"]) if "ttl" in notify else DAY_S,
            rule.notify_enabled])
    cursor.execute("INSERT INTO ruleset_activations (ruleset_id) VALUES (%s)",
                   [id_])


def mentioned(notify):
    names = []
    for text in notify.values():
        names += [name for name in MENTIONED.findall(str(text))
                  if name not in (*names, "contract_id")]
    return names
