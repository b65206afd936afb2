"""Under the live view while a session runs: the bar, the calibration's way out, the end."""

from collections.abc import Iterable

import streamlit as st
import units
from views.train_orders import as_told, tell

from lumbarwatch.hub.messages import (
    CalibrateRequest,
    LoadRequest,
    SetRequest,
    StationMessage,
    StepAction,
    StepRequest,
    StepState,
)
from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.train import Stage
from lumbarwatch.presenters.words import CALIBRATION

QUICK = "**Quick start: absolute limits.** Your own range was not measured: limits are those for anybody."
SUPINE = (
    "Angles are told from how you stand. If you don't stand in your neutral, take the zero lying instead: "
    "flat on your back, knees bent, the spine as it feels neutral. It takes ten seconds."
)
MOST_BAR_KG = 1000.0
_OPEN = (StepState.NONE, StepState.FAILED)


def show(station: StationMessage, stage: Stage) -> None:
    """Show what can be said at this stage."""
    if stage is Stage.CALIBRATE:
        _calibrating(station)
    else:
        calibration_line(station)
        _load(station)
    end_session(station)


def calibration_line(station: StationMessage) -> None:
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
    if found.valid and not stale and not station.set_open:
        more(station)
    poor = stale or found.quick or not found.valid
    if poor and not station.set_open:
        st.button("Calibrate", key=keys.CALIBRATE_AGAIN, on_click=_again, args=(station.station,))


def stage_is_early(station: StationMessage) -> bool:
    """Whether the calibration has not even been tried."""
    return station.calibration is not None and not station.calibration.valid and station.progress is None


def more(station: StationMessage) -> None:
    """Offer the zero that nobody is asked for."""
    progress = station.progress
    if progress is None:
        return
    asked = None if progress.current is None else progress.steps[progress.current].step
    if asked is CalibrationStep.SUPINE:
        return
    with st.expander("Zero lying down"):
        st.caption(SUPINE)
        st.button("Take the zero lying down", key=keys.SUPINE_ZERO, on_click=_lie, args=(station.station,))


def _lie(station: str) -> None:
    request = StepRequest(step=CalibrationStep.SUPINE, action=StepAction.CHOOSE)
    tell(lambda client: client.calibration_step(station, request))


def _calibrating(station: StationMessage) -> None:
    progress = station.progress
    if progress is None or not progress.valid:
        st.caption("Standing and bows are needed. Arch, tuck and thrusts make the limits your own.")
        return
    left = {step.step for step in progress.steps if step.optional and step.state in _OPEN}
    more(station)
    st.caption("The rest makes the limits your own; without it absolute limits apply, and grading says so.")
    if left:
        words = "Leave the rest out and lift"
        st.button(words, key=keys.SKIP_REST, on_click=_skip, args=(station.station, left))


def _again(station: str) -> None:
    tell(lambda client: client.calibrate_again(station, CalibrateRequest()))


def _skip(station: str, steps: Iterable[CalibrationStep]) -> None:
    requests = [StepRequest(step=step, action=StepAction.SKIP) for step in steps]
    tell(lambda client: [client.calibration_step(station, request) for request in requests])


def _load(station: StationMessage) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        mass = units.masses()
        key = units.named(keys.BAR_KG, mass)
        as_told(key, mass.shown(station.bar_kg))
        st.number_input(
            f"Bar ({mass.name})",
            0.0,
            MOST_BAR_KG / mass.size,
            None,
            mass.step,
            "%.1f",
            key=key,
            width=180,
            on_change=_bar,
            args=(station.station, station.bar_kg),
        )
        single_leg(station)
        unknown = station.bar_kg is None
        said = f"Bar {mass.words(station.bar_kg)}, saved."
        st.caption("The set begins with your first rep." if unknown else said)


def single_leg(station: StationMessage) -> None:
    """Mark the set to come as one on one leg, or end the one under way."""
    if station.set_open:
        st.button("End the set", key=keys.END_SET, on_click=_end_set, args=(station.station,))
        return
    as_told(keys.SINGLE_LEG, station.single_leg)
    st.toggle(
        "On one leg",
        key=keys.SINGLE_LEG,
        help="Of the next set: it is held against its own first reps, not against your thrusts on both legs.",
        on_change=_leg,
        args=(station.station,),
        width="content",
    )


def _leg(station: str) -> None:
    marked = bool(st.session_state[keys.SINGLE_LEG])
    tell(lambda client: client.set_button(station, SetRequest(start=True, single_leg=marked or None)))


def _end_set(station: str) -> None:
    tell(lambda client: client.set_button(station, SetRequest(start=False)))


def _bar(station: str, told: float | None) -> None:
    """Tell what was typed; the browser may also come to say what the hub (``told``) knows already."""
    bar_kg = units.typed(keys.BAR_KG, units.masses(), told)
    if bar_kg not in (None, told):
        save_bar(station, bar_kg)


def save_bar(station: str, bar_kg: float | None) -> None:
    """Say what is on the bar."""
    tell(lambda client: client.load(station, LoadRequest(bar_kg=bar_kg)))


def end_session(station: StationMessage) -> None:
    """Offer to end the session."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button(
            "End session",
            key=keys.END_SESSION,
            icon=":material/stop_circle:",
            on_click=_end,
            args=(station.station,),
        )


def _end(station: str) -> None:
    tell(lambda client: client.end_session(station))
