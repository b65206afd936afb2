"""Which cues are given, how, and in which units numbers are shown."""

import streamlit as st

from lumbarwatch.core.rules import CUE_PRIORITY, CUES
from lumbarwatch.hub.client import HubClient
from lumbarwatch.hub.messages import PreferencesMessage
from lumbarwatch.model.preferences import LengthUnit, MassUnit
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.words import WARNINGS

VIBRATION = "Vibration of sensors that have a motor"
MASSES = {MassUnit.KG: "kilograms (kg)", MassUnit.LB: "pounds (lb)"}
LENGTHS = {LengthUnit.CM: "centimetres (cm)", LengthUnit.IN: "inches (in)"}


# Keys name what is kept: when another page has changed it, a fresh element shows that, and nothing is undone.
def show_cues(client: HubClient, chosen: PreferencesMessage) -> None:
    """Show how cues are given, and which; each change is kept at once."""
    st.markdown(
        "At most one cue is given per rep, the most urgent first, and only for red. A cue that is switched "
        "off is still shown. Sound is armed on the page Train, by its own button with a test beep."
    )
    with st.container(horizontal=True, gap="large"):
        tones = st.toggle("Tones", chosen.tones, key=f"{keys.TONES}_{chosen.tones}")
        speech = st.toggle("Spoken lines", chosen.speech, key=f"{keys.SPEECH}_{chosen.speech}")
        haptic = st.toggle(VIBRATION, chosen.haptic, key=f"{keys.HAPTIC}_{chosen.haptic}")
    muted = [id_ for id_ in CUE_PRIORITY if not _voiced(id_, on=id_ not in chosen.muted)]
    wanted = chosen.model_copy(
        update={"tones": tones, "speech": speech, "haptic": haptic, "muted": sorted(muted)}
    )
    _keep(client, chosen, wanted)


def _voiced(id_: WarningId, *, on: bool) -> bool:
    words = CUES[id_].replace("{side}", "Left (right)")
    return st.checkbox(f"**{WARNINGS[id_].title}**: “{words}”", on, key=f"{keys.VOICED}_{id_}_{on}")


def show_units(client: HubClient, chosen: PreferencesMessage) -> None:
    """Show units of display."""
    masses = st.radio(
        "Mass",
        list(MassUnit),
        list(MassUnit).index(chosen.mass_unit),
        format_func=MASSES.__getitem__,
        key=f"{keys.MASS_UNIT}_{chosen.mass_unit}",
        horizontal=True,
    )
    lengths = st.radio(
        "Length",
        list(LengthUnit),
        list(LengthUnit).index(chosen.length_unit),
        format_func=LENGTHS.__getitem__,
        key=f"{keys.LENGTH_UNIT}_{chosen.length_unit}",
        horizontal=True,
    )
    st.caption("Angles are always degrees. Recordings, history and exports keep kilograms and metres.")
    _keep(client, chosen, chosen.model_copy(update={"mass_unit": masses, "length_unit": lengths}))


def _keep(client: HubClient, chosen: PreferencesMessage, wanted: PreferencesMessage) -> None:
    before = chosen.model_copy(update={"muted": sorted(chosen.muted)})
    if wanted.model_dump() == before.model_dump():
        return
    client.save_preferences(wanted)
    st.toast("Saved.")
    st.rerun()
