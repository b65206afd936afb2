"""While a recording is shown again: what happened then, and nothing that could change it."""

import streamlit as st
from views.train_after import show_last_set
from views.train_orders import tell

from lumbarwatch.hub.messages import SessionStart, StationMessage
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.train import Stage

SHOWN = "A recording is shown again: nothing is measured or saved."
OVER = "The recording is over. Nothing was measured or saved."


def show(station: StationMessage, stage: Stage) -> None:
    """Show what is shown, or offer to show it once more."""
    over = stage is Stage.START
    st.info(OVER if over else SHOWN)
    if over and station.problem:
        st.error(station.problem)
    if stage is Stage.AFTER_SET:
        show_last_set(station)
    if over:
        st.button(
            "Show it again",
            type="primary",
            key=keys.SHOW_AGAIN,
            icon=":material/replay:",
            on_click=_again,
            args=(station.station,),
        )


def _again(station: str) -> None:
    tell(lambda client: client.start_session(station, SessionStart()))
