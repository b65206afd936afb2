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
    columns |= options.pop("column_config", {})
    if len(rows[0]) > FIT:
        st.html(SIDEWAYS)
    st.dataframe(
        columns_of(rows), hide_index=True, placeholder=UNKNOWN, column_config=columns or None, **options
    )


def _decimals(values: Sequence[Cell]) -> int:
    """Return the most decimals that a fraction among the values has."""
    return max((len(repr(one).partition(".")[2]) for one in values if isinstance(one, float)), default=0)


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
