"""The report as one HTML file, as a browser prints it."""

import pypdfium2
import pytest

from jobs.a_course import twenty_sessions
from lumbarwatch.jobs.report import ReportForm, make_report
from lumbarwatch.store.history import History

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LAST_COLUMNS = {
    "session": ("Moment L5/S1", "Answer", "Limit", "Lost", "Basis", "By"),
    "athlete": ("Felt", "Answer"),
}
A4_POINTS = (595, 842)


def printed(browser, content):
    """The sheets' sizes (points) and the words on each."""
    page = browser.new_page()
    page.set_content(content.decode())
    pdf = page.pdf(prefer_css_page_size=True)
    page.close()
    with pypdfium2.PdfDocument(pdf) as document:
        sizes = [tuple(round(side) for side in sheet.get_size()) for sheet in document]
        words = [" ".join(sheet.get_textpage().get_text_bounded().split()) for sheet in document]
    return sizes, words


@pytest.mark.parametrize("who", ["session", "athlete"])
def test_paper_holds_what_the_pdf_holds_and_cuts_no_column(browser, tmp_path, who):
    ids, athlete = twenty_sessions(tmp_path / "history.db")
    wanted = {"session_id": ids[-1]} if who == "session" else {"athlete_id": athlete.id}
    with History.open(tmp_path / "history.db") as history:
        html = make_report(history, form=ReportForm.HTML, **wanted)
        with pypdfium2.PdfDocument(make_report(history, **wanted)) as pdf:
            pages = len(pdf)
    sizes, words = printed(browser, html)
    assert len(words) == pages
    assert all(abs(a - b) <= 1 for size in sizes for a, b in zip(size, A4_POINTS, strict=True))
    assert "Definitions and limits" in words[0]  # the first page is one sheet
    assert "marked as such." in words[0]
    for title in LAST_COLUMNS[who]:
        assert any(title in sheet for sheet in words), title
