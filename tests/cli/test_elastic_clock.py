"""The demo's clock: as fast as it may be, but never ahead of what could be done."""

import asyncio

import pytest

from lumbarwatch.cli.elastic_clock import LONGEST_STEP_NS, ElasticClock

MS = 1_000_000


class Real:
    """Real time that the test moves."""

    def __init__(self) -> None:
        self.ns = 10**12

    def __call__(self) -> int:
        return self.ns


@pytest.fixture
def real():
    return Real()


def test_it_runs_at_its_speed(real):
    clock = ElasticClock(8.0, real)
    start = clock.monotonic_ns()
    for _ in range(10):
        real.ns += 5 * MS
        clock.monotonic_ns()
    assert clock.monotonic_ns() - start == 8 * 50 * MS


def test_a_pause_of_the_computer_is_left_out(real):
    clock = ElasticClock(1.0, real)
    start = clock.monotonic_ns()
    real.ns += 3600 * 10**9
    assert clock.monotonic_ns() - start == LONGEST_STEP_NS


def test_both_clocks_run_together(real):
    clock = ElasticClock(4.0, real)
    ahead = clock.utc_ns() - clock.monotonic_ns()
    real.ns += 7 * MS
    assert clock.utc_ns() - clock.monotonic_ns() == ahead


async def test_it_stands_while_somebody_is_late_and_goes_on_when_he_has_caught_up(real):
    clock = ElasticClock(8.0, real)
    await clock.sleep(-0.2)
    start = clock.monotonic_ns()
    real.ns += 10 * MS
    assert clock.monotonic_ns() == start
    await clock.sleep(-0.01)
    real.ns += 10 * MS
    assert clock.monotonic_ns() - start == 80 * MS


async def test_somebody_late_who_is_gone_holds_nothing_up(real):
    clock = ElasticClock(1.0, real)
    await asyncio.create_task(clock.sleep(-1.0))
    start = clock.monotonic_ns()
    real.ns += 10 * MS
    assert clock.monotonic_ns() - start == 10 * MS


async def test_a_sleeper_wakes_when_the_clock_says_so():
    clock = ElasticClock(8.0)
    start = clock.monotonic_ns()
    await clock.sleep(0.2)
    assert clock.monotonic_ns() - start >= 0.2 * 1e9


@pytest.mark.parametrize("speed", [0.0, -1.0])
def test_time_does_not_stand_or_go_back(speed):
    with pytest.raises(ValueError, match="speed"):
        ElasticClock(speed)
