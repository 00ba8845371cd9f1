"""An independent model of what `reward` does: from the raw records of the
input topics, the schemas and a rule file to the ledger they must lead to.

Written from the contract, in another language and with other libraries than
the program, and sharing no code with it: exact fractions instead of checked
integers, PyYAML instead of libyaml, python3-jsonschema instead of the
program's own checker. It favours the plain over the fast.

Four parts: records to events (Intake), rules (Ruleset), requests (Request),
and the accounts that they move (Model).
"""

import datetime
import hashlib
import json
import pathlib
import re
import uuid
import zoneinfo
from fractions import Fraction

import jsonschema
import yaml

MAX_RECORD_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_BALANCE = 9 * 10**18
MAX_AHEAD = datetime.timedelta(minutes=5)
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)


class Refused(Exception):
    """The record becomes a dead letter."""

    def __init__(self, reason, message=""):
        super().__init__(f"{reason}: {message}")
        self.reason = reason


class Rejected(Exception):
    """The request is refused, for good, and the account is told why."""

    def __init__(self, account, reason):
        super().__init__(f"{account}: {reason}")
        self.account = account
        self.reason = reason


class Skipped(Exception):
    """The record makes no event and is no fault: a tombstone, or a type
    nobody asked for."""


# ---- records to events ------------------------------------------------------

ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
ACCOUNT = re.compile(r"[\x20-\x7e]{1,42}")
DECIMAL = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?"
                     r"([Zz]|[+-]\d\d:\d\d)")


class RealText(str):
    """A JSON number with a point or an exponent, as its text."""


def parse_json(text):
    """Strict JSON: no duplicate keys, no NUL, no lone surrogates, at most
    MAX_DEPTH levels."""
    def pairs(items):
        if len({key for key, _ in items}) != len(items):
            raise Refused("malformed_json", "duplicate key")
        return dict(items)

    def constant(word):
        raise Refused("malformed_json", word)

    def real(word):
        if float(word) in (float("inf"), float("-inf")):
            raise Refused("malformed_json", "number out of range")
        return RealText(word)

    def integer(word):
        if not -2**63 <= int(word) < 2**63:
            raise Refused("malformed_json", "number out of range")
        return int(word)

    check_depth(text)
    try:
        tree = json.loads(text.decode("utf-8"), object_pairs_hook=pairs,
                          parse_constant=constant, parse_float=real,
                          parse_int=integer)
        if not isinstance(tree, dict):
            raise Refused("malformed_json", "a document is an object")
        check_strings(tree)
        return tree
    except (ValueError, RecursionError) as failure:
        raise Refused("malformed_json", str(failure)) from None


def check_depth(text):
    depth = 0
    outside = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", text, flags=re.S)
    for byte in re.findall(rb"[\[\]{}]", outside):
        depth += 1 if byte in b"[{" else -1
        if depth > MAX_DEPTH:
            raise Refused("malformed_json", "nested too deep")


def check_strings(tree):
    if isinstance(tree, dict):
        for key, value in tree.items():
            check_strings(key)
            check_strings(value)
    elif isinstance(tree, list):
        for value in tree:
            check_strings(value)
    elif isinstance(tree, str):
        if "\0" in tree or any(0xD800 <= ord(c) < 0xE000 for c in tree):
            raise Refused("malformed_json", "character that is not allowed")


def parse_time(text):
    """RFC 3339, cut to the microsecond; None when it is anything else."""
    match = RFC3339.fullmatch(text)
    if not match:
        return None
    day, hour, minute, second, fraction, zone = match.groups()
    if int(second) > 60 or int(hour) > 23 or int(minute) > 59:
        return None
    try:
        at = datetime.datetime.fromisoformat(day).replace(tzinfo=UTC)
    except ValueError:
        return None
    microsecond = int(((fraction or ".0")[1:] + "000000")[:6])
    if second == "60":
        microsecond = 0
    at += datetime.timedelta(hours=int(hour), minutes=int(minute),
                             seconds=int(second), microseconds=microsecond)
    if zone not in "Zz":
        offset = datetime.timedelta(hours=int(zone[1:3]),
                                    minutes=int(zone[4:6]))
        at -= offset if zone[0] == "+" else -offset
    return at


def parse_date(text):
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def parse_decimal(text):
    """Digits with at most 18 before and 9 after the point that count."""
    match = DECIMAL.fullmatch(text)
    if not match:
        return None
    _, whole, places = match.groups()
    if len(whole.lstrip("0")) > 18 or len((places or "").rstrip("0")) > 9:
        return None
    return Fraction(text)


def exact_decimal(value, where):
    """A decimal field as a fraction: string, integer, or a real whose text has
    at most 15 significant digits."""
    if isinstance(value, RealText):
        short = f"{float(value):.15g}"
        if float(short) != float(value):
            raise Refused("decimal_precision", where)
        number = Fraction(short)
        if 10**9 % number.denominator or abs(number) >= 10**18:
            raise Refused("decimal_precision", where)
        return number
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise Refused("schema_violation", where)
    number = parse_decimal(str(value))
    if number is None:
        raise Refused("schema_violation", where)
    return number


def canonical_account(text):
    """None when it is no account id."""
    if ADDRESS.fullmatch(text):
        return text.lower()
    if ACCOUNT.fullmatch(text) and not text.startswith("@"):
        return text
    return None


class Event:
    """A checked event in canonical form."""

    def __init__(self, record, source, event_id, kind, at, data,
                 traceparent=None, has_time=True):
        self.record = record
        self.has_time = has_time
        self.source = source
        self.id = event_id
        self.type = kind
        self.at = at
        self.data = data
        self.traceparent = traceparent

    @property
    def identity(self):
        return (self.source, self.id)

    @property
    def payload(self):
        """What must be equal for two events of one identity to be one."""
        return (self.type, self.at if self.has_time else None,
                frozen(self.data))


def frozen(tree):
    """A hashable copy in which true, 1 and "1" differ; 1 and 1.0 do not."""
    if isinstance(tree, dict):
        return ("object", frozenset((k, frozen(v)) for k, v in tree.items()))
    if isinstance(tree, list):
        return ("list", tuple(frozen(v) for v in tree))
    if isinstance(tree, RealText):
        return ("number", Fraction(float(tree)))
    if isinstance(tree, (int, Fraction)) and not isinstance(tree, bool):
        return ("number", Fraction(tree))
    return (type(tree).__name__, tree)


class Schema:
    """The shape of one event type's data: python3-jsonschema for the standard
    keywords, own code for the formats."""

    def __init__(self, document):
        self.document = document
        self.type = document["$id"]
        jsonschema.Draft202012Validator.check_schema(document)
        self.validator = jsonschema.Draft202012Validator(
            document, format_checker=jsonschema.FormatChecker(()))

    def check(self, data):
        """Data in canonical form; raises Refused."""
        if not isinstance(data, dict):
            raise Refused("schema_violation", "/data")
        plain = to_plain(data)
        for error in self.validator.iter_errors(plain):
            if not self.decimal_only(error):
                raise Refused("schema_violation", error.message)
        return self.canonical(data, self.document, "/data")

    @staticmethod
    def decimal_only(error):
        """The validator compares numbers only: bounds of decimals given as
        strings are ours, and so are those of given numbers."""
        return (error.schema.get("format") == "decimal"
                and error.validator in ("minimum", "maximum",
                                        "exclusiveMinimum",
                                        "exclusiveMaximum"))

    def canonical(self, value, schema, where):
        form = schema.get("format")
        if form == "decimal":
            return check_bounds(exact_decimal(value, where), schema, where)
        if form == "account" and isinstance(value, str):
            account = canonical_account(value)
            if account is None:
                raise Refused("schema_violation", where)
            return account
        if form == "date" and isinstance(value, str) and not parse_date(value):
            raise Refused("schema_violation", where)
        if form == "date-time" and isinstance(value, str) \
                and not parse_time(value):
            raise Refused("schema_violation", where)
        if isinstance(value, dict):
            known = schema.get("properties", {})
            return {key: self.canonical(member, known.get(key, {}),
                                        f"{where}/{key}")
                    for key, member in value.items()}
        if isinstance(value, list) and isinstance(schema.get("items"), dict):
            return [self.canonical(member, schema["items"], f"{where}/{n}")
                    for n, member in enumerate(value)]
        return value


def check_bounds(number, schema, where):
    def bound(name):
        return Fraction(str(schema[name]))

    if ("minimum" in schema and number < bound("minimum")
            or "maximum" in schema and number > bound("maximum")
            or "exclusiveMinimum" in schema
            and number <= bound("exclusiveMinimum")
            or "exclusiveMaximum" in schema
            and number >= bound("exclusiveMaximum")):
        raise Refused("schema_violation", where)
    return number


def to_plain(tree):
    """The tree as the standard parser would have given it."""
    if isinstance(tree, dict):
        return {key: to_plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [to_plain(value) for value in tree]
    if isinstance(tree, RealText):
        return float(tree)
    return tree


class Intake:
    """Records to events. `envelopes`: topic -> dict of its settings."""

    def __init__(self, schema_dir, envelopes=None, unknown_type="dead_letter",
                 now=None):
        documents = [json.loads(path.read_text()) for path in
                     sorted(pathlib.Path(schema_dir).glob("*.json"))]
        self.schemas = {doc["$id"]: Schema(doc) for doc in documents}
        self.envelopes = envelopes or {}
        self.unknown_type = unknown_type
        self.now = now

    def read(self, record):
        """The event of a record; raises Refused or Skipped."""
        if record.value is None:
            raise Skipped("tombstone")
        if len(record.value) > MAX_RECORD_BYTES:
            raise Refused("too_large")
        envelope = self.envelopes.get(record.topic, {})
        value = self.unframed(record.value, envelope)
        document = parse_json(value)
        attributes, data = self.opened(record, document, envelope)
        return self.event(record, attributes, data)

    @staticmethod
    def unframed(value, envelope):
        framed = value[:1] == b"\0"
        if envelope.get("framing") == "confluent":
            if not framed or len(value) < 5:
                raise Refused("confluent_framing", "no framing")
            return value[5:]
        if framed:
            raise Refused("confluent_framing", "framing not expected")
        return value

    def opened(self, record, document, envelope):
        if envelope.get("envelope") == "plain":
            return self.open_plain(document, envelope)
        content_type = header(record, "content-type")
        structured = (content_type or "").lower().startswith(
            "application/cloudevents")
        if not structured and header(record, "ce_specversion") is not None:
            names = ("specversion", "id", "source", "type", "time",
                     "traceparent")
            return {name: header(record, "ce_" + name) for name in names
                    }, document
        if not structured and not (isinstance(document, dict)
                                   and "specversion" in document):
            raise Refused("malformed_envelope", "no envelope")
        if not isinstance(document, dict):
            raise Refused("malformed_envelope", "no object")
        return document, document.get("data")

    @staticmethod
    def open_plain(document, envelope):
        if not isinstance(document, dict):
            raise Refused("malformed_envelope", "no object")

        def field(name):
            text = envelope.get(name, "")
            return pointed(document, text) if text.startswith("/") else text

        attributes = {name: field(name)
                      for name in ("id", "type", "time", "source")}
        attributes["specversion"] = "1.0"
        return attributes, (pointed(document, envelope["data"])
                            if envelope.get("data") else document)

    def event(self, record, attributes, data):
        def text(name):
            value = attributes.get(name)
            if isinstance(value, RealText) or not isinstance(value, str) \
                    or not 1 <= len(value.encode()) <= 256 \
                    or re.search(r"[\x00-\x1f\x7f]", value):
                raise Refused("malformed_envelope", name)
            return value

        if attributes.get("specversion") != "1.0":
            raise Refused("malformed_envelope", "specversion")
        event_id, source, kind = text("id"), text("source"), text("type")
        if " " in source:
            raise Refused("malformed_envelope", "source is no URI reference")
        at = self.time(record, attributes)
        if not isinstance(data, dict):
            raise Refused("malformed_envelope", "data is no object")
        schema = self.schemas.get(kind)
        if schema is None:
            if self.unknown_type == "skip":
                raise Skipped("unknown type")
            raise Refused("unknown_type", kind)
        data = schema.check(data)
        now = self.now or datetime.datetime.now(UTC)
        if at > now + MAX_AHEAD:
            raise Refused("future_timestamp")
        return Event(record, source, event_id, kind, at, data,
                     attributes.get("traceparent"),
                     attributes.get("time") is not None)


    @staticmethod
    def time(record, attributes):
        """The event's own, or when the broker got it."""
        text = attributes.get("time")
        if text is None:
            return EPOCH + datetime.timedelta(
                milliseconds=record.timestamp_ms)
        at = None if isinstance(text, RealText) or not isinstance(text, str) \
            else parse_time(text)
        if at is None or at < EPOCH:
            raise Refused("malformed_envelope", "time")
        return at


def header(record, name):
    for key, value in record.headers:
        if key.lower() == name and value is not None:
            return value.decode("utf-8", "replace")
    return None


def pointed(tree, pointer):
    """RFC 6901; None where it leads nowhere."""
    for word in pointer.split("/")[1:]:
        word = word.replace("~1", "/").replace("~0", "~")
        if isinstance(tree, dict):
            tree = tree.get(word)
        elif isinstance(tree, list) and word.isdigit() \
                and int(word) < len(tree):
            tree = tree[int(word)]
        else:
            return None
    return tree


# ---- expressions: the part of CEL that rules use ----------------------------

TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z_0-9]*)"
                   r"|(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
                   r"|(&&|\|\||==|!=|<=|>=|[-+*/%<>!?:().,\[\]]))")
MISSING = object()


class Expression:
    """A text compiled to closures of an environment (name -> value)."""

    LEVELS = [("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"),
              ("+", "-"), ("*", "/", "%")]

    def __init__(self, text):
        self.text = str(text)
        self.tokens = self.split(self.text)
        self.at = 0
        self.value = self.ternary()
        if self.at != len(self.tokens):
            raise ValueError(f"cannot read {self.text!r}")

    @staticmethod
    def split(text):
        tokens, at = [], 0
        text = text.rstrip()
        while at < len(text):
            match = TOKEN.match(text, at)
            if not match:
                raise ValueError(f"cannot read {text!r} at {at}")
            tokens.append((match.lastindex, match.group(match.lastindex)))
            at = match.end()
        return tokens

    def __call__(self, environment):
        value = self.value(environment)
        if value is MISSING:
            raise Refused("rule_error", f"{self.text}: no such field")
        return value

    def peek(self):
        return self.tokens[self.at][1] if self.at < len(self.tokens) else None

    def take(self, *words):
        if self.peek() in words and self.tokens[self.at][0] != 3:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def need(self, word):
        if not self.take(word):
            raise ValueError(f"{self.text!r}: expected {word}")

    def ternary(self):
        condition = self.level(0)
        if not self.take("?"):
            return condition
        yes = self.ternary()
        self.need(":")
        no = self.ternary()
        return lambda env: (yes if condition(env) else no)(env)

    def level(self, depth):
        if depth == len(self.LEVELS):
            return self.unary()
        left = self.level(depth + 1)
        while True:
            word = self.take(*self.LEVELS[depth])
            if not word:
                return left
            left = self.joined(word, left, self.level(depth + 1))

    @staticmethod
    def joined(word, left, right):
        def divided(a, b):
            if b == 0:
                raise Refused("rule_error", "division by zero")
            return Fraction(a) / b

        def rest(a, b):
            if b == 0:
                raise Refused("rule_error", "division by zero")
            return a - b * int(Fraction(a) / b)  # towards zero, as CEL has it

        plain = {"==": lambda a, b: a == b, "!=": lambda a, b: a != b,
                 "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
                 ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
                 "in": lambda a, b: a in b, "+": lambda a, b: a + b,
                 "-": lambda a, b: a - b, "*": lambda a, b: a * b,
                 "/": divided, "%": rest}
        if word == "&&":
            return lambda env: left(env) and right(env)
        if word == "||":
            return lambda env: left(env) or right(env)
        return lambda env: plain[word](left(env), right(env))

    def unary(self):
        if self.take("!"):
            inner = self.unary()
            return lambda env: not inner(env)
        if self.take("-"):
            inner = self.unary()
            return lambda env: -inner(env)
        return self.primary()

    def primary(self):
        if self.take("("):
            inner = self.ternary()
            self.need(")")
            return inner
        if self.take("["):
            items = self.arguments("]")
            return lambda env: [item(env) for item in items]
        group, word = self.tokens[self.at]
        self.at += 1
        if group == 1:
            number = Fraction(word)
            return lambda env: number
        if group == 3:
            text = re.sub(r"\\(.)", r"\1", word[1:-1])
            return lambda env: text
        if word in ("true", "false"):
            return lambda env: word == "true"
        if self.peek() == "(" and word != "has":
            self.at += 1
            return self.call(word, self.arguments(")"))
        if word == "has":
            self.need("(")
            field = self.primary()
            self.need(")")
            return lambda env: field(env) is not MISSING
        return self.path(word)

    def arguments(self, end):
        items = []
        while not self.take(end):
            items.append(self.ternary())
            self.take(",")
        return items

    @staticmethod
    def call(name, arguments):
        functions = {"min": min, "max": max, "abs": abs,
                     "size": lambda text: Fraction(len(text)),
                     "timestamp": parse_time}
        return lambda env: functions[name](*[a(env) for a in arguments])

    def path(self, word):
        words = [word]
        while self.take("."):
            words.append(self.tokens[self.at][1])
            self.at += 1

        def look(env):
            value = env
            for step in words:
                value = value.get(step, MISSING) \
                    if isinstance(value, dict) else MISSING
                if value is MISSING or value is None:
                    return MISSING
            if isinstance(value, RealText):
                return Fraction(f"{float(value):.15g}")
            if isinstance(value, int) and not isinstance(value, bool):
                return Fraction(value)
            return value

        return look


# ---- rules ------------------------------------------------------------------

class RuleLoader(yaml.SafeLoader):
    """SafeLoader with exact numbers and without dates."""


RuleLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers
            if not tag.endswith((":timestamp", ":float"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
RuleLoader.add_implicit_resolver("!exact", re.compile(r"-?\d+\.\d+"),
                                 list("-0123456789"))
RuleLoader.add_constructor(
    "!exact", lambda loader, node: Fraction(loader.construct_scalar(node)))


def number_of(value):
    return Fraction(value) if not isinstance(value, bool) else None


def seconds_of(value):
    match = re.fullmatch(r"(\d+)([smhd]?)", str(value))
    return int(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600,
                            "d": 86400}[match[2]]


def expression_of(value):
    if isinstance(value, bool):
        return Expression("true" if value else "false")
    return Expression(value)


class Guard:
    """What rules and lines have in common."""

    def __init__(self, body):
        self.off = body.get("mode", "live") != "live"
        self.when = expression_of(body["when"]) if "when" in body else None
        self.valid_from = parse_time(body["valid_from"]) \
            if "valid_from" in body else None
        self.valid_until = parse_time(body["valid_until"]) \
            if "valid_until" in body else None
        self.cohort = Cohort(body["cohort"]) if "cohort" in body else None
        self.once = [Once(word) for word in body["once"]] \
            if "once" in body else None
        self.limit = Limit(body["limit"]) if "limit" in body else None

    def open(self, event, environment):
        return (not self.off
                and (self.valid_from is None or event.at >= self.valid_from)
                and (self.valid_until is None or event.at < self.valid_until)
                and (self.when is None or self.when(environment)))

    def is_for(self, account):
        return self.cohort is None or self.cohort.has(account)

    def once_key(self, name, account, environment, day, row):
        """The key to be taken, or None when the guard has none."""
        if self.once is None:
            return None
        words = {once.word for once in self.once}
        fields = tuple(once.text(environment, day, row) for once in self.once
                       if once.word != "account")
        return (name if row is None or "row" not in words
                else f"{name}[{row}]",
                account if "account" in words else None, fields)


class Cohort:
    """A share of all accounts, chosen by a digest of each."""

    def __init__(self, body):
        self.salt = str(body["salt"])
        self.first = number_of(body.get("from", 0)) * 100
        self.end = self.first + number_of(body["percent"]) * 100

    def has(self, account):
        digest = hashlib.sha256(f"{self.salt}\0{account}".encode()).digest()
        return self.first <= int.from_bytes(digest[:8], "big") % 10000 \
            < self.end


class Once:
    """One word of `once`."""

    def __init__(self, word):
        self.word = word
        self.field = None if word in ("account", "row", "day") \
            else Expression(word)

    def text(self, environment, day, row):
        if self.word == "day":
            return str(day)
        if self.word == "row":
            return str(row)
        return str(self.field(environment))


class Limit:
    """How much, or how often, in a calendar window."""

    def __init__(self, body):
        self.per_all = body["per"] == "all"
        self.window = body["window"]
        self.times = "times" in body
        self.most = number_of(body["times" if self.times else "amount"])
        self.clip = body.get("over", "clip") == "clip"

    def key(self, name, account, day):
        start = {"day": day, "week": day - datetime.timedelta(day.weekday()),
                 "month": day.replace(day=1), "ever": None}[self.window]
        return (name, None if self.per_all else account, self.window,
                self.times, start)


class Offer:
    """An amount a line would pay, in minor units."""

    def __init__(self, line, name, minor, key):
        self.line = line
        self.name = name
        self.minor = minor
        self.key = key


class Line:
    """One award line."""

    KINDS = ("flat", "rate", "percent", "every", "table", "amount", "streak")

    def __init__(self, rule_id, body):
        self.id = body["id"]
        self.name = f"{rule_id}.{self.id}"
        self.guard = Guard(body)
        self.kind = next(kind for kind in self.KINDS if kind in body)
        self.plan = body[self.kind]


class Match:
    """`event.data.A == origin.data.B`: what ties an event to an earlier one."""

    TEXT = re.compile(r"\s*event\.data\.(\w+)\s*=="
                      r"\s*origin\.data\.(\w+)\s*")

    def __init__(self, text):
        self.event_field, self.origin_field = self.TEXT.fullmatch(
            text).groups()


class Pending:
    """What a rule pays is held until another event confirms it."""

    def __init__(self, body):
        self.until = body["until"]
        self.match = Match(body["match"])
        self.void_after = datetime.timedelta(
            seconds=seconds_of(body["void_after"]))


class Reversal:
    """An event that takes back what a rule paid."""

    def __init__(self, body):
        self.trigger = body["trigger"]
        self.match = Match(body["match"])


class Charge:
    """The price list of a rule that sells things."""

    def __init__(self, rule_id, line, guard):
        self.id = line["id"]
        self.name = f"{rule_id}.{self.id}"
        self.by = Expression(line["price"]["by"])
        self.rows = line["price"]["rows"]
        self.guard = None if guard is None else expression_of(guard)


class Rule:
    def __init__(self, body):
        self.id = body["id"]
        trigger = body["trigger"]
        self.triggers = trigger if isinstance(trigger, list) else [trigger]
        self.account = Expression(body["account"])
        self.guard = Guard(body)
        self.lines = [Line(self.id, line) for line in body.get("award", ())]
        self.charge = Charge(self.id, body["charge"][0], body.get("guard")) \
            if "charge" in body else None
        self.pending = Pending(body["pending"]) if "pending" in body else None
        self.reversal = Reversal(body["reversed_by"]) \
            if "reversed_by" in body else None
        late = body.get("late", {})
        self.accept_s = None
        if isinstance(late, dict) and "accept" in late:
            self.accept_s = seconds_of(late["accept"])
        notify = body.get("notify", {})
        self.notify = notify if isinstance(notify, dict) else {}
        self.notify_enabled = notify is not False


class Tiers:
    """Fees, by what an account has."""

    def __init__(self, body):
        self.count_staked = body.get("count_staked", True)
        self.levels = sorted(
            (number_of(level["balance"]), name, number_of(level["fee"]))
            for name, level in body["levels"].items())

    def of(self, balance, staked):
        """(threshold, name, fee) for amounts in GIGS."""
        have = balance + (staked if self.count_staked else 0)
        return [level for level in self.levels if level[0] <= have][-1]


class Ruleset:
    """A rule file."""

    def __init__(self, text):
        body = yaml.load(text, Loader=RuleLoader)
        self.name = body["ruleset"]
        self.scale = body.get("asset", {}).get("scale", 2)
        self.zone = zoneinfo.ZoneInfo(body.get("zone", "UTC"))
        self.round = body.get("defaults", {}).get("round", "floor")
        self.valid = Guard({key: body[key] for key in
                            ("valid_from", "valid_until") if key in body})
        self.rules = [Rule(rule) for rule in body["rules"]]
        self.tiers = Tiers(body["tiers"]) if "tiers" in body else None
        self.periods = {int(days): benefits for days, benefits in
                        body.get("staking", {}).get("periods", {}).items()}
        self.rate = number_of(body["conversion"]["rate"]) \
            if "conversion" in body else None
        self.voting = datetime.timedelta(
            seconds=seconds_of(body["voting"]["period"])) \
            if "voting" in body else None
        self.messages = body.get("messages", {})

    def notifies(self, names):
        """Whether a message buzzes a phone: what the first of its names that
        has a text says."""
        texts = {**dict.fromkeys(self.messages, True),
                 **{rule.id: rule.notify_enabled for rule in self.rules}}
        return next((texts[name] for name in names if name in texts), False)

    def exact_minor(self, amount):
        """None when it has more decimals, or is more, than an account can
        have."""
        scaled = Fraction(amount) * 10**self.scale
        if scaled.denominator > 1 or abs(scaled) > MAX_BALANCE:
            return None
        return int(scaled)

    def minor(self, amount):
        scaled = Fraction(amount) * 10**self.scale
        if self.round == "floor":
            return scaled.numerator // scaled.denominator
        if self.round == "half_even":
            return round(scaled)
        below = int(abs(scaled) + Fraction(1, 2))  # half_up
        return below if scaled >= 0 else -below


# ---- the ledger -------------------------------------------------------------

# What an entry is, by its transaction_type: who is on the other side (None:
# the other user), and what moves with the balance, by how much for each unit.
KINDS = {
    "earn": ("@rewards", {"earned": 1}),
    "hold": ("@pending", {"earned": 1, "pending": -1}),
    "release": ("@pending", {"earned": 1, "pending": -1}),
    "void": ("@rewards", {"earned": 1}),
    "reversal": ("@rewards", {"earned": 1}),
    "debt": ("@debt", {"debt": 1}),
    "repay": ("@debt", {"debt": 1}),
    "spend": ("@shop", {"spent": -1}),
    "transfer": (None, {}),
    "stake": ("@staking", {"staked": -1}),
    "unstake": ("@staking", {"staked": -1}),
    "reserve": ("@conversion", {"reserved": -1}),
    "unreserve": ("@conversion", {"reserved": -1}),
    "convert": ("@blockchain", {}),
    "adjust": ("@adjustments", {}),
}
FUNDS = ("earned", "spent", "staked", "pending", "reserved", "debt")

# The name space of ids that are made from what they are about.
NAMES = uuid.uuid5(uuid.NAMESPACE_URL,
                   "https://gigchain.io/ns/reward/token-event")


def thing_id(event, account, suffix=""):
    """The id of what an event says to, or makes for, an account."""
    words = [*event.identity, account] + ([suffix] if suffix else [])
    return str(uuid.uuid5(NAMES, "\0".join(words)))


def money(minor):
    """An amount as messages have it."""
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}" \
           f".{abs(minor) % 100:02}"


def stamp(at):
    """A time as messages have it."""
    text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return (text[:-3] if text.endswith("000") else text) + "Z"


def decimal_text(number):
    """A decimal in as few digits as it takes."""
    places = 0
    while Fraction(number) * 10**places % 1:
        places += 1
    digits = f"{int(Fraction(number) * 10**places):0{places + 1}}"
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


class Entry:
    """A ledger entry that must be there."""

    __slots__ = ("line", "account", "seq", "minor", "balance_after", "kind",
                 "counterparty")

    def __init__(self, line, account, seq, minor, balance_after, kind="earn",
                 counterparty=None):
        self.line = line
        self.account = account
        self.seq = seq
        self.minor = minor
        self.balance_after = balance_after
        self.kind = kind
        self.counterparty = counterparty or KINDS[kind][0]

    def __eq__(self, other):
        return self.tuple() == other.tuple()

    def __repr__(self):
        return repr(self.tuple())

    def tuple(self):
        return (self.line, self.account, self.seq, self.minor,
                self.balance_after, self.kind, self.counterparty)


class Answer:
    """What an account is told besides entries."""

    def __init__(self, account, kind, detail, notify, place):
        self.account = account
        self.kind = kind
        self.detail = detail
        self.notify = notify  # a rule; "": its kind; None: of its entries
        self.place = place


class Message:
    """A token event that must be there."""

    def __init__(self, event, account, entries, answer, purse):
        self.account = account
        self.kind = answer.kind if answer else "token.earned"
        place = answer.place if answer else 0
        self.id = thing_id(event, account, ("" if place == 0 else
                                            self.kind if place == 1 else
                                            f"{self.kind}/{place}"))
        self.entries = entries
        self.balance_after = purse.balance
        self.seq = purse.seq
        self.detail = answer.detail if answer else {}
        self.notify = self.names(answer.notify if answer else None)

    def names(self, notify):
        """Of the rule or kind of message whose text it has."""
        if notify:
            return [notify]
        if notify is None and self.entries:
            line = self.entries[0].line
            return [line.split(".")[0], line]
        return [self.kind]


class Purse:
    """An account, as an event finds and leaves it."""

    def __init__(self, balance, seq, funds):
        self.balance = balance
        self.seq = seq
        self.funds = dict(funds)
        self.opening = balance
        self.opening_staked = self.funds["staked"]
        self.earned = 0  # by this event


class Stake:
    def __init__(self, account, minor, start, days, benefits):
        self.account = account
        self.minor = minor
        self.days = days
        self.start = start
        self.end = start + datetime.timedelta(days=days)
        self.benefits = benefits
        self.returned = False


class Hold:
    def __init__(self, account, rule, waits_for, minor, expires):
        self.account = account
        self.rule = rule
        self.waits_for = waits_for
        self.minor = minor
        self.expires = expires
        self.status = "pending"


class Origin:
    """What an event paid under a rule that can be reversed."""

    def __init__(self, identity, paid):
        self.identity = identity
        self.paid = paid  # [(line, minor)]
        self.reversed = False


class Conversion:
    def __init__(self, account, minor, address, rate):
        self.account = account
        self.minor = minor
        self.address = address
        self.rate = rate
        self.status = "pending"
        self.hash = None

    @property
    def is_open(self):
        return self.status in ("pending", "processing")


class Proposal:
    def __init__(self, event, period, quorum, balances):
        self.proposer = event.data["user_address"]
        self.data = event.data
        self.start = event.at
        self.end = event.at + period
        self.quorum = quorum  # minor units, or None
        self.balances = balances  # when it was put
        self.votes = {}       # account -> (choice, power)
        self.result = None    # as JSON, once tallied

    def power(self, choice):
        return sum(power for chosen, power in self.votes.values()
                   if chosen == choice)

    def tally(self, proposal_id):
        """The result in canonical JSON."""
        against, in_favour, abstained = (self.power(n) for n in range(3))
        result = "passed" if in_favour > against else "rejected"
        if self.quorum is not None \
                and against + in_favour + abstained < self.quorum:
            result = "no_quorum"
        body = {"proposal_id": proposal_id, "result": result,
                "voters": len(self.votes), "votes_abstain": money(abstained),
                "votes_against": money(against),
                "votes_for": money(in_favour), "voting_end": stamp(self.end),
                "voting_start": stamp(self.start)}
        if self.quorum is not None:
            body["quorum_required"] = money(self.quorum)
        return json.dumps(body, sort_keys=True, separators=(",", ":"),
                          ensure_ascii=False)


class Clock:
    """When a batch was posted."""

    def __init__(self, now):
        self.now = now


class State:
    """What the past says: everything a decision reads or moves."""

    def __init__(self):
        self.balances = {}   # account -> minor units
        self.seqs = {}       # account -> last seq
        self.funds = {}      # account -> {fund: minor units}
        self.carried = {}    # (line, account) -> Fraction
        self.seen_days = {}  # (line, account) -> set of dates
        self.taken = set()   # once keys
        self.used = {}       # limit key -> minor units or times
        self.stakes = {}         # id -> Stake
        self.entitlements = {}   # (account, item, contract) -> [(from, to)]
        self.holds = {}          # id -> Hold
        self.confirmed = set()   # (rule, account) whose event has come
        self.origins = {}        # (rule, account, contract) -> [Origin]
        self.refunds = set()     # likewise: what was refunded, for good
        self.conversions = {}    # id -> Conversion
        self.proposals = {}      # id -> Proposal

    def purse(self, account):
        return Purse(self.balances.get(account, 0), self.seqs.get(account, 0),
                     self.funds.get(account, dict.fromkeys(FUNDS, 0)))


SPEND = "io.gigchain.token.spend.requested.v1"


class Decision:
    """One event's effect, applied to the state only when all of it is
    known."""

    def __init__(self, ruleset, state, event, clock=None):
        self.ruleset = ruleset
        self.state = state
        self.event = event
        self.clock = clock or Clock(event.at)
        self.day = event.at.astimezone(ruleset.zone).date()
        self.environment = {"event": {
            "id": event.id, "source": event.source, "type": event.type,
            "time": event.at, "data": event.data}}
        self.parts = []  # (rule, account, [Offer])
        self.carried = {}
        self.seen_days = {}
        self.taken = set()
        self.used = {}
        self.purses = {}
        self.entries = []
        self.answers = []
        self.changes = []  # what is to be called when nothing can fail
        self.rejection = None
        self.messages = []

    def run(self):
        """The entries; messages and rejection are attributes."""
        try:
            self.decide()
        except Rejected as rejection:
            self.reject(rejection)
        return self.apply()

    def decide(self):
        request = REQUESTS.get(self.event.type)
        if request:
            request(self)
        if self.ruleset.valid.open(self.event, self.environment):
            for rule in self.ruleset.rules:
                if self.event.type in rule.triggers:
                    self.run_rule(rule)
        for part in self.parts:
            self.pay(*part)
        if self.event.type == SPEND \
                and not self.entries:
            raise Rejected(self.event.data["user_address"], "not_offered")
        for rule in self.ruleset.rules:
            self.close(rule)
        self.repay()
        self.cross_tiers()

    def reject(self, rejection):
        """Nothing comes of it but the answer."""
        self.__init__(self.ruleset, self.state, self.event, self.clock)
        self.rejection = rejection.reason
        self.answer(rejection.account, "token.rejected",
                    {"reason": rejection.reason})

    def is_taken(self, key):
        return key is not None and (key in self.state.taken
                                    or key in self.taken)

    def used_of(self, key):
        return self.used.get(key, self.state.used.get(key, 0))

    def too_late(self, rule):
        if rule.accept_s is None or self.event.record.timestamp_ms is None:
            return False
        arrived = EPOCH + datetime.timedelta(
            milliseconds=self.event.record.timestamp_ms)
        return arrived - self.event.at > datetime.timedelta(
            seconds=rule.accept_s)

    def run_rule(self, rule):
        if not rule.guard.open(self.event, self.environment) \
                or self.too_late(rule):
            return
        account = rule.account(self.environment)
        if not rule.guard.is_for(account):
            return
        key = rule.guard.once_key(rule.id, account, self.environment,
                                  self.day, None)
        if self.is_taken(key):
            return
        if rule.charge:
            self.charge(rule.charge, account)
            return
        self.environment["account"] = {"bonus_xp": self.bonus_xp(account)}
        offers = []
        paid = {}
        for line in rule.lines:
            mine = self.run_line(line, account, paid)
            paid[line.id] = Fraction(sum(o.minor for o in mine),
                                     10**self.ruleset.scale)
            offers += mine
        offers = self.limited(rule.guard.limit, rule.id, account, offers)
        if offers and key:
            self.taken.add(key)
        for offer in offers:
            if offer.key:
                self.taken.add(offer.key)
        if offers:
            self.parts.append((rule, account, offers))

    def bonus_xp(self, account):
        """The best of the stakes that are locked at the event's time."""
        return max((Fraction(stake.benefits.get("bonus_xp", 0))
                    for stake in self.state.stakes.values()
                    if stake.account == account
                    and stake.start <= self.event.at < stake.end),
                   default=Fraction(0))

    def run_line(self, line, account, paid):
        if not line.guard.open(self.event, self.environment) \
                or not line.guard.is_for(account):
            return []
        offers = []
        for row, amount in getattr(self, line.kind)(line, account, paid):
            name = line.name if row is None else f"{line.name}[{row}]"
            day = self.day
            if line.kind == "streak":
                day = self.streak_day(line)
            key = line.guard.once_key(line.name, account, self.environment,
                                      day, row)
            if self.is_taken(key) or (key and key in (o.key for o in offers)):
                continue
            if amount < 0:
                raise Refused("rule_error", f"{name}: below zero")
            minor = self.ruleset.minor(amount)
            if minor > MAX_BALANCE:
                raise Refused("amount_overflow", name)
            if minor:
                offers.append(Offer(line, name, minor, key))
        return self.limited(line.guard.limit, line.name, account, offers)

    def limited(self, limit, name, account, offers):
        """Cut what is over the limit, from the last offer to the first, and
        count the rest."""
        if limit is None or not offers:
            return offers
        key = limit.key(name, account, self.day)
        used = self.used_of(key)
        if limit.times:
            if used + 1 > limit.most:
                return []
            self.used[key] = used + 1
            return offers
        most = int(limit.most * 10**self.ruleset.scale)
        total = sum(offer.minor for offer in offers)
        over = max(0, used + total - most)
        if over and not limit.clip:
            return []
        for offer in reversed(offers):
            cut = min(over, offer.minor)
            offer.minor -= cut
            over -= cut
        offers = [offer for offer in offers if offer.minor]
        self.used[key] = used + sum(offer.minor for offer in offers)
        return offers

    # -- the kinds: each gives (row or None, amount)

    def number(self, text):
        return Fraction(expression_of(text)(self.environment))

    def flat(self, line, _account, _paid):
        return [(None, self.number(line.plan))]

    def amount(self, line, _account, _paid):
        return [(None, self.number(line.plan))]

    def rate(self, line, _account, _paid):
        plan = line.plan
        return [(None, number_of(plan["give"]) * self.number(plan["of"])
                 / number_of(plan["per"]))]

    def percent(self, line, _account, paid):
        plan = line.plan
        return [(None, number_of(plan["is"]) * paid[plan["of"]] / 100)]

    def every(self, line, account, _paid):
        plan = line.plan
        step, give = number_of(plan["step"]), number_of(plan["give"])
        units = self.number(plan["of"])
        leftover = plan.get("leftover", "carry")
        if leftover == "pro_rata":
            return [(None, give * units / step)]
        before = Fraction(0)
        if leftover == "carry":
            key = (line.name, account)
            before = self.carried.get(key, self.state.carried.get(
                key, Fraction(0)))
            self.carried[key] = before + units
        return [(None, give * ((before + units) // step - before // step))]

    def table(self, line, _account, _paid):
        plan = line.plan
        rows = {int(row): number_of(value)
                for row, value in plan["rows"].items()}
        if "crossed" in plan:
            low = self.number(plan["crossed"]["from"])
            high = self.number(plan["crossed"]["to"])
            wanted = max(0, high - low)
            hit = [row for row in sorted(rows) if low < row <= high]
        else:
            wanted = 1
            hit = [row for row in rows if row == self.number(plan["of"])]
        if len(hit) < wanted and plan["missing"] == "error":
            raise Refused("rule_error", "no such row")
        return [(row, rows[row]) for row in hit]

    def streak_day(self, line):
        text = line.plan.get("day")
        if text is None:
            return self.day
        value = Expression(text)(self.environment)
        if isinstance(value, datetime.datetime):
            return value.astimezone(self.ruleset.zone).date()
        return parse_date(value)

    def streak(self, line, account, _paid):
        """The run of seen days that ends with the event's own."""
        plan = line.plan
        day = self.streak_day(line)
        key = (line.name, account)
        days = self.seen_days.get(key) or set(
            self.state.seen_days.get(key, ()))
        days.add(day)
        self.seen_days[key] = days
        length = 0
        while day - datetime.timedelta(length) in days:
            length += 1
        amount = number_of(plan["start"]) + number_of(plan["add"]) * (
            length - 1)
        return [(None, min(amount, number_of(plan["max"])))]

    # -- selling

    def charge(self, charge, account):
        item = charge.by(self.environment)
        if item not in charge.rows:
            raise Rejected(account, "unknown_item")
        row = charge.rows[item]
        contract = None
        if row.get("per") == "contract":
            contract = self.event.data.get("contract_id")
            if contract is None:
                raise Rejected(account, "missing_contract")
        cost = self.price(row["cost"], account)
        minor = self.ruleset.exact_minor(cost)
        if minor is None:
            raise Rejected(account, "invalid_amount")
        self.environment["charge"] = {charge.id: cost}
        if charge.guard and not charge.guard(self.environment):
            raise Rejected(account, "price_changed")
        key = (account, item, contract)
        term = self.term(row, self.state.entitlements.get(key, ()), account)
        self.need(account, minor)
        self.post(charge.name, "spend", account, -minor)
        self.answer(account, "token.spent", {"entitlement": {
            "item": item, "from": stamp(term[0]),
            "until": term[1] and stamp(term[1]), "contract_id": contract}})
        self.changes.append(
            lambda: self.state.entitlements.setdefault(key, []).append(term))

    def price(self, cost, account):
        """A fixed one, or what the request names, within a band."""
        if not isinstance(cost, dict):
            return number_of(cost)
        asked = Expression(cost["from"]).value(self.environment)
        if asked is MISSING or not \
                number_of(cost["min"]) <= asked <= number_of(cost["max"]):
            raise Rejected(account, "price_out_of_range")
        return asked

    def term(self, row, before, account):
        """(from, until): buying again adds to what is left."""
        start = self.event.at
        if "days" not in row:
            if row.get("per") and before:
                raise Rejected(account, "already_entitled")
            return start, None
        if before and before[-1][1]:
            start = max(start, before[-1][1])
        return start, start + datetime.timedelta(days=row["days"])

    # -- what others decide about: holds and reversals

    def pay(self, rule, account, offers):
        for offer in offers:
            self.post(offer.name, "earn", account, offer.minor)
        if rule.pending:
            self.hold(rule, account, sum(offer.minor for offer in offers))
        if rule.reversal:
            self.remember(rule, account, offers)

    def hold(self, rule, account, minor):
        waits_for = self.event.data[rule.pending.match.origin_field]
        if (rule.id, waits_for) in self.state.confirmed:
            return
        self.post("pending.held", "hold", account, -minor)
        hold_id = thing_id(self.event, account, rule.id)
        hold = Hold(account, rule.id, waits_for, minor,
                    self.event.at + rule.pending.void_after)
        self.changes.append(
            lambda: self.state.holds.__setitem__(hold_id, hold))
        self.answer(account, "token.pending", {"pending": {
            "hold_id": hold_id, "amount": money(minor),
            "until": rule.pending.until, "expires_at": stamp(hold.expires)}},
            notify="")

    def remember(self, rule, account, offers):
        """What may be reversed; at once, when the reversal came first."""
        key = (rule.id, account,
               self.event.data[rule.reversal.match.origin_field])
        origin = Origin(self.event.identity,
                        [(offer.name, offer.minor) for offer in offers])
        self.changes.append(
            lambda: self.state.origins.setdefault(key, []).append(origin))
        if key in self.state.refunds:
            self.take_back(account, [origin])

    def close(self, rule):
        """What the event says about earlier ones, or those to come."""
        if rule.guard.off:
            return
        if rule.pending and rule.pending.until == self.event.type:
            key = (rule.id, self.event.data[rule.pending.match.event_field])
            self.changes.append(lambda: self.state.confirmed.add(key))
        if rule.reversal and rule.reversal.trigger == self.event.type:
            self.reverse(rule)

    def reverse(self, rule):
        account = rule.account(self.environment)
        key = (rule.id, account,
               self.event.data[rule.reversal.match.event_field])
        origins = self.state.origins.get(key, ())
        self.changes.append(lambda: self.state.refunds.add(key))
        left = [origin for origin in origins if not origin.reversed]
        if left:
            self.take_back(account, left)

    def take_back(self, account, origins):
        """Line by line, once; what is spent already becomes a debt."""
        lines = {}
        for origin in origins:
            self.changes.append(
                lambda origin=origin: setattr(origin, "reversed", True))
            for line, minor in origin.paid:
                lines[line] = lines.get(line, 0) + minor
        total = sum(lines.values())
        lent = max(0, total - self.purse(account).balance)
        if lent:
            self.post("debt.lent", "debt", account, lent)
        for line, minor in lines.items():
            self.post(f"{line}:reversed", "reversal", account, -minor)
        source, event_id = origins[-1].identity
        self.answer(account, "token.reversed", {"reversed": {
            "event_source": source, "event_id": event_id,
            "amount": money(total), "debt": money(lent)}}, notify="")

    def repay(self):
        """Debts are paid off from earnings first."""
        for account, purse in list(self.purses.items()):
            due = min(purse.funds["debt"], purse.earned, purse.balance)
            if due > 0:
                self.post("debt.repaid", "repay", account, -due)

    def cross_tiers(self):
        tiers = self.ruleset.tiers
        for account, purse in self.purses.items():
            if not tiers:
                return
            before, after = (tiers.of(Fraction(balance, 100),
                                      Fraction(staked, 100))
                             for balance, staked in (
                                 (purse.opening, purse.opening_staked),
                                 (purse.balance, purse.funds["staked"])))
            if before != after:
                self.answer(account, "token.tier.changed", {"tier": {
                    "from": before[1], "to": after[1],
                    "fee_percent": decimal_text(after[2]),
                    "direction": "up" if after > before else "down"}},
                    apart=True)

    # -- the effect

    def purse(self, account):
        if account not in self.purses:
            self.purses[account] = self.state.purse(account)
        return self.purses[account]

    def need(self, account, minor):
        if self.purse(account).balance < minor:
            raise Rejected(account, "insufficient_funds")

    def post(self, line, kind, account, minor, counterparty=None):
        purse = self.purse(account)
        purse.balance += minor
        purse.seq += 1
        moves = KINDS[kind][1]
        for fund, by in moves.items():
            purse.funds[fund] += by * minor
        purse.earned += moves.get("earned", 0) * minor
        if not all(0 <= amount <= MAX_BALANCE for amount in
                   (purse.balance, *purse.funds.values())):
            raise Refused("amount_overflow", line)
        self.entries.append(Entry(line, account, purse.seq, minor,
                                  purse.balance, kind, counterparty))

    def answer(self, account, kind, detail, notify=None, apart=False):
        place = sum(answer.account == account for answer in self.answers)
        self.answers.append(Answer(account, kind, detail, notify,
                                   max(place, int(apart))))

    def said(self):
        """One message an account, with its entries and its first answer, and
        one for each other answer."""
        told = []
        for account in dict.fromkeys(
                [entry.account for entry in self.entries]
                + [answer.account for answer in self.answers]):
            entries = [e for e in self.entries if e.account == account]
            answers = [a for a in self.answers if a.account == account]
            first = [a for a in answers if a.place == 0]
            purse = self.purse(account)
            if entries or first:
                told.append(Message(self.event, account, entries,
                                    first[0] if first else None, purse))
            told += [Message(self.event, account, [], answer, purse)
                     for answer in answers if answer.place]
        return told

    def apply(self):
        self.messages = self.said()
        state = self.state
        for account, purse in self.purses.items():
            if purse.seq == state.seqs.get(account, 0):
                continue
            state.balances[account] = purse.balance
            state.seqs[account] = purse.seq
            state.funds[account] = purse.funds
        for change in self.changes:
            change()
        state.carried.update(self.carried)
        state.seen_days.update(self.seen_days)
        state.taken |= self.taken
        state.used.update(self.used)
        return self.entries


# ---- requests ---------------------------------------------------------------

# Each takes a Decision, and posts and answers, or raises Rejected.

MEMO_MAX = 200
NOT_FOR_MEMOS = re.compile(
    "[\0-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")


def amount_of(decision, signed=False):
    user = decision.event.data["user_address"]
    minor = decision.ruleset.exact_minor(decision.event.data["amount"])
    if not minor or minor < 0 and not signed:
        raise Rejected(user, "invalid_amount")
    return minor


def transfer(decision):
    data = decision.event.data
    user, other, memo = data["user_address"], data["to_address"], \
        data.get("memo") or None
    minor = amount_of(decision)
    if user == other:
        raise Rejected(user, "self_transfer")
    if other[:2] in ("0x", "0X") and not ADDRESS.fullmatch(other):
        raise Rejected(user, "invalid_address")
    if memo and (len(memo) > MEMO_MAX or NOT_FOR_MEMOS.search(memo)):
        raise Rejected(user, "invalid_memo")
    decision.need(user, minor)
    decision.post("transfer.sent", "transfer", user, -minor, other)
    decision.post("transfer.received", "transfer", other, minor, user)
    for account, side, direction in ((user, other, "sent"),
                                     (other, user, "received")):
        decision.answer(account, "token.transferred", {"transfer": {
            "direction": direction, "counterparty": side, "memo": memo}})


def adjust(decision):
    data = decision.event.data
    user = data["user_address"]
    minor = amount_of(decision, signed=True)
    if canonical_account(data["approved_by"]) == user:
        raise Rejected(user, "self_approved")
    decision.need(user, -minor)
    decision.post("adjustment.booked", "adjust", user, minor)
    decision.answer(user, "token.adjusted", {"adjustment": {
        "reason": data["reason"], "approved_by": data["approved_by"]}})


def stake(decision):
    event, state = decision.event, decision.state
    user = event.data["user_address"]
    if not decision.ruleset.periods:
        raise Rejected(user, "not_offered")
    days = int(event.data["lock_period"])
    if days not in decision.ruleset.periods:
        raise Rejected(user, "unknown_period")
    minor = amount_of(decision)
    decision.need(user, minor)
    made = Stake(user, minor, event.at, days, decision.ruleset.periods[days])
    staking_id = thing_id(event, user)
    decision.post("stake.locked", "stake", user, -minor)
    decision.answer(user, "token.staked", {"stake": {
        "staking_id": staking_id, "amount": money(minor), "lock_period": days,
        "start_date": stamp(made.start), "end_date": stamp(made.end),
        "benefits": made.benefits}})
    decision.changes.append(
        lambda: state.stakes.__setitem__(staking_id, made))


def unstake(decision):
    user = decision.event.data["user_address"]
    staking_id = decision.event.data["staking_id"].lower()
    found = decision.state.stakes.get(staking_id)
    if not found or found.account != user:
        raise Rejected(user, "unknown_stake")
    if found.returned:
        raise Rejected(user, "already_unstaked")
    if decision.clock.now < found.end:
        raise Rejected(user, "not_yet_unlocked")
    decision.post("stake.returned", "unstake", user, found.minor)
    decision.answer(user, "token.unstaked", {"stake": {
        "staking_id": staking_id, "amount": money(found.minor)}})
    decision.changes.append(lambda: setattr(found, "returned", True))


def end_hold(decision):
    """Sent by the clock; nothing happens before it is due."""
    user = decision.event.data["user_address"]
    hold_id = decision.event.data["hold_id"].lower()
    found = decision.state.holds.get(hold_id)
    if not found or found.account != user or found.status != "pending" \
            or decision.event.data.get("waits_for",
                                       found.waits_for) != found.waits_for:
        return
    released = (found.rule, found.waits_for) in decision.state.confirmed
    if not released and decision.clock.now < found.expires:
        return
    decision.post("pending.released", "release", user, found.minor)
    if not released:
        decision.post("pending.voided", "void", user, -found.minor)
    decision.answer(user, "token.released" if released else "token.voided",
                    {"pending": {"hold_id": hold_id,
                                 "amount": money(found.minor)}},
                    notify=found.rule if released else "")
    decision.changes.append(lambda: setattr(
        found, "status", "released" if released else "voided"))


def told_conversion(decision, kind, conversion_id, minor, status, tx_hash):
    decision.answer(decision.event.data["user_address"], kind, {"conversion": {
        "conversion_id": conversion_id, "amount": money(minor),
        "status": status, "blockchain_tx_hash": tx_hash}})


def convert(decision):
    event, state = decision.event, decision.state
    user = event.data["user_address"]
    if decision.ruleset.rate is None:
        raise Rejected(user, "not_offered")
    if not ADDRESS.fullmatch(event.data["blockchain_address"]):
        raise Rejected(user, "invalid_address")
    minor = amount_of(decision)
    if any(c.account == user and c.is_open
           for c in state.conversions.values()):
        raise Rejected(user, "conversion_in_progress")
    decision.need(user, minor)
    conversion_id = thing_id(event, user)
    made = Conversion(user, minor, event.data["blockchain_address"].lower(),
                      decision.ruleset.rate)
    decision.post("conversion.reserved", "reserve", user, -minor)
    told_conversion(decision, "token.conversion.pending", conversion_id,
                    minor, "pending", None)
    decision.changes.append(
        lambda: state.conversions.__setitem__(conversion_id, made))


def settle(decision):
    data = decision.event.data
    user, status = data["user_address"], data["status"]
    tx_hash = data.get("blockchain_tx_hash", "").lower() or None
    conversion_id = data["conversion_id"].lower()
    found = decision.state.conversions.get(conversion_id)
    if not found or found.account != user:
        raise Rejected(user, "unknown_conversion")
    if (found.status, found.hash) == (status, tx_hash):
        return
    if not found.is_open:
        raise Rejected(user, "already_settled")
    if status == "completed" and not tx_hash:
        raise Rejected(user, "invalid_settlement")
    if status != "processing":
        decision.post("conversion.returned", "unreserve", user, found.minor)
    if status == "completed":
        decision.post("conversion.completed", "convert", user, -found.minor)
    told_conversion(decision, {
        "processing": "token.conversion.processing",
        "completed": "token.converted",
        "failed": "token.conversion.failed"}[status], conversion_id,
        found.minor, status, tx_hash)
    decision.changes.append(
        lambda: vars(found).update(status=status, hash=tx_hash))


def propose(decision):
    event, state = decision.event, decision.state
    user, name = event.data["user_address"], event.data["proposal_id"]
    if decision.ruleset.voting is None:
        raise Rejected(user, "not_offered")
    if name in state.proposals:
        raise Rejected(user, "proposal_exists")
    quorum = event.data.get("quorum_required")
    if quorum is not None:
        quorum = decision.ruleset.exact_minor(quorum)
        if quorum is None or quorum < 0:
            raise Rejected(user, "invalid_amount")
    made = Proposal(event, decision.ruleset.voting, quorum,
                    dict(state.balances))
    decision.answer(user, "governance.proposal.opened", {"proposal": {
        "proposal_id": name, "title": event.data["title"],
        "category": event.data["category"], "voting_start": stamp(made.start),
        "voting_end": stamp(made.end)}})
    decision.changes.append(
        lambda: state.proposals.__setitem__(name, made))


def vote(decision):
    event, state = decision.event, decision.state
    user, name = event.data["user_address"], event.data["proposal_id"]
    found = state.proposals.get(name)
    if not found:
        raise Rejected(user, "unknown_proposal")
    if found.result or decision.clock.now >= found.end \
            or event.at < found.start:
        raise Rejected(user, "voting_closed")
    if user in found.votes:
        raise Rejected(user, "already_voted")
    power = found.balances.get(user, 0)
    if power <= 0:
        raise Rejected(user, "no_voting_power")
    choice = int(event.data["choice"])
    decision.answer(user, "governance.vote.counted", {"vote": {
        "proposal_id": name, "choice": choice,
        "voting_power": money(power)}})
    decision.changes.append(
        lambda: found.votes.__setitem__(user, (choice, power)))


def tally(decision):
    user = decision.event.data["user_address"]
    name = decision.event.data["proposal_id"]
    found = decision.state.proposals.get(name)
    if not found or found.proposer != user:
        raise Rejected(user, "unknown_proposal")
    if found.result:
        return
    if decision.clock.now < found.end:
        raise Rejected(user, "voting_open")
    result = found.tally(name)
    decision.answer(user, "governance.tallied", {"tally": {
        "result": json.loads(result), "sha256": sha256_of(result)}})
    decision.changes.append(lambda: setattr(found, "result", result))


def sha256_of(text):
    return hashlib.sha256(text.encode()).hexdigest()


REQUESTS = {f"io.gigchain.{name}.v1": request for name, request in {
    "token.transfer.requested": transfer,
    "token.adjustment.requested": adjust,
    "token.stake.requested": stake,
    "token.unstake.requested": unstake,
    "token.hold.due": end_hold,
    "token.conversion.requested": convert,
    "token.conversion.settled": settle,
    "governance.proposal.submitted": propose,
    "governance.vote.cast": vote,
    "governance.tally.requested": tally,
}.items()}


# ---- the whole --------------------------------------------------------------

class Result:
    """What becomes of a fresh event."""

    def __init__(self, decision):
        self.entries = decision.entries
        self.messages = decision.messages
        self.reason = decision.rejection
        self.outcome = "rejected" if self.reason else \
            "posted" if self.messages else "no_reward"


class Model:
    """Events in, entries and messages out, in an order that is given."""

    def __init__(self, ruleset):
        self.ruleset = ruleset
        self.state = State()
        self.claimed = {}  # identity -> Event

    def claim(self, event):
        """"fresh", "duplicate" or "conflict"."""
        first = self.claimed.get(event.identity)
        if first is None:
            return "fresh"
        return "duplicate" if first.payload == event.payload else "conflict"

    def post(self, event, clock=None):
        """The Result of a fresh event; raises Refused and changes nothing
        when the rules cannot decide it. Without a clock it is the event's
        time, and each event a batch."""
        decision = self.decide(event, clock or Clock(event.at))
        self.claimed[event.identity] = event
        return Result(decision)

    def decide(self, event, clock=None):
        decision = Decision(self.ruleset, self.state, event, clock)
        decision.run()
        return decision
