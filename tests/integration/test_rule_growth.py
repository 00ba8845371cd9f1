"""`reward check rules` takes no more for each rule of a large file than for each
of a small one. Instructions are compared, not times. Without servers."""

import re
import subprocess

import pytest

import harness

FEW, MANY = 500, 5000
HEAD = """\
ruleset: x
version: "1"
asset: {code: GIGS, scale: 2}
rules:
"""
# Each rule against each other could be asked: do they overlap, and what of the
# one does the other take back?
SIDE_BY_SIDE = """\
- id: r{0}
  trigger: io.gigchain.review.written.v1
  account: event.data.user_address
  overlap: allowed
  award:
  - {{id: a, flat: 1, once: [account]}}
  - {{id: b, percent: {{is: 20, of: a}}, once: [account]}}
"""
ONE_AFTER_ANOTHER = """\
- id: r{0}
  trigger: io.gigchain.review.written.v1
  account: event.data.user_address
  valid_from: "2026-01-01T00:00:00.{0:06}Z"
  valid_until: "2026-01-01T00:00:00.{1:06}Z"
  award: [{{id: a, flat: 1, once: [account]}}]
"""
TAKEN_BACK = """\
- id: r{0}
  trigger: io.gigchain.contract.completed.v1
  account: event.data.user_address
  overlap: allowed
  award: [{{id: a, flat: 1, once: [account]}}]
  reversed_by:
    trigger: io.gigchain.contract.refunded.v1
    match: event.data.contract_id == origin.data.contract_id
    once_keys: keep
    limits: keep
"""


def instructions(folder, rule, count):
    path = folder / "rules.yaml"
    path.write_text(HEAD + "".join(rule.format(i, i + 1) for i in range(count)))
    counts = folder / "counts"
    done = subprocess.run(
        ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={counts}",
         harness.BINARY, "check", "rules", path],
        text=True, capture_output=True, cwd=harness.ROOT,
        env=harness.clean_env({}), check=False)
    assert done.returncode == 0, done.stderr
    assert f"{count} rules" in done.stdout
    return int(re.search(r"^totals: (\d+)$", counts.read_text(), re.M)[1])


@pytest.mark.parametrize("rule", [SIDE_BY_SIDE, ONE_AFTER_ANOTHER, TAKEN_BACK],
                         ids=["side by side", "one after another", "taken back"])
def test_loading_grows_as_the_file_does(tmp_path, rule):
    start = instructions(tmp_path, rule, 1)
    few = instructions(tmp_path, rule, FEW) - start
    many = instructions(tmp_path, rule, MANY) - start
    assert many <= 1.15 * few * MANY / FEW, (few, many)
