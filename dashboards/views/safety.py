"""Safety: when to stop, and what the angles mean; what this is and is not stands below every page."""

import streamlit as st

st.subheader("Safety", anchor=False)
st.markdown(
    """
**Stop and get emergency help now** if you notice a numb saddle, a change of bladder or bowel, new or
worsening weakness of a leg, or after a major accident.

**See a doctor before training again** with fever, weight loss, a history of cancer, pain at night, or pain or
numbness in a leg.

**Pain of 4 or more of 10** ends the session; see a clinician if it persists. A session without warnings never
overrides what you feel.

**Low back stiff or cramping** again and again: learn the pelvic tilt unloaded, choose a glute exercise with
little back extension, or leave the hip thrust out; consider an exercise professional.
"""
)
st.subheader("What the angles mean", anchor=False)
st.markdown(
    """
- **Posterior pelvic tilt**: the pelvis against gravity, 0 = your own standing neutral turned to the
  horizontal; positive = tucked.
- **Lumbar extension**: the L1 sensor against the pelvis, 0 = your own standing neutral; positive = arched,
  negative = tucked.
- The shaded band is one standard error: an angle is an estimate. "Not graded" is not "good".
"""
)
