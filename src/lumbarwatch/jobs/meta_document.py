"""META.json of a session (design 10), so that its exported table is the same session again."""

from typing import Any

from lumbarwatch.jobs.replay import Replay
from lumbarwatch.model.analysis import Analysis
from lumbarwatch.model.events import BarLoad, ControlEvent, StepDone
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.store.finished import on_bench

_REPEATED = (CalibrationStep.ARCH, CalibrationStep.TUCK)


def meta_document(replay: Replay, analysis: Analysis) -> dict[str, Any]:
    """Return what META says of a session: measures, sensors, sets with loads, calibration windows, limits."""
    athlete, limits = on_bench(replay.setup.athlete, replay.controls), replay.setup.athlete.limits
    document: dict[str, Any] = {
        "athlete": {
            "mass_kg": athlete.mass_kg,
            "height_m": athlete.stature_m,
            "bench_height_m": athlete.bench_height_m,
            "contact_to_l1_m": athlete.contact_to_l1_m,
            "tuck_training": limits.tuck_training,
        },
        "sensors": {
            place.value: {"nominal_rate_hz": info.nominal_rate_hz, "seq_modulo": info.seq_modulo}
            for place, info in replay.setup.sensors.items()
        },
        "sets": _sets(analysis, replay.controls),
        "limits": {
            warning.value: {"amber": limit.amber, "red": limit.red}
            for warning, limit in limits.overrides.items()
        },
    }
    windows = _windows(replay.controls)
    return document | ({"calibration": windows} if windows else {})


def _sets(analysis: Analysis, controls: tuple[ControlEvent, ...]) -> list[dict[str, Any]]:
    loads = any(isinstance(event, BarLoad) and event.bar_kg is not None for event in controls)
    return [
        {
            "t_start_s": one.t_start_ns / NS_PER_S,
            "t_end_s": one.t_end_ns / NS_PER_S,
            "bar_kg": one.bar_kg if loads else None,
        }
        for one in analysis.sets
    ]


def _windows(controls: tuple[ControlEvent, ...]) -> dict[str, Any]:
    """The last of each step that is done once, all of those that are repeated."""
    windows: dict[str, Any] = {}
    for event in controls:
        if isinstance(event, StepDone):
            window = [event.start_ns / NS_PER_S, event.end_ns / NS_PER_S]
            if event.step in _REPEATED:
                windows.setdefault(event.step.value, []).append(window)
            else:
                windows[event.step.value] = window
    return windows
