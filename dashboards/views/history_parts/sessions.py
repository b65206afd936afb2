"""The list of sessions: filtered and paged by the database."""

from datetime import date

import streamlit as st
from views.history_parts import place
from views.history_parts.asked import athlete_choice, athlete_names, table_that_opens

from lumbarwatch.presenters import keys
from lumbarwatch.presenters.history import Listed, Row, day_span_utc_ns, listed_row
from lumbarwatch.presenters.report_words import plural, words_of_exercise
from lumbarwatch.store.history import History
from lumbarwatch.store.records import ListedSession, SessionFilter

ON_A_PAGE = 20
RED, SYMPTOMS = "Red warnings", "Symptoms"
KINDS = {"Real": False, "Simulated": True}


def show(history: History) -> None:
    """Show filters, the list and its pages."""
    wanted = filters(history)
    found = history.count(wanted)
    if not found:
        nothing(history)
        return
    pages = (found + ON_A_PAGE - 1) // ON_A_PAGE
    page = min(st.session_state.get(keys.HISTORY_PAGE, 1), pages)
    sessions = history.listed(wanted, ON_A_PAGE, (page - 1) * ON_A_PAGE)
    st.caption(f"{plural(found, 'session')}, newest first. Choose a row to open it.")
    table_that_opens(
        [_row(one) for one in sessions],
        keys.HISTORY_LIST,
        lambda number: place.open_session(sessions[number].record.id),
        alt="Sessions, newest first",
    )
    if pages > 1:
        st.pagination(pages, key=keys.HISTORY_PAGE, width="stretch")


def filters(history: History) -> SessionFilter:
    """Ask which sessions are wanted."""
    first, second = st.columns([3, 2]), st.container(horizontal=True)
    with first[0]:
        athlete_id = athlete_choice(athlete_names(history), "Everybody")
    with first[1]:
        exercise = st.selectbox(
            "Exercise",
            history.exercises(),
            index=None,
            format_func=words_of_exercise,
            placeholder="Every exercise",
            key=keys.HISTORY_EXERCISE,
            persist_state="session",
        )
    with second:
        since = _day("From", keys.HISTORY_FROM)
        until = _day("To", keys.HISTORY_TO)
        kind = st.segmented_control(
            "Kind", list(KINDS), key=keys.HISTORY_KIND, persist_state="session", on_change=_first_page
        )
        having = st.pills(
            "Only with",
            [RED, SYMPTOMS],
            selection_mode="multi",
            key=keys.HISTORY_WITH,
            persist_state="session",
            on_change=_first_page,
        )
    since_ns, until_ns = day_span_utc_ns(since, until)
    return SessionFilter(
        athlete_id=athlete_id,
        since_utc_ns=since_ns,
        until_utc_ns=until_ns,
        exercise=exercise,
        simulated=KINDS[kind] if kind else None,
        with_red=RED in having,
        with_symptoms=SYMPTOMS in having,
    )


def nothing(history: History) -> None:
    """Say why the list is empty."""
    if history.count(SessionFilter()):
        st.info("No session fits: take a filter away.")
    else:
        st.info("No session is in the history yet: it appears here when a session has ended.")


def _day(label: str, key: str) -> date | None:
    return st.date_input(
        label,
        value=None,
        key=key,
        format="YYYY-MM-DD",
        persist_state="session",
        on_change=_first_page,
        width=160,
    )


def _first_page() -> None:
    st.session_state.pop(keys.HISTORY_PAGE, None)


def _row(one: ListedSession) -> Row:
    record = one.record
    found = record.summary
    marks = {"simulated": record.simulated, "recovered": record.recovered, "refined": record.refined}
    return listed_row(
        Listed(
            started_at_utc_ns=record.started_at_utc_ns,
            athlete=one.athlete_name,
            exercise=record.exercise,
            sets=found.sets,
            reps=found.reps,
            graded=found.graded,
            red=found.red,
            amber=found.amber,
            tilt_lockout_deg=found.tilt_lockout_deg,
            tilt_sigma_deg=found.tilt_sigma_deg,
            lambda_lockout_deg=found.lambda_lockout_deg,
            lambda_sigma_deg=found.lambda_sigma_deg,
            bar_kg=found.bar_kg,
            felt=one.felt,
            pain=one.pain,
            marks=[word for word, is_so in marks.items() if is_so],
        )
    )
