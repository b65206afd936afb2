"""The pages. Served by lumbarwatch's pages process; opened by itself it says how to start."""

from pathlib import Path

import streamlit as st
from preload import browser_script

from lumbarwatch.presenters.words import PERMANENT_LINE

ICON = Path(__file__).parent / "icon.svg"
# Streamlit's own margins push the reps off the screen, its hints lie over what is typed on a phone, its
# headings offer links to themselves, and its captions are too pale to be read (3.9 : 1). Grey means here that
# an angle is not live: what a busy computer has not drawn anew yet must not turn grey.
LESS_AIR = """<style>
[data-testid='stMainBlockContainer'] {padding: 4.5rem clamp(1rem, 3vw, 3rem) 1rem}
[data-testid='InputInstructions'], [data-testid='stHeaderActionElements'] {display: none}
[data-testid='stCaptionContainer'] {color: inherit; opacity: 0.8}
[data-stale='true'] {opacity: 1 !important}
.sideways {font-size: 0.875rem; opacity: 0.8}
@media (min-width: 641px) {[data-testid='stElementContainer']:has(.sideways) {display: none}}
@media (max-width: 480px) {[data-testid='stButtonGroup'] button {padding-inline: 0.5rem; min-width: 0}}
</style>"""

st.set_page_config(page_title="lumbarwatch", page_icon=str(ICON), layout="wide")
st.html(LESS_AIR)

page = st.navigation(
    [
        st.Page("views/train.py", title="Train", icon=":material/fitness_center:", default=True),
        st.Page("views/coach.py", title="Coach", icon=":material/groups:", url_path="coach"),
        st.Page("views/history.py", title="History", icon=":material/history:", url_path="history"),
        st.Page("views/sensors.py", title="Sensors", icon=":material/sensors:", url_path="sensors"),
        st.Page("views/settings.py", title="Settings", icon=":material/tune:", url_path="settings"),
        st.Page("views/safety.py", title="Safety", icon=":material/health_and_safety:", url_path="safety"),
    ],
    position="top",
)
page.run()
st.caption(PERMANENT_LINE)
st.html(browser_script(), unsafe_allow_javascript=True)
