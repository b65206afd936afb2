"""Body measures of an athlete, in the chosen units."""

import streamlit as st

from lumbarwatch.hub.client import HubClient
from lumbarwatch.hub.messages import AthleteMessage, PreferencesMessage
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.settings_units import Shown, length, mass

MASS_KG = (20.0, 400.0)
STATURE_M = (1.0, 2.5)
BENCH_M = (0.0, 1.0)
CONTACT_M = (0.0, 0.5)


def show_body(client: HubClient, athlete: AthleteMessage, chosen: PreferencesMessage) -> None:
    """Show body mass and height; without them no load is shown."""
    masses, lengths = mass(chosen.mass_unit), length(chosen.length_unit)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        heavy = _field("Body mass", athlete.mass_kg, MASS_KG, masses, f"{keys.MASS}_{athlete.id}")
        tall = _field("Height", athlete.stature_m, STATURE_M, lengths, f"{keys.STATURE}_{athlete.id}")
        bench = _field("Bench height", athlete.bench_height_m, BENCH_M, lengths, f"{keys.BENCH}_{athlete.id}")
        contact = _field(
            "Bench edge to lumbar sensor",
            athlete.contact_to_l1_m,
            CONTACT_M,
            lengths,
            f"{keys.CONTACT}_{athlete.id}",
        )
        found = {"mass_kg": heavy, "stature_m": tall, "bench_height_m": bench, "contact_to_l1_m": contact}
        changed = any(getattr(athlete, name) != value for name, value in found.items())
        if st.button("Save measures", key=keys.SAVE_BODY, disabled=not changed):
            client.save_athlete(athlete.model_copy(update=found))
            st.toast("Saved.")
            st.rerun()
    st.caption(
        "Lumbar load is shown only where body mass, height and the bar are known; "
        "a tape measure along the back, from bench edge to sensor, narrows its interval."
    )


def _field(
    title: str, kept: float | None, bounds: tuple[float, float], unit: Shown, key: str
) -> float | None:
    low, high = (round(bound / unit.size, unit.digits) for bound in bounds)
    value = st.number_input(
        f"{title} ({unit.name})",
        low,
        high,
        unit.shown(kept),
        unit.step,
        format=f"%.{unit.digits}f",
        key=f"{key}_{unit.name}",
        width=220,
    )
    found = unit.kept(value, kept)
    return None if found is None else min(max(found, bounds[0]), bounds[1])
