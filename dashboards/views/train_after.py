"""After a set: what it was like, how hard it was, what was felt, and the next one."""

import streamlit as st
from views.train_running import calibration_line, end_session

from lumbarwatch.hub.client import HubClient
from lumbarwatch.hub.messages import LoadRequest, StationMessage, SymptomMessage, SymptomRequest
from lumbarwatch.model.events import SymptomKind
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.symptoms import (
    ANSWERS,
    CHECKLIST,
    NONE_OF_THEM,
    QUESTION,
    SEIZED,
    SIGNS,
    URGENT,
    advice_lines,
    signs_in_order,
)
from lumbarwatch.presenters.train import counts, set_advice

EFFORTS = list(range(1, 11))


def show(client: HubClient, station: StationMessage) -> None:
    """Show the last set and ask about it."""
    last = station.sets[-1]
    reps = [rep for rep in station.reps if rep.set == last.set]
    st.subheader(f"Set {last.set}: {counts(reps).words}", anchor=False)
    st.markdown(f"**{set_advice(reps, last.warnings)}**")
    told = next((one for one in reversed(station.symptoms) if one.set == last.set), None)
    felt, hard = st.columns(2, gap="large")
    with felt:
        _symptom(client, station, last.set, told)
    with hard:
        _effort(client, station, last.set, last.rpe)
        _next(client, station, last.bar_kg)
    advise(station)
    calibration_line(client, station)
    end_session(client, station)


def advise(station: StationMessage) -> None:
    """Show the words of definitions 6 that apply; they stay over a green session."""
    urgent = bool(URGENT.intersection(station.advice))
    for line in advice_lines(station.advice):
        (st.error if urgent else st.warning)(line)


def _symptom(client: HubClient, station: StationMessage, number: int, told: SymptomMessage | None) -> None:
    """One tap; pain asks how much, and then the short list."""
    key = f"{keys.SYMPTOM}_{number}"
    kind = st.segmented_control(
        QUESTION,
        list(ANSWERS),
        default=None if told is None else told.kind,
        format_func=lambda kind: ANSWERS[kind],
        key=key,
    )
    if kind is None:
        return
    pain = _pain(told, number) if kind is SymptomKind.PAIN else None
    seized = kind is SymptomKind.STIFF and st.checkbox(SEIZED, key=f"{keys.SEIZED}_{number}")
    said = (kind, pain) != (None if told is None else (told.kind, told.pain))
    if said or (seized and not st.session_state.get(f"{keys.SEIZED}_{number}_told")):
        st.session_state[f"{keys.SEIZED}_{number}_told"] = seized
        client.symptom(station.station, SymptomRequest(kind=kind, pain=pain, seized=seized))
        st.rerun()
    if kind is SymptomKind.PAIN:
        _checklist(client, station, pain, told)


def _pain(told: SymptomMessage | None, number: int) -> int:
    before = 3 if told is None or told.pain is None else told.pain
    return st.slider("How much (0 none, 10 worst)", 0, 10, before, key=f"{keys.PAIN}_{number}")


def _checklist(
    client: HubClient, station: StationMessage, pain: int | None, told: SymptomMessage | None
) -> None:
    number = 0 if told is None else told.set
    before = [] if told is None or told.signs is None else told.signs
    st.markdown(CHECKLIST)
    signs = [
        sign
        for sign in signs_in_order()
        if st.checkbox(SIGNS[sign], sign in before, key=f"{keys.SIGNS}_{number}_{sign.value}")
    ]
    answered = told is not None and told.signs is not None and set(before) == set(signs)
    label = "Save the answers" if signs else NONE_OF_THEM
    if st.button(label, key=keys.SAVE_SIGNS, disabled=answered):
        client.symptom(station.station, SymptomRequest(kind=SymptomKind.PAIN, pain=pain, signs=signs))
        st.rerun()


def _effort(client: HubClient, station: StationMessage, number: int, told: float | None) -> None:
    before = None if told is None else round(told)
    rpe = st.segmented_control(
        "How hard was it (RPE, 1 to 10)", EFFORTS, default=before, key=f"{keys.RPE}_{number}"
    )
    if rpe is not None and rpe != before:
        client.load(station.station, LoadRequest(rpe=float(rpe)))
        st.rerun()


def _next(client: HubClient, station: StationMessage, bar_kg: float | None) -> None:
    if URGENT.intersection(station.advice):
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        before = station.bar_kg if station.bar_kg is not None else bar_kg
        next_kg = st.number_input(
            "Next bar (kg)", 0.0, 1000.0, before, 2.5, "%.1f", key=keys.NEXT_BAR_KG, width=180
        )
        if st.button("Next set", type="primary", key=keys.NEXT_SET):
            client.load(station.station, LoadRequest(bar_kg=next_kg))
            st.session_state[keys.BEGUN_AFTER] = (station.session_id, len(station.sets))
            st.rerun()
    if st.session_state.get(keys.BEGUN_AFTER) == (station.session_id, len(station.sets)):
        st.caption("Lie down and lift when you are ready: the set begins with your first rep.")
    elif station.hold_load:
        st.caption("No more weight than last time.")
