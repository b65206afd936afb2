"""The hub is killed in the midst of a set: by itself a new session records, counts and grades on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.lasting_hub import ATHLETE, KEY
from lumbarwatch.hub.client import HubAddress, HubClient, HubRefused
from lumbarwatch.jobs.analyze import analyze
from lumbarwatch.model.verdicts import NotGradedReason
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.recording import read_recording

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform == "win32", reason="kills as this system does not"),
]
TESTS = Path(__file__).parents[1]
WITHIN_S = 120.0


class Lasting:
    """A supervised hub, killed once after some reps; ``before`` and ``after``: what its page showed."""

    def __init__(self, place: Path, restarting: str = "") -> None:
        self.folder = DataFolder(place / "data")
        self._place = place
        self._log = place / "log"
        code = "from cli.lasting_hub import supervised; import sys; supervised(*sys.argv[1:])"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code, str(self.folder.path), restarting],
                cwd=TESTS,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(TESTS)},
            )

    def live_and_die_and_live(self) -> None:
        self.before = self._until(lambda state: len(state.reps) >= 3 and state)
        died_s = time.monotonic()
        os.kill(int((self._place / "hub.pid").read_text()), signal.SIGKILL)
        first = self.before.session_id
        self._until(lambda state: state.session_id not in ("", first) and state.t_s > 0)
        self.back_s = time.monotonic() - died_s
        self._until(lambda state: len(state.reps) >= 4)
        with self._client() as client:
            self.after = client.end_session("1")

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(60)

    def said(self) -> str:
        return self._log.read_text()

    def _client(self) -> HubClient:
        return HubClient(HubAddress(int((self._place / "hub.port").read_text()), KEY))

    def _until(self, true):
        end_s = time.monotonic() + WITHIN_S
        while time.monotonic() < end_s:
            assert self._process.poll() is None, self.said()
            time.sleep(0.1)
            try:
                with self._client() as client:
                    (state,) = client.state().stations
            except (HubRefused, FileNotFoundError, ValueError):
                continue
            if true(state):
                return state
        raise AssertionError(f"not within {WITHIN_S} s\n{self.said()}")


def lived(place, restarting=""):
    hub = Lasting(place, restarting)
    try:
        hub.live_and_die_and_live()
    finally:
        hub.stop()
    return hub


@pytest.fixture(scope="module")
def died(tmp_path_factory):
    return lived(tmp_path_factory.mktemp("dies"))


def rows(hub):
    with History.open(hub.folder.history) as history:
        found = {row.id: (row, history.reps(row.id)) for row in history.sessions(limit=None)}
    return found[hub.before.session_id], found[hub.after.session_id], found


def test_a_new_session_goes_on_without_anybody_and_says_so(died):
    assert died.after.session_id != died.before.session_id
    assert died.after.athlete.name == ATHLETE.name
    assert died.after.bar_kg == died.before.bar_kg
    assert died.after.resumed.session_id == died.before.session_id
    assert died.after.resumed.calibration_kept
    assert died.after.calibration.valid
    assert died.after.progress.stage == "ready"
    assert died.back_s < 60  # far more than it takes: this machine may be busy


def test_reps_go_on_being_counted_and_graded(died):
    assert all(rep.graded for rep in died.before.reps)
    assert len(died.after.reps) >= 4
    assert all(rep.graded for rep in died.after.reps)


def test_both_sessions_are_kept_and_the_first_is_marked_recovered(died):
    (first, first_reps), (second, _), found = rows(died)
    assert len(found) == 2
    assert (first.recovered, second.recovered) == (True, False)
    assert first.athlete_id == second.athlete_id == ATHLETE.id
    assert len(first_reps) >= len(died.before.reps)
    for row in (first, second):
        assert read_recording(died.folder.recording(row.id)).intact
    assert not list(died.folder.live.iterdir())


def test_the_recordings_give_what_the_page_showed(died):
    _, (second, reps), _ = rows(died)
    assert analyze(died.folder.recording(second.id)).reps == reps
    shown = [(rep.set, rep.rep, rep.tilt_lockout_deg, rep.lambda_lockout_deg) for rep in died.after.reps]
    kept = [
        (rep.set_number, rep.rep_number, round(rep.tilt_lockout_deg, 2), round(rep.lambda_lockout_deg, 2))
        for rep in reps
    ]
    assert shown == kept


def test_a_sensor_that_restarted_while_the_hub_was_away_accuses_no_one(tmp_path):
    hub = lived(tmp_path, "LASTL")
    assert hub.after.resumed.calibration_kept
    assert hub.after.progress.stale == "sensor_restarted"
    assert not any(rep.graded for rep in hub.after.reps)
    reasons = {one.reason for rep in hub.after.reps for one in rep.not_graded}
    assert NotGradedReason.CALIBRATION_STALE in reasons
