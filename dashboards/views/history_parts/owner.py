"""Whose session it is: moved to another athlete or deleted, also long after its end."""

from functools import partial

import streamlit as st
from views.history_parts.asked import athlete_names
from views.history_parts.said import ask_hub, say
from views.wrong_athlete import WRONG_ATHLETE, move_or_delete

from lumbarwatch.presenters import keys
from lumbarwatch.store.history import History


def show(history: History, session_id: str) -> None:
    """Offer both, once that is asked for."""
    asked = st.expander(WRONG_ATHLETE, key=f"{keys.WRONG_ATHLETE}_{session_id}", on_change="rerun")
    if asked.open:
        own = history.session(session_id).record.athlete_id
        others = {id_: name for id_, name in athlete_names(history).items() if id_ != own}
        with asked:
            move_or_delete(others, partial(_move, session_id), partial(_delete, session_id))


def _move(session_id: str, athlete_id: str) -> None:
    if ask_hub(lambda client: client.move_session(session_id, athlete_id)):
        say("The session is moved.")


def _delete(session_id: str) -> None:
    if ask_hub(lambda client: client.delete_session(session_id)):
        say("The session is deleted.")
