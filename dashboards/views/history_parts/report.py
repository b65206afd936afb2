"""Buttons for the report; it is made when one is pressed."""

from functools import partial

import streamlit as st
from hub_link import link

from lumbarwatch.jobs.report import ReportForm, make_report
from lumbarwatch.presenters import keys
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History

MIME = {ReportForm.PDF: "application/pdf", ReportForm.HTML: "text/html"}
ICONS = {ReportForm.PDF: ":material/picture_as_pdf:", ReportForm.HTML: ":material/html:"}


def report_buttons(*, session_id: str = "", athlete_id: str = "") -> None:
    """Show a button for each form of the report of a session or an athlete."""
    history = DataFolder(link().data).history
    for form in ReportForm:
        st.download_button(
            f"Report ({form.value.upper()})",
            partial(_made, str(history), session_id, athlete_id, form),
            file_name=f"report-{session_id or athlete_id}.{form.value}",
            mime=MIME[form],
            icon=ICONS[form],
            key=f"{keys.REPORT}_{form.value}",
            on_click="ignore",
        )


def _made(history_file: str, session_id: str, athlete_id: str, form: ReportForm) -> bytes:
    """Make the report, in a thread of its own."""
    with History.open(history_file) as history:
        return make_report(history, session_id=session_id, athlete_id=athlete_id, form=form)
