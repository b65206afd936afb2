"""Pages under Streamlit's own test driver, with a folder of data and an address where no hub listens."""

import sys

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lumbarwatch.cli.page_process import SECRETS, dashboards_folder, secrets_of
from lumbarwatch.cli.plans import PageSettings
from lumbarwatch.hub import messages as wire
from pages.a_session import ADA, BEA
from pages.answering import AnsweringHub, station


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def open_page(monkeypatch, data):
    """Open the pages, or one view by its path; with the secrets that the pages process gives."""
    monkeypatch.syspath_prepend(dashboards_folder())
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # the driver makes the page this
    # process' main script, which every process that a later test starts would run first

    def opened(view: str | None = None, *, served: bool = True) -> AppTest:
        app = AppTest.from_file(dashboards_folder() / "app.py", default_timeout=60)
        if served:
            app.secrets[SECRETS] = secrets_of(PageSettings(9, b"k" * 32, data))
        app.run()
        if view is not None:
            app.switch_page(view).run()
        return app

    yield opened
    st.cache_resource.clear()  # closes the history that the pages keep open


@pytest.fixture
def train(open_page, monkeypatch):
    """Open the page on a station in some state."""

    def opened(**state):
        hub = AnsweringHub(station("1", **state)).behind(monkeypatch)
        hub.answers["/api/athletes"] = wire.AthleteList(athletes=[ADA, BEA])
        page = open_page()
        assert not page.exception
        return hub, page

    return opened
