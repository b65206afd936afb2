"""History: past sessions, an athlete's course, one session with all its reps, a coach's week."""

import streamlit as st
from hub_link import link
from views.history_parts import athlete, place, session, sessions, week

from lumbarwatch.presenters import keys
from lumbarwatch.store.errors import StoreError
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History

PARTS = {place.SESSIONS: sessions.show, place.ATHLETE: athlete.show, place.WEEK: week.show}


def show() -> None:
    folder = DataFolder(link().data)
    with History.open(folder.history) as history:
        if opened := place.opened_session(history):
            session.show(history, folder, opened)
            return
        part = st.segmented_control(
            "Part of the history",
            list(PARTS),
            default=place.SESSIONS,
            required=True,
            key=keys.HISTORY_PART,
            persist_state="session",
            label_visibility="collapsed",
        )
        PARTS[part or place.SESSIONS](history)


st.subheader("History")
try:
    show()
except StoreError as error:
    st.error(str(error))
