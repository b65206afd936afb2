"""A session of the wrong athlete: moved to whose it is, or deleted for good."""

from collections.abc import Callable, Mapping

import streamlit as st

from lumbarwatch.presenters import keys

WRONG_ATHLETE = "Wrong athlete?"


def move_or_delete(
    others: Mapping[str, str], move: Callable[[str], None], delete: Callable[[], None]
) -> None:
    """Offer both. ``others``: whose it may be, names by id; ``move`` is told the id."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        target = st.selectbox(
            "Whose session is it?",
            list(others),
            None,
            format_func=lambda id_: str(others.get(id_, id_)),
            key=keys.MOVE_TO,
            width=280,
        )
        st.button(
            "Move the session",
            key=keys.MOVE_SESSION,
            disabled=target is None,
            on_click=move,
            args=(target,),
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        sure = st.checkbox("Delete it for good, with its recording", key=keys.DELETE_SURE)
        st.button("Delete the session", key=keys.DELETE_SESSION, disabled=not sure, on_click=delete)
