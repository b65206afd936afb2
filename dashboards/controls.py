"""What is said during a session: load and effort, what was felt, begin and end."""

import streamlit as st
from hub_link import Link

from lumbarwatch.hub.client import HubClient, HubRefused
from lumbarwatch.hub.messages import (
    LoadRequest,
    SessionStart,
    SessionState,
    StationMessage,
    SymptomRequest,
)
from lumbarwatch.model.events import SymptomKind
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.symptoms import ANSWERS, QUESTION, advice


@st.fragment
def controls(hub: Link) -> None:
    """Show the controls of the first station; a fragment, so that using them leaves the live view alone."""
    try:
        with hub.client() as client:
            state = client.state()
            station = state.stations[0]
            if station.session_state is SessionState.RUNNING:
                _during(client, station)
            elif state.simulated:
                st.caption("The simulated session ends by itself; `lumbarwatch demo` shows another one.")
            elif station.session_state is not SessionState.SAVING:
                _between(client, station)
    except HubRefused as refused:
        st.warning(str(refused))


def _during(client: HubClient, station: StationMessage) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        bar_kg = st.number_input("Bar (kg)", 0.0, 1000.0, None, 2.5, key=keys.BAR_KG, width=160)
        rpe = st.number_input("Effort (0 to 10)", 0.0, 10.0, None, 0.5, key=keys.RPE, width=160)
        if st.button("Save for this set", key=keys.SAVE_LOAD, disabled=bar_kg is None and rpe is None):
            client.load(station.station, LoadRequest(bar_kg=bar_kg, rpe=rpe))
            st.toast("Saved.")
        st.space("stretch")
        if st.button("End session", key=keys.END_SESSION):
            client.end_session(station.station)
            st.rerun(scope="fragment")
    _symptom(client, station)


def _symptom(client: HubClient, station: StationMessage) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.segmented_control(
            QUESTION, list(ANSWERS), format_func=lambda kind: ANSWERS[kind], key=keys.SYMPTOM
        )
        pain = None
        if kind is SymptomKind.PAIN:
            pain = st.slider("How much, 0 to 10", 0, 10, 3, key=keys.PAIN, width=240)
        if kind is not None and st.button("Save", key=keys.SAVE_SYMPTOM):
            client.symptom(station.station, SymptomRequest(kind=kind, pain=pain))
            st.toast("Saved.")
    if kind is not None and (words := advice(kind, pain)):
        st.info(words)


def _between(client: HubClient, station: StationMessage) -> None:
    if st.button("Start a new session", key=keys.START_SESSION):
        client.start_session(station.station, SessionStart(athlete=station.athlete))
        st.rerun(scope="fragment")
