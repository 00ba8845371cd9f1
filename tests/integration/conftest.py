"""Fixtures: the stack of the session, the context of a test."""

import os
import pathlib
import random
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import harness  # noqa: E402  (the path first)


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes minutes; not run by "
                                       "default")


@pytest.fixture(scope="session")
def stack():
    servers = harness.Stack()
    servers.start()
    try:
        servers.migrate_template()
        yield servers
    finally:
        servers.stop()


@pytest.fixture
def seed():
    """REWARD_TEST_SEED repeats a run."""
    return int(os.environ.get("REWARD_TEST_SEED")
               or random.SystemRandom().randrange(10**6))


@pytest.fixture
def ctx(stack, seed, request):
    print(f"seed {seed}")
    context = harness.Context(stack, seed)
    yield context
    report = getattr(request.node, "report_of_call", None)
    context.failed = report is not None and report.failed
    if context.failed:
        print(f"logs are kept in {context.dir}")
        print(context.logs())
    context.close()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call":
        item.report_of_call = outcome.get_result()
