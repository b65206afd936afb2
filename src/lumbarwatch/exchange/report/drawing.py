"""A chart as lines, areas and words on a plane, which any renderer can put down.

The plane is ``width`` by ``height`` points, x to the right, y down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isclose, log10
from typing import Final

from lumbarwatch.exchange.report.style import BAND, COLOURS, GRID, INK, RULE, SOFT
from lumbarwatch.model.document import Chart, Level, Mark, Point, Tick

TITLE_SIZE: Final = 8.0
LABEL_SIZE: Final = 6.6
LEFT: Final = 27.0
RIGHT: Final = 6.0
TOP: Final = 32.0
BOTTOM: Final = 15.0
MARK_SIZE: Final = 2.3
LEAST_TICK_GAP: Final = 15.0
"""Points (1/72 inch) and conventions of taste."""

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stroke:
    """Straight lines through points."""

    points: tuple[Pair, ...]
    colour: str
    width: float
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled (or with ``fill`` None: outlined) polygon, or a circle of ``radius`` about its only point."""

    points: tuple[Pair, ...]
    fill: str | None
    edge: str | None = None
    radius: float = 0.0
    width: float = 0.9


@dataclass(frozen=True, slots=True)
class Word:
    """A text; ``anchor`` is where its x is: start, middle or end."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    anchor: str = "start"
    bold: bool = False


Item = Stroke | Shape | Word


@dataclass(frozen=True, slots=True)
class Drawing:
    """Items in the order in which they are put down."""

    width: float
    height: float
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where values land."""

    left: float
    right: float
    top: float
    bottom: float
    x0: float
    x1: float
    y0: float
    y1: float

    def x(self, value: float) -> float:
        return self.left + (value - self.x0) / (self.x1 - self.x0) * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.bottom - (value - self.y0) / (self.y1 - self.y0) * (self.bottom - self.top)

    def inside(self, value: float) -> float:
        return min(max(value, self.y0), self.y1)


def draw(chart: Chart, width: float) -> Drawing:
    """Return the chart ``width`` points wide."""
    height = width * chart.height
    title = Word(0.0, TITLE_SIZE, chart.title, TITLE_SIZE, INK, bold=True)
    if not chart.points:
        empty = Word(0.0, TITLE_SIZE + 14.0, chart.empty or "No data.", LABEL_SIZE, SOFT)
        return Drawing(width, TITLE_SIZE + 24.0, (title, empty))
    frame = _frame(chart, width, height)
    items: list[Item] = [title, *_legend(chart, width)]
    items += _bands(chart, frame)
    items += _axes(chart, frame)
    items += _levels(chart.levels, frame)
    items += [
        Stroke(tuple((frame.x(x), frame.y(frame.inside(y))) for x, y in piece), INK, 1.1)
        for piece in chart.curve
    ]
    for point in chart.points:
        items += _point(point, frame)
    for x in chart.absent:
        items += _mark(frame.x(x), frame.bottom - MARK_SIZE - 1.5, Mark.UNKNOWN)
    return Drawing(width, height, tuple(items))


def _frame(chart: Chart, width: float, height: float) -> _Frame:
    xs = [
        *(point.x for point in chart.points),
        *(tick.x for tick in chart.ticks),
        *chart.dividers,
        *chart.absent,
    ]
    ys = [point.y + side * (point.sigma or 0.0) for point in chart.points for side in (-1.0, 1.0)]
    ys += [level.y for level in chart.levels] + [y for piece in chart.curve for _, y in piece]
    ys += [edge for band in chart.bands for edge in (band.y0, band.y1)]
    low, high = min(ys), max(ys)
    missing = max(0.0, chart.least_span - (high - low))
    low, high = low - missing / 2.0, high + missing / 2.0
    room = 0.06 * (high - low) or 1.0
    x0, x1 = min(xs), max(xs)
    side = 0.04 * (x1 - x0) or 1.0
    return _Frame(LEFT, width - RIGHT, TOP, height - BOTTOM, x0 - side, x1 + side, low - room, high + room)


def _axes(chart: Chart, frame: _Frame) -> list[Item]:
    items: list[Item] = []
    for value in round_values(frame.y0, frame.y1, (frame.bottom - frame.top) / LEAST_TICK_GAP):
        y = frame.y(value)
        zero = isclose(value, 0.0, abs_tol=1e-9)
        items.append(Stroke(((frame.left, y), (frame.right, y)), RULE if zero else GRID, 0.6))
        text = f"{value + 0.0:.{chart.decimals}f}".replace("-", "−") + ("°" if chart.unit == "°" else "")
        items.append(Word(frame.left - 3.0, y + 2.3, text, LABEL_SIZE, SOFT, "end"))
    for x in chart.dividers:
        at = frame.x(x)
        items.append(Stroke(((at, frame.top), (at, frame.bottom)), RULE, 0.5, dashed=True))
    over_time = len(chart.ticks) > 1 and not chart.dividers
    ticks = chart.ticks if over_time else _legible(chart.ticks, frame)
    for index, tick in enumerate(ticks):
        outer = {0: "start", len(chart.ticks) - 1: "end"} if over_time else {}
        anchor = outer.get(index, "middle")
        at = {"middle": frame.x(tick.x), "start": frame.left, "end": frame.right}[anchor]
        items.append(Word(at, frame.bottom + 9.5, tick.label, LABEL_SIZE, SOFT, anchor))
    items.append(Stroke(((frame.left, frame.bottom), (frame.right, frame.bottom)), RULE, 0.8))
    if chart.unit not in ("", "°"):
        items.append(Word(frame.left - 3.0, frame.top - 4.0, chart.unit, LABEL_SIZE, SOFT, "end"))
    return items


def _legible(ticks: Sequence[Tick], frame: _Frame) -> list[Tick]:
    """As many of the ticks as there is room for, from the first on."""
    found: list[Tick] = []
    end = -1.0
    for tick in ticks:
        half = _length(tick.label) / 2.0
        if frame.x(tick.x) - half > end:
            found.append(tick)
            end = frame.x(tick.x) + half + 3.0
    return found


def _bands(chart: Chart, frame: _Frame) -> list[Item]:
    return [
        Shape(
            tuple(
                (frame.x(x), frame.y(y))
                for x, y in ((band.x0, band.y0), (band.x1, band.y0), (band.x1, band.y1), (band.x0, band.y1))
            ),
            BAND,
        )
        for band in chart.bands
    ]


def _levels(levels: Sequence[Level], frame: _Frame) -> list[Item]:
    return [
        Stroke(
            ((frame.left, frame.y(one.y)), (frame.right, frame.y(one.y))), COLOURS[one.mark], 1.0, dashed=True
        )
        for one in levels
    ]


def _legend(chart: Chart, width: float) -> list[Item]:
    """What marks and levels stand for: in one line below the title, in two where there is no room."""
    items: list[Item] = []
    x, y = 3.0, TITLE_SIZE + 9.0
    for mark, name in chart.names.items():
        items += [*_mark(x, y - 2.2, mark), Word(x + 5.5, y, name, LABEL_SIZE, SOFT)]
        x += 15.0 + _length(name)
    for level in chart.levels:
        if x + 14.0 + _length(level.label) > width:
            x, y = 0.0, y + 8.5
        items.append(Stroke(((x, y - 2.2), (x + 11.0, y - 2.2)), COLOURS[level.mark], 1.0, dashed=True))
        items.append(Word(x + 13.5, y, level.label, LABEL_SIZE, SOFT))
        x += 22.0 + _length(level.label)
    return items


def _length(text: str) -> float:
    """About how long a label is."""
    return 0.56 * LABEL_SIZE * len(text)


def _point(point: Point, frame: _Frame) -> list[Item]:
    x, y = frame.x(point.x), frame.y(point.y)
    items: list[Item] = []
    if point.sigma:
        ends = (frame.y(frame.inside(point.y - point.sigma)), frame.y(frame.inside(point.y + point.sigma)))
        items.append(Stroke(((x, ends[0]), (x, ends[1])), COLOURS[point.mark], 0.5))
    return items + _mark(x, y, point.mark)


def _mark(x: float, y: float, mark: Mark) -> list[Item]:
    """A shape of its own for each mark: hollow, filled and crossed ones differ without colour."""
    r, colour = MARK_SIZE, COLOURS[mark]
    match mark:
        case Mark.GOOD:
            return [Shape(((x, y),), "#ffffff", colour, radius=r)]
        case Mark.AMBER:
            return [Shape(((x, y - 1.3 * r), (x + 1.25 * r, y + r), (x - 1.25 * r, y + r)), colour)]
        case Mark.RED:
            return [Shape(((x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)), colour)]
        case Mark.UNKNOWN:
            return [
                Stroke(((x - r, y - r), (x + r, y + r)), colour, 1.0),
                Stroke(((x - r, y + r), (x + r, y - r)), colour, 1.0),
            ]
        case Mark.VOID:
            return [Stroke(((x - r, y), (x + r, y)), colour, 1.2)]
        case _:
            return [Shape(((x, y),), colour, radius=0.9 * r)]


def round_values(low: float, high: float, most: float) -> list[float]:
    """Return round numbers within a range, at most so many."""
    rough = (high - low) / max(most, 1.0)
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough * 0.999)
    return [index * step for index in range(ceil(low / step), floor(high / step) + 1)]
