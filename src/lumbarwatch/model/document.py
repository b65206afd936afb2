"""A document as data: sections, tables and charts that every renderer shows alike.

Texts are plain (no markup). What a chart shows is said in words too, so nothing depends on colour or shape.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from lumbarwatch.model.checks import ModelError


class Mark(StrEnum):
    """What a value or a line says; each has a colour and a shape of its own, which differ in grey too."""

    PLAIN = "plain"
    GOOD = "good"
    AMBER = "amber"
    RED = "red"
    UNKNOWN = "unknown"  # not graded
    VOID = "void"  # taken out by hand


class Align(StrEnum):
    """Where a column's cells stand."""

    LEFT = "left"
    RIGHT = "right"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure: what it is, its value with unit, its interval, and a remark."""

    label: str
    value: str
    interval: str = ""
    remark: str = ""
    mark: Mark = Mark.PLAIN


@dataclass(frozen=True, slots=True)
class Figures:
    """Key figures side by side."""

    items: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; ``lead`` is said in bold before it."""

    text: str
    lead: str = ""
    small: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One point of a list."""

    text: str
    lead: str = ""
    mark: Mark = Mark.PLAIN


@dataclass(frozen=True, slots=True)
class Lines:
    """A list of points."""

    items: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading; ``width`` is its share of the table's width."""

    title: str
    unit: str = ""
    align: Align = Align.RIGHT
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text."""

    text: str
    mark: Mark = Mark.PLAIN


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; ``caption`` stands below. ``long``: may go over several pages."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: str = ""
    long: bool = False

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ModelError(f"table: {len(row)} cells under {len(self.columns)} headings")


@dataclass(frozen=True, slots=True)
class Point:
    """A value with its one sigma (None: not known)."""

    x: float
    y: float
    sigma: float | None = None
    mark: Mark = Mark.PLAIN


@dataclass(frozen=True, slots=True)
class Level:
    """A line across the chart, such as a limit."""

    y: float
    label: str
    mark: Mark = Mark.PLAIN


@dataclass(frozen=True, slots=True)
class Band:
    """A range across the chart in which values can't be told apart, from ``x0`` to ``x1``."""

    y0: float
    y1: float
    x0: float
    x1: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A word below the x axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Values over reps or time.

    ``curve`` is drawn through the points as pieces of straight lines, a break between pieces. ``absent`` are
    places whose value is not known. ``names`` says what each kind of mark stands for, in the legend, where
    levels are named, too; ``empty`` stands in the chart's place without points.
    """

    title: str
    unit: str
    points: tuple[Point, ...]
    levels: tuple[Level, ...] = ()
    bands: tuple[Band, ...] = ()
    curve: tuple[tuple[tuple[float, float], ...], ...] = ()
    absent: tuple[float, ...] = ()
    ticks: tuple[Tick, ...] = ()
    dividers: tuple[float, ...] = ()
    names: Mapping[Mark, str] = field(default_factory=lambda: MappingProxyType({}))
    caption: str = ""
    empty: str = ""
    height: float = 0.42  # of its width
    least_span: float = 0.0  # of the y axis
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Columns:
    """Parts side by side, with their shares of the width."""

    parts: tuple[tuple["Block", ...], ...]
    shares: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.parts) != len(self.shares):
            raise ModelError(f"columns: {len(self.shares)} shares of {len(self.parts)} parts")


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under a heading."""

    title: str
    blocks: tuple["Block", ...]


Block = Figures | Text | Lines | Table | Chart | Columns | Section


@dataclass(frozen=True, slots=True)
class Page:
    """What belongs together. ``single``: stands on one sheet whatever is in it."""

    blocks: tuple[Block, ...]
    title: str = ""
    single: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document. ``facts`` stand below the title, ``footer`` on every page."""

    title: str
    subject: str
    facts: tuple[str, ...]
    pages: tuple[Page, ...]
    footer: str
    badges: tuple[str, ...] = ()  # such as "simulated"
