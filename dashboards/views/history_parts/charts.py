"""Charts of the History view, as Vega-Lite specifications. Data go inline; unknown values are not there.

Plain values, without a chart library: its schema takes half a second to load, and 50 ms to check a chart.
"""

from collections.abc import Sequence
from typing import Any

from lumbarwatch.presenters.load import NIOSH_TICK_N, NIOSH_WORDS, LockoutLoad
from lumbarwatch.presenters.trends import CourseChart, Row, is_signed

Spec = dict[str, Any]
"""A chart, a layer of it, or a part of a layer."""

SESSION = "#3B8FD0"
SETS = "#8A8F98"
BAND = "#8A8F98"
LATER = "#D55E00"
HEIGHT = 220
COMPARED_HEIGHT = 300
LEAST_SPAN_DEG = 12
"""So that noise does not fill a chart (convention)."""

SHORT_UNIT = 2
"""Characters that fit behind every number of an axis."""

WEEKS_MS = 80 * 86_400_000
"""The time axis of a shorter course has marks closer than a month: its name would stand there twice."""
DAY = {"field": "t", "type": "temporal", "format": "%Y-%m-%d", "title": "Day"}


def course(chart: CourseChart) -> Spec:
    """Return one quantity over time: MDC band, robust line, sessions, sets, pauses."""
    value = _number("value", **_in_unit(chart.unit), scale={"zero": False, "nice": True})
    x = {"field": "t", "type": "temporal"}
    layers = [
        _band(chart),
        *([_zero()] if is_signed(chart.quantity) else []),
        _pauses(chart),
        _layer(
            chart.sets,
            {"type": "tick", "color": SETS, "opacity": 0.7, "thickness": 1.5, "size": 9},
            x=x,
            y=value,
            tooltip=[DAY, _category("set", title="Set"), _number("value", format=".1f", title=chart.title)],
        ),
        _layer(
            chart.line,
            {"type": "line", "color": SESSION, "strokeWidth": 2, "strokeDash": [6, 3]},
            x=x,
            y=value,
            detail=_category("piece"),
        ),
        _layer(
            chart.sessions,
            {"type": "point", "color": SESSION, "filled": True, "size": 45, "opacity": 1},
            x={**x, "axis": _time_axis([row["t"] for row in chart.sessions])},
            y=value,
            tooltip=[DAY, _category("shown", title=chart.title)],
        ),
    ]
    return {"layer": [layer for layer in layers if layer["data"]["values"]], "height": HEIGHT}


def _time_axis(times_ms: Sequence[Any]) -> Spec:
    short = not times_ms or max(times_ms) - min(times_ms) < WEEKS_MS
    form = "%Y-%m-%d" if short else "%b %Y"
    return {"title": None, "format": form, "labelOverlap": True, "tickCount": 5}


def _band(chart: CourseChart) -> Spec:
    return _layer(
        chart.band,
        {"type": "rect", "color": BAND, "opacity": 0.2},
        x={"field": "t", "type": "temporal"},
        x2={"field": "t_end"},
        y=_number("low", **_in_unit(chart.unit)),
        y2={"field": "high"},
    )


def _zero() -> Spec:
    return _layer([{"at": 0}], {"type": "rule", "color": SETS, "opacity": 0.8}, y=_number("at", title=None))


def _pauses(chart: CourseChart) -> Spec:
    words = _layer(
        chart.pauses,
        {"type": "text", "color": SETS, "baseline": "top", "fontSize": 11},
        x={"field": "middle", "type": "temporal"},
        y={"value": 4},
        text=_category("weeks"),
    )
    return words | {"transform": [{"calculate": "(datum.t + datum.t_end) / 2", "as": "middle"}]}


def two_sessions(rows: Sequence[Row], quantity: str, unit: str) -> Spec:
    """Return both sessions' reps over their number, told apart by colour and shape."""
    values = [float(row[quantity] or 0.0) for row in rows if row[quantity] is not None]
    middle = (max(values) + min(values)) / 2 if values else 0.0
    half = max((max(values) - min(values)) / 2 + 1.0 if values else 0.0, LEAST_SPAN_DEG / 2)
    both = ["Earlier", "Later"]
    points = _layer(
        rows,
        {"type": "point", "filled": True, "size": 50, "opacity": 1},
        x=_number("rep", title="Rep of the session", axis={"tickMinStep": 1}),
        y=_number(quantity, **_in_unit(unit), scale={"domain": [middle - half, middle + half]}),
        color=_category(
            "session",
            title=None,
            scale={"domain": both, "range": [SESSION, LATER]},
            legend={"orient": "top"},
        ),
        shape=_category("session", title=None, scale={"domain": both}),
        tooltip=[
            _category("session", title="Session"),
            _category("set", title="Set"),
            _number("rep", title="Rep"),
            _number(quantity, format=".1f", title=f"Value ({unit})"),
        ],
    )
    return {"layer": [points], "height": COMPARED_HEIGHT}


def intervals(loads: Sequence[LockoutLoad], name: str, title: str, *, tick: bool = False) -> Spec:
    """Return each set's value with one sigma either way; ``tick``: with the mark of another lift's limit."""
    rows: list[Row] = [
        {
            "set": one.set_number,
            "value": getattr(one, name),
            "low": getattr(one, name) - getattr(one, _SIGMAS[name]),
            "high": getattr(one, name) + getattr(one, _SIGMAS[name]),
        }
        for one in loads
    ]
    top = max([float(row["high"] or 0) for row in rows] + ([NIOSH_TICK_N] if tick else []))
    x = {"title": title, "scale": {"domain": [0, top * 1.05]}, "axis": {"tickCount": 8}}
    sets = _category("set", title="Set")
    layers = [
        _layer(
            rows,
            {"type": "rule", "color": SESSION, "strokeWidth": 2},
            y=sets,
            x=_number("low", **x),
            x2={"field": "high"},
        ),
        _layer(
            rows,
            {"type": "point", "color": SESSION, "filled": True, "size": 70},
            y=sets,
            x=_number("value", **x),
            tooltip=[sets, _number("value", format=".0f", title=title)],
        ),
        *(_tick() if tick else []),
    ]
    return {"layer": layers, "height": 80 + 34 * len(rows)}


_SIGMAS = {"moment_nm": "moment_sigma_nm", "compression_n": "compression_sigma_n"}


def _tick() -> list[Spec]:
    mark: list[Row] = [{"at": NIOSH_TICK_N, "words": NIOSH_WORDS}]
    words = {"type": "text", "color": SETS, "align": "right", "dx": 4, "y": -8, "fontSize": 11}
    return [
        _layer(mark, {"type": "rule", "color": SETS, "strokeDash": [2, 3]}, x=_number("at")),
        _layer(mark, words, x=_number("at"), text=_category("words")),
    ]


def _in_unit(unit: str) -> Spec:
    """Return an axis whose numbers carry a short unit; a long one is its title."""
    if len(unit) > SHORT_UNIT:
        return {"title": unit.lstrip("·")}
    space = "" if unit in ("°", "") else " "
    return {"title": None, "axis": {"labelExpr": f"datum.label + '{space}{unit}'"}}


def _layer(rows: Sequence[Row], mark: Spec, **encoding: Any) -> Spec:
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": encoding}


def _number(field: str, **more: Any) -> Spec:
    return {"field": field, "type": "quantitative", **more}


def _category(field: str, **more: Any) -> Spec:
    return {"field": field, "type": "ordinal" if field == "set" else "nominal", **more}
