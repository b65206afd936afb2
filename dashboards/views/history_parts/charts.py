"""Charts of the History view, in altair. Data go inline as plain rows; unknown values are not there."""

from collections.abc import Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any

import altair as alt
import pandas  # noqa: F401, ICN001  (whole before altair looks for it: another thread may just import it)

from lumbarwatch.presenters.load import NIOSH_TICK_N, NIOSH_WORDS, LockoutLoad
from lumbarwatch.presenters.trends import CourseChart, Row, is_signed

Spec = dict[str, Any]
"""A chart in the words of Vega-Lite."""

SESSION = "#3B8FD0"
SETS = "#8A8F98"
BAND = "#8A8F98"
LATER = "#D55E00"
TIME = alt.Axis(title=None, format="%b %Y", labelOverlap=True, tickCount=5)
HEIGHT = 220
COMPARED_HEIGHT = 300
LEAST_SPAN_DEG = 12
"""So that noise does not fill a chart (convention)."""


def course(chart: CourseChart) -> Spec:
    """Return one quantity over time: MDC band, robust line, sessions, sets, pauses."""
    data = {
        "band": chart.band,
        "pauses": chart.pauses,
        "sets": chart.sets,
        "line": chart.line,
        "sessions": chart.sessions,
    }
    known = {name: list(rows) for name, rows in data.items() if rows}
    look = _course_look(chart.title, chart.unit, tuple(known), signed=is_signed(chart.quantity))
    return {**deepcopy(look), "datasets": look.get("datasets", {}) | known}


@lru_cache(maxsize=256)
def _course_look(title: str, unit: str, known: tuple[str, ...], *, signed: bool) -> Spec:
    """Return all of a chart but its data; made once, because altair checks every word of it (50 ms)."""
    y_title = unit or None
    value = alt.Y("value:Q", title=y_title, scale=alt.Scale(zero=False, nice=True))
    base = {name: alt.Chart(alt.NamedData(name)) for name in known}
    layers: list[alt.Chart] = []
    if "band" in base:
        band = base["band"].mark_rect(color=BAND, opacity=0.2)
        layers.append(band.encode(x="t:T", x2="t_end:T", y=alt.Y("low:Q", title=y_title), y2="high:Q"))
    if signed:
        zero = alt.Chart(alt.InlineData(values=[{"at": 0}])).mark_rule(color=SETS, opacity=0.8)
        layers.append(zero.encode(y="at:Q"))
    if "pauses" in base:
        named = base["pauses"].transform_calculate(middle="(datum.t + datum.t_end) / 2")
        words = named.mark_text(color=SETS, baseline="top", fontSize=11)
        layers.append(words.encode(x="middle:T", y=alt.value(4), text="weeks:N"))
    if "sets" in base:
        ticks = base["sets"].mark_tick(color=SETS, opacity=0.7, thickness=1.5, size=9)
        told = ["t:T", "set:O", alt.Tooltip("value:Q", format=".1f")]
        layers.append(ticks.encode(x="t:T", y=value, tooltip=told))
    if "line" in base:
        line = base["line"].mark_line(color=SESSION, strokeWidth=2, strokeDash=[6, 3])
        layers.append(line.encode(x="t:T", y=value, detail="piece:N"))
    points = alt.Chart(alt.NamedData("sessions")).mark_point(color=SESSION, filled=True, size=45, opacity=1)
    told = ["t:T", alt.Tooltip("shown:N", title=title)]
    layers.append(points.encode(x=alt.X("t:T", axis=TIME), y=value, tooltip=told))
    return alt.layer(*layers).properties(height=HEIGHT).to_dict()


def two_sessions(rows: Sequence[Row], quantity: str, unit: str) -> alt.Chart:
    """Return both sessions' reps over their number, told apart by colour and shape."""
    values = [float(row[quantity] or 0.0) for row in rows if row[quantity] is not None]
    middle = (max(values) + min(values)) / 2 if values else 0.0
    half = max((max(values) - min(values)) / 2 + 1.0 if values else 0.0, LEAST_SPAN_DEG / 2)
    scale = alt.Scale(domain=[middle - half, middle + half])
    which = alt.Scale(domain=["Earlier", "Later"], range=[SESSION, LATER])
    return (
        alt.Chart(_inline(rows))
        .mark_point(filled=True, size=50, opacity=1)
        .encode(
            x=alt.X("rep:Q", title="Rep of the session", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y(f"{quantity}:Q", title=unit, scale=scale),
            color=alt.Color("session:N", scale=which, title=None, legend=alt.Legend(orient="top")),
            shape=alt.Shape("session:N", scale=alt.Scale(domain=["Earlier", "Later"]), legend=None),
            tooltip=["session:N", "set:O", "rep:Q", alt.Tooltip(f"{quantity}:Q", format=".1f")],
        )
        .properties(height=COMPARED_HEIGHT)
    )


def intervals(loads: Sequence[LockoutLoad], name: str, title: str, *, tick: bool = False) -> alt.LayerChart:
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
    scale = alt.Scale(domain=[0, top * 1.05])
    base = alt.Chart(_inline(rows))
    layers = [
        base.mark_rule(color=SESSION, strokeWidth=2).encode(
            y=alt.Y("set:O", title="Set"),
            x=alt.X("low:Q", title=title, scale=scale, axis=alt.Axis(tickCount=8)),
            x2="high:Q",
        ),
        base.mark_point(color=SESSION, filled=True, size=70).encode(
            y="set:O", x="value:Q", tooltip=["set:O", alt.Tooltip("value:Q", format=".0f")]
        ),
    ]
    if tick:
        mark = alt.Chart(_inline([{"at": NIOSH_TICK_N, "words": NIOSH_WORDS}]))
        layers.append(mark.mark_rule(color=SETS, strokeDash=[2, 3]).encode(x="at:Q"))
        layers.append(
            mark.mark_text(color=SETS, align="right", dx=-4, y=6, fontSize=11).encode(
                x="at:Q", text="words:N"
            )
        )
    return alt.LayerChart(layer=layers).properties(height=80 + 34 * len(rows))


_SIGMAS = {"moment_nm": "moment_sigma_nm", "compression_n": "compression_sigma_n"}


def _inline(rows: Sequence[Row]) -> alt.InlineData:
    return alt.InlineData(values=list(rows))
