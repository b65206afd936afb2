"""Load of a session: moments and relative dose, each with its interval; never a risk."""

import streamlit as st
from tables import show_rows
from views.history_parts import charts

from lumbarwatch.model.session import Athlete
from lumbarwatch.presenters.load import (
    COMPRESSION_EXPLAINED,
    EXPLAINED,
    days_dose_words,
    lockout_loads,
    missing_words,
    relative_dose_words,
    set_rows,
)
from lumbarwatch.presenters.report_words import kilo_dose, moment
from lumbarwatch.store.history import History
from lumbarwatch.store.records import SessionFilter, SessionRecord


def show(history: History, record: SessionRecord, athlete: Athlete | None) -> None:
    """Show the load of a session, or why there is none."""
    sets = history.sets(record.id)
    if why_not := missing_words(athlete, sets, record.exercise):
        st.info(why_not)
        return
    facts = {one.set_number: one for one in history.set_extras(record.id)}
    _relative(history, record)
    show_rows(set_rows(sets, facts), alt="Load of every set")
    loads = lockout_loads(athlete, sets, history.reps(record.id))
    if loads:
        st.markdown("**Moment at L5/S1 in the median lockout posture of each set**")
        st.vega_lite_chart(
            charts.intervals(loads, "moment_nm", "N m (point: estimate, bar: one sigma)"),
            alt="Moment at L5/S1 of every set, with one sigma",
        )
    st.caption(EXPLAINED)
    if loads:
        with st.expander("Compression, for clinicians"):
            st.vega_lite_chart(
                charts.intervals(loads, "compression_n", "N, along the trunk", tick=True),
                alt="Compression of every set, with one sigma",
            )
            st.caption(COMPRESSION_EXPLAINED)


def _relative(history: History, record: SessionRecord) -> None:
    summary = record.summary
    wanted = SessionFilter(
        athlete_id=record.athlete_id,
        exercise=record.exercise,
        simulated=record.simulated,
        until_utc_ns=record.started_at_utc_ns + 1,
    )
    points = history.course(wanted)
    with st.container(horizontal=True, gap="medium"):
        peak = moment(summary.peak_moment_nm, summary.peak_sigma_nm)
        st.metric("Peak moment at L5/S1", peak, width="content")
        dose = kilo_dose(summary.dose_n2m2s, summary.dose_sigma_n2m2s)
        st.metric("Dose (10⁶ N²m²s)", dose, help="Squared moment over time, over all reps.", width="content")
        st.metric("Dose of 28 days (10⁶ N²m²s)", days_dose_words(points, record.id), width="content")
    if words := relative_dose_words(points, record.id, summary.dose_sigma_n2m2s):
        st.markdown(words)
