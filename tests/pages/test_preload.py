"""What pages load ahead of time is there, and nothing waits for it."""

import sys
from importlib.util import find_spec

import pytest

from lumbarwatch.cli.page_process import dashboards_folder


@pytest.fixture
def preload(monkeypatch):
    monkeypatch.syspath_prepend(dashboards_folder())
    import preload

    return preload


def test_every_module_that_is_loaded_ahead_is_there(preload):
    assert [name for name in preload.MODULES if find_spec(name) is None] == []


def test_streamlit_still_calls_its_scripts_so(preload):
    found = [name.partition(".")[0] for name in preload.script_names()]
    assert found == list(preload.ELEMENTS)
    script = preload.browser_script()
    assert all(f'"/static/js/{name}"' in script for name in preload.script_names())


def test_loading_ends_between_two_modules_when_the_process_ends(preload, monkeypatch):
    asked = []
    monkeypatch.setattr(preload, "MODULES", ("colorsys", "lumbarwatch.never", "lumbarwatch.there"))

    def stopped(seconds):
        asked.append(seconds)
        return len(asked) > 1

    preload.load(stopped)
    assert len(asked) == 2
    assert "colorsys" in sys.modules


def test_nothing_is_loaded_in_a_process_that_ends_at_once(preload, monkeypatch):
    loaded = []
    monkeypatch.setattr(preload, "load", loaded.append)
    with preload.preloading():
        pass
    assert loaded == []
