"""What a part asks the user for: whose history, and rows that open something."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st
from tables import show_rows

from lumbarwatch.model.session import Athlete
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.trends import Row
from lumbarwatch.store.history import History

NOBODY = "Nobody named yet"
NAME_PX = 190
"""Wide enough for most names; the whole one appears on a double click, and where the row leads."""


def athlete_names(history: History) -> dict[str, str]:
    """Return the names by id; those without a name are told apart by the beginning of their id."""
    return {one.id: name_of(one) for one in history.athletes()}


def name_of(athlete: Athlete) -> str:
    """Return a name to show."""
    return athlete.name or f"No name ({athlete.id[-6:]})"


def athlete_choice(names: Mapping[str, str], placeholder: str) -> str | None:
    """Ask whose history; the same choice in every part."""
    if st.session_state.get(keys.HISTORY_ATHLETE) not in (None, *names):
        del st.session_state[keys.HISTORY_ATHLETE]
    return st.selectbox(
        "Athlete",
        list(names),
        index=None,
        format_func=lambda one: names.get(one, NOBODY),
        placeholder=placeholder,
        key=keys.HISTORY_ATHLETE,
        persist_state="session",
    )


def table_that_opens(rows: Sequence[Row], key: str, chosen: Callable[[int], None], alt: str) -> None:
    """Show rows; choosing one calls ``chosen`` with its number."""

    def on_choice() -> None:
        found = st.session_state[key]["selection"]["rows"]
        if found:
            chosen(found[0])

    show_rows(
        rows,
        key=key,
        on_select=on_choice,
        selection_mode="single-row",
        height="content",
        column_config={"Athlete": st.column_config.TextColumn(width=NAME_PX)},
        alt=alt,
    )
