"""Random conditions that rules and CEL must answer alike, and DEPARTURES, the
table of those that they answer otherwise; rules/README.md has the same one for
people. For tests/integration/test_oracle_cel.py.

What stands in DEPARTURES is left out of the grammar here: only whole numbers,
no `/`, and where a side of `&&` and `||` may fail, it is the right one.
"""

import dataclasses

CHOICE, OR, AND, RELATION, SUM, PRODUCT, UNARY, PRIMARY = range(8)


@dataclasses.dataclass
class Term:
    """`fails`: it may be an error, which the program meets from left to
    right and CEL in any order."""
    level: int
    text: str
    fails: bool = False

    def at(self, level):
        return self.text if self.level >= level else f"({self.text})"


def joined(level, parts, symbol):
    left, right = parts
    return Term(level, f"{left.at(level)} {symbol} {right.at(level + 1)}",
                left.fails or right.fails)


STRINGS = ['""', '"a"', "'gr\\u00fc'", '"\\u00dfe"', '"quiz"', '"e-1"',
           '"a\\"b"', "'tab\\there'", '"2026-02-28"']
DAYS = ['"2026-02-27"', '"2026-02-28"', '"2026-03-01"']
TIMES = ["2025-10-08T12:34:56.789Z", "2026-03-29T00:30:00Z",
         "2026-03-29T02:30:00+02:00", "2024-02-29T23:59:59Z",
         "1969-12-31T23:59:59.999Z", "2026-12-31T23:30:00-05:00"]
SPANS = ["24h", "90m", "1.5h", "-1h", "1h30m15s", "500ms", "0s", "250us"]
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata",
         "Australia/Lord_Howe"]
PARTS = ["getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek",
         "getDayOfYear", "getHours", "getMinutes", "getSeconds",
         "getMilliseconds"]


# ---- whole numbers ----

def whole_literal(rng, _depth=0):
    return Term(PRIMARY, str(rng.choice([0, 1, 2, 3, 7, 10, 100,
                                         rng.getrandbits(12)])))


def whole_field(rng, _depth):
    return Term(PRIMARY, rng.choice(["event.data.count", "event.data.zero",
                                     "event.data.inner.a"]))


def whole_sum(rng, depth):
    symbol, level = rng.choice([("+", SUM), ("-", SUM)])
    return joined(level, [whole(rng, depth), whole(rng, depth)], symbol)


def whole_product(rng, depth):
    return joined(PRODUCT, [whole(rng, depth), rng.choice(
        [whole_literal, whole_field])(rng, 0)], "*")


def remainder(rng, depth):
    left = whole(rng, depth)
    if rng.random() < 0.5:
        return Term(PRODUCT, f"{left.at(PRODUCT)} % "
                             f"{rng.choice(['3', '7', '-3', '100'])}",
                    left.fails)
    return Term(PRODUCT, joined(PRODUCT, [left, Term(
        SUM, whole_sum(rng, 0).text + " + event.data.zero")], "%").text, True)


def negation(rng, depth):
    part = whole(rng, depth)
    return Term(UNARY, f"-{part.at(UNARY)}", part.fails)


def size(rng, depth):
    part = string(rng, depth)
    return Term(PRIMARY, rng.choice([f"size({part.text})",
                                     f"{part.at(PRIMARY)}.size()"]), part.fails)


def time_part(rng, depth):
    part = time(rng, depth)
    zone = rng.choice(["", f'"{rng.choice(ZONES)}"'])
    return Term(PRIMARY, f"{part.at(PRIMARY)}.{rng.choice(PARTS)}({zone})",
                part.fails)


def whole(rng, depth):
    if depth <= 0:
        return rng.choice([whole_literal, whole_field])(rng, 0)
    kind = rng.choice([whole_literal, whole_field, whole_sum, whole_product,
                       remainder, negation, size, time_part, choice_of(whole)])
    return kind(rng, depth - 1)


# ---- strings and times ----

def string(rng, depth):
    roll = rng.random()
    if depth <= 0 or roll < 0.5:
        return Term(PRIMARY, rng.choice(STRINGS + [
            "event.data.label", "event.id", "event.source", "event.type"]))
    if roll < 0.8:
        return joined(SUM, [string(rng, depth - 1), string(rng, depth - 1)],
                      "+")
    return choice_of(string)(rng, depth - 1)


def time(rng, depth):
    roll = rng.random()
    if depth <= 0 or roll < 0.4:
        return Term(PRIMARY, rng.choice(
            ["event.time", "event.data.at"] +
            [f'timestamp("{text}")' for text in TIMES]))
    if roll < 0.5:
        return Term(PRIMARY, "timestamp(event.data.label)", True)
    if roll < 0.6:
        return Term(PRIMARY, f"timestamp({time(rng, 0).text})")
    if roll < 0.7:
        return choice_of(time)(rng, depth - 1)
    parts = [time(rng, depth - 1), span(rng, depth - 1)]
    symbol = rng.choice("+-")
    if symbol == "+" and rng.random() < 0.3:
        parts.reverse()
    return joined(SUM, parts, symbol)


def span(rng, depth):
    roll = rng.random()
    if depth <= 0 or roll < 0.5:
        return Term(PRIMARY, f'duration("{rng.choice(SPANS)}")')
    if roll < 0.75:
        return joined(SUM, [time(rng, depth - 1), time(rng, depth - 1)], "-")
    return joined(SUM, [span(rng, depth - 1), span(rng, depth - 1)],
                  rng.choice("+-"))


# ---- conditions ----

def comparison(rng, depth):
    kind = rng.choice([whole, string, time, span])
    left, right = kind(rng, depth), kind(rng, depth)
    if rng.random() < 0.2:
        right = left
    symbol = rng.choice(["<", "<=", ">", ">=", "==", "!="])
    return joined(RELATION, [left, right], symbol)


def equal_conditions(rng, depth):
    return joined(RELATION, [condition(rng, depth), condition(rng, depth)],
                  rng.choice(["==", "!="]))


def day(rng, _depth):
    symbol = rng.choice(["<", "<=", ">", ">=", "==", "!="])
    return Term(RELATION, f"event.data.day {symbol} {rng.choice(DAYS)}")


def membership(rng, depth):
    kind, item = rng.choice([
        (whole, lambda: whole_literal(rng).text),
        (string, lambda: rng.choice(STRINGS))])
    left = kind(rng, depth)
    items = ", ".join(item() for _ in range(rng.randint(1, 4)))
    return Term(RELATION, f"{left.at(RELATION)} in [{items}]", left.fails)


def text_test(rng, depth):
    text, part = string(rng, depth), string(rng, depth)
    name = rng.choice(["startsWith", "endsWith", "contains"])
    return Term(PRIMARY, f"{text.at(PRIMARY)}.{name}({part.text})",
                text.fails or part.fails)


def presence(rng, _depth):
    field, use = rng.choice([
        ("event.data.bonus", "event.data.bonus > 3"),
        ("event.data.inner.b", "event.data.inner.b == 0"),
        ("event.data.note", 'event.data.note != ""'),
        ("event.data.rating", "event.data.count > 3"),
    ])
    shape, level = rng.choice([
        ("has({0})", PRIMARY), ("!has({0})", UNARY), ("has({0}) && {1}", AND),
        ("!has({0}) || {1}", OR), ("has({0}) ? {1} : event.data.done", CHOICE)])
    return Term(level, shape.format(field, use))


def logic(rng, depth):
    symbol, level = rng.choice([("||", OR), ("&&", AND)])
    left, right = condition(rng, depth), condition(rng, depth)
    while left.fails:
        left = condition(rng, depth - 1)
    return joined(level, [left, right], symbol)


def negated(rng, depth):
    part = condition(rng, depth)
    return Term(UNARY, f"!{part.at(UNARY)}", part.fails)


def choice_of(kind):
    def choice(rng, depth):
        when, yes, no = (condition(rng, depth), kind(rng, depth),
                         kind(rng, depth))
        return Term(CHOICE, f"{when.at(OR)} ? {yes.at(OR)} : {no.text}",
                    when.fails or yes.fails or no.fails)
    return choice


def condition(rng, depth):
    if depth <= 0:
        return rng.choice([Term(PRIMARY, "event.data.done"),
                           Term(PRIMARY, "true"), Term(PRIMARY, "false"),
                           day(rng, 0), presence(rng, 0)])
    kind = rng.choices(
        [comparison, equal_conditions, day, membership, text_test, presence,
         logic, negated, choice_of(condition)],
        [5, 1, 1, 3, 2, 1, 5, 1, 1])[0]
    return kind(rng, depth - 1)


def cases(rng, count):
    """Mostly conditions; some values, since a condition hides much."""
    for _ in range(count):
        kind = rng.choice([condition] * 6 +
                          [whole, string, time, span, time_part, time_part])
        yield kind(rng, rng.randint(1, 4)).text


# What stands first in a row of the table of rules/README.md: expressions, what
# CEL says, what is said here. Behind "fault" and "error" no text is compared.
DEPARTURES = {
    "`7 / 2`": [
        ("7 / 2", "value 3", "value 3.5")],
    "`0.1 + 0.2 == 0.3`": [
        ("0.1 + 0.2 == 0.3", "value false", "value true"),
        ("1.0", "value 1.0", "value 1")],
    "`1 + 0.5`, `1 == 1.0`": [
        ("1 + 0.5", "fault", "value 1.5"),
        ("1 == 1.0", "fault", "value true"),
        ("event.data.done ? 1 : 0.5", "fault", "value 1")],
    "an overflow": [
        ("999999999999999999 * 10 + 9", "error", "value 9999999999999999999"),
        ("9223372036854775807", "value 9223372036854775807", "fault")],
    "`FAULTY || true`, `FAULTY && false`": [
        ("1 % event.data.zero == 1 || true", "value true", "error"),
        ("1 % event.data.zero == 1 && false", "value false", "error")],
    "an optional field without `has()`, an unknown field, a division by a "
    "literal 0, a text that is no time, an empty list": [
        ("event.data.bonus > 3", "error", "fault"),
        ("event.data.nothing == 1", "error", "fault"),
        ("event.data.count % 0 == 1", "error", "fault"),
        ('timestamp("x") < event.time', "error", "fault"),
        ("event.data.count in []", "value false", "fault")],
    "`user == \"0xABC…\"` in capitals": [
        ('event.data.user == "0xABCDEF0000000000000000000000000000000000"',
         "value false", "fault")],
    '`1 in [1, "a"]`': [
        ('1 in [1, "a"]', "value true", "fault"),
        ("1 in [event.data.count]", "value false", "fault")],
    "lists elsewhere, maps, `[ ]` to index, objects, null, bytes, uint, "
    "`type()`": [
        ("size([1, 2])", "value 2", "fault"),
        ("[1] == [1]", "value true", "fault"),
        ('{"a": 1}.a', "value 1", "fault"),
        ('event.data["count"]', "value 7", "fault"),
        ("event.data.inner == event.data.inner", "value true", "fault"),
        ("event.data.count == null", "value false", "fault"),
        ('b"a" == b"a"', "value true", "fault"),
        ("1u", "value 1", "fault"),
        ("type(1) == int", "value true", "fault")],
    "`all` `exists` `exists_one` `map` `filter`": [
        ("[1].all(x, x == 1)", "value true", "fault"),
        ("[1].exists(x, x == 1)", "value true", "fault"),
        ("[1].exists_one(x, x == 1)", "value true", "fault"),
        ("size([1].map(x, x))", "value 1", "fault"),
        ("size([1].filter(x, x > 1))", "value 0", "fault")],
    "`matches`": [
        ('event.data.label.matches("a")', "value false", "fault")],
    "`int()` `string()` `double()` `dyn()`": [
        ('int("1")', "value 1", "fault"),
        ("string(1)", "value 1", "fault"),
        ("double(1)", "value 1.0", "fault"),
        ("dyn(1)", "value 1", "fault")],
    '`0x1F` `1e3` `.5` `r"a"` `"""a"""` `"\\x41"`, comments': [
        ("0x1F", "value 31", "fault"),
        ("1e3", "value 1000.0", "fault"),
        (".5", "value 0.5", "fault"),
        ('r"a"', "value a", "fault"),
        ('"""a"""', "value a", "fault"),
        (r'"\x41"', "value A", "fault"),
        ("1 // one", "value 1", "fault")],
    "`true < false`": [
        ("true < false", "value false", "fault")],
    "times and durations": [
        ('timestamp("2026-01-01T00:00:00.0000009Z") == '
         'timestamp("2026-01-01T00:00:00Z")', "value false", "value true"),
        ('duration("1ns")', "value 0.000000001s", "fault")],
    '`getHours("+02:00")`': [
        ('event.time.getHours("+02:00")', "value 14", "fault")],
    '`duration("90m").getMinutes()`': [
        ('duration("90m").getMinutes()', "value 90", "fault")],
    "`min` `max` `abs` `floor` `ceil` `round`": [
        ("min(1, 2)", "fault", "value 1"),
        ("max(1, 2)", "fault", "value 2"),
        ("abs(-1)", "fault", "value 1"),
        ("floor(1.5)", "fault", "value 1"),
        ("ceil(1.5)", "fault", "value 2"),
        ('round(1.25, 1, "half_even")', "fault", "value 1.2")],
}
