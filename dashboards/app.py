"""The pages. Served by lumbarwatch's pages process; opened by itself it says how to start."""

from pathlib import Path

import streamlit as st

from lumbarwatch.presenters.words import PERMANENT_LINE

ICON = Path(__file__).parent / "icon.svg"

st.set_page_config(page_title="lumbarwatch", page_icon=str(ICON), layout="wide")

page = st.navigation(
    [
        st.Page("views/live.py", title="Live", icon=":material/monitoring:", default=True),
        st.Page("views/coach.py", title="Coach", icon=":material/groups:", url_path="coach"),
        st.Page("views/history.py", title="History", icon=":material/history:", url_path="history"),
        st.Page("views/about.py", title="Safety", icon=":material/health_and_safety:", url_path="about"),
    ],
    position="top",
)
page.run()
st.caption(PERMANENT_LINE)
