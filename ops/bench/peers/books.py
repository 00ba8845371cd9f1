"""Two counts of one thing must be the same."""

from lib.common import BenchError


def check_counts(name, counts):
    """counts: what -> (found, expected)."""
    for what, (found, expected) in counts.items():
        if found != expected:
            raise BenchError(f"the books of {name} do not close: {found} "
                             f"{what}, and there must be {expected}")
