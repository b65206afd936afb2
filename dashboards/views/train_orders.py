"""What the athlete's page tells the hub, from callbacks: a tap counts even while the page is redrawn."""

from collections.abc import Callable
from typing import cast

import streamlit as st
from hub_link import link

from lumbarwatch.hub.client import HubClient, HubRefused
from lumbarwatch.hub.messages import StepRequest
from lumbarwatch.presenters import keys


def tell(do: Callable[[HubClient], object]) -> None:
    """Ask the hub for something; a refusal is said when the page is drawn."""
    try:
        with link().client() as client:
            do(client)
    except HubRefused as refused:
        st.session_state[keys.REFUSED] = str(refused)


def as_told(key: str, told: object) -> None:
    """Let a field show what the hub was told, also in another tab; what is being typed here stays.

    A field that was not drawn for once, because another page or stage was, has forgotten what it said.
    """
    known = f"{key}_known"
    if key not in st.session_state or known not in st.session_state or st.session_state[known] != told:
        st.session_state[known] = told
        st.session_state[key] = told


def show_refusal() -> None:
    """Say why the hub did not do what was asked for last."""
    if refused := st.session_state.pop(keys.REFUSED, ""):
        st.warning(refused)


def obey(client: HubClient, station: str, ask: object) -> None:
    """Do what the live view asks for: a step of the calibration, a message that was read.

    Raises
    ------
    HubRefused
        The hub did not do it; the sentence says why.
    """
    if not isinstance(ask, dict):
        return
    wanted = cast("dict[str, object]", ask)
    if "dismiss" in wanted:
        client.dismiss_message(station, str(wanted["dismiss"]))
    elif "step" in wanted:
        client.calibration_step(station, StepRequest.model_validate(wanted))
