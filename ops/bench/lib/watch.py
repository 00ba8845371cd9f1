"""Looks at a run from the database, seldom and over one connection: what looks
often is a load of its own. The looks only tell when it is over; all times come
from rows and messages."""

import time

from .common import BenchError, say

LOOK_S = 1.0
REPORT_S = 5.0
STALL_S = 60.0


def query(connection, sql, *params):
    """The first row of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return cursor.fetchone()


class Stalled(BenchError):
    """All processes are there, and nothing moves."""


def watch(look, check, stall_s=STALL_S, every_s=LOOK_S):
    """Until `look`, which gives (is it over, how far it is), says so. `check`
    raises when it will never be."""
    moved = reported = time.monotonic()
    before = None
    while True:
        over, far = look()
        if over:
            return
        now = time.monotonic()
        if far != before:
            before, moved = far, now
        if now - moved > stall_s:
            check()
            raise Stalled(f"nothing moves for {stall_s:.0f} s, at: {far}")
        if now - reported >= REPORT_S:
            check()
            say(far)
            reported = now
        time.sleep(every_s)
