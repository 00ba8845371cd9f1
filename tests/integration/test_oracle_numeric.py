"""The arithmetic of rules against PostgreSQL's `numeric`: thousands of random
expressions, one process and one query."""

import contextlib
import os
import random
import subprocess
from fractions import Fraction

import harness
from numeric_cases import LARGE_BITS, cases

COUNT = 4000
SEED = int(os.environ.get("ORACLE_SEED") or 20261201)

# `numeric` itself rounds halves away from zero and knows no other way; an
# error must not end the query.
HELPERS = """
CREATE FUNCTION pg_temp.round_half_up(x numeric, places int) RETURNS numeric
    LANGUAGE sql AS 'SELECT round(x, places)';
CREATE FUNCTION pg_temp.round_floor(x numeric, places int) RETURNS numeric
    LANGUAGE sql AS 'SELECT floor(x * 10::numeric ^ places) * 0.1 ^ places';
CREATE FUNCTION pg_temp.round_ceil(x numeric, places int) RETURNS numeric
    LANGUAGE sql AS 'SELECT ceil(x * 10::numeric ^ places) * 0.1 ^ places';
CREATE FUNCTION pg_temp.round_half_even(x numeric, places int) RETURNS numeric
    LANGUAGE sql AS $$
    SELECT CASE WHEN abs(y - trunc(y)) = 0.5
                THEN 2 * round(y / 2) ELSE round(y) END * 0.1 ^ places
      FROM (SELECT x * 10::numeric ^ places AS y) AS scaled $$;
CREATE FUNCTION pg_temp.try(expression text) RETURNS text
    LANGUAGE plpgsql AS $$
    DECLARE answer text;
    BEGIN
        EXECUTE 'SELECT (' || expression || ')::text' INTO answer;
        RETURN answer;
    EXCEPTION WHEN division_by_zero THEN
        RETURN 'division_by_zero';
    END $$;
"""


def ours(texts):
    done = subprocess.run([harness.ROOT / "build/expr_main"], text=True,
                          input="".join(text + "\n" for text in texts),
                          capture_output=True, timeout=60, check=True)
    return done.stdout.splitlines()


def theirs(stack, texts):
    with contextlib.closing(stack.connect("admin", "postgres")) as pg:
        cursor = pg.cursor()
        cursor.execute(HELPERS)
        cursor.execute("SELECT pg_temp.try(x) FROM unnest(%s) "
                       "WITH ORDINALITY AS t(x, n) ORDER BY n", (texts,))
        return [answer for (answer,) in cursor]


def agree(our, their):
    if their == "division_by_zero":
        return our == "error rule_error"
    if not our.startswith("value "):
        return False
    our = our.removeprefix("value ")
    if their in ("true", "false"):
        return our == their
    return Fraction(our) == Fraction(their)


def test_arithmetic_is_that_of_numeric(stack):
    print(f"ORACLE_SEED={SEED}")
    terms = list(cases(random.Random(SEED), COUNT))
    our_answers = ours([term.text for term in terms])
    their_answers = theirs(stack, [term.sql for term in terms])
    assert len(our_answers) == len(their_answers) == COUNT
    kinds = {"value": 0, "error": 0, "overflow": 0}
    for term, our, their in zip(terms, our_answers, their_answers):
        if "overflow" in our or "too large" in our:
            assert term.bits > LARGE_BITS, f"{term.text}: {our}"
            kinds["overflow"] += 1
            continue
        assert agree(our, their), \
            f"{term.text}\n  is here {our}\n  as SQL  {their}: {term.sql}"
        kinds[our.split()[0]] += 1
    print(kinds)
    # Neither kind of answer is rare, or the test says little.
    assert kinds["value"] > COUNT * 0.7 and kinds["error"] > COUNT * 0.01
