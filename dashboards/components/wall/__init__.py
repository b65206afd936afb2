"""The coach's wall: a tile per athlete, fed by the hub's WebSocket."""

from pathlib import Path

from streamlit.components.v2 import component

from components.bundle import bundle

_HERE = Path(__file__).parent
_SHARED = _HERE.parent / "shared"
PARTS = (_SHARED / "verdicts.js", _SHARED / "feed.js", _HERE / "wall.js")

wall = component(
    "lumbarwatch.wall",
    css=(_HERE / "wall.css").read_text(encoding="utf-8"),
    js=bundle(PARTS),
)
