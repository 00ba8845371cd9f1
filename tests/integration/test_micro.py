"""No step of an event costs much more than ops/bench/micro.baseline.json says,
and one that did would be noticed. Instructions are compared, not times."""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BASELINE = ROOT / "ops/bench/micro.baseline.json"
PROGRAM = ROOT / "build/bench/micro"
STEPS = ["decode", "validate", "digest", "want", "decide", "encode", "render"]


def run_micro(*options):
    return subprocess.run(
        [sys.executable, ROOT / "ops/bench/micro", "--counts", *options,
         PROGRAM], capture_output=True, text=True, check=False)


def write_baseline(path, **factors):
    """The committed one with some figures multiplied."""
    baseline = json.loads(BASELINE.read_text())
    for step, factor in factors.items():
        baseline["instructions"][step] *= factor
    path.write_text(json.dumps(baseline))
    return path


def test_no_step_is_dearer_than_its_baseline():
    done = run_micro("--json")
    assert done.returncode == 0, done.stderr
    steps = json.loads(done.stdout)["steps"]
    assert list(steps) == STEPS
    assert all(step["instructions"] > 500 for step in steps.values())


def test_half_as_dear_again_is_noticed(tmp_path):
    """As if each of two steps had cost two thirds of what it costs now."""
    path = write_baseline(tmp_path / "cheap.json", validate=2 / 3, encode=2 / 3)
    done = run_micro("--baseline", path)
    assert done.returncode == 1
    named = [line.split()[1] for line in done.stderr.splitlines()
             if "more than the 1.2 allowed" in line]
    assert named == ["validate", "encode"]


def test_a_baseline_of_something_else_is_refused(tmp_path):
    other = json.loads(BASELINE.read_text())
    other["made_with"]["corpus"] = "another"
    path = tmp_path / "other.json"
    path.write_text(json.dumps(other))
    done = run_micro("--baseline", path)
    assert done.returncode == 1
    assert "another corpus" in done.stderr
