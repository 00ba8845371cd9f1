"""Plots as SVG, written by hand: lines over two axes that have units. Colours
follow the reader's light or dark setting."""

import dataclasses
import html
import math
import pathlib

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 80, 36, 48, 92
LEGEND = 18  # a row of it; there is room for two
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 16px; font-weight: 600; }
  .paper { fill: #ffffff; } .grid { stroke: #d8dee4; }
  .line { fill: none; stroke-width: 2; } .goal { stroke-dasharray: 6 5; }
  .c0 { stroke: #0969da; } .c1 { stroke: #bc4c00; } .c2 { stroke: #1a7f37; }
  .c3 { stroke: #8250df; } .c4 { stroke: #bf3989; } .c5 { stroke: #57606a; }
  circle { fill: none; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .paper { fill: #0d1117; } .grid { stroke: #30363d; }
    .c0 { stroke: #58a6ff; } .c1 { stroke: #f0883e; } .c2 { stroke: #3fb950; }
    .c3 { stroke: #bc8cff; } .c4 { stroke: #f778ba; } .c5 { stroke: #8b949e; }
  }"""
COLOURS = 6


@dataclasses.dataclass
class Line:
    """`goal` is dashed and without marks: a limit, not a measurement."""

    name: str
    points: list  # of (x, y)
    goal: bool = False


class Axis:
    """Values to places from 0 to 1. Linear ones start at zero; `log` ones have
    ticks at powers of ten. `names` (value -> text) replaces the ticks."""

    def __init__(self, label, log=False, names=None):
        self.label = label
        self.log = log
        self.names = names
        self.low = self.high = None

    def fit(self, values):
        values = list(values)
        if self.log:
            self.low = 10 ** math.floor(math.log10(min(values)))
            self.high = max(*values, self.low * 10)
        else:
            step = nice_step(max(values))
            self.low, self.high = 0, step * math.ceil(max(values) / step)

    def place(self, value):
        if self.log:
            return (math.log10(value / self.low)
                    / math.log10(self.high / self.low))
        return (value - self.low) / (self.high - self.low)

    def ticks(self):
        """(value, text) of each."""
        if self.names:
            return list(self.names.items())
        if self.log:
            count = math.floor(math.log10(self.high / self.low) + 1e-9)
            values = [self.low * 10 ** i for i in range(count + 1)]
        else:
            step = nice_step(self.high)
            values = [step * i for i in range(round(self.high / step) + 1)]
        return [(value, short(value)) for value in values]


def nice_step(high):
    """About five steps up to there, each a round number."""
    rough = max(high, 1e-9) / 5
    power = 10 ** math.floor(math.log10(rough))
    return next(power * f for f in (1, 2, 5, 10) if power * f >= rough)


def short(value):
    for size, letter in ((10**6, "M"), (10**3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def x_of(axis, value):
    return LEFT + axis.place(value) * (WIDTH - LEFT - RIGHT)


def y_of(axis, value):
    return HEIGHT - BOTTOM - axis.place(value) * (HEIGHT - TOP - BOTTOM)


def text(x, y, words, anchor="middle", more=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>'
            f"{html.escape(words)}</text>")


def grid(x_axis, y_axis):
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    for value, words in x_axis.ticks():
        x = x_of(x_axis, value)
        yield (f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" '
               f'y2="{bottom}"/>')
        yield text(x, bottom + 18, words)
    for value, words in y_axis.ticks():
        y = y_of(y_axis, value)
        yield (f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{y:.1f}" '
               f'y2="{y:.1f}"/>')
        yield text(LEFT - 8, y + 4, words, "end")


def labels(title, x_axis, y_axis):
    middle = (TOP + HEIGHT - BOTTOM) / 2
    yield text(LEFT, 28, title, "start", ' class="title"')
    yield text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 40, x_axis.label)
    yield text(20, middle, y_axis.label,
               more=f' transform="rotate(-90 20 {middle:.1f})"')


def curve(line, colour, x_axis, y_axis):
    places = [(x_of(x_axis, x), y_of(y_axis, y)) for x, y in line.points]
    kind = f"line c{colour}" + " goal" * line.goal
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline class="{kind}" points="{path}"/>'
    if not line.goal:
        for x, y in places:
            yield f'<circle class="c{colour}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'


def legend(lines):
    """One below the other in columns, under the axis."""
    column = (WIDTH - LEFT - RIGHT) / 2
    for i, line in enumerate(lines):
        x, y = LEFT + i % 2 * column, HEIGHT - 28 + i // 2 * LEGEND
        kind = f"line c{i % COLOURS}" + " goal" * line.goal
        yield (f'<line class="{kind}" x1="{x:.1f}" x2="{x + 26:.1f}" '
               f'y1="{y - 4}" y2="{y - 4}"/>')
        yield text(x + 34, y, line.name, "start")


def svg(title, x_axis, y_axis, lines):
    """The text of a plot; the axes are fitted to the lines."""
    x_axis.fit(x for line in lines for x, _ in line.points)
    y_axis.fit(y for line in lines for _, y in line.points)
    height = HEIGHT + LEGEND * max(0, (len(lines) + 1) // 2 - 2)
    parts = [*labels(title, x_axis, y_axis), *grid(x_axis, y_axis)]
    for i, line in enumerate(lines):
        parts += curve(line, i % COLOURS, x_axis, y_axis)
    parts += legend(lines)
    body = "\n".join(parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} '
            f'{height}" width="{WIDTH}" height="{height}" role="img">\n'
            f"<title>{html.escape(title)}</title>\n<style>{STYLE}\n</style>\n"
            f'<rect class="paper" width="{WIDTH}" height="{height}"/>\n'
            f"{body}\n</svg>\n")


def write(path, title, x_axis, y_axis, lines):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(svg(title, x_axis, y_axis, lines))
