"""Random arithmetic, once as an expression of rules and once as SQL over
`numeric`, for tests/integration/test_oracle_numeric.py.

PostgreSQL adds, subtracts and multiplies `numeric` exactly, and divides to a
number of places. So a quotient that does not end stands only where it is
rounded at once: 60 places decide any rounding to 9 or fewer, since what lies
on the fence ends.
"""

import dataclasses

FIELDS = {"event.data.count": "7", "event.data.zero": "0",
          "event.data.inner.a": "3", "event.data.value": "12.50"}
LONG = "0e-60::numeric"  # + this, and the quotient has 60 places

OR, RELATION, SUM, PRODUCT, UNARY, PRIMARY = range(6)

# Beyond this the 128 bits of a fraction may be too few.
LARGE_BITS = 120


@dataclasses.dataclass
class Term:
    """`bits` bounds numerator and denominator; `whole` is static, as the
    type int is."""
    level: int
    text: str
    sql: str
    bits: int
    whole: bool = False

    def at(self, level):
        return self.text if self.level >= level else f"({self.text})"


def literal(rng):
    if rng.random() < 0.5:
        value = rng.choice([0, 1, 2, 3, 10, 100, rng.getrandbits(20),
                            rng.getrandbits(40)])
        return Term(PRIMARY, str(value), f"{value}::numeric",
                    value.bit_length() + 1, True)
    places = rng.randint(1, 9)
    units = rng.getrandbits(rng.choice([4, 10, 30]))
    text = f"{units // 10**places}.{units % 10**places:0{places}d}"
    return Term(PRIMARY, text, f"{text}::numeric", 32 + 4 * places)


def field(rng):
    name, value = rng.choice(list(FIELDS.items()))
    return Term(PRIMARY, name, f"{value}::numeric", 6, "." not in value)


def leaf(rng, whole):
    while True:
        term = rng.choice([literal, field])(rng)
        if term.whole or not whole:
            return term


def sum_or_product(rng, depth, whole):
    symbol, level = rng.choice([("+", SUM), ("-", SUM), ("*", PRODUCT)])
    left, right = (number(rng, depth, whole) for _ in range(2))
    return Term(level, f"{left.at(level)} {symbol} {right.at(level + 1)}",
                f"({left.sql} {symbol} {right.sql})",
                left.bits + right.bits + 1, left.whole and right.whole)


def remainder(rng, depth, _whole):
    left, right = (number(rng, depth, True) for _ in range(2))
    return Term(PRODUCT, f"{left.at(PRODUCT)} % {nonliteral(right)}",
                f"({left.sql} % {right.sql})", max(left.bits, right.bits), True)


def nonliteral(right):
    """A zero that is written down is a fault when the rules are loaded; here
    one must come about by the event."""
    return f"({right.text} + event.data.zero)"


def ending_quotient(rng, depth, _whole):
    left = number(rng, depth, False)
    by = rng.choice(["2", "4", "5", "8", "0.5", "20", "0.125", "1000"])
    return Term(PRODUCT, f"{left.at(PRODUCT)} / {by}",
                f"(({left.sql} + {LONG}) / {by})", left.bits + 10)


def rounded(rng, depth, _whole):
    part = number(rng, depth, False)
    if rng.random() < 0.5:
        by = number(rng, depth, False)
        part = Term(PRODUCT, f"{part.at(PRODUCT)} / {nonliteral(by)}",
                    f"(({part.sql} + {LONG}) / {by.sql})", part.bits + by.bits)
    name = rng.choice(["floor", "ceil"])
    if rng.random() < 0.3:
        return Term(PRIMARY, f"{name}({part.text})", f"{name}({part.sql})",
                    part.bits, True)
    mode = rng.choice(["floor", "ceil", "half_even", "half_up"])
    places = rng.randint(0, 9)
    return Term(PRIMARY, f'round({part.text}, {places}, "{mode}")',
                f"pg_temp.round_{mode}({part.sql}, {places})",
                part.bits + 4 * places)


def tie(rng, depth, _whole):
    """Every other whole number, halved, lies on the fence."""
    part = negation(rng, depth, True) if rng.random() < 0.5 else \
        number(rng, depth, True)
    mode = rng.choice(["floor", "ceil", "half_even", "half_up"])
    places = rng.randint(0, 4)
    by = 2 * 10**places
    return Term(PRIMARY, f'round({part.at(PRODUCT)} / {by}, {places}, "{mode}")',
                f"pg_temp.round_{mode}(({part.sql} + {LONG}) / {by}, {places})",
                part.bits + 8 * places)


def negation(rng, depth, whole):
    part = number(rng, depth, whole)
    return Term(UNARY, f"-{part.at(UNARY)}", f"(- {part.sql})", part.bits,
                part.whole)


CALLS = {"min": "least", "max": "greatest"}


def call(rng, depth, whole):
    name, sql = rng.choice(list(CALLS.items()))
    parts = [number(rng, depth, whole) for _ in range(rng.randint(2, 4))]
    return Term(PRIMARY, f"{name}({', '.join(part.text for part in parts)})",
                f"{sql}({', '.join(part.sql for part in parts)})",
                max(part.bits for part in parts),
                all(part.whole for part in parts))


def number(rng, depth, whole=False):
    """An expression of type int or decimal; of int when it must be whole."""
    if depth <= 0 or rng.random() < 0.1:
        return leaf(rng, whole)
    kinds = [sum_or_product, remainder, negation, call]
    weights = [5, 2, 1, 1]
    if not whole:
        kinds += [ending_quotient, rounded, tie]
        weights += [1, 3, 2]
    return rng.choices(kinds, weights)[0](rng, depth - 1, whole)


RELATIONS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "=", "!=": "<>"}


def relation(rng, depth):
    symbol, sql = rng.choice(list(RELATIONS.items()))
    left, right = (number(rng, depth) for _ in range(2))
    if rng.random() < 0.2:
        right = left
    return Term(RELATION, f"{left.at(SUM)} {symbol} {right.at(SUM)}",
                f"({left.sql} {sql} {right.sql})", left.bits + right.bits)


def cases(rng, count):
    for _ in range(count):
        yield rng.choice([number, number, relation])(rng, rng.randint(1, 3))
