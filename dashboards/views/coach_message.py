"""A coach's word to one athlete's page, or to all of them."""

from collections.abc import Sequence

import streamlit as st
from hub_link import Link
from plain import plain

from lumbarwatch.hub.client import HubRefused
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.coach import SHORT_MESSAGES

LONGEST = 200
"""Characters, as the hub takes them."""


@st.fragment
def message_to(hub: Link, stations: Sequence[str], key: str) -> None:
    """Show what can be sent; a fragment, so that sending leaves the live view alone."""
    st.caption("A message appears on the athlete's page at once.")
    with st.container(horizontal=True, key=f"{key}_{keys.COACH_SHORT}"):
        for number, text in enumerate(SHORT_MESSAGES):
            if st.button(text, key=f"{key}_{number}"):
                send(hub, stations, text)
    form = st.form(f"{key}_form", clear_on_submit=True, border=False)
    with form, st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input("Own words", max_chars=LONGEST, key=f"{key}_{keys.COACH_TEXT}")
        sent = st.form_submit_button("Send", icon=":material/send:", key=key)
    if sent and text.strip():
        send(hub, stations, text.strip())


def send(hub: Link, stations: Sequence[str], text: str) -> None:
    """Send a text to stations and say whether it arrived at the hub."""
    try:
        with hub.client() as client:
            for station in stations:
                client.send_message(station, text)
    except HubRefused as refused:
        st.warning(str(refused))
    else:
        st.toast(f"Sent: {plain(text)}")
