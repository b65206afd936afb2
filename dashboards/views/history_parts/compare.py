"""Two sessions of an athlete side by side, every difference judged against the MDC between sessions."""

import streamlit as st
from tables import show_rows
from views.history_parts import charts

from lumbarwatch.model.trends import SessionPoint
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.history import started_at
from lumbarwatch.presenters.trends import Row, compare_rows, two_session_rows
from lumbarwatch.store.history import History
from lumbarwatch.store.records import SessionFilter, SessionRecord


def show(history: History, record: SessionRecord) -> None:
    """Show this session beside another one of the same athlete and exercise."""
    if not record.athlete_id:
        st.info("Nobody is named for this session: it can't be compared.")
        return
    wanted = SessionFilter(athlete_id=record.athlete_id, exercise=record.exercise, simulated=record.simulated)
    points = {point.session_id: point for point in history.course(wanted)}
    others = [one for one in reversed(points) if one != record.id]
    if not others:
        st.info("There is no other session of this athlete with this exercise yet.")
        return
    earlier = [one for one in others if points[one].started_at_utc_ns < record.started_at_utc_ns]
    if st.session_state.get(keys.COMPARED_WITH) not in others:
        st.session_state[keys.COMPARED_WITH] = (earlier or others)[0]
    other = st.selectbox(
        "Compared with",
        others,
        format_func=lambda one: _words(points[one]),
        key=keys.COMPARED_WITH,
        width=420,
    )
    first, second = sorted((points[record.id], points[other]), key=lambda point: point.started_at_utc_ns)
    st.markdown(f"Earlier: **{_words(first)}**. Later: **{_words(second)}**.")
    show_rows(compare_rows(first, second), height="content", alt="Both sessions side by side")
    _charts(two_session_rows(history.reps(first.session_id), history.reps(second.session_id)))


def _charts(rows: list[Row]) -> None:
    if not rows:
        return
    left, right = st.columns(2)
    left.markdown("**Pelvic tilt at lockout, rep by rep**")
    left.vega_lite_chart(charts.two_sessions(rows, "tilt", "°"), alt="Tilt, both sessions")
    right.markdown("**Lumbar extension at lockout, rep by rep**")
    right.vega_lite_chart(
        charts.two_sessions(rows, "lumbar", "°"), alt="Lumbar extension of both sessions, rep by rep"
    )


def _words(point: SessionPoint) -> str:
    bar = "" if point.bar_kg is None else f", {point.bar_kg:g} kg"
    return f"{started_at(point.started_at_utc_ns):%Y-%m-%d %H:%M}, {point.reps} reps{bar}"
