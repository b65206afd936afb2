"""History: past sessions, and every rep of one of them."""

import streamlit as st
from hub_link import link

from lumbarwatch.presenters import keys
from lumbarwatch.presenters.history import duration_words, rep_rows, started_at
from lumbarwatch.store.errors import StoreError
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.records import SessionRecord

MEDIAN = "Median of full, graded reps."


def session_words(session: SessionRecord) -> str:
    started = started_at(session.started_at_utc_ns).strftime("%Y-%m-%d %H:%M")
    simulated = ", simulated" if session.simulated else ""
    return f"{started}, {session.summary.sets} sets, {session.summary.reps} reps{simulated}"


def show_session(history: History, session: SessionRecord) -> None:
    summary = session.summary
    with st.container(horizontal=True, gap="large"):
        st.metric("Reps", summary.reps, help="Full and partial together.", width="content")
        st.metric("Graded", summary.graded, width="content")
        st.metric("With a red warning", summary.red, width="content")
        st.metric("Tilt at the top", degrees(summary.tilt_lockout_deg), help=MEDIAN, width="content")
        st.metric("Lumbar at the top", degrees(summary.lambda_lockout_deg), help=MEDIAN, width="content")
    rows = rep_rows(history.reps(session.id))
    if rows:
        st.dataframe(rows, hide_index=True)
    else:
        st.write("No reps were found in this session.")
    st.caption(f"{duration_words(session.duration_s)} min, recording {session.recording or 'none'}")


def degrees(value: float | None) -> str:
    return "–" if value is None else f"{value:+.0f}°".replace("-", "−")


def show() -> None:
    with History.open(DataFolder(link().data).history) as history:
        sessions = history.sessions(limit=200)
        if not sessions:
            st.info("No session is in the history yet: it appears here when a session has ended.")
            return
        chosen = st.selectbox("Session", sessions, format_func=session_words, key=keys.CHOSEN_SESSION)
        if chosen is not None:
            show_session(history, chosen)


st.subheader("History")
try:
    show()
except StoreError as error:
    st.error(str(error))
