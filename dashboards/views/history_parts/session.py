"""One session: what was found, every rep, its replay, load, another session beside it, notes, symptoms."""

import streamlit as st
from plain import plain
from views.history_parts import diary, notes, place, reps
from views.history_parts.asked import NOBODY, name_of
from views.history_parts.report import report_buttons

from lumbarwatch.model.session import Athlete
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.history import duration_words, started_at
from lumbarwatch.presenters.report_words import degrees, plural, words_of_exercise
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.records import SessionRecord

REPS, LOAD, COMPARE, NOTES, SYMPTOMS = "Reps", "Load", "Compare", "Notes", "Symptoms"
MEDIAN = "Median of full, graded reps, with one sigma of a rep."


def show(history: History, folder: DataFolder, session_id: str) -> None:
    """Show one session."""
    detail = history.session(session_id)
    record = detail.record
    refined = detail.refined_beside
    athlete = history.athlete(record.athlete_id) if record.athlete_id else None
    _head(record, athlete)
    if refined is not None:
        st.caption(_hindsight(history.session(session_id, refined, refined=True).record))
    part = st.segmented_control(
        "Part of the session",
        [REPS, LOAD, COMPARE, NOTES, SYMPTOMS],
        default=REPS,
        required=True,
        key=keys.SESSION_PART,
        persist_state="session",
        label_visibility="collapsed",
    )
    if part == LOAD:
        from views.history_parts import load  # noqa: PLC0415  (charts take a second)

        load.show(history, record, athlete)
    elif part == COMPARE:
        from views.history_parts import compare  # noqa: PLC0415

        compare.show(history, record)
    elif part == NOTES:
        notes.show(history, session_id)
    elif part == SYMPTOMS:
        diary.of_session(history, session_id)
    else:
        reps.show(folder, session_id, refined)


def _head(record: SessionRecord, athlete: Athlete | None) -> None:
    summary = record.summary
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Back", key=keys.HISTORY_BACK, icon=":material/arrow_back:", on_click=place.close_session)
        st.markdown(f"#### {plain(_title(record, athlete))}", width="content")
        with st.container(horizontal=True, horizontal_alignment="right"):
            if athlete is not None:
                st.button(
                    "Course",
                    key=keys.COURSE_SESSIONS,
                    icon=":material/show_chart:",
                    on_click=place.open_athlete,
                    args=(athlete.id,),
                    help="This athlete's course over all sessions",
                )
            report_buttons(session_id=record.id)
    with st.container(horizontal=True, gap="medium"):
        st.metric("Sets", summary.sets, width="content")
        st.metric("Reps", summary.reps, help="Full and partial together.", width="content")
        st.metric("Graded", summary.graded, width="content")
        st.metric("With a red warning", summary.red, width="content")
        tilt = degrees(summary.tilt_lockout_deg, summary.tilt_sigma_deg)
        st.metric("Tilt at the top", tilt, help=MEDIAN, width="content")
        lumbar = degrees(summary.lambda_lockout_deg, summary.lambda_sigma_deg)
        st.metric("Lumbar at the top", lumbar, help=MEDIAN, width="content")
    st.caption(_remarks(record))


def _title(record: SessionRecord, athlete: Athlete | None) -> str:
    when = started_at(record.started_at_utc_ns).strftime("%Y-%m-%d %H:%M")
    return f"{NOBODY if athlete is None else name_of(athlete)}, {when}"


def _hindsight(record: SessionRecord) -> str:
    summary = record.summary
    tilt = degrees(summary.tilt_lockout_deg, summary.tilt_sigma_deg)
    lumbar = degrees(summary.lambda_lockout_deg, summary.lambda_sigma_deg)
    return (
        f"Refined, with hindsight: tilt at the top {tilt}, lumbar at the top {lumbar}, "
        f"{plural(summary.reps, 'rep')}. Live feedback could not have known this; all else here is causal."
    )


def _remarks(record: SessionRecord) -> str:
    marks = [
        words_of_exercise(record.exercise),
        f"{duration_words(record.duration_s)} min",
        *(["simulated"] if record.simulated else []),
        *(["recovered after it was cut off"] if record.recovered else []),
        *(["refined (not causal)"] if record.refined else []),
        *(["zero lying face up"] if record.summary.tilt_zero_deg is not None else []),
        f"pipeline version {record.pipeline_version}",
        f"recording {record.recording or 'none'}",
    ]
    return ", ".join(marks)
