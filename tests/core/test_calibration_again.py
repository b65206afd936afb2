"""A calibration step that is done again: the new tries count, what was said of the old ones is forgotten."""

import numpy as np
import pytest

from lumbarwatch.core.calibrator import Calibrator
from lumbarwatch.model.events import CalibrationStepJudged, StepDone
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import (
    Calibration,
    CalibrationReason,
    CalibrationSource,
    CalibrationStep,
    Mounting,
)

S = 1_000_000_000
MOUNTING = Mounting(np.eye(3), np.zeros(3), 1.0, 0.0, 60.0, 0.1)
ALIGNED = Calibration(CalibrationSource.GUIDED, valid=True, mountings=dict.fromkeys(Placement, MOUNTING))


@pytest.fixture
def calibrator():
    made = Calibrator(CalibrationSource.GUIDED)
    made.calibration = ALIGNED
    return made


def reach(calibrator, step, degrees):
    """Hold an arch or a tuck for two seconds."""
    sign = 1.0 if step is CalibrationStep.ARCH else -1.0
    done = StepDone(2 * S, step, 0, 2 * S)
    return calibrator.done(done, lambda _start, _end: np.full(200, sign * degrees))


def range_of(calibrator, arches, tucks):
    for degrees in arches:
        reach(calibrator, CalibrationStep.ARCH, degrees)
    for degrees in tucks:
        events = reach(calibrator, CalibrationStep.TUCK, degrees)
    return calibrator.calibration, events


def test_of_two_tries_the_smaller_counts(calibrator):
    found, _ = range_of(calibrator, (22.0, 20.0), (15.0, 14.0))
    assert (found.own_range.lam_max_deg, found.own_range.tau_max_deg) == pytest.approx((20.0, 14.0))


def test_a_poor_try_that_is_repeated_counts_no_more(calibrator):
    found, _ = range_of(calibrator, (4.0, 21.0), (15.0, 14.0))
    assert found.reasons == (CalibrationReason.RANGE_TOO_SMALL, CalibrationReason.RANGE_UNSTEADY)
    (judged, _) = reach(calibrator, CalibrationStep.ARCH, 20.0)
    assert isinstance(judged, CalibrationStepJudged)
    assert judged.reasons == ()
    again = calibrator.calibration
    assert again.own_range.lam_max_deg == pytest.approx(20.0)
    assert again.own_range.spread_deg == pytest.approx(1.0)
    assert again.reasons == ()


def test_a_reference_that_is_done_again_is_judged_anew(calibrator):
    step = StepDone(2 * S, CalibrationStep.REFERENCE_THRUSTS, 0, 2 * S)
    for _ in range(2):
        calibrator.done(step, lambda _start, _end: np.empty(0))
    assert calibrator.calibration.reasons == (CalibrationReason.NO_REFERENCE,)
