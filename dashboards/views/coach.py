"""Coach: who trains now and who needs a word; one athlete in place, and back."""

import streamlit as st
from components.live_view import live_view
from components.wall import wall
from hub_link import Link, link
from views.coach_message import message_to
from views.train_orders import obey, show_refusal, tell

from lumbarwatch.hub.client import HubRefused
from lumbarwatch.hub.messages import StationMessage
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.coach import wall_words
from lumbarwatch.presenters.train import train_words

ATHLETE = "athlete"
"""Of the page's address: whose station is looked at, so that a reload stays with the same athlete."""


def opened() -> None:
    """A tile was opened: its athlete becomes the page."""
    station = st.session_state[keys.COACH_WALL].get("opened")
    if station is not None:
        st.query_params[ATHLETE] = str(station)


def back() -> None:
    """Everybody again."""
    st.query_params.pop(ATHLETE, None)


def asked(chosen: str) -> None:
    """Do what the live view asks for: a message that was read."""
    ask = st.session_state[f"{keys.COACH_LIVE}_{chosen}"].get("ask")
    tell(lambda client: obey(client, chosen, ask))


def moved() -> None:
    """The live view says that another stage has come: nothing here depends on it."""


def stations(hub: Link) -> list[StationMessage]:
    """Return the hub's stations; none while it does not answer (the wall says so by itself)."""
    try:
        with hub.client() as client:
            return client.state().stations
    except HubRefused:
        return []


def show_wall(hub: Link) -> None:
    """Show everybody; a tile that is opened becomes the page."""
    told = {"feed_url": hub.address.feed_url, "ticket_url": hub.ticket_url, "words": wall_words()}
    wall(key=keys.COACH_WALL, data=told, on_opened_change=opened)
    present = [station.station for station in stations(hub)]
    if len(present) > 1:
        with st.expander("Message to everybody", icon=":material/campaign:"):
            message_to(hub, present, keys.COACH_TO_ALL)


def show_athlete(hub: Link, chosen: str) -> None:
    """Show one athlete's live view, with a way back and a message."""
    st.button("All athletes", key=keys.COACH_BACK, icon=":material/arrow_back:", on_click=back)
    told = {
        "feed_url": hub.address.feed_url,
        "ticket_url": hub.ticket_url,
        "station": chosen,
        "words": train_words(leads=False),
    }
    live_view(
        key=f"{keys.COACH_LIVE}_{chosen}",
        data=told,
        on_ask_change=lambda: asked(chosen),
        on_moved_change=moved,
    )
    show_refusal()
    present = stations(hub)
    if present and chosen not in {station.station for station in present}:
        st.warning("This station is gone: go back to all athletes.")
    message_to(hub, [chosen], keys.COACH_SEND)


hub = link()
if ATHLETE in st.query_params:
    show_athlete(hub, st.query_params[ATHLETE])
else:
    show_wall(hub)
