"""Settings: an athlete's limits and measures, which cues are given and how, units, where data is kept."""

import streamlit as st
from hub_link import Link, link
from views.settings_body import show_body
from views.settings_cues import show_cues, show_units
from views.settings_limits import show_limits

from lumbarwatch.hub.client import HubClient, HubRefused
from lumbarwatch.hub.messages import AthleteMessage, PreferencesMessage
from lumbarwatch.presenters import keys


def show_athlete(hub: Link, client: HubClient, chosen: PreferencesMessage) -> None:
    """Choose an athlete; show measures and limits."""
    known = client.athletes()
    if not known:
        st.info("Nobody is known yet: add an athlete on the page Train. Until then the defaults apply.")
        return
    athlete: AthleteMessage = st.selectbox(
        "Athlete",
        known,
        format_func=lambda one: one.name or "Athlete without a name",
        key=keys.SETTINGS_ATHLETE,
        width=520,
    )
    show_body(client, athlete, chosen)
    show_limits(hub, client, athlete)


def show_data(hub: Link) -> None:
    """Say where everything is kept, and how to keep it safe or somewhere else."""
    st.markdown("Everything is kept in this folder:")
    st.code(str(hub.data), language=None, wrap_lines=True)
    st.markdown(
        "Recordings, history and these settings; nothing leaves this computer. Choose another folder with "
        "`lumbarwatch run --data FOLDER`, keep a copy with `lumbarwatch backup`."
    )


def show(hub: Link) -> None:
    """Show everything."""
    limits, cues, units, data = st.tabs(["Athlete and limits", "Cues", "Units", "Data"])
    with data:
        show_data(hub)
    try:
        with hub.client() as client:
            chosen = client.state().preferences
            with limits:
                show_athlete(hub, client, chosen)
            with cues:
                show_cues(hub, chosen)
            with units:
                show_units(hub, chosen)
    except HubRefused as refused:
        st.warning(str(refused))


st.subheader("Settings", anchor=False)
show(link())
