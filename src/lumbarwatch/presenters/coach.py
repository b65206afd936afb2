"""What the coach's wall says, and the short messages that a coach sends most."""

from lumbarwatch.core.cues import CUE_PRIORITY
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.presenters.words import live_words

SHORT_MESSAGES = (
    "Good set.",
    "Tuck at the top.",
    "Slower on the way down.",
    "Less weight.",
    "Rest, I am coming.",
)
"""To be sent with one tap; at most 200 characters, as the hub takes them."""

_FROM_THE_LIVE_VIEW = (
    "warnings",
    "phases",
    "not_graded",
    "session_states",
    "steps",
    "good",
    "partial",
    "ungraded",
    "stop",
    "no_samples",
    "not_analysing",
    "connection_lost",
)


def wall_words() -> dict[str, object]:
    """Return every word of the wall, as plain JSON types."""
    live = live_words()
    others = [id_ for id_ in WarningId if id_ not in CUE_PRIORITY]
    return {name: live[name] for name in _FROM_THE_LIVE_VIEW} | {
        "priority": [id_.value for id_ in (*CUE_PRIORITY, *others)],
        "sensors": {"pelvis": "Pelvis sensor", "lumbar": "Lumbar sensor"},
        "links": {
            "searching": "searching",
            "connecting": "connecting",
            "silent": "silent",
            "lost": "lost",
            "ended": "off",
        },
        "doubts": {"sensor_lost": "lost", "slip_suspected": "may have slipped"},
        "battery": "battery",
        "uncalibrated": "not calibrated: nothing is graded",
        "levels": {
            "red": "Red",
            "amber": "Amber",
            "partial": "Partial rep",
            "unknown": "Not graded",
            "good": "Good",
            "none": "",
        },
        "station": "Station",
        "set": "Set",
        "rep": "rep",
        "reps": "reps",
        "done": "done",
        "getting_ready": "Getting ready",
        "athlete": "athlete",
        "athletes": "athletes",
        "live": "live",
        "simulated": "simulated",
        "stale": "not live",
        "cut_off": "no connection",
        "lumbar_top": "Lumbar at the top",
        "tilt_top": "Tilt at the top",
        "legend": (
            "Line: lumbar extension at the top of each rep of the set. Dashed: its limit. "
            "Square: a red rep, for whatever reason. Ring: not graded."
        ),
        "find": "Find a name",
        "only_red": "Only red",
        "only_trouble": "Only trouble",
        "nobody": "Nobody trains here now. An athlete appears as soon as a session is started.",
        "nobody_found": "Nobody fits this choice.",
        "connecting": "Connecting …",
    }


def who(name: str, station_name: str, station: str) -> str:
    """Return how a station's athlete is called."""
    return name or station_name or f"Station {station}"
