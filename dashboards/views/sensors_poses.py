"""Calibrating an accelerometer: one sensor on a table, turned from side to side, and what came of it."""

from collections.abc import Callable
from html import escape

import streamlit as st
from hub_link import Link
from plain import plain
from poses_pictures import strip

from lumbarwatch.hub.client import HubClient, HubRefused
from lumbarwatch.hub.messages import AccelerometerMessage, NotKept, PosesMessage, PosesState
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.accelerometer import (
    Rests,
    agreement_words,
    kept_words,
    progress_words,
    refusal_words,
    result_rows,
)

NO_ANSWER = "The measuring part of lumbarwatch does not answer: start lumbarwatch again if this stays."
LOOK_EVERY_S = 0.5
"""A hand that lets go sees the count begin at once; the hub ends what nobody looks at."""


def begin_poses(hub: Link, sensor: str) -> None:
    """Begin to calibrate a sensor and show that."""
    act(hub, lambda client: client.begin_poses(sensor))


def poses(hub: Link) -> PosesMessage | None:
    """Return the calibration as it stands; None while the hub does not answer."""
    try:
        with hub.client() as client:
            return client.poses()
    except HubRefused:
        return None


@st.fragment(run_every=LOOK_EVERY_S)
def show_poses(hub: Link) -> None:
    """Show the calibration as it goes; a fragment, so that only this is drawn anew."""
    told = poses(hub)
    if told is None:
        st.warning(NO_ANSWER)
        return
    if told.state is PosesState.NONE:
        st.rerun(scope="app")
    st.markdown(f"**Accelerometer of {plain(told.name or told.sensor)}**")
    if told.state is PosesState.DONE and told.result is not None:
        show_result(told, told.result)
    elif told.state is PosesState.FAILED:
        st.warning(told.problem)
    else:
        show_progress(told)
    show_buttons(hub, told)


def show_progress(told: PosesMessage) -> None:
    """Show whether the sensor lies still, how many poses count, and what comes next."""
    if told.state is PosesState.CONNECTING:
        st.markdown(told.problem or "Connecting to the sensor …")
        st.html(strip(0, told.wanted))
        return
    if told.problem:
        st.warning(told.problem)
    shown = progress_words(told)
    st.html(headline(told, shown.headline, shown.still))
    st.markdown(shown.advice)
    st.html(strip(told.poses, told.wanted))


def headline(told: PosesMessage, words: str, still: float) -> str:
    """Return what is read from a step away: still or moving, with the count, and how far the rest is."""
    colour = "#0072B2" if still > 0.0 else "#D55E00"
    return f"""<div role="status" aria-live="polite" style="max-width: 34rem">
<div style="display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1.5rem;
 font-size: clamp(1.2rem, 5.2vw, 1.6rem); font-weight: 600">
<span>{escape(words)}</span><span>{told.poses} of {told.wanted} poses</span></div>
<div style="height: 0.6rem; border-radius: 0.3rem; background: #8A8F9855; overflow: hidden">
<div style="height: 100%; width: {100 * still:.0f}%; background: {colour}"></div></div></div>"""


def show_result(told: PosesMessage, result: AccelerometerMessage) -> None:
    """Show what was found and where it went, or why nothing was and what to do."""
    if result.offset_mps2 is None or result.scale is None:
        seen = Rests(result.rests, result.missing, result.after_mps2)
        for reason in result.reasons:
            st.warning(f"Not calibrated: the sensor {refusal_words(reason, seen)}")
        return
    st.html(table(result))
    st.markdown(agreement_words(result.before_mps2, result.residual_mps2, result.poses))
    words = kept_words(result.serial, no_serial=result.not_kept is NotKept.NO_SERIAL, problem=told.problem)
    (st.warning if result.not_kept else st.success)(words)


def table(result: AccelerometerMessage) -> str:
    """Return offsets and scales of the three axes, narrow enough for a phone."""
    assert result.offset_mps2 is not None
    assert result.scale is not None
    rows = result_rows(result.offset_mps2, result.scale, result.offset_sigma_mps2, result.scale_sigma)
    cell = (
        'style="padding: 0.2rem clamp(0.5rem, 2vw, 1.5rem) 0.2rem 0; text-align: left; white-space: nowrap"'
    )
    body = "".join(
        f"<tr><th scope='row' {cell}>{row.name}</th>"
        + "".join(f"<td {cell}>{value}</td>" for value in (row.x, row.y, row.z))
        + "</tr>"
        for row in rows
    )
    head = "".join(f"<th scope='col' {cell}>{axis}</th>" for axis in ("", "x", "y", "z"))
    size = "font-size: clamp(0.85rem, 3.6vw, 1rem)"
    whole = f'<table style="{size}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div style="overflow-x: auto">{whole}</div>'


def show_buttons(hub: Link, told: PosesMessage) -> None:
    """Show the ways on: finish, from the beginning, away."""
    ended = told.state in (PosesState.DONE, PosesState.FAILED)
    with st.container(horizontal=True):
        if not ended:
            finish = st.button(
                "Finish",
                key=keys.POSES_FINISH,
                icon=":material/check:",
                type="primary",
                disabled=told.poses < told.wanted,
            )
            if finish:
                act(hub, HubClient.finish_poses)
        if st.button("Start again", key=keys.POSES_AGAIN, icon=":material/replay:"):
            act(hub, lambda client: client.begin_poses(told.sensor))
        if st.button("Close" if ended else "Cancel", key=keys.POSES_CLOSE, icon=":material/close:"):
            act(hub, HubClient.cancel_poses)


def act(hub: Link, do: Callable[[HubClient], object]) -> None:
    """Ask the hub for something and show what stands then; a refusal is said in place."""
    try:
        with hub.client() as client:
            do(client)
    except HubRefused as refused:
        st.warning(str(refused))
        return
    st.rerun(scope="app")
