"""The session is over: its summary, the export, and what to do if it was somebody else's."""

from functools import partial

import streamlit as st
import units
from views.train_after import advise
from views.train_orders import tell
from views.wrong_athlete import WRONG_ATHLETE, move_or_delete

from lumbarwatch.hub.client import HubClient
from lumbarwatch.hub.messages import HubMessage, SessionState, StationMessage, SummaryMessage
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.report_words import degrees
from lumbarwatch.presenters.symptoms import URGENT
from lumbarwatch.presenters.train import counts, set_advice
from lumbarwatch.presenters.train_export import file_name, reps_csv, session_json

MEDIAN = "Median of full, graded reps."


def show(client: HubClient, state: HubMessage, station: StationMessage) -> None:
    """Show the summary and what can be done with the session."""
    st.subheader("Session done", anchor=False)
    if station.problem:
        st.warning(station.problem)
    if station.session_state is SessionState.FAILED:
        st.warning(
            "The session is recorded, but not in the history yet: it is tried again at the next start."
        )
    if station.summary is not None:
        _metrics(station.summary)
    urgent = URGENT.intersection(station.advice)  # then nothing is said of what to try next
    for one in station.sets:
        reps = [rep for rep in station.reps if rep.set == one.set]
        bar = "" if one.bar_kg is None else f", bar {units.masses().words(one.bar_kg)}"
        effort = "" if one.rpe is None else f", RPE {one.rpe:g}"
        tried = "" if urgent else f" {set_advice(reps, one.warnings)}"
        st.markdown(f"**Set {one.set}**{bar}{effort}: {counts(reps).words}.{tried}")
    advise(station, over=True)
    with st.container(horizontal=True):
        _exports(state, station)
        st.space("stretch")
        st.button(
            "New session",
            type="primary",
            key=keys.NEW_SESSION,
            on_click=st.session_state.update,
            args=({keys.LEFT_SESSION: station.session_id},),
        )
    if station.session_state is SessionState.SAVED:
        with st.expander(WRONG_ATHLETE):
            _wrong(client, station)


def _metrics(summary: SummaryMessage) -> None:
    minutes, seconds = divmod(round(summary.duration_s), 60)
    with st.container(horizontal=True, gap="medium"):
        st.metric("Duration (min)", f"{minutes}:{seconds:02d}", width="content")
        st.metric("Sets", summary.sets, width="content")
        st.metric("Reps", summary.reps, help="Full and partial together.", width="content")
        st.metric("Graded", summary.graded, width="content")
        st.metric("With a red warning", summary.red, width="content")
        tilt = degrees(summary.tilt_lockout_deg, summary.tilt_sigma_deg)
        st.metric("Tilt at the top", tilt, help=MEDIAN, width="content")
        lumbar = degrees(summary.lambda_lockout_deg, summary.lambda_sigma_deg)
        st.metric("Lumbar at the top", lumbar, help=MEDIAN, width="content")


def _exports(state: HubMessage, station: StationMessage) -> None:
    reps = [rep.model_dump(mode="json") for rep in station.reps]
    sets = [one.model_dump(mode="json") for one in station.sets]
    document = session_json(station.session_id, state.pipeline_version, reps, sets, simulated=state.simulated)
    for label, kind, text, mime, key in (
        ("Reps (CSV)", "csv", reps_csv(reps), "text/csv", keys.EXPORT_CSV),
        ("Session (JSON)", "json", document, "application/json", keys.EXPORT_JSON),
    ):
        st.download_button(
            label, text, file_name(station.started_utc_s, kind), mime, key=key, icon=":material/download:",
            on_click="ignore",
        )  # fmt: skip


def _wrong(client: HubClient, station: StationMessage) -> None:
    others = {one.id: one.name for one in client.athletes() if one.id != station.athlete.id}
    session_id = station.session_id
    move_or_delete(others, partial(_move, session_id), partial(_delete, session_id))


def _move(session_id: str, athlete_id: str) -> None:
    tell(lambda client: client.move_session(session_id, athlete_id))


def _delete(session_id: str) -> None:
    tell(lambda client: client.delete_session(session_id))
    if keys.REFUSED not in st.session_state:
        st.session_state[keys.LEFT_SESSION] = session_id
