"""One rep replayed: both angles over time, the posture at the moment, the tempo; played or dragged."""

from pathlib import Path

from streamlit.components.v2 import component

from components.bundle import bundle

_HERE = Path(__file__).parent
_COMPONENTS = _HERE.parent
PARTS = (
    _COMPONENTS / "shared" / "verdicts.js",
    _COMPONENTS / "shared" / "canvas.js",
    _COMPONENTS / "live_view" / "posture.js",
    _HERE / "curves.js",
    _HERE / "player.js",
)

replay = component(
    "lumbarwatch.replay",
    css=(_HERE / "replay.css").read_text(encoding="utf-8"),
    js=bundle(PARTS),
)
