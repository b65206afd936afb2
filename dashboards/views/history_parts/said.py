"""What a callback asks the hub for, and what it has to say: kept until the page is drawn, where it is shown.

A callback itself must not show anything: in a fragment it would land at the top of the page.
"""

from collections.abc import Callable

import streamlit as st
from hub_link import link

from lumbarwatch.hub.client import HubClient, HubRefused
from lumbarwatch.presenters import keys

PROBLEM = ":material/error:"


def ask_hub(do: Callable[[HubClient], object]) -> bool:
    """Ask the hub for something and return whether it was done; a refusal is said."""
    try:
        with link().client() as client:
            do(client)
    except HubRefused as refused:
        say(str(refused), problem=True)
        return False
    return True


def say(text: str, *, problem: bool = False) -> None:
    """Keep a sentence for the next drawing."""
    st.session_state[keys.SAID] = (text, PROBLEM if problem else None)


def tell() -> None:
    """Show what was kept."""
    if said := st.session_state.pop(keys.SAID, None):
        text, icon = said
        st.toast(text, icon=icon)
