"""Memory in pages of 2 MiB for PostgreSQL's buffers, as its manual advises for
large ones: https://www.postgresql.org/docs/15/kernel-resources.html. Taken from
the system for as long as a stack runs; without the right to, it runs without."""

import contextlib
import pathlib
import re

from .common import say

RESERVED = pathlib.Path("/proc/sys/vm/nr_hugepages")
MORE = 1.08     # what PostgreSQL shares besides its buffers, and some to spare
PAGE_MIB = 2


def reserved():
    return int(RESERVED.read_text())


def used_mib():
    found = dict(re.findall(r"^(Huge\w+):\s+(\d+)",
                            pathlib.Path("/proc/meminfo").read_text(), re.M))
    total, free, size_kib = (
        int(found.get(name, 0))
        for name in ("HugePages_Total", "HugePages_Free", "Hugepagesize"))
    return (total - free) * size_kib // 1024


def reserve(pages):
    """False: not all of them are to be had."""
    RESERVED.write_text(str(pages))
    return reserved() >= pages


@contextlib.contextmanager
def hugepages(buffers_mib):
    """For buffers of that size, and given back at the end."""
    before = None
    try:
        before = reserved()
        if not reserve(before + round(buffers_mib * MORE / PAGE_MIB)):
            reserve(before)
            say("PostgreSQL runs without huge pages: memory is in pieces")
    except OSError as failure:
        say(f"PostgreSQL runs without huge pages: {failure}")
    try:
        yield
    finally:
        if before is not None and reserved() != before:
            reserve(before)
