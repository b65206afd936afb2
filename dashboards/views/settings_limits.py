"""Every limit of an athlete: what is judged, the default and its source, and a way to have an own one."""

import streamlit as st
from hub_link import Link

from lumbarwatch.hub.client import HubClient, HubRefused
from lumbarwatch.hub.messages import AthleteMessage, OwnLimit
from lumbarwatch.model.session import Limit
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.settings_limits import LimitRow, absolute_default, limit_rows, problem

INTRODUCTION = (
    "**Amber** is shown, **red** is also voiced, once the value is past it by 1.64 standard errors. "
    "An own limit replaces the whole default, also the part that follows your own range. "
    "It applies from the next session on and is kept with every session."
)
TUCK = "Tuck training: also amber when the tuck at the top is below a quarter of the own maximal tuck"


def show_limits(hub: Link, client: HubClient, athlete: AthleteMessage) -> None:
    """Show all limits of an athlete."""
    st.markdown(INTRODUCTION)
    for row in limit_rows(athlete.limits):
        show_limit(client, athlete, row)
    on = bool(athlete.tuck_training)
    key = f"{keys.TUCK_TRAINING}_{athlete.id}_{on}"
    st.toggle(TUCK, on, key=key, on_change=train_tuck, args=(hub, athlete, not on))


def train_tuck(hub: Link, athlete: AthleteMessage, on: bool) -> None:
    """Turn the training mode on or off."""
    try:
        with hub.client() as client:
            client.save_athlete(athlete.model_copy(update={"tuck_training": on}))
    except HubRefused as refused:
        st.warning(str(refused))


def show_limit(client: HubClient, athlete: AthleteMessage, row: LimitRow) -> None:
    """Show one limit; the numbers open on request."""
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{row.title}** · {row.words.quantity}", width="stretch")
            with st.container(horizontal=True, vertical_alignment="center", width="content"):
                colour = "blue" if row.own else "gray"
                st.markdown(f":{colour}-badge[{row.state}]", width="content")
                with st.popover("Change"):
                    change(client, athlete, row)
        st.caption(f"Default: {row.words.default}. Source: {row.words.source}.")


def change(client: HubClient, athlete: AthleteMessage, row: LimitRow) -> None:
    """Show both levels; save them, or go back to the default."""
    begin = row.own or absolute_default(row.id) or Limit()
    unit = f" ({row.words.unit})" if row.words.unit else ""
    side = "above" if row.words.high else "below"
    name = f"{row.id}_{athlete.id}_{row.state}"  # another state, another field: it shows what is kept
    amber = st.number_input(
        f"Amber {side}{unit}", value=begin.amber, step=row.words.step, key=f"{keys.LIMIT_AMBER}_{name}"
    )
    red = st.number_input(
        f"Red {side}{unit}", value=begin.red, step=row.words.step, key=f"{keys.LIMIT_RED}_{name}"
    )
    st.caption("An empty field: no such level.")
    wrong = problem(row.id, amber, red)
    if wrong:
        st.warning(wrong)
    with st.container(horizontal=True):
        if st.button("Save", key=f"{keys.SAVE_LIMIT}_{row.id}", type="primary", disabled=bool(wrong)):
            keep(client, athlete, row.id, OwnLimit(amber=amber, red=red))
        if st.button("Reset to default", key=f"{keys.RESET_LIMIT}_{row.id}", disabled=row.own is None):
            keep(client, athlete, row.id, None)


def keep(client: HubClient, athlete: AthleteMessage, id_: WarningId, limit: OwnLimit | None) -> None:
    """Keep an own limit, or the default again."""
    others = {known: own for known, own in (athlete.limits or {}).items() if known is not id_}
    limits = others if limit is None else {**others, id_: limit}
    client.save_athlete(athlete.model_copy(update={"limits": limits}))
    st.toast("Saved.")
    st.rerun()
