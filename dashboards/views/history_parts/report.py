"""Buttons for the report; it is made when one is pressed."""

from functools import partial

import streamlit as st
from history_link import opened_history

from lumbarwatch.presenters import keys
from lumbarwatch.store.history import History

MIME = {"pdf": "application/pdf", "html": "text/html"}
ICONS = {"pdf": ":material/picture_as_pdf:", "html": ":material/html:"}


def report_buttons(*, session_id: str = "", athlete_id: str = "") -> None:
    """Show a button for each form of the report of a session or an athlete."""
    history = opened_history()
    for form, mime in MIME.items():
        st.download_button(
            f"Report ({form.upper()})",
            partial(_made, history, session_id, athlete_id, form),
            file_name=f"report-{session_id or athlete_id}.{form}",
            mime=mime,
            icon=ICONS[form],
            key=f"{keys.REPORT}_{form}",
            on_click="ignore",
        )


def _made(history: History, session_id: str, athlete_id: str, form: str) -> bytes:
    """Make the report, in a thread of its own."""
    from lumbarwatch.jobs.report import ReportForm, make_report  # noqa: PLC0415  (heavy)

    return make_report(history, session_id=session_id, athlete_id=athlete_id, form=ReportForm(form))
