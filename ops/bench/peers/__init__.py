"""What is compared, in the order of a round; a new one is a file and a row."""

import typing

from .bento import Bento
from .connect import Connect
from .loop import Loop
from .python import Python
from .reward import Reward


class Row(typing.NamedTuple):
    make: typing.Callable    # (bench, name, those made before) -> Subject
    usual: bool = True       # or only when it is named


ROWS = {
    "reward": Row(lambda bench, name, _: Reward(bench, name)),
    "loop": Row(lambda bench, name, made: Loop(bench, name, made["reward"])),
    "reward-1": Row(lambda bench, name, _: Reward(bench, name, workers=1)),
    "python": Row(lambda bench, name, _: Python(bench, name)),
    "bento": Row(lambda bench, name, _: Bento(bench, name, 1, 16)),
    "bento-batch": Row(lambda bench, name, _: Bento(bench, name, 1000, 2)),
    "connect": Row(lambda bench, name, _: Connect(bench, name)),
    "workers": Row(lambda bench, name, _: Reward(bench, name, relay=False),
                   usual=False),
    "worker": Row(lambda bench, name, _: Reward(bench, name, workers=1,
                                                relay=False), usual=False),
}
USUAL = [name for name, row in ROWS.items() if row.usual]


def make_all(bench, names):
    """The subjects of those names, in order of the table."""
    made = {}
    for name, row in ROWS.items():
        if name in names:
            made[name] = row.make(bench, name, made)
    return list(made.values())
