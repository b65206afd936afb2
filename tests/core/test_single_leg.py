"""A set on one leg is graded against its own reference (definitions 4)."""

from dataclasses import replace

import numpy as np
import pytest

from core.made import history_of, moved
from lumbarwatch.core.history import CHANNELS, History
from lumbarwatch.core.lifting import Lifting
from lumbarwatch.core.pipeline import Pipeline
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.model.events import RepFinished, SetButton, SetFinished
from lumbarwatch.model.session import Athlete, Calibration, CalibrationSource, ReferenceThrusts
from lumbarwatch.model.verdicts import NotGradedReason, WarningId

STEP_NS = 10_000_000
REFERENCE = ReferenceThrusts(
    phi_bottom_deg=45.0, phi_top_deg=96.0, tilt_lock_deg=6.0, lam_lock_deg=-5.0, psi_lock_deg=1.0, rom_m=0.35
)


class Trained:
    """Sets one after the other, calibrated."""

    def __init__(self, reference):
        self.history = History()
        self.lifting = Lifting(Athlete(), self.history, STEP_NS)
        self.lifting.calibration = Calibration(CalibrationSource.GUIDED, valid=True, reference=reference)
        self.lifting.blocked, self.lifting.counting = None, True

    def set_of(self, rolls, *, single_leg):
        """Reps whose tops lie at these rolls (deg), and the set's end."""
        self.lifting.setup = replace(self.lifting.setup, single_leg=single_leg)
        one = [(1.0, 96.0), (0.6, 96.0), (1.8, 45.0), (0.8, 45.0)]
        pelvis = moved((3.0, 45.0), *one * len(rolls), (11.0, 45.0))
        times = np.arange(len(pelvis)) / 100.0
        rep = np.clip((times - 3.0) // 4.2, 0, len(rolls) - 1).astype(int)
        roll = np.asarray(rolls)[rep]
        made = history_of(pelvis, pelvis - 5.0, pelvis_roll_deg=roll, lumbar_roll_deg=roll)
        block = np.array([made.channel(name, 0, len(pelvis)) for name in CHANNELS])
        first = self.history.end
        self.history.append(first, block)
        return self.lifting.step(first, block)


def reps_of(events):
    return [event.rep for event in events if isinstance(event, RepFinished)]


@pytest.mark.parametrize("reference", [None, REFERENCE])
def test_a_marked_set_is_held_against_its_own_first_reps(reference):
    trained = Trained(reference)
    assert len(reps_of(trained.set_of([1.0] * 5, single_leg=None))) == 5
    for leg in (11.0, -11.0):  # first the one leg, then the other
        reps = reps_of(trained.set_of([leg] * 5, single_leg=True))
        assert trained.lifting.setup.single_leg is None  # the mark is of that set
        assert [rep.warnings for rep in reps] == [()] * 5
        baseline = [(WarningId.W5, NotGradedReason.BASELINE_REPS)]
        said = [[(e.id, e.reason) for e in rep.not_graded if e.id is WarningId.W5] for rep in reps]
        assert said == [baseline] * 3 + [[]] * 2
    back = reps_of(trained.set_of([1.0] * 3, single_leg=False))
    assert [rep.warnings for rep in back] == [()] * 3


def test_within_a_marked_set_a_change_is_still_seen():
    reps = reps_of(Trained(REFERENCE).set_of([11.0] * 3 + [17.0] * 2, single_leg=True))
    assert [[one.id for one in rep.warnings] for rep in reps[3:]] == [[WarningId.W5]] * 2


def test_the_mark_holds_until_the_set_is_ended_by_hand():
    pipeline = Pipeline(PipelineSetup())
    trained = Trained(None)
    pipeline._lifting = trained.lifting
    pipeline._apply(SetButton(0, start=True, single_leg=True))
    made = moved((3.0, 45.0), (1.0, 96.0), (0.6, 96.0), (1.8, 45.0), (1.0, 45.0))
    block = np.array([history_of(made).channel(name, 0, len(made)) for name in CHANNELS])
    first = trained.history.end
    trained.history.append(first, block)
    trained.lifting.step(first, block)
    pipeline._history = trained.history
    (ended,) = [e for e in pipeline._apply(SetButton(1, start=False)) if isinstance(e, SetFinished)]
    assert ended.summary.single_leg
    assert trained.lifting.setup.single_leg is None
