"""The coach's wall: every athlete on one canvas, fed by the hub's WebSocket."""

from pathlib import Path

from streamlit.components.v2 import component

from components.bundle import bundle

_HERE = Path(__file__).parent
_SHARED = _HERE.parent / "shared"
PARTS = (
    *(_SHARED / name for name in ("verdicts.js", "canvas.js", "feed.js")),
    *(_HERE / name for name in ("clock.js", "station.js", "layout.js", "tile.js", "wall.js")),
)

wall = component(
    "lumbarwatch.wall",
    css=(_HERE / "wall.css").read_text(encoding="utf-8"),
    js=bundle(PARTS),
)
