"""Loads what pages need later, while nobody waits: the first look at the history would take seconds more.

The parts of the history load only when they are opened, so that the process is ready soon. A thread loads
them a little after that, one by one, with pauses in which a page that was opened meanwhile goes first. The
browser fetches the sixty scripts that tables and charts are drawn with in the same way.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import Final

import streamlit

MODULES: Final = (
    "sqlalchemy.orm",
    "lumbarwatch.store.history",
    "tables",
    "history_link",
    "views.history_parts.sessions",
    "views.history_parts.session",
    "pyarrow.parquet",
    "scipy.signal",
    "scipy.ndimage",
    "views.history_parts.load",
    "views.history_parts.compare",
    "views.history_parts.athlete",
    "views.history_parts.week",
)
"""What each loads beyond those before it is a fraction of a second."""

ELEMENTS: Final = (
    "ButtonGroup",
    "Selectbox",
    "DateInput",
    "DataFrame",
    "Pagination",
    "DownloadButton",
    "Metric",
    "Checkbox",
    "ArrowVegaLiteChart",
    "loadVegaEmbed",
    "embed",  # these two it loads only when the first chart is drawn
    "vega-interpreter",
    "TextInput",
    "NumberInput",
    "TextArea",
    "BidiComponent",
)
"""Streamlit's scripts, by the beginning of their names, each with those that it needs."""

SCRIPTS: Final = "static/js"
"""Where they are, in the pages' address."""

AFTER_S: Final = 3.0
"""By then the first page is drawn (convention)."""

PAUSE_S: Final = 0.1
"""(convention)."""


@contextmanager
def preloading() -> Generator[None]:
    """Load in a thread of its own as long as this is entered."""
    stop = Event()
    thread = Thread(target=_load_later, args=(stop.wait,), name="preload", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()


def load(stopped: Callable[[float], bool]) -> None:
    """Load every module; ``stopped`` waits for some seconds and says whether to end."""
    for name in MODULES:
        if stopped(PAUSE_S):
            return
        import_module(name)


def _load_later(stopped: Callable[[float], bool]) -> None:
    if not stopped(AFTER_S):
        load(stopped)


def browser_script() -> str:
    """Return what makes the browser load the scripts one by one, each when it has nothing else to do."""
    names = "".join(f'"/{SCRIPTS}/{name}", ' for name in script_names())
    return f"""<script>
if (!window.lumbarwatchPreload) {{
  window.lumbarwatchPreload = true;
  const idle = window.requestIdleCallback ?? ((then) => setTimeout(then, 500));
  const next = ([name, ...others]) =>
    name && idle(() => import(name).catch(() => undefined).then(() => next(others)));
  setTimeout(() => next([{names}]), {AFTER_S * 500:.0f});
}}
</script>"""


@cache
def script_names() -> tuple[str, ...]:
    """Return the files of :data:`ELEMENTS`; one that another Streamlit calls otherwise is left out."""
    folder = Path(streamlit.__file__).parent / "static" / SCRIPTS
    return tuple(path.name for element in ELEMENTS for path in sorted(folder.glob(f"{element}.*.js")))
