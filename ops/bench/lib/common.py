"""Messages, failures, waiting, and an environment free of the caller's."""

import argparse
import os
import pathlib
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = ROOT / "build"
# As for the tests: a program that was built elsewhere.
REWARD = pathlib.Path(os.environ.get("REWARD_BINARY", BUILD / "reward"))


class BenchError(Exception):
    """The measurement cannot go on, or is not worth anything."""


def say(text):
    print(f"{pathlib.Path(sys.argv[0]).name}: {text}", file=sys.stderr,
          flush=True)


def wait_until(condition, timeout_s, what, every_s=0.05):
    """The condition's first true value."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise BenchError(f"not within {timeout_s} s: {what}")
        time.sleep(every_s)


def clean_env(**more):
    """The environment without settings of whoever calls."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith(("REWARD_", "PG", "STACK_"))
           and name != "DATABASE_URL"}
    return {**env, **more}


def run_tool(what, command, **more):
    """Output of a program that is not measured; BenchError when it fails."""
    try:
        done = subprocess.run([str(word) for word in command], text=True,
                              capture_output=True, stdin=subprocess.DEVNULL,
                              check=False, **more)
    except FileNotFoundError:
        raise BenchError(f"{what}: there is no {command[0]} on this machine; "
                         "run ops/setup, or install it") from None
    if done.returncode:
        raise BenchError(f"{what} failed:\n"
                         f"{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout


def build():
    """What is installed already, and up to date, takes no time."""
    run_tool("ops/setup", [ROOT / "ops/setup"])
    if REWARD == BUILD / "reward":
        run_tool("make", ["make", "-s", "-C", ROOT, "all"])


def build_c(source, package):
    """A program of one C file, of a library that pkg-config knows; built anew
    when the file is younger."""
    program = BUILD / "bench" / source.stem
    if program.exists() and program.stat().st_mtime > source.stat().st_mtime:
        return program
    flags = run_tool("pkg-config",
                     ["pkg-config", "--cflags", "--libs", package])
    program.parent.mkdir(parents=True, exist_ok=True)
    run_tool(f"building {source.stem}",
             [os.environ.get("CC", "gcc"), "-std=gnu11", "-D_GNU_SOURCE",
              "-O2", "-o", program, source, *flags.split()])
    return program


def tail(path, lines=20):
    """The end of a log, for an error."""
    try:
        text = pathlib.Path(path).read_text(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def positive(text):
    """An option's value."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def end_on(number, _frame):
    raise SystemExit(128 + number)


def run_main(main):
    """Runs a command's main function: a signal ends it in order, so that no
    server stays behind, and a failure is one message and status 1."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_on)
    try:
        sys.exit(main())
    except BenchError as failure:
        say(failure)
        sys.exit(1)
