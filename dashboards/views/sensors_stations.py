"""Stations on the page Sensors: one for each athlete who trains at the same time; added, named, removed."""

from collections.abc import Callable

import streamlit as st
from hub_link import Link

from lumbarwatch.hub.client import HubClient, HubRefused
from lumbarwatch.hub.messages import StationMessage, StationRequest
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.coach import who

FIRST = "1"
LONGEST_NAME = 60
HELP = (
    "A station is one pair of sensors and whoever trains with it. Add one for each athlete who trains at the "
    "same time, then give two sensors their place there; Train asks which station it is for."
)

Attempt = Callable[[Link, Callable[[HubClient], object]], bool]
"""Asks the hub for something; says it when it refuses."""


def show_stations(hub: Link, attempt: Attempt) -> None:
    """Show all stations; nothing while the hub does not answer, or shows a recording."""
    try:
        with hub.client() as client:
            state = client.state()
    except HubRefused:
        return
    if state.replay:
        return
    with st.expander("Stations", icon=":material/groups:"):
        st.caption(HELP)
        for one in state.stations:
            show_station(hub, attempt, one)
        st.button(
            "Add a station",
            key=keys.STATION_ADD,
            icon=":material/add:",
            on_click=add,
            args=(hub, attempt, state.stations),
        )


def show_station(hub: Link, attempt: Attempt, station: StationMessage) -> None:
    """Show one station's name, and a way to take it away."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"{keys.STATION_NAME}_{station.station}_{station.name}"
        st.text_input(
            f"Name of station {station.station}",
            station.name,
            key=key,
            max_chars=LONGEST_NAME,
            placeholder=who("", "", station.station),
            width=240,
            on_change=rename,
            args=(hub, attempt, station.station, key),
        )
        if station.station != FIRST:
            st.button(
                "Remove",
                key=f"{keys.STATION_REMOVE}_{station.station}",
                icon=":material/delete:",
                on_click=remove,
                args=(hub, attempt, station.station),
            )


def add(hub: Link, attempt: Attempt, present: list[StationMessage]) -> None:
    """Add a station under the next free number."""
    request = StationRequest(name=f"Station {max(int(one.station) for one in present) + 1}")
    attempt(hub, lambda client: client.add_station(request))


def rename(hub: Link, attempt: Attempt, station: str, key: str) -> None:
    """Give a station the name that was typed."""
    name = str(st.session_state[key]).strip()
    if name:
        attempt(hub, lambda client: client.change_station(station, StationRequest(name=name)))


def remove(hub: Link, attempt: Attempt, station: str) -> None:
    """Take a station away; its sensors are free then."""
    attempt(hub, lambda client: client.remove_station(station))
