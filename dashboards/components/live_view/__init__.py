"""The live view: one canvas component fed by the hub's WebSocket."""

from pathlib import Path

from streamlit.components.v2 import component

from components.bundle import bundle

_HERE = Path(__file__).parent
_SHARED = _HERE.parent / "shared"
LIVE = (
    "sound.js",
    "session.js",
    "trace.js",
    "posture.js",
    "reps.js",
    "tempo.js",
    "pictures.js",
    "guide.js",
    "view.js",
)
PARTS = (
    *(_SHARED / name for name in ("verdicts.js", "canvas.js", "feed.js")),
    *(_HERE / name for name in LIVE),
)

live_view = component(
    "lumbarwatch.live_view",
    css=(_HERE / "live_view.css").read_text(encoding="utf-8"),
    js=bundle(PARTS),
)
