"""An athlete's course, as trends are computed from it: rows of the history as points over time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any, Final, NamedTuple

from sqlalchemy import Row

from lumbarwatch.model.events import Symptom, SymptomKind
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.model.symptoms import Sign
from lumbarwatch.model.trends import SessionPoint
from lumbarwatch.store.records import SessionSummary, SetPoint, SymptomRecord, TrendPoint

BY_SEVERITY: Final = (SymptomKind.NONE, SymptomKind.STIFF, SymptomKind.PAIN)


class Worst(NamedTuple):
    """The worst that was said of a session, the worst pain, and whether stiffness was said, too."""

    kind: SymptomKind | None = None  # None: not asked
    pain: int | None = None  # None: no pain said, or without a number
    stiff: bool = False


class RepFigures(NamedTuple):
    """What a set's point needs of a rep."""

    session_id: str
    set_number: int
    tilt_lockout_deg: float | None
    lambda_lockout_deg: float | None
    lambda_peak_deg: float | None
    eccentric_ns: int
    partial: bool
    lowered: bool
    graded: bool


class SetFigures(NamedTuple):
    """What a set's point needs of its own row."""

    session_id: str
    set_number: int
    started_at_utc_ns: int
    exercise: str
    bar_kg: float | None
    dose_n2m2s: float | None
    dose_sigma_n2m2s: float | None
    drift_deg: float | None
    tilt_zero_deg: float | None
    lambda_zero_deg: float | None


def worst_felt(felt: Iterable[SymptomRecord]) -> Worst:
    """Return the worst of what was said of a session."""
    said = list(felt)
    return Worst(
        max((one.kind for one in said), key=BY_SEVERITY.index, default=None),
        max((one.pain for one in said if one.pain is not None), default=None),
        any(one.kind is SymptomKind.STIFF for one in said),
    )


def session_point(point: TrendPoint, felt: Iterable[SymptomRecord]) -> SessionPoint:
    """Return a session as the trends take it, with all that was felt in it."""
    return course_point(point, point.summary, worst_felt(felt))


def course_point(
    about: TrendPoint | Row[*tuple[Any, ...]], one: SessionSummary | Row[*tuple[Any, ...]], felt: Worst
) -> SessionPoint:
    """Return a session as the trends take it. Without reps a share is not known; pain 0: asked and none.

    Angles are given from standing, whatever the zero: a change of the zero is no change of posture.

    ``about`` and ``one``: what it is and its summary, or a row of the history with both.
    """
    return SessionPoint(
        started_at_utc_ns=about.started_at_utc_ns,
        exercise=about.exercise,
        session_id=about.session_id,
        reps=one.reps,
        tilt_lockout_deg=_from_standing(one.tilt_lockout_deg, one.tilt_zero_deg),
        lambda_lockout_deg=_from_standing(one.lambda_lockout_deg, one.lambda_zero_deg),
        lambda_peak_deg=_from_standing(one.lambda_peak_deg, one.lambda_zero_deg),
        share_red=_share(one.red, one.reps),
        share_amber=_share(one.amber, one.reps),
        share_not_graded=_share(one.reps - one.graded, one.reps),
        eccentric_s=one.eccentric_s,
        drift_deg=one.drift_deg,
        lam_max_deg=one.lam_max_deg,
        tau_max_deg=one.tau_max_deg,
        habit=one.habit,
        bar_kg=one.bar_kg,
        dose_n2m2s=one.dose_n2m2s,
        dose_sigma_n2m2s=one.dose_sigma_n2m2s,
        pain=_pain(felt.kind, felt.pain),
        stiff=None if felt.kind is None else felt.stiff,
        supine_zero=one.tilt_zero_deg is not None,
    )


def set_points(sets: Iterable[SetFigures], reps: Iterable[RepFigures]) -> tuple[SetPoint, ...]:
    """Return every set as a point; its time is the session's, one second later for each set before it.

    Shares and symptoms are not known of a set here.
    """
    by_set: defaultdict[tuple[str, int], list[RepFigures]] = defaultdict(list)
    for rep in reps:
        by_set[rep.session_id, rep.set_number].append(rep)
    return tuple(_set_point(one, by_set[one.session_id, one.set_number]) for one in sets)


def _set_point(one: SetFigures, reps: Sequence[RepFigures]) -> SetPoint:
    full = [rep for rep in reps if rep.graded and not rep.partial]
    peaks = _known(rep.lambda_peak_deg for rep in reps if rep.graded)
    point = SessionPoint(
        started_at_utc_ns=one.started_at_utc_ns + (one.set_number - 1) * NS_PER_S,
        exercise=one.exercise,
        session_id=one.session_id,
        reps=len(reps),
        tilt_lockout_deg=_from_standing(
            _median(_known(rep.tilt_lockout_deg for rep in full)), one.tilt_zero_deg
        ),
        lambda_lockout_deg=_from_standing(
            _median(_known(rep.lambda_lockout_deg for rep in full)), one.lambda_zero_deg
        ),
        lambda_peak_deg=_from_standing(max(peaks, default=None), one.lambda_zero_deg),
        share_not_graded=_share(sum(not rep.graded for rep in reps), len(reps)),
        eccentric_s=_median([rep.eccentric_ns / 1e9 for rep in reps if rep.lowered and not rep.partial]),
        drift_deg=one.drift_deg,
        bar_kg=one.bar_kg,
        dose_n2m2s=one.dose_n2m2s,
        dose_sigma_n2m2s=one.dose_sigma_n2m2s,
        supine_zero=one.tilt_zero_deg is not None,
    )
    return SetPoint(one.set_number, point)


def by_session(points: Iterable[SetPoint]) -> Mapping[str, tuple[SetPoint, ...]]:
    """Sort sets by their session, in the order of their numbers."""
    found: defaultdict[str, list[SetPoint]] = defaultdict(list)
    for one in sorted(points, key=lambda one: one.set_number):
        found[one.point.session_id].append(one)
    return {session_id: tuple(own) for session_id, own in found.items()}


def _pain(kind: SymptomKind | None, pain: int | None) -> float | None:
    """Worst pain; asked and none said is 0, pain without a number is not known."""
    if pain is not None:
        return float(pain)
    return None if kind in (None, SymptomKind.PAIN) else 0.0


def _from_standing(angle_deg: float | None, zero_deg: float | None) -> float | None:
    return angle_deg if angle_deg is None or zero_deg is None else angle_deg + zero_deg


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _median(values: Sequence[float]) -> float | None:
    return median(values) if values else None


def symptom_of(record: SymptomRecord) -> Symptom:
    """Return what was felt as it was said, the checklist's answers with it; unknown signs are left out."""
    answers = record.answers or {}
    said: list[str] | None = answers.get("signs")
    named = None if said is None else set(said)
    signs = None if named is None else tuple(sign for sign in Sign if sign.value in named)
    return Symptom(record.t_ns, record.kind, record.pain, signs, seized=answers.get("seized") is True)
