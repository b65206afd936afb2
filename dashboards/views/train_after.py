"""After a set: what it was like, how hard it was, what was felt, and the next one."""

import streamlit as st
import units
from views.train_orders import as_told, tell
from views.train_running import MOST_BAR_KG, calibration_line, end_session, save_bar, single_leg

from lumbarwatch.hub.messages import LoadRequest, SetMessage, StationMessage, SymptomMessage, SymptomRequest
from lumbarwatch.model.events import SymptomKind
from lumbarwatch.model.symptoms import Sign
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
ASSUMED_PAIN = 3
"""What pain stands for until the athlete says how much (convention)."""


def show(station: StationMessage) -> None:
    """Show the last set and ask about it."""
    last = show_last_set(station)
    told = next((one for one in reversed(station.symptoms) if one.set == last.set), None)
    felt, hard = st.columns(2, gap="large")
    with felt:
        _symptom(station, last.set, told)
    with hard:
        _effort(station, last.set, last.rpe)
        _next(station, last.bar_kg)
    advise(station)
    calibration_line(station)
    end_session(station)


def show_last_set(station: StationMessage) -> SetMessage:
    """Say in a line what the last set was like; return it."""
    last = station.sets[-1]
    reps = [rep for rep in station.reps if rep.set == last.set]
    st.subheader(f"Set {last.set}: {counts(reps).words}", anchor=False)
    if not URGENT.intersection(station.advice):  # a green set overrides no symptom: no word of the next one
        st.markdown(f"**{set_advice(reps, last.warnings)}**")
    return last


def advise(station: StationMessage, *, over: bool = False) -> None:
    """Show the words of definitions 6 that apply; they stay over a green session, and when it is ``over``."""
    urgent = bool(URGENT.intersection(station.advice))
    for line in advice_lines(station.advice, over=over):
        (st.error if urgent else st.warning)(line)


def _symptom(station: StationMessage, number: int, told: SymptomMessage | None) -> None:
    """One tap; pain asks how much, and then the short list."""
    key = f"{keys.SYMPTOM}_{number}"
    as_told(key, None if told is None else told.kind)
    place = (station.station, number, None if told is None else told.signs)
    kind = st.segmented_control(
        QUESTION,
        list(ANSWERS),
        format_func=lambda kind: ANSWERS[kind],
        key=key,
        on_change=_felt,
        args=place,
    )
    if kind is SymptomKind.STIFF:
        st.checkbox(SEIZED, key=f"{keys.SEIZED}_{number}", on_change=_felt, args=place)
    elif kind is SymptomKind.PAIN:
        as_told(f"{keys.PAIN}_{number}", ASSUMED_PAIN if told is None or told.pain is None else told.pain)
        st.slider(
            "How much (0 none, 10 worst)",
            0,
            10,
            key=f"{keys.PAIN}_{number}",
            on_change=_felt,
            args=place,
        )
        _checklist(station, number, told)


def _felt(station: str, number: int, told: list[Sign] | None = None) -> None:
    """Tell what was tapped; with it the answers of the list, once given: here or, as ``told``, elsewhere."""
    state = st.session_state
    kind: SymptomKind | None = state.get(f"{keys.SYMPTOM}_{number}")
    if kind is None:
        return
    pain: int | None = state.get(f"{keys.PAIN}_{number}", ASSUMED_PAIN) if kind is SymptomKind.PAIN else None
    seized = kind is SymptomKind.STIFF and bool(state.get(f"{keys.SEIZED}_{number}"))
    answers: list[Sign] | None = state.get(f"{keys.SIGNS}_{number}", told)
    signs = answers if kind is SymptomKind.PAIN else None
    request = SymptomRequest(kind=kind, pain=pain, signs=signs, seized=seized)
    tell(lambda client: client.symptom(station, request))


def _checklist(station: StationMessage, number: int, told: SymptomMessage | None) -> None:
    before = [] if told is None or told.signs is None else told.signs
    boxes = {sign: f"{keys.SIGNS}_{number}_{sign.value}" for sign in signs_in_order()}
    for sign, key in boxes.items():
        as_told(key, sign in before)
    st.markdown(CHECKLIST)
    signs = [sign for sign, key in boxes.items() if st.checkbox(SIGNS[sign], key=key)]
    answered = told is not None and told.signs is not None and set(before) == set(signs)
    st.button(
        "Save the answers" if signs else NONE_OF_THEM,
        key=keys.SAVE_SIGNS,
        disabled=answered,
        on_click=_answered,
        args=(station.station, number),
    )


def _answered(station: str, number: int) -> None:
    """The list is answered; read from its boxes, so that none that was just ticked is missed."""
    boxes = {sign: st.session_state.get(f"{keys.SIGNS}_{number}_{sign.value}") for sign in Sign}
    st.session_state[f"{keys.SIGNS}_{number}"] = [sign for sign, ticked in boxes.items() if ticked]
    _felt(station, number)


def _effort(station: StationMessage, number: int, told: float | None) -> None:
    key = f"{keys.RPE}_{number}"
    as_told(key, None if told is None else round(told))
    st.segmented_control(
        "How hard was it (RPE, 1 to 10)",
        EFFORTS,
        key=key,
        on_change=_hard,
        args=(station.station, key),
    )


def _hard(station: str, key: str) -> None:
    rpe: int | None = st.session_state[key]
    if rpe is not None:
        tell(lambda client: client.load(station, LoadRequest(rpe=float(rpe))))


def _next(station: StationMessage, bar_kg: float | None) -> None:
    if URGENT.intersection(station.advice):
        return
    mark = (station.session_id, len(station.sets))
    before = station.bar_kg if station.bar_kg is not None else bar_kg
    with st.container(horizontal=True, vertical_alignment="bottom"):
        mass = units.masses()
        st.number_input(
            f"Next bar ({mass.name})",
            0.0,
            MOST_BAR_KG / mass.size,
            mass.shown(before),
            mass.step,
            "%.1f",
            key=units.named(keys.NEXT_BAR_KG, mass),
            width=180,
        )
        single_leg(station)
        st.button(
            "Next set",
            type="primary",
            key=keys.NEXT_SET,
            on_click=_go_on,
            args=(station.station, mark, before),
        )
    if st.session_state.get(keys.BEGUN_AFTER) == mark:
        st.caption("Lie down and lift when you are ready: the set begins with your first rep.")
    elif station.hold_load:
        st.caption("No more weight than last time.")


def _go_on(station: str, mark: tuple[str, int], before: float | None) -> None:
    save_bar(station, units.typed(keys.NEXT_BAR_KG, units.masses(), before))
    st.session_state[keys.BEGUN_AFTER] = mark
