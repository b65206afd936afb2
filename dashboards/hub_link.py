"""How the pages reach the hub and the data; the only place that reads Streamlit's secrets."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from lumbarwatch.hub.client import HubAddress, HubClient


@dataclass(frozen=True)
class Link:
    """What the pages process told its pages."""

    address: HubAddress
    data: Path
    ticket_url: str

    def client(self) -> HubClient:
        """Return a client of the hub's control API."""
        return HubClient(self.address)


def link() -> Link:
    """Return the way to the hub, or say how to start and end the page."""
    try:
        told = st.secrets["lumbarwatch"]
    except (KeyError, StreamlitSecretNotFoundError):
        st.info("These pages are served by `lumbarwatch demo` or `lumbarwatch run`: start one of them.")
        st.stop()
    address = HubAddress(int(told["hub_port"]), bytes.fromhex(told["ticket_key"]))
    return Link(address, Path(told["data"]), told["ticket_url"])
