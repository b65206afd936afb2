"""Tables on the pages: nothing is cut."""

import pytest
import streamlit as st

from lumbarwatch.cli.page_process import dashboards_folder


@pytest.fixture
def shown(monkeypatch):
    """Show rows and return how its columns are configured."""
    monkeypatch.syspath_prepend(dashboards_folder())
    from tables import show_rows

    drawn = []
    monkeypatch.setattr(st, "html", lambda *_, **__: None)
    monkeypatch.setattr(
        st, "dataframe", lambda *_, column_config=None, **__: drawn.append(column_config or {})
    )

    def show(rows, **options):
        show_rows(rows, **options)
        return drawn[-1]

    return show


def test_a_long_text_that_comes_late_has_room(shown):
    rows = [{"Quantity": "tilt", "Earlier": "+8.5°", "Sets": 3}] * 12
    assert shown(rows) == {}
    late = [*rows, {"Quantity": "dose", "Earlier": "3.26 ·10⁶ N²m²s", "Sets": 3}]
    assert list(shown(late)) == ["Earlier"]
    assert 100 < shown(late)["Earlier"]["width"] < 180
    assert shown(late[::-1]) == {}  # seen in time
    assert shown([*rows, {"Quantity": "x" * 900, "Earlier": "", "Sets": 3}])["Quantity"]["width"] == 420
    own = {"Earlier": st.column_config.TextColumn(width=90)}
    assert shown(late, column_config=own) == own
