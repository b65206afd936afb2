"""Every rep of a session: a table, one rep replayed, corrections by hand beside the computed values."""

from collections.abc import Sequence

import streamlit as st
from components.replay import replay
from history_link import opened_history
from plain import plain
from tables import show_rows
from views.history_parts.said import ask_hub, say, tell

from lumbarwatch.hub.messages import CorrectedField, CorrectionRequest
from lumbarwatch.model.motion import Rep
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.history import (
    CORRECTABLE,
    Correction,
    corrected_rows,
    csv_of,
    place_of,
    with_refined,
    worst_rep,
)
from lumbarwatch.presenters.replay import replay_data, span_ns
from lumbarwatch.presenters.verdict_words import verdict_words
from lumbarwatch.store.angles import read_angles
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.records import RepAnnotation

FLAGS = {"counted", "partial", "single_leg"}
NO_ANGLES = "Its angles are not kept: `lumbarwatch reanalyze --again` makes them from the recording."
YES, NO = "Yes", "No"
VERDICT_PX = 210
"""Wide enough for one warning; Streamlit takes the first rows' width, and the worst reps come later."""
Place = tuple[int, int]


@st.fragment
def show(folder: DataFolder, session_id: str, refined: str | None) -> None:
    """Show table, replay and corrections; a fragment, so that another rep is there at once.

    ``refined``: the pipeline version of a refined analysis that can be shown beside.
    """
    tell()
    history = opened_history()
    found = history.reps(session_id)
    annotations = history.annotations(session_id)
    if not found:
        st.write("No reps were found in this session.")
        return
    corrections = latest(found, annotations)
    beside = history.reps(session_id, refined, refined=True) if _beside(refined) else None
    _table(found, corrections, beside, session_id)
    rep = _choice(found)
    _replay(folder, session_id, rep)
    _corrections(session_id, rep, [one for one in annotations if one.belongs_to(rep)])


def latest(found: Sequence[Rep], annotations: Sequence[RepAnnotation]) -> dict[Place, dict[str, Correction]]:
    """Return the corrections by rep and field, the latest of each, on today's numbers of the reps."""
    corrections: dict[Place, dict[str, Correction]] = {}
    for one in annotations:
        rep = next((rep for rep in found if one.belongs_to(rep)), None)
        if rep is not None:
            corrections.setdefault(place_of(rep), {})[one.field.value] = (one.value, one.text)
    return corrections


def _beside(refined: str | None) -> bool:
    """Ask whether refined figures should be shown, too, where there are any."""
    return refined is not None and st.toggle(
        "Refined, with hindsight",
        key=keys.REFINED_BESIDE,
        persist_state="session",
        help="Figures of a second analysis, smoothed forwards and backwards, beside those that were live.",
    )


def _table(
    found: Sequence[Rep],
    corrections: dict[Place, dict[str, Correction]],
    refined: Sequence[Rep] | None,
    session_id: str,
) -> None:
    rows = corrected_rows(found, corrections)
    if refined is not None:
        rows = with_refined(rows, found, refined)
    show_rows(
        rows,
        key=keys.REP_TABLE,
        on_select=lambda: _choose(found),
        selection_mode="single-row",
        height=min(38 + 35 * len(rows), 400),
        column_order=None if corrections else [name for name in rows[0] if name != "By hand"],
        column_config={"Verdict": st.column_config.TextColumn(width=VERDICT_PX)},
        alt="Every rep of the session",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Sort by a heading. Choose a row to replay that rep.", width="content")
        st.space("stretch")
        st.download_button(
            "Reps as CSV",
            csv_of(rows),
            file_name=f"reps-{session_id}.csv",
            mime="text/csv",
            icon=":material/download:",
            key=keys.EXPORT_REPS,
            on_click="ignore",
        )


def _choose(found: Sequence[Rep]) -> None:
    rows = st.session_state[keys.REP_TABLE]["selection"]["rows"]
    if rows:
        st.session_state[keys.CHOSEN_REP] = place_of(found[rows[0]])


def _choice(found: Sequence[Rep]) -> Rep:
    """Ask for a rep; the worst one at first."""
    by_place = {place_of(rep): rep for rep in found}
    worst = worst_rep(found) or found[0]
    if st.session_state.get(keys.CHOSEN_REP) not in by_place:
        st.session_state[keys.CHOSEN_REP] = place_of(worst)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Rep",
            list(by_place),
            format_func=lambda one: f"Set {one[0]}, rep {one[1]}: {verdict_words(by_place[one])}",
            key=keys.CHOSEN_REP,
        )
        st.button("Worst rep", key=keys.WORST_REP, on_click=_choose_place, args=(place_of(worst),))
    return by_place[chosen]


def _choose_place(chosen: Place) -> None:
    st.session_state[keys.CHOSEN_REP] = chosen


def _replay(folder: DataFolder, session_id: str, rep: Rep) -> None:
    try:
        angles = read_angles(folder.angles(session_id), span_ns(rep))
    except StoreError as error:
        missing = error.reason is StoreReason.MISSING
        st.info(f"This rep can't be replayed. {NO_ANGLES if missing else error}")
        return
    data = replay_data(angles.poses, rep)
    if data is None:
        st.info("This rep can't be replayed: the angles over it are not known.")
    else:
        replay(key=keys.REPLAY, data=data)


def _corrections(session_id: str, rep: Rep, own: Sequence[RepAnnotation]) -> None:
    with st.expander("Correct this rep by hand", expanded=bool(own)):
        st.caption("A correction stands beside the computed value, which stays, and survives re-analysis.")
        for one in own:
            _correction(session_id, one)
        _new_correction(session_id, rep)


def _correction(session_id: str, one: RepAnnotation) -> None:
    value = "" if one.value is None else f" {_shown(one.value)}"
    with st.container(horizontal=True, vertical_alignment="center"):
        why = f": {plain(one.text)}" if one.text else ""
        who = f" ({plain(one.author)})" if one.author else ""
        st.markdown(f"**{CORRECTABLE[one.field.value]}**{value}{why}{who}", width="content")
        st.button(
            "Take back",
            key=f"{keys.TAKE_BACK}_{one.id}",
            type="tertiary",
            on_click=_take_back,
            args=(session_id, one.id),
        )


def _shown(value: bool | float) -> str:
    return (YES if value else NO) if isinstance(value, bool) else f"{value:+.1f}°"


def _new_correction(session_id: str, rep: Rep) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        field = st.selectbox(
            "What",
            list(CORRECTABLE),
            format_func=lambda field: str(CORRECTABLE.get(field, field)),
            key=keys.CORRECTED_FIELD,
            width=230,
        )
        value: bool | float | None = None
        if field in FLAGS:
            value = (
                st.segmented_control("By hand", [YES, NO], default=NO, required=True, key=keys.CORRECTED_FLAG)
                == YES
            )
        elif field != "comment":
            computed = getattr(rep, field)
            value = st.number_input(
                f"By hand (computed {'–' if computed is None else f'{computed:+.1f}°'})",
                -180.0,
                180.0,
                None,
                0.5,
                key=keys.CORRECTED_VALUE,
                width=230,
            )
        why = st.text_input("Comment" if field == "comment" else "Why", key=keys.CORRECTED_WHY, width=320)
        missing = not why.strip() if field == "comment" else value is None
        st.button(
            "Save",
            key=keys.SAVE_CORRECTION,
            disabled=missing,
            on_click=_save,
            args=(session_id, rep, field, value, why),
        )


def _save(session_id: str, rep: Rep, field: str, value: bool | float | None, why: str) -> None:
    request = CorrectionRequest(
        set=rep.set_number,
        rep=rep.rep_number,
        field=CorrectedField(field),
        value=value,
        text=why.strip(),
        author=st.session_state.get(keys.AUTHOR, ""),
        t_lockout_ns=rep.t_lockout_ns,
    )
    if ask_hub(lambda client: client.correct_rep(session_id, request)):
        st.session_state[keys.CORRECTED_WHY] = ""
        say("The correction is saved.")


def _take_back(session_id: str, correction_id: str) -> None:
    ask_hub(lambda client: client.remove_correction(session_id, correction_id))
