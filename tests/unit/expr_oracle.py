"""Random expressions over numbers and conditions, with what Python's exact
fractions say about them: one `expression TAB value` a line.

The parentheses are the fewest that CEL's precedence needs, so the grammar is
tested along with the arithmetic. A `~` before the value says that a number on
the way is so large that an overflow is as good an answer.

usage: expr_oracle.py SEED COUNT
"""
import math
import random
import sys
from fractions import Fraction

FIELDS = {
    "event.data.count": 7,
    "event.data.zero": 0,
    "event.data.inner.a": 3,
    "event.data.value": Fraction("12.50"),
}
LARGE = 2**60

OR, AND, RELATION, SUM, PRODUCT, UNARY, PRIMARY = range(1, 8)


class Term:
    """Text with its outermost level, its value, and whether it is an int."""

    def __init__(self, level, text, value, whole=False, large=False):
        self.level, self.text, self.value = level, text, value
        self.whole, self.large = whole, large
        if isinstance(value, Fraction):
            size = max(abs(value.numerator), value.denominator)
            self.large = large or size > LARGE

    def at(self, level):
        return self.text if self.level >= level else f"({self.text})"


def literal(rng):
    if rng.random() < 0.5:
        value = Fraction(rng.choice([0, 1, 2, 3, 10, 100, rng.getrandbits(40)]))
        return Term(PRIMARY, str(value), value, whole=True)
    places = rng.randint(1, 9)
    units = rng.getrandbits(rng.choice([4, 10, 30]))
    text = f"{units // 10**places}.{units % 10**places:0{places}d}"
    return Term(PRIMARY, text, Fraction(text))


def field(rng):
    name, value = rng.choice(list(FIELDS.items()))
    return Term(PRIMARY, name, Fraction(value), whole=isinstance(value, int))


def remainder(left, right):
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


ARITHMETIC = {
    "+": (SUM, lambda a, b: a + b),
    "-": (SUM, lambda a, b: a - b),
    "*": (PRODUCT, lambda a, b: a * b),
    "/": (PRODUCT, lambda a, b: a / b),
    "%": (PRODUCT, remainder),
}


def arithmetic(rng, depth):
    symbol = rng.choice(list(ARITHMETIC))
    level, operation = ARITHMETIC[symbol]
    left, right = number(rng, depth), number(rng, depth)
    if symbol == "%" and not (left.whole and right.whole):
        symbol, (level, operation) = "*", ARITHMETIC["*"]
    return Term(
        level,
        f"{left.at(level)} {symbol} {right.at(level + 1)}",
        operation(left.value, right.value),
        whole=symbol != "/" and left.whole and right.whole,
        large=left.large or right.large,
    )


def negation(rng, depth):
    part = number(rng, depth)
    return Term(UNARY, f"-{part.at(UNARY)}", -part.value, part.whole, part.large)


def half_up(value):
    return (1 if value >= 0 else -1) * math.floor(abs(value) + Fraction(1, 2))


ROUND = {"floor": math.floor, "ceil": math.ceil, "half_even": round, "half_up": half_up}


def rounding(rng, depth):
    part = number(rng, depth)
    name, operation = rng.choice(list(ROUND.items()))
    if name in ("floor", "ceil") and rng.random() < 0.5:
        value = Fraction(operation(part.value))
        return Term(PRIMARY, f"{name}({part.text})", value, True, part.large)
    unit = 10 ** rng.randint(0, 9)
    value = Fraction(operation(part.value * unit), unit)
    text = f'round({part.text}, {len(str(unit)) - 1}, "{name}")'
    large = part.large or abs(part.value * unit) > LARGE
    return Term(PRIMARY, text, value, large=large)


def call(rng, depth):
    name, operation = rng.choice([("min", min), ("max", max), ("abs", None)])
    parts = [number(rng, depth) for _ in range(rng.randint(2, 4) if operation else 1)]
    values = [part.value for part in parts]
    return Term(
        PRIMARY,
        f"{name}({', '.join(part.text for part in parts)})",
        operation(values) if operation else abs(values[0]),
        whole=all(part.whole for part in parts),
        large=any(part.large for part in parts),
    )


def choice(rng, depth, kind):
    when, yes, no = condition(rng, depth), kind(rng, depth), kind(rng, depth)
    return Term(
        0,
        f"{when.at(OR)} ? {yes.at(OR)} : {no.text}",
        yes.value if when.value else no.value,
        whole=yes.whole and no.whole,
        large=when.large or yes.large or no.large,
    )


def number(rng, depth):
    if depth <= 0 or rng.random() < 0.1:
        return rng.choice([literal, field])(rng)
    if rng.random() < 0.1:
        return choice(rng, depth - 1, number)
    kind = rng.choices([arithmetic, negation, rounding, call], [6, 1, 2, 2])[0]
    return kind(rng, depth - 1)


RELATIONS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def relation(rng, depth):
    symbol, operation = rng.choice(list(RELATIONS.items()))
    left, right = number(rng, depth), number(rng, depth)
    if rng.random() < 0.2:
        right = left
    return Term(
        RELATION,
        f"{left.at(RELATION)} {symbol} {right.at(SUM)}",
        operation(left.value, right.value),
        large=left.large or right.large,
    )


def membership(rng, depth):
    left = number(rng, depth)
    items = [literal(rng) for _ in range(rng.randint(1, 4))]
    return Term(
        RELATION,
        f"{left.at(RELATION)} in [{', '.join(item.text for item in items)}]",
        left.value in [item.value for item in items],
        large=left.large,
    )


def logic(rng, depth):
    symbol, level = rng.choice([("||", OR), ("&&", AND)])
    left, right = condition(rng, depth), condition(rng, depth)
    value = left.value or right.value if level == OR else left.value and right.value
    text = f"{left.at(level)} {symbol} {right.at(level + 1)}"
    return Term(level, text, value, large=left.large or right.large)


def negated(rng, depth):
    part = condition(rng, depth)
    return Term(UNARY, f"!{part.at(UNARY)}", not part.value, large=part.large)


def condition(rng, depth):
    if depth <= 0:
        return relation(rng, 0)
    if rng.random() < 0.1:
        return choice(rng, depth - 1, condition)
    kind = rng.choices([relation, membership, logic, negated], [4, 1, 4, 1])[0]
    return kind(rng, depth - 1)


def spell(value):
    """As the program prints values."""
    if isinstance(value, bool):
        return "true" if value else "false"
    for places in range(10):
        if 10**places % value.denominator == 0:
            units = abs(value.numerator) * 10**places // value.denominator
            text = f"{units:0{places + 1}d}"
            sign = "-" if value < 0 else ""
            return sign + (f"{text[:-places]}.{text[-places:]}" if places else text)
    return f"{value.numerator}/{value.denominator}"


def main():
    rng = random.Random(int(sys.argv[1]))
    left = int(sys.argv[2])
    while left:
        try:
            term = rng.choice([number, condition])(rng, rng.randint(1, 5))
        except ZeroDivisionError:
            continue
        if len(term.text) > 4096:
            continue
        print(f"{term.text}\t{'~' if term.large else ''}{spell(term.value)}")
        left -= 1


main()
