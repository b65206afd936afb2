"""Sensors: which are here, how they do, which is worn where, and what the doctor finds."""

from collections.abc import Callable
from html import escape

import streamlit as st
from hub_link import Link, link
from placement import HOW, picture
from plain import plain
from views.sensors_poses import begin_poses, poses, show_poses
from views.sensors_stations import show_stations

from lumbarwatch.hub.client import HubClient, HubRefused
from lumbarwatch.hub.messages import (
    AssignRequest,
    FindingKind,
    FindingMessage,
    PosesState,
    ScannedMessage,
    ScanRequest,
)
from lumbarwatch.model.samples import Placement
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.coach import who
from lumbarwatch.presenters.sensors import (
    CALIBRATE,
    NOBODY,
    NONE_HERE,
    PLACES,
    SensorCard,
    card,
    scanned_words,
    uncalibrated_words,
)

LOOK_S = 5.0
AGAIN_S = 5.0
"""Battery and signal of sensors in use are asked for so often while the page is open."""

ALL, NONE = "all", ""
MANY = 3
"""Stations from which on one looks at a few sensors at a time."""

ICONS = {
    FindingKind.FINE: ":green[:material/check_circle:]",
    FindingKind.NOTICE: ":orange[:material/warning:]",
    FindingKind.PROBLEM: ":red[:material/error:]",
}


def attempt(hub: Link, do: Callable[[HubClient], object]) -> bool:
    """Ask the hub for something; say it when it refuses."""
    try:
        with hub.client() as client:
            do(client)
    except HubRefused as refused:
        st.warning(str(refused))
        return False
    return True


def look_and_examine(hub: Link) -> None:
    """Show both buttons; what the doctor found stays until asked again."""
    with st.container(horizontal=True):
        look = st.button(
            "Look for sensors", key=keys.SCAN, icon=":material/bluetooth_searching:", type="primary"
        )
        examine = st.button("Examine them", key=keys.EXAMINE, icon=":material/stethoscope:")
    if look:
        with st.spinner("Looking for sensors and asking each one …"):
            attempt(hub, lambda client: client.scan_sensors(ScanRequest(seconds=LOOK_S)))
    if examine:
        with st.spinner("Listening to the sensors: up to a minute …"):
            attempt(hub, _examined)


def _examined(client: HubClient) -> None:
    st.session_state[keys.FINDINGS] = client.examine()


def show_findings() -> None:
    """Show the doctor's findings, if it was asked."""
    findings: list[FindingMessage] = st.session_state.get(keys.FINDINGS, [])
    if not findings:
        return
    st.subheader("Findings", anchor=False)
    for finding in findings:
        st.markdown(f"{ICONS[finding.kind]} **{plain(finding.subject)}**: {finding.text}")


@st.fragment(run_every=AGAIN_S)
def show_sensors(hub: Link) -> None:
    """Show every sensor in use or in range; a fragment, so that figures stay fresh and nothing else moves."""
    try:
        with hub.client() as client:
            state, known = client.state(), client.sensors()
    except HubRefused as refused:
        st.warning(str(refused))
        return
    if state.bluetooth:
        st.warning(state.bluetooth)
    names = {one.station: who(one.name, "", one.station) for one in state.stations}
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(scanned_words(known.scanned_utc_s))
        wanted = choose_shown(names)
    shown = [sensor for sensor in known.sensors if wanted in (ALL, sensor.station)]
    for sensor in shown:
        show_sensor(hub, names, sensor, looked=known.scanned_utc_s is not None)
    if known.scanned_utc_s is not None and not shown:
        st.info(NOBODY if not known.sensors else NONE_HERE)
    if uncalibrated := uncalibrated_words(shown):
        st.caption(uncalibrated)


def choose_shown(names: dict[str, str]) -> str:
    """Let one station's sensors be looked at, where there are several."""
    if len(names) < MANY:
        return ALL
    options = [ALL, *names, NONE]
    words = {ALL: "All sensors", NONE: "Not assigned", **names}
    return st.selectbox(
        "Show",
        options,
        format_func=words.__getitem__,
        key=keys.SHOWN,
        width=220,
        label_visibility="collapsed",
    )


def show_sensor(hub: Link, names: dict[str, str], sensor: ScannedMessage, *, looked: bool) -> None:
    """Show one sensor: what it is, how it does, where it is worn, and a way to make it show itself."""
    shown = card(sensor, names.get(sensor.station, "") if len(names) > 1 else "", looked=looked)
    with st.container(border=True, gap="xsmall", key=f"{keys.SENSOR}_{sensor.sensor}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(shown.title)}** · {shown.state}")
            st.space("stretch")
            with st.popover("Place", icon=":material/accessibility_new:"):
                choose_place(hub, sensor, names)
            calibrate = f"{keys.POSES}_{sensor.sensor}"
            if sensor.raw and st.button("Calibrate", key=calibrate, icon=":material/straighten:"):
                begin_poses(hub, sensor.sensor)
            st.button(
                "Identify",
                key=f"{keys.IDENTIFY}_{sensor.sensor}",
                icon=":material/lightbulb:",
                on_click=identify,
                args=(hub, sensor.sensor),
            )
        st.html(facts(shown))
        for trouble in [*shown.troubles, *([sensor.problem] if sensor.problem else [])]:
            st.markdown(f":material/warning: {trouble}")


def identify(hub: Link, sensor: str) -> None:
    """Make a sensor show itself."""
    done = attempt(hub, lambda client: client.identify_sensor(sensor))
    st.toast("Watch for its light or motor." if done else "It could not be asked.")


def facts(shown: SensorCard) -> str:
    """Return facts side by side, wrapping on a small screen; what a device says of itself is only text."""
    cells = "".join(
        f"<div><small>{escape(name)}</small><br><strong>{escape(value)}</strong></div>"
        for name, value in shown.facts
    )
    return f'<div style="display: flex; flex-wrap: wrap; gap: 0.4rem 2rem">{cells}</div>'


def choose_place(hub: Link, sensor: ScannedMessage, names: dict[str, str]) -> None:
    """Let a sensor be given its place, or none."""
    station = next(iter(names), "1")
    if len(names) > 1:
        station = st.selectbox(
            "Station",
            list(names),
            list(names).index(sensor.station) if sensor.station in names else 0,
            format_func=names.__getitem__,
            key=f"{keys.PLACE_STATION}_{sensor.sensor}",
            disabled=sensor.in_use,
        )
    key = f"{keys.PLACE}_{sensor.sensor}_{sensor.placement}_{sensor.station}"
    st.segmented_control(
        "Worn at",
        list(Placement),
        default=sensor.placement,
        format_func=PLACES.__getitem__,
        key=key,
        disabled=sensor.in_use,
        on_change=assign,
        args=(hub, sensor.sensor, station, key),
    )
    if sensor.in_use:
        st.caption("While a session runs, sensors keep their places.")


def assign(hub: Link, sensor: str, station: str, key: str) -> None:
    """Give a sensor the place that was chosen; none: it leaves its place."""
    wanted = AssignRequest(sensor=sensor, placement=st.session_state[key], station=station)
    attempt(hub, lambda client: client.assign_sensor(wanted))


def show_help() -> None:
    """Show where sensors go, and how an accelerometer is calibrated."""
    with st.expander("Where they sit", icon=":material/accessibility_new:"):
        for place, column in zip(Placement, st.columns(2), strict=True):
            with column:
                st.image(picture(place), width=240)
                st.markdown(HOW[place])
    with st.expander("Calibrate the accelerometers, once", icon=":material/straighten:"):
        st.markdown(CALIBRATE)


def show(hub: Link) -> None:
    """Show the sensors, or the one that is being calibrated."""
    st.subheader("Sensors", anchor=False)
    told = poses(hub)
    if told is not None and told.state is not PosesState.NONE:
        show_poses(hub)
        return
    look_and_examine(hub)
    show_findings()
    show_sensors(hub)
    show_stations(hub, attempt)
    show_help()


show(link())
