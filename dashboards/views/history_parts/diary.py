"""The symptom diary, with the words of what to do. A session without warnings never overrides a symptom."""

from collections.abc import Sequence

import streamlit as st
from tables import show_rows

from lumbarwatch.model.symptoms import Advice
from lumbarwatch.presenters.diary import advice, asked_words, diary_rows
from lumbarwatch.presenters.report_advice import NEVER_OVERRIDES
from lumbarwatch.presenters.report_data import Felt
from lumbarwatch.presenters.report_words import FIRST_ASK
from lumbarwatch.presenters.symptoms import ADVICE
from lumbarwatch.store.course import symptom_of
from lumbarwatch.store.history import History
from lumbarwatch.store.records import SymptomRecord

NEWEST = 50
URGENT = (Advice.EMERGENCY, Advice.SEE_DOCTOR)


def of_athlete(history: History, athlete_id: str) -> None:
    """Show an athlete's diary, the newest first."""
    st.markdown("#### Symptom diary")
    _show(history.symptoms(athlete_id=athlete_id), "Nobody was asked yet")


def of_session(history: History, session_id: str) -> None:
    """Show what was felt in one session."""
    _show(history.symptoms(session_id), "Nobody was asked in this session")


def _show(records: Sequence[SymptomRecord], nothing: str) -> None:
    felt = [Felt(one.at_utc_ns, symptom_of(one), one.session_id) for one in records]
    for one in advice(felt):
        (st.error if one in URGENT else st.warning)(ADVICE[one])
    rows = diary_rows(felt)
    if rows:
        show_rows(rows[:NEWEST], alt="Symptoms, newest first")
    said = asked_words(felt) if felt else f"{nothing}: Train asks after each set how the back feels."
    st.caption(f"{said} {NEVER_OVERRIDES} With any pain, ask first: {FIRST_ASK}")
