"""History: past sessions, an athlete's course, one session with all its reps, a coach's week."""

from importlib import import_module
from types import ModuleType

import streamlit as st
from history_link import opened_history
from hub_link import link
from views.history_parts import place, said

from lumbarwatch.presenters import keys
from lumbarwatch.store.errors import StoreError
from lumbarwatch.store.folder import DataFolder

# Modules of the parts: only what is shown is imported.
PARTS = {place.SESSIONS: "sessions", place.ATHLETE: "athlete", place.WEEK: "week"}


def show() -> None:
    folder = DataFolder(link().data)
    history = opened_history()
    said.tell()
    if opened := place.opened_session(history):
        _module("session").show(history, folder, opened)
        _module("owner").show(history, opened)
        return
    part = st.segmented_control(
        "Part of the history",
        list(PARTS),
        default=None if keys.HISTORY_PART in st.session_state else place.SESSIONS,
        required=True,
        key=keys.HISTORY_PART,
        persist_state="session",
        label_visibility="collapsed",
    )
    _module(PARTS[part or place.SESSIONS]).show(history)


def _module(name: str) -> ModuleType:
    return import_module(f"views.history_parts.{name}")


st.subheader("History", anchor=False)
try:
    show()
except StoreError as error:
    st.error(str(error))
