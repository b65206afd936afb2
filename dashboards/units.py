"""Units of display, as chosen on the Settings page: fields show them, the hub hears kilograms and metres."""

import streamlit as st

from lumbarwatch.hub.messages import PreferencesMessage
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.settings_units import Shown, length, mass


def remember(chosen: PreferencesMessage) -> None:
    """Take over what the hub says is chosen."""
    st.session_state[keys.UNITS] = chosen


def masses() -> Shown:
    """Return how masses are shown."""
    return mass(_chosen().mass_unit)


def lengths() -> Shown:
    """Return how lengths are shown."""
    return length(_chosen().length_unit)


def named(key: str, unit: Shown) -> str:
    """Return a field's key; a number typed in one unit is never read in another."""
    return key if unit.name in ("kg", "cm") else f"{key}_{unit.name}"


def typed(key: str, unit: Shown, before: float | None = None) -> float | None:
    """Return what a field says, in kilograms or metres."""
    return unit.kept(st.session_state[named(key, unit)], before)


def _chosen() -> PreferencesMessage:
    return st.session_state.get(keys.UNITS) or PreferencesMessage()
