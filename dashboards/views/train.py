"""Train: the athlete's page, from who trains to the end of the session."""

import streamlit as st
import units
from components.live_view import live_view
from hub_link import Link, link
from views import train_after, train_replay, train_running, train_start, train_summary
from views.train_facts import stage_of_station
from views.train_orders import obey, show_refusal, tell

from lumbarwatch.hub.client import HubClient, HubRefused
from lumbarwatch.hub.messages import HubMessage, ResumedMessage, StationMessage
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.resumed import resumed_words
from lumbarwatch.presenters.train import Stage, train_words

FIRST_STATION = "1"


def asked(station: str) -> None:
    """Do what the live view asks for."""
    ask = st.session_state[keys.LIVE_VIEW].get("ask")
    tell(lambda client: obey(client, station, ask))


def moved() -> None:
    """Draw again: the live view says that another stage has come."""


def chosen_station(hub: HubMessage) -> str:
    """Which station this page is for: by the address, else the first."""
    names = {station.station: station.name or station.station for station in hub.stations}
    wanted = st.query_params.get("station", "")
    if len(names) < 2:
        return next(iter(names), FIRST_STATION)
    index = list(names).index(wanted) if wanted in names else 0
    chosen = st.selectbox(
        "Station", list(names), index, format_func=lambda name: names[name], key=keys.STATION, width=260
    )
    st.query_params["station"] = chosen
    return chosen


def first_look(hub: Link) -> HubMessage | None:
    """Ask the hub before anything is drawn; None: it does not answer."""
    try:
        with hub.client() as client:
            return client.state()
    except HubRefused:
        return None


def live(hub: Link, state: HubMessage | None) -> str:
    """Draw the live view; return its station."""
    name = FIRST_STATION if state is None else chosen_station(state)
    leads = state is None or not state.simulated or state.obeys
    live_view(
        key=keys.LIVE_VIEW,
        data={
            "feed_url": hub.address.feed_url,
            "ticket_url": hub.ticket_url,
            "station": name,
            "words": train_words(leads=leads),
        },
        on_ask_change=lambda: asked(name),
        on_moved_change=moved,
    )
    return name


def resumed_sentence(station: StationMessage, resumed: ResumedMessage) -> str:
    """Say that measuring was cut off, and what became of it."""
    stale = station.progress is not None and station.progress.stale is not None
    kept = resumed.calibration_kept
    return resumed_words(station.started_utc_s or 0.0, calibration_kept=kept, stale=stale)


def panel(client: HubClient, state: HubMessage, station: StationMessage) -> None:
    """Show what belongs to the stage under the live view."""
    stage = stage_of_station(station)
    if stage is Stage.SUMMARY and st.session_state.get(keys.LEFT_SESSION) == station.session_id:
        stage = Stage.START
    if station.replay:
        train_replay.show(station, stage)
        return
    if station.resumed is not None and stage is not Stage.START:
        st.info(resumed_sentence(station, station.resumed), icon=":material/restart_alt:")
    if stage is Stage.START:
        train_start.show(client, state, station)
    elif stage is Stage.SUMMARY:
        train_summary.show(client, state, station)
    elif stage is Stage.AFTER_SET:
        train_after.show(station)
    elif stage is not Stage.SAVING:
        train_running.show(station, stage)


hub = link()
state = first_look(hub)
name = live(hub, state)
show_refusal()
try:
    with hub.client() as client:
        state = state or client.state()
        own = next((station for station in state.stations if station.station == name), None)
        if own is None:
            st.warning("This station is gone: reload the page.")
        else:
            units.remember(state.preferences)
            panel(client, state, own)
except HubRefused as refused:
    st.warning(str(refused))
