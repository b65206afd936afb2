"""Where in the history the user is: which part, whose, which session. A session is in the address too."""

import streamlit as st

from lumbarwatch.presenters import keys
from lumbarwatch.store.history import History

SESSIONS, ATHLETE, WEEK = "Sessions", "Athlete", "This week"
SESSION_PARAMETER = "session"


def opened_session(history: History) -> str:
    """Return the session that is open, by what was chosen or by the page's address; empty for none."""
    asked = st.query_params.get(SESSION_PARAMETER, "")
    if asked != st.session_state.get(keys.SESSION_ADDRESS, ""):  # typed, or the browser went back or forth
        st.session_state[keys.SESSION_ADDRESS] = asked
        st.session_state[keys.OPEN_SESSION] = asked if asked and _is_there(history, asked) else ""
    opened = st.session_state.setdefault(keys.OPEN_SESSION, "")
    if opened and not _is_there(history, opened):
        close_session()
        return ""
    return opened


def open_session(session_id: str) -> None:
    """Show one session from the next run on."""
    st.session_state[keys.OPEN_SESSION] = st.session_state[keys.SESSION_ADDRESS] = session_id
    st.query_params[SESSION_PARAMETER] = session_id


def close_session() -> None:
    """Go back to where the session was opened from."""
    st.session_state[keys.OPEN_SESSION] = st.session_state[keys.SESSION_ADDRESS] = ""
    st.query_params.pop(SESSION_PARAMETER, None)


def open_athlete(athlete_id: str) -> None:
    """Show one athlete's course from the next run on."""
    close_session()
    st.session_state[keys.HISTORY_ATHLETE] = athlete_id
    st.session_state[keys.HISTORY_PART] = ATHLETE


def list_athlete(athlete_id: str) -> None:
    """Show the list of one athlete's sessions from the next run on."""
    close_session()
    st.session_state[keys.HISTORY_ATHLETE] = athlete_id
    st.session_state[keys.HISTORY_PART] = SESSIONS


def _is_there(history: History, session_id: str) -> bool:
    try:
        return history.has_session(session_id)
    except ValueError:  # an address somebody typed
        return False
