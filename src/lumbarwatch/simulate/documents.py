"""A simulated session as the documents of design 9 and 10: META, truth, and the plain rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.simulate.labels import Label
from lumbarwatch.simulate.parts import Part
from lumbarwatch.simulate.session import SimulatedSession
from lumbarwatch.simulate.truth import TruthRep

TRUTH_SCHEMA = "lumbarwatch.truth/1"

Document = dict[str, Any]
Columns = Mapping[str, Floats | Integers | list[str]]


def rows(session: SimulatedSession, *, quaternions: bool = False) -> Columns:
    """Columns of the plain format (design 10), both sensors in the order of arrival."""
    both = list(session.received.values())
    order = np.argsort(np.concatenate([r.t_arrival_s for r in both]), kind="stable")

    def merged(name: str, column: int | None = None) -> Any:
        arrays = [getattr(r, name) for r in both]
        return np.concatenate([a if column is None else a[:, column] for a in arrays])[order]

    names = [r.placement.value for r in both for _ in range(len(r.sample))]
    columns: dict[str, Floats | Integers | list[str]] = {
        "t_device_s": merged("t_device_s"),
        "t_arrival_s": merged("t_arrival_s"),
        "sensor": [names[i] for i in order.tolist()],
        "seq": merged("seq"),
    }
    columns |= {f"a{axis}": merged("acc_mps2", i) for i, axis in enumerate("xyz")}
    columns |= {f"g{axis}": merged("gyr_radps", i) for i, axis in enumerate("xyz")}
    if quaternions:
        columns |= {f"q{axis}": merged("quat_wxyz", i) for i, axis in enumerate("wxyz")}
    return columns


def meta(session: SimulatedSession) -> Document:
    """META.json of design 10; steps that were not done are left out."""
    profile = session.performance.profile
    sensor: Document = {"nominal_rate_hz": session.rate_hz}
    if session.seq_modulo is not None:
        sensor["seq_modulo"] = session.seq_modulo
    windows = {step.value: [list(w) for w in ws] for step, ws in session.performance.windows.items()}
    many = (CalibrationStep.ARCH, CalibrationStep.TUCK)
    calibration = {name: ws if name in many else ws[0] for name, ws in windows.items()}
    sets = [
        {"t_start_s": planned.start_s, "t_end_s": planned.end_s, "bar_kg": planned.bar_kg}
        for planned in session.performance.sets
    ]
    document: Document = {
        "athlete": {"mass_kg": profile.mass_kg, "height_m": profile.stature_m},
        "sets": sets,
        "sensors": {place.value: dict(sensor) for place in Placement},
    }
    return document | ({"calibration": calibration} if calibration else {})


def truth(session: SimulatedSession) -> Document:
    """TRUTH.json: what happened, with the keys of design 9 and the labels."""
    known = session.calibration
    habit = None
    if known.lam_max_deg is not None and known.tau_max_deg is not None:
        habit = known.tau_max_deg / (known.tau_max_deg + known.lam_max_deg)
    return {
        "schema": TRUTH_SCHEMA,
        "scenario": session.scenario.name,
        "summary": session.scenario.summary,
        "sensors_group": session.group.value,
        "seed": session.seed,
        "rate_hz": session.rate_hz,
        "duration_s": session.duration_s,
        "expected": {"full": session.scenario.full, "partial": session.scenario.partial},
        "calibration": {
            "lam_max_deg": known.lam_max_deg,
            "tau_max_deg": known.tau_max_deg,
            "habit": habit,
            "reference": None if known.reference is None else _fields(known.reference),
        },
        "sensors": {place.value: _sensor(session, place) for place in Placement}
        | {
            "swapped": session.scenario.swapped,
            "slips": [{"t_s": s.t_s, "sensor": s.sensor.value, "deg": s.degrees} for s in session.slips],
        },
        "standing": [list(window) for window in session.performance.standing],
        "sets": _sets(session),
        "reps": _reps(session),
        "warnings": [],
    }


def _sensor(session: SimulatedSession, place: Placement) -> Document:
    """Facts of the sensor that is labelled with a place."""
    signals = session.signals[place]
    worn_at = place.other if session.scenario.swapped else place
    taken = len(signals.t_true_s)
    return {
        "worn_at": worn_at.value,
        "rate_hz": signals.rate_hz,
        "samples": taken,
        "lost_fraction": 1.0 - len(_heard_s(session, place)) / taken,
        "segment_from_sensor": session.mounting[worn_at].tolist(),
        "accelerometer": _accelerometer(session.parts[place]),
        "holes": [
            {"t_start_s": hole.start_s, "t_end_s": hole.end_s, "restart": hole.restart}
            for hole in session.holes
            if hole.sensor is worn_at
        ],
    }


def _accelerometer(part: Part) -> Document:
    """Offset and scale that undo the part's errors, as META takes them: (reading - offset) * scale."""
    return {"offset_mps2": part.acc_offset_mps2.tolist(), "scale": (1.0 / part.acc_scale).tolist()}


def _sets(session: SimulatedSession) -> Sequence[Document]:
    documents: list[Document] = []
    for number, planned in enumerate(session.performance.sets, start=1):
        mine = [rep for rep in session.reps if rep.set_number == number]
        judged = session.set_labels[number - 1]
        documents.append(
            {
                "set": number,
                "t_start_s": mine[0].t_start_s if mine else planned.start_s,
                "t_end_s": mine[-1].t_end_s if mine else planned.end_s,
                "reps": len(mine),
                "partial": sum(rep.partial for rep in mine),
                "single_leg": planned.single_leg,
                "bar_kg": planned.bar_kg,
                "labels": [] if judged is None else [_label(judged)],
                "warnings": [] if judged is None else _warnings([judged], planned.end_s),
            }
        )
    return documents


def _reps(session: SimulatedSession) -> list[Document]:
    heard = [_heard_s(session, place) for place in Placement]
    period_s = 1.0 / session.rate_hz
    return [
        _rep(rep, labels, _quality(heard, rep, period_s))
        for rep, labels in zip(session.reps, session.labels, strict=True)
    ]


def _rep(rep: TruthRep, labels: Sequence[Label], quality: Document) -> Document:
    document = _fields(rep)
    document["set"], document["rep"] = document.pop("set_number"), document.pop("rep_number")
    document["planted"] = sorted(rep.planted)
    return document | {
        "concentric_s": rep.t_lockout_s - rep.t_start_s,
        "hold_s": rep.t_lower_s - rep.t_lockout_s,
        "eccentric_s": rep.eccentric_s,
        "tilt_sigma_deg": 0.0,
        "lambda_sigma_deg": 0.0,
        "quality": quality,
        "graded": True,
        "not_graded": [],
        "borderline": [],
        "labels": [_label(one) for one in labels],
        "warnings": _warnings(labels, rep.t_lockout_s),
    }


def _heard_s(session: SimulatedSession, place: Placement) -> Floats:
    """When the samples that arrived were taken, in order, each once."""
    taken_s = session.signals[place].t_true_s
    heard = np.zeros(len(taken_s), dtype=bool)
    heard[session.received[place].sample] = True
    return taken_s[heard]


def _quality(heard: Sequence[Floats], rep: TruthRep, period_s: float) -> Document:
    """What was lost of either sensor during a repetition, the worse of both."""
    lost, longest = 0.0, 0.0
    for heard_s in heard:
        first, last = np.searchsorted(heard_s, [rep.t_start_s, rep.t_end_s]).tolist()
        lost = max(lost, 1.0 - (last - first) * period_s / max(rep.t_end_s - rep.t_start_s, period_s))
        gaps = np.diff(heard_s[max(first - 1, 0) : last + 1])  # those that reach into the repetition, too
        longest = max(longest, float(gaps.max(initial=period_s)) - period_s)
    return {"lost_fraction": max(0.0, lost), "longest_gap_s": longest}


def _label(one: Label) -> Document:
    return _fields(one) | {"id": one.id.value, "level": None if one.level is None else one.level.value}


def _warnings(labels: Sequence[Label], t_s: float) -> list[Document]:
    return [
        {
            "id": one.id.value,
            "name": WarningId(one.id).label,
            "level": one.level.value,
            "value": one.value,
            "limit": one.amber if one.level.value == "amber" or one.red is None else one.red,
            "sigma": 0.0,
            "t_s": t_s,
        }
        for one in labels
        if one.level is not None
    ]


def _fields(value: Any) -> Document:
    return {name: getattr(value, name) for name in value.__slots__}
