"""The history as the pages read it: opened once, because a server takes its time to let somebody in."""

from pathlib import Path

import streamlit as st
from hub_link import link

from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History


def opened_history() -> History:
    """Return the history, open for all pages of this process.

    Raises
    ------
    StoreError
        It can't be opened; the next run of a page tries again.
    """
    return _opened(DataFolder(link().data).database)


@st.cache_resource(show_spinner=False, max_entries=4, on_release=History.close)
def _opened(place: str | Path) -> History:
    return History.open(place)
