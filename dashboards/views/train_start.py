"""Three steps to a session: who, which sensors, where they sit."""

import streamlit as st
import units
from placement import HOW, picture
from plain import plain
from views.train_orders import tell

from lumbarwatch.hub.client import HubClient
from lumbarwatch.hub.messages import AthleteMessage, HubMessage, SessionStart, StationMessage
from lumbarwatch.model.samples import Placement
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.settings_units import Shown

NEW = "New athlete …"
NOBODY = "Nobody in particular"
PLACES = {Placement.PELVIS: "Pelvis, over S2", Placement.LUMBAR: "Lumbar, over L1"}
QUICK = (
    "Standing and bows only, about 20 s. Absolute limits apply instead of your own, and every page says so."
)


def show(client: HubClient, state: HubMessage, station: StationMessage) -> None:
    """Show the three steps and the two ways to begin."""
    if station.problem:
        st.error(station.problem)
    if state.simulated and not state.obeys:
        st.caption("The simulated session begins and ends by itself; `lumbarwatch demo` shows another one.")
        return
    who, sensors, place = st.columns([3, 3, 5], gap="large")
    with who:
        st.subheader("1 Who trains", anchor=False)
        athlete = _who(client, station)
    with sensors:
        st.subheader("2 Which sensors", anchor=False)
        ready = _sensors(state, station)
    with place:
        st.subheader("3 Where they sit", anchor=False)
        _places()
    _begin(station, athlete, ready=ready)


def _who(client: HubClient, station: StationMessage) -> AthleteMessage | None:
    """Return who was chosen; None: somebody new, not added yet."""
    known = {athlete.id: athlete for athlete in client.athletes()}
    names = {id_: athlete.name or "Athlete without a name" for id_, athlete in known.items()}
    options = [*names, NOBODY, NEW]
    if keys.ATHLETE_ADDED in st.session_state:
        st.session_state[keys.ATHLETE] = st.session_state.pop(keys.ATHLETE_ADDED)
    elif st.session_state.get(keys.ATHLETE) not in options:
        st.session_state[keys.ATHLETE] = station.athlete.id if station.athlete.id in names else options[0]
    chosen = st.selectbox(
        "Athlete", options, format_func=lambda option: str(names.get(option, option)), key=keys.ATHLETE
    )
    if chosen == NEW:
        _add(client, station)
        return None
    if chosen == NOBODY:
        return AthleteMessage()
    _measures(known[chosen])
    return known[chosen]


def _measures(athlete: AthleteMessage) -> None:
    known = units.masses().words(athlete.mass_kg)
    mass = "body mass not known: no load is shown" if athlete.mass_kg is None else known
    stature = "" if athlete.stature_m is None else f", {units.lengths().words(athlete.stature_m)}"
    st.caption(f"{mass}{stature}")


def _add(client: HubClient, station: StationMessage) -> None:
    with st.form(keys.ADD_FORM, border=False):
        name = st.text_input("Name", max_chars=120, key=keys.NEW_NAME)
        _field("Body mass", 20.0, 400.0, units.masses(), keys.NEW_MASS_KG)
        _field("Height", 1.0, 2.5, units.lengths(), keys.NEW_STATURE_CM)
        wanted = st.form_submit_button("Add athlete", key=keys.ADD_ATHLETE)
    if wanted and not name.strip():
        st.warning("Say a name first.")
    elif wanted:
        mass_kg = units.typed(keys.NEW_MASS_KG, units.masses())
        stature_m = units.typed(keys.NEW_STATURE_CM, units.lengths())
        added = client.save_athlete(AthleteMessage(name=name.strip(), mass_kg=mass_kg, stature_m=stature_m))
        client.set_athlete(station.station, added)
        st.session_state[keys.ATHLETE_ADDED] = added.id
        st.rerun()


def _field(title: str, least: float, most: float, unit: Shown, key: str) -> None:
    low, high = (round(bound / unit.size, 1) for bound in (least, most))
    st.number_input(f"{title} ({unit.name})", low, high, None, unit.step, "%.1f", key=units.named(key, unit))


def _sensors(state: HubMessage, station: StationMessage) -> bool:
    """Tell which sensors are remembered; return whether there are two."""
    if state.bluetooth:
        st.warning(state.bluetooth)
    for place, words in PLACES.items():
        found = next((one for one in station.assigned if one.placement is place), None)
        if found is None:
            st.markdown(f":material/help: **{words}**: not known yet")
        else:
            device = " ".join(part for part in (found.name, found.serial or found.address) if part)
            st.markdown(f":material/check_circle: **{words}**: {plain(device) or 'remembered'}")
    ready = len(station.assigned) >= len(PLACES)
    if not ready:
        st.caption("Switch both sensors on and give each its place on the page Sensors.")
    return ready


def _places() -> None:
    for column, place in zip(st.columns(2), (Placement.PELVIS, Placement.LUMBAR), strict=True):
        with column:
            st.image(picture(place), width=200)
            st.caption(HOW[place])


def _begin(station: StationMessage, athlete: AthleteMessage | None, *, ready: bool) -> None:
    off = athlete is None or not ready
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Start and calibrate",
            type="primary",
            key=keys.START_SESSION,
            disabled=off,
            icon=":material/play_arrow:",
            on_click=_start,
            args=(station.station, athlete),
        )
        st.button(
            "Quick start",
            key=keys.QUICK_START,
            disabled=off,
            help=QUICK,
            on_click=_start,
            args=(station.station, athlete),
            kwargs={"quick": True},
        )
        st.caption(f"Guided calibration takes about 60 s. Quick start: {QUICK[0].lower()}{QUICK[1:]}")


def _start(station: str, athlete: AthleteMessage, *, quick: bool = False) -> None:
    tell(lambda client: client.start_session(station, SessionStart(athlete=athlete, quick=quick)))
    st.session_state.pop(keys.LEFT_SESSION, None)
