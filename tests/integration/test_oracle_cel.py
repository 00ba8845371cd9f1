"""Conditions against CEL's own implementation for Java: what is not in the
table of departures is answered alike."""

import os
import random
import re
import subprocess

import pytest

import harness
from cel_cases import DEPARTURES, cases

COUNT = 2000
ROWS = [row for rows in DEPARTURES.values() for row in rows]
SEED = int(os.environ.get("ORACLE_SEED") or 20261201)


def answers(program, texts):
    done = subprocess.run([harness.ROOT / program], text=True,
                          input="".join(text + "\n" for text in texts),
                          capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(texts)
    return lines


@pytest.fixture(scope="module")
def told():
    """What both say: of the random cases, and of the departures behind them.
    One start of a JVM for all."""
    print(f"ORACLE_SEED={SEED}")
    texts = list(cases(random.Random(SEED), COUNT))
    texts += [text for text, _, _ in ROWS]
    return list(zip(texts, answers("build/expr_main", texts),
                    answers("tests/support/cel-oracle", texts)))


def outcome(answer):
    """Why it is an error is told in words of one's own."""
    return answer if answer.startswith("value ") else answer.split()[0]


def microseconds_cut(answer):
    """CelOracle prints times to the millisecond."""
    return re.sub(r"(T\d\d:\d\d:\d\d\.\d{3})\d{3}Z$", r"\1Z", answer)


# CEL for Java 0.11.1 cannot add durations of which one is below zero and one
# has a fraction of a second.
BROKEN_THERE = re.compile(r"error .*'(add|subtract)_duration_duration' failed")


def test_conditions_are_those_of_cel(told):
    kinds = {}
    for text, our, cel in told[:COUNT]:
        if BROKEN_THERE.match(cel):
            kinds["broken"] = kinds.get("broken", 0) + 1
            continue
        assert outcome(microseconds_cut(our)) == outcome(cel), \
            f"{text}\n  is here   {our}\n  is in CEL {cel}"
        kinds[our[:10]] = kinds.get(our[:10], 0) + 1
    assert not [kind for kind in kinds if kind.startswith("fault")]
    assert kinds.get("broken", 0) < COUNT * 0.02, kinds
    # No answer is rare, or the test says little.
    for kind in ("value true", "value fals", "error rule"):
        assert kinds[kind] > COUNT * 0.02, kinds


@pytest.mark.parametrize("index", range(len(ROWS)),
                         ids=[text for text, _, _ in ROWS])
def test_departure(told, index):
    _, expected_cel, expected = ROWS[index]
    text, our, cel = told[COUNT + index]
    assert (outcome(our), outcome(cel)) == (expected, expected_cel), \
        f"{text}: {our}; in CEL {cel}"
    assert expected != expected_cel


def test_the_manual_has_all_departures():
    manual = (harness.ROOT / "rules/README.md").read_text(encoding="utf-8")
    table = manual.split("Where this is not CEL", 1)[1].split("\n\n")[1]
    assert [re.split(r"(?<!\\) \| ", row[2:])[0].replace("\\|", "|")
            for row in table.splitlines()[2:]] == list(DEPARTURES)
