"""The live view: one canvas component fed by the hub's WebSocket."""

from pathlib import Path

from streamlit.components.v2 import component

_HERE = Path(__file__).parent

live_view = component(
    "lumbarwatch.live_view",
    css=(_HERE / "live_view.css").read_text(encoding="utf-8"),
    js=(_HERE / "live_view.js").read_text(encoding="utf-8"),
)
