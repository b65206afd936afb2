"""Live equals batch to the bit (design 3), and what must not matter does not matter."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from lumbarwatch.model.events import Event, RepFinished, StepBegun, StepDone
from lumbarwatch.model.motion import PoseBatch
from lumbarwatch.model.samples import ImuBatch, Placement
from lumbarwatch.simulate.session import SimulatedSession, simulate_session
from simulated import Item, cut, pipeline_of, run, steps, streams


def merged(
    pieces: Iterable[ImuBatch], events: Sequence[StepBegun | StepDone], jitter_ns: Sequence[int]
) -> list[Item]:
    """All items in an order that strays from arrival by less than the allowed lateness."""
    all_pieces = list(pieces)
    keyed = [
        (int(piece.t_arrival_ns[-1]) + jitter_ns[k % len(jitter_ns)], k) for k, piece in enumerate(all_pieces)
    ]
    ordered = [all_pieces[k] for _, k in sorted(keyed)]
    # A sensor's own pieces stay in order, and an event goes in before any sample that arrived after it.
    per_sensor = {place: [piece for piece in all_pieces if piece.placement is place] for place in Placement}
    result: list[Item] = []
    waiting = list(events)
    for item in ordered:
        piece = per_sensor[item.placement].pop(0)
        while waiting and waiting[0].t_ns <= int(piece.t_arrival_ns[-1]):
            result.append(waiting.pop(0))
        result.append(piece)
    return result + list(waiting)


def lived_through(session: SimulatedSession, items: Iterable[Item]) -> list[Event]:
    return run(pipeline_of(session), items)


def all_cut(found: dict[Placement, list[ImuBatch]], sizes: Sequence[int]) -> list[ImuBatch]:
    return [piece for batches in found.values() for piece in cut(batches, sizes)]


def plain(value: Any) -> Any:
    """A value in a form that compares to the bit."""
    if isinstance(value, np.ndarray):
        return value.shape, value.tobytes()
    if dataclasses.is_dataclass(value):
        return type(value).__name__, *(plain(getattr(value, f.name)) for f in dataclasses.fields(value))
    if isinstance(value, dict):
        return tuple((key, plain(entry)) for key, entry in sorted(value.items()))
    if isinstance(value, list | tuple):
        return tuple(plain(entry) for entry in value)
    return value.hex() if isinstance(value, float) else value


def poses(events: Iterable[Event]) -> dict[str, np.ndarray]:
    batches = [event for event in events if isinstance(event, PoseBatch)]
    return {
        f.name: np.concatenate([getattr(b, f.name) for b in batches]) for f in dataclasses.fields(PoseBatch)
    }


def same(one: Sequence[Event], other: Sequence[Event]) -> None:
    for name, values in poses(one).items():
        np.testing.assert_array_equal(values, poses(other)[name], err_msg=name, strict=True)
    discrete = [[plain(e) for e in events if not isinstance(e, PoseBatch)] for events in (one, other)]
    assert sorted(discrete[0], key=repr) == sorted(discrete[1], key=repr)


class Lived:
    """A session and what it brought about, packet by packet; short in a failure's report."""

    def __init__(self, session: SimulatedSession, events: list[Event]) -> None:
        self.session, self.events = session, events

    def __repr__(self) -> str:
        return f"Lived({self.session.scenario.name})"


EXAMPLES = settings(max_examples=4, deadline=None, phases=(Phase.reuse, Phase.generate), database=None)


@pytest.fixture(scope="module", params=["slip_mid_set", "gap_12", "sensor_lost_5s", "restart_mid_set"])
def lived(request: pytest.FixtureRequest) -> Lived:
    session = simulate_session(request.param, "cheap", 3)
    found = streams(session)
    events = lived_through(session, merged(all_cut(found, [2]), steps(session), [0]))
    assert sum(isinstance(event, RepFinished) for event in events) >= 8
    return Lived(session, events)


@EXAMPLES
@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=7),
    jitter=st.lists(st.integers(0, 90_000_000), min_size=1, max_size=7),
)
def test_chunks_and_interleaving_do_not_matter(lived: Lived, sizes: list[int], jitter: list[int]) -> None:
    session, events = lived.session, lived.events
    pieces = all_cut(streams(session), sizes)
    same(events, lived_through(session, merged(pieces, steps(session), jitter)))


def test_one_call_equals_packets(lived: Lived) -> None:
    session, events = lived.session, lived.events
    pipeline = pipeline_of(session)
    at_once = pipeline.push(*steps(session), *(b for batches in streams(session).values() for b in batches))
    same(events, at_once + pipeline.finish())


@EXAMPLES
@given(shift=st.integers(-(10**15), 10**15))
def test_a_time_shift_only_shifts_times(lived: Lived, shift: int) -> None:
    session, events = lived.session, lived.events
    moved = {
        place: [dataclasses.replace(b, t_arrival_ns=b.t_arrival_ns + shift) for b in batches]
        for place, batches in streams(session).items()
    }
    pieces = all_cut(moved, [17])
    shifted_steps = [
        dataclasses.replace(s, t_ns=s.t_ns + shift)
        if isinstance(s, StepBegun)
        else dataclasses.replace(s, t_ns=s.t_ns + shift, start_ns=s.start_ns + shift, end_ns=s.end_ns + shift)
        for s in steps(session)
    ]
    found = lived_through(session, merged(pieces, shifted_steps, [0]))
    one, other = poses(events), poses(found)
    np.testing.assert_array_equal(one.pop("t_ns") + shift, other.pop("t_ns"))
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name], err_msg=name)
    reps = [[e.rep for e in which if isinstance(e, RepFinished)] for which in (events, found)]
    assert [r.t_start_ns + shift for r in reps[0]] == [r.t_start_ns for r in reps[1]]
    assert [[(w.id, w.value) for w in r.warnings] for r in reps[0]] == [
        [(w.id, w.value) for w in r.warnings] for r in reps[1]
    ]
    assert [(r.rom_m, r.lambda_lockout_deg) for r in reps[0]] == [
        (r.rom_m, r.lambda_lockout_deg) for r in reps[1]
    ]


def turned(batch: ImuBatch, turn: Rotation) -> ImuBatch:
    assert batch.acc_mps2 is not None
    return dataclasses.replace(
        batch, acc_mps2=turn.apply(batch.acc_mps2.copy()), gyr_radps=turn.apply(batch.gyr_radps.copy())
    )


@EXAMPLES
@given(seed=st.integers(0, 2**31))
def test_mounting_does_not_matter(seed: int) -> None:
    session = simulate_session("touch_and_go", "ideal", 5)
    turns = Rotation.random(2, rng=np.random.default_rng(seed))
    found = streams(session)
    moved = {place: [turned(b, turns[k]) for b in found[place]] for k, place in enumerate(Placement)}
    results = [
        lived_through(session, merged(all_cut(which, [25]), steps(session), [0])) for which in (found, moved)
    ]
    one, other = poses(results[0]), poses(results[1])
    for name in ("pelvis_pitch_deg", "lumbar_pitch_deg", "lumbar_extension_deg", "pelvis_roll_deg"):
        np.testing.assert_allclose(one[name], other[name], atol=1e-6, err_msg=name)
    verdicts = [
        [(w.id, w.level) for e in events if isinstance(e, RepFinished) for w in e.rep.warnings]
        for events in results
    ]
    assert verdicts[0] == verdicts[1]


def spun(batch: ImuBatch, turn: Rotation) -> ImuBatch:
    assert batch.quat_wxyz is not None
    quat = turn * Rotation.from_quat(batch.quat_wxyz.copy(), scalar_first=True)
    return dataclasses.replace(batch, quat_wxyz=quat.as_quat(scalar_first=True))


@EXAMPLES
@given(yaw=st.floats(-np.pi, np.pi), which=st.sampled_from(list(Placement)))
def test_heading_of_a_sensor_s_own_quaternion_does_not_matter(yaw: float, which: Placement) -> None:
    session = simulate_session("touch_and_go", "ideal", 5)
    found = {
        place: [dataclasses.replace(b, acc_mps2=None) for b in batches]
        for place, batches in streams(session, quaternions=True).items()
    }
    turn = Rotation.from_euler("z", yaw)
    moved = {**found, which: [spun(batch, turn) for batch in found[which]]}
    results = [
        poses(lived_through(session, merged(all_cut(w, [25]), steps(session), [0]))) for w in (found, moved)
    ]
    for name in ("pelvis_pitch_deg", "lumbar_extension_deg"):
        assert np.isfinite(results[0][name]).sum() > 5000
        np.testing.assert_allclose(results[0][name], results[1][name], atol=1e-6, err_msg=name)
