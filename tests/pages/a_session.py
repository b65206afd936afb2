"""A station on Train, stage by stage: before, during and after a set, and when all is over."""

from lumbarwatch.core.life_calibration import STEPS, CalibrationStage
from lumbarwatch.hub import messages as wire
from lumbarwatch.hub.messages import SessionState, StepState
from lumbarwatch.model.events import LinkState
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationSource, CalibrationStep
from lumbarwatch.model.verdicts import Level, WarningId

ADA = wire.AthleteMessage(id="a1", name="Ada", mass_kg=62.0, stature_m=1.68)
BEA = wire.AthleteMessage(id="b2", name="Bea")
WORN = [wire.AssignedMessage(placement=place, serial=f"S{i}") for i, place in enumerate(Placement)]
SENSORS = [wire.SensorMessage(placement=place, state=LinkState.STREAMING) for place in Placement]


def rep(number, *, in_set=1, warned=None, graded=True):
    warnings = [] if warned is None else [warning(warned)]
    return wire.RepMessage(
        set=in_set, rep=number, t_start_s=1.0, t_lockout_s=2.0, t_lower_s=3.0, t_end_s=4.0, concentric_s=1.0,
        hold_s=1.0, eccentric_s=1.5, rom_deg=55.0, rom_m=0.37, rom_fraction=1.0, phi_top_deg=98.0,
        tilt_lockout_deg=8.0, lambda_lockout_deg=-8.0, lambda_peak_deg=-7.0, roll_lockout_deg=0.5,
        tilt_sigma_deg=1.0, lambda_sigma_deg=2.0, partial=False, graded=graded, lost_fraction=0.0,
        not_graded=[], borderline=[], warnings=warnings,
    )  # fmt: skip


def warning(id_, level=Level.RED):
    return wire.WarningMessage(id=id_, level=level, value=-6.0, limit=0.0, sigma=2.0)


def done(number=1, reps=3, bar_kg=60.0, rpe=None):
    return wire.SetMessage(
        set=number, t_start_s=1.0, t_end_s=20.0, reps=reps, partial=0, bar_kg=bar_kg, warnings=[],
        not_graded=[], rpe=rpe,
    )  # fmt: skip


def calibration(**changes):
    values = {
        "source": CalibrationSource.GUIDED, "valid": True, "reasons": [], "swapped": False,
        "lam_max_deg": 18.0, "tau_max_deg": 20.0, "habit": 0.5, "tilt_lock_ref_deg": 7.0,
        "lam_lock_ref_deg": -7.0, "limits": [],
    }  # fmt: skip
    return wire.CalibrationMessage(**(values | changes))


def progress(stage, *, valid=False, passed=0):
    states = [StepState.PASSED] * passed + [StepState.NONE] * (len(STEPS) - passed)
    states[STEPS.index(CalibrationStep.SUPINE)] = StepState.SKIPPED  # nobody chose it
    steps = [
        wire.StepMessage(step=step, state=state, optional=index > 1)
        for index, (step, state) in enumerate(zip(STEPS, states, strict=True))
    ]
    return wire.ProgressMessage(
        stage=stage, current=None if stage is CalibrationStage.READY else passed, steps=steps, quick=False,
        valid=valid, stale=None,
    )  # fmt: skip


RUNNING = {
    "session_id": "s1",
    "session_state": SessionState.RUNNING,
    "athlete": ADA,
    "sensors": SENSORS,
    "calibration": calibration(),
    "progress": progress(CalibrationStage.READY, valid=True, passed=len(STEPS)),
}
RESTED = RUNNING | {
    "set_number": 1,
    "sets": [done()],
    "reps": [rep(1), rep(2, warned=WarningId.W4), rep(3)],
    "bar_kg": 60.0,
}


SUMMARY = wire.SummaryMessage(
    duration_s=230.0, sets=1, reps=3, partial=0, graded=3, red=1, amber=0, tilt_lockout_deg=8.4,
    tilt_sigma_deg=1.0, lambda_lockout_deg=-7.6, lambda_sigma_deg=2.0, lambda_peak_deg=-6.0, eccentric_s=1.5,
    drift_deg=None, bar_kg=60.0,
)  # fmt: skip
OVER = RESTED | {"session_state": SessionState.SAVED, "summary": SUMMARY}


def labels(page):
    return {button.label for button in page.button}


def texts(page):
    shown = [*page.markdown, *page.caption, *page.info, *page.warning, *page.error, *page.subheader]
    return " | ".join(str(element.value) for element in shown)
