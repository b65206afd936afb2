"""What the athlete's page says: where a session stands, what a set was like, one sentence of advice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from lumbarwatch.core.cues import CUE_PRIORITY
from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.model.verdicts import Level, WarningId
from lumbarwatch.presenters.verdict_words import FoundWarning, Judged
from lumbarwatch.presenters.words import CALIBRATION, NOT_GRADED, WARNINGS, live_words

LEAST_BORDERLINE = 3
"""So many borderline reps in a set are worth a word (convention)."""


class Stage(StrEnum):
    """What the athlete's page is for at this moment."""

    START = "start"  # who trains, with which sensors
    CONNECT = "connect"  # the sensors are on their way
    CALIBRATE = "calibrate"
    READY = "ready"  # lie down and lift
    LIFT = "lift"  # a set is under way
    AFTER_SET = "after_set"
    SAVING = "saving"
    SUMMARY = "summary"


class FoundRep(Judged, Protocol):
    """A repetition, as the page hears of it."""

    @property
    def set(self) -> int: ...  # noqa: D102
    @property
    def rep(self) -> int: ...  # noqa: D102
    @property
    def borderline(self) -> Sequence[WarningId]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Facts:
    """All of the hub's state that decides on the stage, in plain values.

    ``streaming``: every sensor has sent. ``calibrating``: a guided step is asked for, under way or judged.
    ``lifting``: a set is under way; ``sets_done``: sets that have ended.
    """

    session: str = "none"  # as in the hub's session_state
    streaming: bool = False
    calibrating: bool = False
    lifting: bool = False
    sets_done: int = 0


def stage_of(facts: Facts) -> Stage:
    """Return the stage; it follows from the hub alone, so that a reload comes back to the same one."""
    if facts.session == "none":
        return Stage.START
    if facts.session == "saving":
        return Stage.SAVING
    if facts.session != "running":
        return Stage.SUMMARY
    if facts.lifting:
        return Stage.LIFT
    if facts.calibrating:
        return Stage.CALIBRATE
    if facts.sets_done:
        return Stage.AFTER_SET
    return Stage.READY if facts.streaming else Stage.CONNECT


# After a set ------------------------------------------------------------------------------------------------
NEXT_TIME: Mapping[WarningId, str] = MappingProxyType(
    {
        WarningId.W1: "finish each rep with the tail under and the ribs down, with less weight if you must",
        WarningId.W1B: "stop where the ribs stay down, and squeeze there",
        WarningId.W1C: "tuck a little more at the top",
        WarningId.W2: "stop an inch lower and keep the ribs down, with less weight if you must",
        WarningId.W2B: "finish with the hips and leave the back where it is",
        WarningId.W3: "take less weight, or finish the hips on every rep",
        WarningId.W3B: "stop when the trunk is level",
        WarningId.W4: "count two seconds on the way down",
        WarningId.W4B: "keep the tuck until the hips are down",
        WarningId.W5: "set both feet level and press evenly",
        WarningId.W6: "end the set a rep earlier, or take less weight",
        WarningId.W7: "plan a lighter day",
    }
)
"""What to try in the next set."""


def set_advice(reps: Sequence[FoundRep], warnings: Sequence[FoundWarning] = ()) -> str:
    """Return one sentence about a set: what came most often, and what to try.

    Red counts before amber, then how often, then the order in which cues are spoken. What was not graded is
    never called good.
    """
    if not reps:
        return "No rep was counted: if you lifted, check that both sensors sit tight and calibrate again."
    for level in (Level.RED, Level.AMBER):
        worst = _most_frequent(reps, level)
        if worst is not None:
            id_, count = worst
            told = "" if level is Level.RED else ", slightly"
            return f"{WARNINGS[id_].title} in {_of(count, len(reps))}{told}: {NEXT_TIME[id_]}."
        drift = next((warning.id for warning in warnings if warning.level is level), None)
        if drift is not None:
            return f"{WARNINGS[drift].title} over the set: {NEXT_TIME[drift]}."
    return _without_warnings(reps)


def _without_warnings(reps: Sequence[FoundRep]) -> str:
    graded = sum(rep.graded for rep in reps)
    if graded == 0:
        return f"Nothing was graded{_because(reps)}: the reps are counted, their form is unknown."
    if graded < len(reps):
        return f"No limit exceeded in {_of(graded, len(reps))} that could be graded{_because(reps)}."
    if sum(bool(rep.borderline) for rep in reps) >= LEAST_BORDERLINE:
        return "No limit exceeded, but several reps were borderline: keep the load and repeat."
    return "No limit exceeded in any rep: keep it like this."


def _because(reps: Sequence[FoundRep]) -> str:
    reasons = Counter(one.reason for rep in reps if not rep.graded for one in rep.not_graded)
    return f" ({NOT_GRADED[reasons.most_common(1)[0][0]]})" if reasons else ""


def _most_frequent(reps: Sequence[FoundRep], level: Level) -> tuple[WarningId, int] | None:
    counts = Counter(id_ for rep in reps for id_ in {w.id for w in rep.warnings if w.level is level})
    if not counts:
        return None
    order = [*CUE_PRIORITY, *(id_ for id_ in WarningId if id_ not in CUE_PRIORITY)]
    return max(counts.items(), key=lambda found: (found[1], -order.index(found[0])))


def _of(count: int, whole: int) -> str:
    if count == whole:
        return "the only rep" if whole == 1 else f"all {whole} reps"
    return f"{count} of {whole} reps"


@dataclass(frozen=True, slots=True)
class Counts:
    """A session or a set in numbers."""

    reps: int
    partial: int
    graded: int
    red: int
    amber: int

    @property
    def words(self) -> str:
        """As one line: unknown is named, never counted as good."""
        parts = [f"{self.reps} {'rep' if self.reps == 1 else 'reps'}"]
        parts += [f"{self.partial} partial"] if self.partial else []
        parts += [f"{self.red} with a red warning"] if self.red else []
        parts += [f"{self.amber} with an amber one"] if self.amber else []
        ungraded = self.reps - self.graded
        parts += [f"{ungraded} not graded"] if ungraded else []
        return ", ".join(parts)


def counts(reps: Sequence[FoundRep]) -> Counts:
    """Return a set's or a session's counts; a rep with both levels counts as red."""
    levels = [{warning.level for warning in rep.warnings} for rep in reps]
    return Counts(
        reps=len(reps),
        partial=sum(rep.partial for rep in reps),
        graded=sum(rep.graded for rep in reps),
        red=sum(Level.RED in found for found in levels),
        amber=sum(Level.AMBER in found and Level.RED not in found for found in levels),
    )


# Guided calibration -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class GuideMove:
    """A part of a step: what to do for how long (s), and the tone it begins with."""

    say: str
    seconds: float
    tone: str = ""  # "up", "down", "hold"


@dataclass(frozen=True, slots=True)
class GuideStep:
    """How a step is guided: told before it begins, then move by move."""

    step: CalibrationStep
    title: str
    tell: str
    picture: str
    moves: tuple[GuideMove, ...]
    lying: bool = False  # waits until the athlete lies still, or presses
    flat: bool = False  # lying means flat, not at the bottom of the lift
    optional: bool = False
    unasked: bool = False  # only where the athlete chooses it


def _bow(number: str) -> tuple[GuideMove, GuideMove]:
    return GuideMove(f"{number} bow: down", 2.0, "down"), GuideMove("and up", 2.0, "up")


def _most(what: str) -> tuple[GuideMove, ...]:
    return (GuideMove(f"{what} as far as you can", 1.6, "up"), GuideMove("Hold", 2.0, "hold"))


_THRUST = (
    GuideMove("Up, tall and tucked", 1.8, "up"),
    GuideMove("Hold", 1.6, "hold"),
    GuideMove("Down, two seconds", 2.4, "down"),
    GuideMove("Rest", 1.2),
)

GUIDE: tuple[GuideStep, ...] = (
    GuideStep(
        CalibrationStep.STAND,
        "Stand still",
        "Stand as you always stand, arms hanging, and look ahead. Five seconds.",
        "stand",
        (GuideMove("Stand still", 5.0, "hold"),),
    ),
    GuideStep(
        CalibrationStep.HINGE,
        "Three slow bows",
        "Bow straight ahead, let the back round, come up. Bent knees do not matter.",
        "bow",
        (*_bow("First"), *_bow("Second"), *_bow("Third"), GuideMove("Stand", 0.8)),
    ),
    GuideStep(
        CalibrationStep.ARCH,
        "Arch",
        "Standing: arch your low back as far as you can and hold it.",
        "arch",
        _most("Arch"),
        optional=True,
    ),
    GuideStep(
        CalibrationStep.TUCK,
        "Tuck",
        "Standing: tuck your tail under as far as you can and hold it.",
        "tuck",
        _most("Tuck"),
        optional=True,
    ),
    GuideStep(
        CalibrationStep.SUPINE,
        "Neutral, lying",
        "Lie flat on your back, knees bent, spine as it feels neutral. It begins when you lie still.",
        "neutral",
        (GuideMove("Lie still", 5.0, "hold"),),
        lying=True,
        flat=True,
        optional=True,
        unasked=True,
    ),
    GuideStep(
        CalibrationStep.REFERENCE_THRUSTS,
        "Two thrusts without weight",
        "Lie down as for the lift, no bar. It begins when you lie still at the bottom.",
        "thrust",
        (*_THRUST, *_THRUST, GuideMove("Stay down", 1.5)),
        lying=True,
        optional=True,
    ),
)
"""The steps of definitions 3 as they are guided; arch and tuck come twice each."""


def guide_words() -> list[dict[str, object]]:
    """Return the guide as plain JSON types, for the page's component."""
    return [
        {
            "step": step.step.value,
            "title": step.title,
            "tell": step.tell,
            "picture": step.picture,
            "moves": [{"say": m.say, "seconds": m.seconds, "tone": m.tone} for m in step.moves],
            "lying": step.lying,
            "flat": step.flat,
            "optional": step.optional,
            "unasked": step.unasked,
        }
        for step in GUIDE
    ]


def train_words(*, leads: bool) -> dict[str, object]:
    """Return every word of the athlete's page, as plain JSON types; ``leads``: it may begin steps."""
    late = {"timed_out": "The step took too long: repeat it."}
    return live_words() | {
        "calibration": {**late, **{str(reason): text for reason, text in CALIBRATION.items()}},
        "guide": guide_words(),
        "guide_leads": leads,
        "guide_begin": "Begin",
        "guide_again": "Repeat this step",
        "guide_repeat": "Do this step again",
        "guide_lead": "Get ready",
        "guide_wait": "One moment",
        "guide_down": "And down to the bottom",
        "guide_late": late["timed_out"],
    }
