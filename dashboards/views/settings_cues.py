"""Which cues are given, how, and in which units numbers are shown."""

from collections.abc import Mapping
from enum import StrEnum

import streamlit as st
from hub_link import Link

from lumbarwatch.core.cues import CUE_PRIORITY, CUES
from lumbarwatch.hub.client import HubRefused
from lumbarwatch.hub.messages import PreferencesMessage
from lumbarwatch.model.preferences import LengthUnit, MassUnit
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.words import WARNINGS

INTRODUCTION = (
    "At most one cue is given per rep, the most urgent first, and only for red. A cue that is switched "
    "off is still shown, and its rep stays silent. Sound is armed on the page Train, by its own button "
    "with a test beep."
)
WAYS = {
    keys.TONES: "Tones",
    keys.SPEECH: "Spoken lines",
    keys.HAPTIC: "Vibration of sensors that have a motor",
}
MASSES: Mapping[StrEnum, str] = {MassUnit.KG: "kilograms (kg)", MassUnit.LB: "pounds (lb)"}
LENGTHS: Mapping[StrEnum, str] = {LengthUnit.CM: "centimetres (cm)", LengthUnit.IN: "inches (in)"}


# Keys name what is kept: when another page has changed it, a fresh element shows that, and nothing is undone.
def show_cues(hub: Link, chosen: PreferencesMessage) -> None:
    """Show how cues are given, and which; each change is kept at once."""
    st.markdown(INTRODUCTION)
    with st.container(horizontal=True):
        for field, words in WAYS.items():
            on = bool(getattr(chosen, field))
            key = f"{field}_{on}"
            st.toggle(words, on, key=key, on_change=keep, args=(hub, chosen, field, key))
    for id_ in CUE_PRIORITY:
        on = id_ not in chosen.muted
        words = CUES[id_].replace("{side}", "Left (right)")
        st.checkbox(
            f"**{WARNINGS[id_].title}**: “{words}”",
            on,
            key=f"{keys.VOICED}_{id_}_{on}",
            on_change=mute,
            args=(hub, chosen, id_),
        )


def show_units(hub: Link, chosen: PreferencesMessage) -> None:
    """Show units of display."""
    _choose(hub, chosen, keys.MASS_UNIT, "Mass", MASSES)
    _choose(hub, chosen, keys.LENGTH_UNIT, "Length", LENGTHS)
    st.caption("Angles are always degrees. Recordings, history and exports keep kilograms and metres.")


def _choose(
    hub: Link, chosen: PreferencesMessage, field: str, title: str, words: Mapping[StrEnum, str]
) -> None:
    options, now = list(words), getattr(chosen, field)
    key = f"{field}_{now}"
    st.radio(
        title,
        options,
        options.index(now),
        format_func=words.__getitem__,
        key=key,
        horizontal=True,
        on_change=keep,
        args=(hub, chosen, field, key),
    )


def keep(hub: Link, chosen: PreferencesMessage, field: str, key: str) -> None:
    """Keep what an element now says."""
    save(hub, chosen, {field: st.session_state[key]})


def mute(hub: Link, chosen: PreferencesMessage, id_: WarningId) -> None:
    """Mute a cue, or voice it again."""
    muted = set(chosen.muted) ^ {id_}
    save(hub, chosen, {"muted": sorted(muted)})


def save(hub: Link, chosen: PreferencesMessage, change: Mapping[str, object]) -> None:
    """Keep a change; the others stay."""
    try:
        with hub.client() as client:
            client.save_preferences(chosen.model_copy(update=dict(change)))
    except HubRefused as refused:
        st.warning(str(refused))
    else:
        st.toast("Saved.")
