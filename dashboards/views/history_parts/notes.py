"""Clinical notes on a session. The hub writes them; the page only reads the history."""

import streamlit as st
from plain import plain
from views.history_parts.said import ask_hub, say

from lumbarwatch.hub.messages import NoteRequest
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.history import started_at
from lumbarwatch.store.history import History
from lumbarwatch.store.records import NoteRecord


def show(history: History, session_id: str) -> None:
    """Show the notes, the newest first, and write one."""
    st.text_area("Note", key=keys.NOTE_TEXT, height=120, max_chars=20_000)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Your name", key=keys.AUTHOR, persist_state="session", max_chars=120, width=260)
        st.button("Save note", key=keys.SAVE_NOTE, on_click=_save, args=(session_id,), type="primary")
    for note in reversed(history.notes(session_id)):
        _note(session_id, note)


def _note(session_id: str, note: NoteRecord) -> None:
    when = started_at(note.written_at_utc_ns).strftime("%Y-%m-%d %H:%M")
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{when}{f', {plain(note.author)}' if note.author else ''}", width="content")
            st.space("stretch")
            with st.popover("Delete", type="tertiary"):
                st.write("This note is deleted for good.")
                st.button(
                    "Delete it",
                    key=f"{keys.DELETE_NOTE}_{note.id}",
                    on_click=_delete,
                    args=(session_id, note.id),
                )
        st.text(note.text)


def _save(session_id: str) -> None:
    text = st.session_state[keys.NOTE_TEXT].strip()
    if not text:
        say("Write something first.")
        return
    request = NoteRequest(text=text, author=st.session_state.get(keys.AUTHOR, ""))
    if ask_hub(lambda client: client.write_note(session_id, request)):
        st.session_state[keys.NOTE_TEXT] = ""
        say("The note is saved.")


def _delete(session_id: str, note_id: str) -> None:
    ask_hub(lambda client: client.remove_note(session_id, note_id))
