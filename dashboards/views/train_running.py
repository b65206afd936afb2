"""Under the live view while a session runs: the bar, the calibration's way out, the end."""

import streamlit as st

from lumbarwatch.hub.client import HubClient
from lumbarwatch.hub.messages import (
    CalibrateRequest,
    LoadRequest,
    StationMessage,
    StepAction,
    StepRequest,
    StepState,
)
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.train import Stage
from lumbarwatch.presenters.words import CALIBRATION

QUICK = "**Quick start: absolute limits.** Your own range was not measured: limits are those for anybody."
_OPEN = (StepState.NONE, StepState.FAILED)


def show(client: HubClient, station: StationMessage, stage: Stage) -> None:
    """Show what can be said at this stage."""
    if stage is Stage.CALIBRATE:
        _calibrating(client, station)
    else:
        calibration_line(client, station)
        _load(client, station)
    end_session(client, station)


def calibration_line(client: HubClient, station: StationMessage) -> None:
    """Say by what reps are graded, and offer to calibrate again."""
    found = station.calibration
    if found is None or (not station.reps and stage_is_early(station)):
        return
    if not found.valid:
        reasons = " ".join(CALIBRATION[reason] for reason in found.reasons)
        st.warning(f"Not calibrated: reps are counted and nothing is graded. {reasons}")
    elif found.quick:
        st.info(QUICK, icon=":material/speed:")
    stale = station.progress is not None and station.progress.stale is not None
    if stale:
        st.warning("The calibration is out of date: stand still for five seconds, or calibrate again.")
    poor = stale or found.quick or not found.valid
    if poor and not station.set_open and st.button("Calibrate", key=keys.CALIBRATE_AGAIN):
        client.calibrate_again(station.station, CalibrateRequest())
        st.rerun()


def stage_is_early(station: StationMessage) -> bool:
    """Whether the calibration has not even been tried."""
    return station.calibration is not None and not station.calibration.valid and station.progress is None


def _calibrating(client: HubClient, station: StationMessage) -> None:
    progress = station.progress
    if progress is None or not progress.valid:
        st.caption("Standing and bows are needed. Arch, tuck and thrusts make the limits your own.")
        return
    left = {step.step for step in progress.steps if step.optional and step.state in _OPEN}
    st.caption("The rest makes the limits your own; without it absolute limits apply, and grading says so.")
    if left and st.button("Leave the rest out and lift", key=keys.SKIP_REST):
        for step in left:
            client.calibration_step(station.station, StepRequest(step=step, action=StepAction.SKIP))
        st.rerun()


def _load(client: HubClient, station: StationMessage) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        bar_kg = st.number_input(
            "Bar (kg)", 0.0, 1000.0, station.bar_kg, 2.5, "%.1f", key=keys.BAR_KG, width=180
        )
        changed = bar_kg is not None and bar_kg != station.bar_kg
        if st.button("Save the bar", key=keys.SAVE_LOAD, disabled=not changed):
            client.load(station.station, LoadRequest(bar_kg=bar_kg))
            st.toast("Saved.")
            st.rerun()
        told = (
            "The set begins with your first rep." if station.bar_kg is None else f"Bar {station.bar_kg:g} kg."
        )
        st.caption(told)


def end_session(client: HubClient, station: StationMessage) -> None:
    """Offer to end the session."""
    if station.replay:
        return
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("End session", key=keys.END_SESSION, icon=":material/stop_circle:"):
            client.end_session(station.station)
            st.rerun()
