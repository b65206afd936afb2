"""Every page opens, says what it has, and shows no error."""

import json

import pytest

from lumbarwatch.presenters.words import PERMANENT_LINE
from lumbarwatch.store.folder import DataFolder

VIEWS = [None, "views/coach.py", "views/history.py", "views/safety.py"]


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_opens_without_an_error_and_says_what_it_is_not(open_page, view):
    page = open_page(view)
    assert not page.exception
    assert not page.error
    assert page.caption[-1].value == PERMANENT_LINE


@pytest.mark.parametrize(("view", "name"), [(None, "live_view"), ("views/coach.py", "wall")])
def test_a_live_page_gives_its_component_addresses_and_words_only(open_page, view, name):
    (component,) = open_page(view).get("bidi_component")
    assert component.proto.component_name == f"lumbarwatch.{name}"
    told = json.loads(component.proto.json)
    assert told["feed_url"] == "ws://127.0.0.1:9/feed"
    assert told["ticket_url"] == "/lumbarwatch/ticket"
    assert told["words"]["warnings"]["W2"]["title"]
    # No ticket and no key: those are fetched when needed.
    assert set(told) - {"station"} == {"feed_url", "ticket_url", "words"}


@pytest.mark.parametrize("view", VIEWS[:3])
def test_a_page_that_nobody_serves_says_how_to_start(open_page, view):
    page = open_page(view, served=False)
    assert "lumbarwatch demo" in page.info[0].value
    assert not page.exception


def test_an_empty_history_says_so(open_page):
    assert "No session" in open_page("views/history.py").info[0].value


def test_a_damaged_history_is_one_sentence(open_page, data):
    DataFolder(data).create().history.write_bytes(b"this is no database, but long enough to look at" * 50)
    page = open_page("views/history.py")
    assert not page.exception
    assert "damaged" in page.error[0].value
