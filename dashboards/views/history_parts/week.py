"""A coach's week: who trained, and what changed against the weeks before."""

from datetime import UTC, date, datetime, timedelta

import streamlit as st
from views.history_parts import place
from views.history_parts.asked import table_that_opens

from lumbarwatch.presenters import keys
from lumbarwatch.presenters.history import day_span_utc_ns
from lumbarwatch.presenters.report_words import plural
from lumbarwatch.presenters.week import WEEKS_BEFORE, Trained, week_row
from lumbarwatch.store.history import History
from lumbarwatch.store.records import SessionFilter

ON_A_PAGE = 25
DAYS = 7


def show(history: History) -> None:
    """Show the seven days up to a day."""
    last = st.date_input(
        "Seven days up to",
        _today(),
        key=keys.WEEK_END,
        format="YYYY-MM-DD",
        persist_state="session",
        on_change=_first_page,
        width=200,
    )
    last = last if isinstance(last, date) else _today()
    since, until = day_span_utc_ns(last - timedelta(days=DAYS - 1), last)
    before, _ = day_span_utc_ns(last - timedelta(days=DAYS - 1, weeks=WEEKS_BEFORE), None)
    page = st.session_state.get(keys.WEEK_PAGE, 1)
    simulated = None if history.count(SessionFilter(simulated=False)) == 0 else False
    wanted = SessionFilter(since_utc_ns=since, until_utc_ns=until, simulated=simulated)
    found = history.week(wanted, ON_A_PAGE + 1, (page - 1) * ON_A_PAGE)
    if not found:
        st.info("Nobody trained in these seven days.")
        return
    shown = found[:ON_A_PAGE]
    span = SessionFilter(since_utc_ns=before, until_utc_ns=until, simulated=simulated)
    courses = history.courses([one.athlete_id for one in shown], span)
    rows = [
        week_row(
            Trained(one.name or "–", one.sessions, one.reps, one.red, one.last_utc_ns),
            courses[one.athlete_id],
            since or 0,
        )
        for one in shown
    ]
    st.caption(
        f"{plural(len(shown), 'athlete')} on this page, the latest first. What changed: medians of the week "
        f"against the {WEEKS_BEFORE} weeks before, beyond the MDC. Choose a row for the course."
    )
    table_that_opens(
        rows, keys.WEEK_LIST, lambda number: place.open_athlete(shown[number].athlete_id), alt="Who trained"
    )
    if page > 1 or len(found) > ON_A_PAGE:
        st.pagination(page + (len(found) > ON_A_PAGE), key=keys.WEEK_PAGE)


def _first_page() -> None:
    st.session_state.pop(keys.WEEK_PAGE, None)


def _today() -> date:
    return datetime.now(UTC).astimezone().date()
