"""An athlete's course: every quantity over time with its MDC, what changed in words, the symptom diary."""

import streamlit as st
from plain import plain
from tables import show_rows
from views.history_parts import charts, diary, place
from views.history_parts.asked import athlete_choice, athlete_names
from views.history_parts.report import report_buttons

from lumbarwatch.model.trends import Quantity, SessionPoint
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.report_course import habit_line, zero_words
from lumbarwatch.presenters.report_words import plural, words_of_exercise
from lumbarwatch.presenters.trends import (
    EXPLAINED,
    GROUPS,
    CourseChart,
    between_rows,
    course_chart,
    courses,
    headline,
    within_rows,
)
from lumbarwatch.store.course import by_session
from lumbarwatch.store.history import History
from lumbarwatch.store.records import SessionFilter, SetPoint

IN_SHORT = (Quantity.TILT_LOCKOUT, Quantity.LAMBDA_LOCKOUT, Quantity.OWN_TUCK)
REAL, SIMULATED = "Real sessions", "Simulated sessions"


def show(history: History) -> None:
    """Show one athlete."""
    names = athlete_names(history)
    if not names:
        st.info("Nobody is in the history yet: athletes are added on Train.")
        return
    athlete_id = athlete_choice(names, "Choose an athlete")
    if athlete_id is None:
        st.info("Choose an athlete to see the course over all sessions.")
        return
    simulated = _kind(history, athlete_id)
    wanted = SessionFilter(athlete_id=athlete_id, simulated=simulated)
    by_lift = courses(history.course(wanted))
    if not by_lift:
        st.info("This athlete has no session yet.")
        return
    exercise = _exercise(list(by_lift))
    points = by_lift[exercise]
    sets = history.set_course(SessionFilter(athlete_id=athlete_id, simulated=simulated, exercise=exercise))
    _head(names[athlete_id], athlete_id, points)
    course(points, sets)
    changes(points, sets)
    diary.of_athlete(history, athlete_id)


def _kind(history: History, athlete_id: str) -> bool:
    """Real and simulated sessions are never one course."""
    has_real = history.count(SessionFilter(athlete_id=athlete_id, simulated=False)) > 0
    if not has_real or not history.count(SessionFilter(athlete_id=athlete_id, simulated=True)):
        return not has_real
    chosen = st.segmented_control(
        "Sessions",
        [REAL, SIMULATED],
        default=REAL,
        required=True,
        key=keys.COURSE_KIND,
        label_visibility="collapsed",
    )
    return chosen == SIMULATED


def _exercise(exercises: list[str]) -> str:
    if len(exercises) == 1:
        return exercises[0]
    chosen = st.segmented_control(
        "Exercise",
        exercises,
        default=exercises[0],
        required=True,
        format_func=words_of_exercise,
        key=keys.COURSE_EXERCISE,
    )
    return chosen or exercises[0]


def _head(name: str, athlete_id: str, points: tuple[SessionPoint, ...]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"#### {plain(name)}", width="content")
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.button(
                plural(len(points), "session"),
                key=keys.COURSE_SESSIONS,
                icon=":material/list:",
                on_click=place.list_athlete,
                args=(athlete_id,),
                help="Show them in the list",
            )
            report_buttons(athlete_id=athlete_id)
    for column, quantity in zip(st.columns(len(IN_SHORT)), IN_SHORT, strict=True):
        name, newest, judgement = headline(points, quantity)
        column.metric(name, newest, help="The newest session in which it is known")
        column.caption(judgement)
    for line in habit_line(points[-1]):
        st.info(f"{line.lead}: {line.text}")


@st.fragment
def course(points: tuple[SessionPoint, ...], sets: tuple[SetPoint, ...]) -> None:
    """Show the charts of one group of quantities."""
    group = st.segmented_control(
        "Charts",
        list(GROUPS),
        default="Angles",
        required=True,
        key=keys.COURSE_GROUP,
        label_visibility="collapsed",
    )
    own = [(one.set_number, one.point) for one in sets]
    quantities = GROUPS[group or "Angles"]
    across = min(2, len(quantities))
    for first in range(0, len(quantities), across):  # row by row: a narrow screen shows them in this order
        for column, quantity in zip(st.columns(across), quantities[first : first + across], strict=False):
            with column:
                _chart(course_chart(points, own, quantity))
    st.caption(f"{EXPLAINED} {zero_words(points)}")


def _chart(chart: CourseChart) -> None:
    st.markdown(f"**{chart.title}**  \n{chart.sentence}")
    if chart.sessions:
        st.vega_lite_chart(charts.course(chart), alt=f"{chart.title}: {chart.sentence}")
    else:
        st.caption("Not known in any session.")


def changes(points: tuple[SessionPoint, ...], sets: tuple[SetPoint, ...]) -> None:
    """Show every judgement: between sessions, and within the newest one, kept apart."""
    st.markdown("#### Between sessions")
    st.caption("The sensors were re-applied each time. Change along the robust line from the first session.")
    show_rows(
        between_rows(points),
        height="content",
        alt="Changes between sessions, each against its MDC",
    )
    newest = by_session(sets).get(points[-1].session_id, ())
    st.markdown("#### Within the newest session")
    rows = within_rows([one.point for one in newest])
    if rows:
        st.caption("First to last set, the sensors staying on: a smaller change can be told from noise.")
        show_rows(rows, alt="Changes within the newest session, each against its MDC")
    else:
        st.caption("? not enough data: a second set is needed.")
