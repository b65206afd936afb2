"""Tables on the pages: rows become columns of a type without pandas, which takes a second to load."""

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import pyarrow as pa
import streamlit as st
from pyarrow.json import ParseOptions, read_json

Cell = str | int | float | None
UNKNOWN = "–"
MEASURED = 9
"""Rows whose texts Streamlit measures for a column's width, at least."""

CELL_PX, LETTER_PX, MOST_PX = 18.0, 7.2, 420
"""Margins of a cell, the middle width of a letter, and the widest column."""

FIT = 3
"""Columns that a phone shows side by side."""

SIDEWAYS = "<div class='sideways'>Swipe the table sideways for more columns.</div>"
"""Shown on a narrow screen only (app.py): nothing else there tells that a table goes on."""


def show_rows(rows: Sequence[Mapping[str, Cell]], **options: Any) -> None:
    """Show rows, numbers of a column with the same decimals; ``options`` as Streamlit's ``dataframe``."""
    columns: dict[str, Any] = {
        name: st.column_config.NumberColumn(format=f"%.{decimals}f")
        for name in rows[0]
        if (decimals := _decimals([row[name] for row in rows]))
    }
    columns |= {
        name: st.column_config.TextColumn(width=px)
        for name in rows[0]
        if (px := _late_width_px(name, [row[name] for row in rows]))
    }
    columns |= options.pop("column_config", {})
    if len(rows[0]) > FIT:
        st.html(SIDEWAYS)
    st.dataframe(
        columns_of(rows), hide_index=True, placeholder=UNKNOWN, column_config=columns or None, **options
    )


def _decimals(values: Sequence[Cell]) -> int:
    """Return the most decimals that a fraction among the values has."""
    return max((len(repr(one).partition(".")[2]) for one in values if isinstance(one, float)), default=0)


def _late_width_px(name: str, values: Sequence[Cell]) -> int:
    """Return the width of a column whose longest text comes later than Streamlit looks; else 0."""
    lengths = [len(one) if isinstance(one, str) else 0 for one in values]
    longest = max(lengths[MEASURED:], default=0)
    late = longest > max(len(name), *lengths[:MEASURED])
    return min(round(CELL_PX + LETTER_PX * longest), MOST_PX) if late else 0


def columns_of(rows: Sequence[Mapping[str, Cell]]) -> pa.Table:
    """Return rows as a table; whole numbers stay whole, a column without any value is text.

    Read as JSON of a given schema: Arrow's own way from Python values loads pandas to ask whether it is one.
    """
    schema = pa.schema([(name, _type([row[name] for row in rows])) for name in rows[0]])
    lines = "\n".join(json.dumps(dict(row), allow_nan=False) for row in rows)
    options = ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    return read_json(BytesIO(lines.encode()), parse_options=options)


def _type(values: Sequence[Cell]) -> Any:
    known = {type(value) for value in values if value is not None}
    if known and known <= {int, float}:
        return pa.float64() if float in known else pa.int64()
    return pa.string()
