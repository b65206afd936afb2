"""What a callback has to say: kept until the page is drawn, where it is shown.

A callback itself must not show anything: in a fragment it would land at the top of the page.
"""

import streamlit as st

from lumbarwatch.presenters import keys

PROBLEM = ":material/error:"


def say(text: str, *, problem: bool = False) -> None:
    """Keep a sentence for the next drawing."""
    st.session_state[keys.SAID] = (text, PROBLEM if problem else None)


def tell() -> None:
    """Show what was kept."""
    if said := st.session_state.pop(keys.SAID, None):
        text, icon = said
        st.toast(text, icon=icon)
