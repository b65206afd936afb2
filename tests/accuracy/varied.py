"""Sessions drawn at random: other bodies, ranges, tempi and benches than any scenario of the list.

Sizes are wide but ordinary; nothing here is taken from how the estimator works.
"""

from collections.abc import Sequence

import numpy as np

from lumbarwatch.model.samples import Placement
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.simulate.everyday import GetUp, LieDown, Rest, Segment, Stand, Walk
from lumbarwatch.simulate.faults import Anchor, Slip, Where
from lumbarwatch.simulate.lifts import SetOf
from lumbarwatch.simulate.repetition import Rep
from lumbarwatch.simulate.scenario import Scenario, calibrated, leave
from lumbarwatch.simulate.stage import AthleteProfile


def profile_of(rng: np.random.Generator) -> AthleteProfile:
    """A person."""
    bottom = float(rng.uniform(30.0, 60.0))
    tuck = float(rng.uniform(12.0, 25.0))
    return AthleteProfile(
        stature_m=float(rng.uniform(1.52, 2.0)),
        mass_kg=float(rng.uniform(48.0, 115.0)),
        bench_height=float(rng.uniform(0.20, 0.27)),
        lam_max_deg=float(rng.uniform(12.0, 30.0)),
        tau_max_deg=tuck,
        bottom_deg=bottom,
        bottom_lambda_deg=float(rng.uniform(-0.7, 0.0) * tuck),
        top_deg=float(rng.uniform(max(93.0, bottom + 30.0), 104.0)),
        top_lambda_deg=float(rng.uniform(-0.6, -0.2) * tuck),
        reference_less_deg=float(rng.uniform(0.0, 3.0)),
        roll_deg=float(rng.uniform(-2.5, 2.5)),
        variation_deg=float(rng.uniform(0.2, 1.5)),
        liveliness=float(rng.uniform(0.5, 1.5)),
    )


def tempo_of(rng: np.random.Generator) -> dict[str, float]:
    """A way of lifting; s."""
    return {
        "up_s": float(np.exp(rng.uniform(np.log(0.5), np.log(3.0)))),
        "hold_s": float(rng.choice((0.1, 0.5, 1.0, 2.0))),
        "down_s": float(np.exp(rng.uniform(np.log(0.6), np.log(4.0)))),
        "rest_s": float(rng.choice((0.15, 0.5, 1.0, 2.5))),
        "tremor": float(rng.uniform(0.02, 0.1)),
    }


def set_of(rng: np.random.Generator, count: int) -> SetOf:
    """A set in one tempo, each rep a little different."""
    tempo = tempo_of(rng)
    reps = [Rep(**{k: v * float(rng.uniform(0.85, 1.18)) for k, v in tempo.items()}) for _ in range(count)]
    return SetOf([rep.planting(*_dropped(rep)) for rep in reps], bar_kg=float(rng.choice((0.0, 60.0, 120.0))))


def _dropped(rep: Rep) -> tuple[WarningId, ...]:
    return (WarningId.W4,) if rep.down_s < 1.0 else ()


def varied(seed: int, *, sets: int = 2) -> Scenario:
    """A session with two or more sets of lifts, each in its own tempo."""
    rng = np.random.default_rng((seed, 8))
    profile = profile_of(rng)
    counts = [int(rng.integers(5, 10)) for _ in range(sets)]
    lifts = [set_of(rng, count) for count in counts]
    between = [bool(rng.random() < 0.5) for _ in counts]

    def script(_p: AthleteProfile) -> Sequence[Segment]:
        play: list[Segment] = [Rest(3.0)]
        for lift, up in zip(lifts, between, strict=True):
            play += [lift, *([GetUp(), Walk(3.0), Stand(8.0), Walk(3.0), LieDown()] if up else [Rest(13.0)])]
        return [*calibrated(*play), *leave()]

    return Scenario(
        f"varied_{seed}", "a person and tempo drawn at random", script, sum(counts), profile=profile
    )


def slipping(seed: int) -> Scenario:
    """A set in which one sensor slips by 8 to 16 deg at any moment."""
    rng = np.random.default_rng((seed, 77))
    profile = profile_of(rng)
    where = (Where.TOP, Where.LEAVE, Where.BOTTOM)[seed % 3]
    slip = Slip(
        Anchor(1, int(rng.integers(1, 7)), where, float(rng.uniform(0.0, 0.6))),
        float(rng.choice((-1.0, 1.0)) * rng.uniform(8.0, 16.0)),
        tuple(Placement)[seed % 2],
        seconds=float(rng.uniform(0.08, 0.22)),
    )
    lifts = set_of(rng, 8)
    return Scenario(
        f"slip_{seed}", "a slip at any moment", lambda _p: [*calibrated(Rest(3.0), lifts), *leave()], 8,
        profile=profile, faults=(slip,),
    )  # fmt: skip
