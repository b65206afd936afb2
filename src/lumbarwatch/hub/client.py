"""What a page needs to talk to the hub: addresses, tickets, the control API. Nothing of its inside."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx
from pydantic import BaseModel

from lumbarwatch.access import tickets
from lumbarwatch.hub import messages as wire
from lumbarwatch.hub.messages import ApiError, HubMessage, StationMessage

TIMEOUT_S = 5.0
SLOW_S = 90.0
"""For requests that wait for sensors, or until a session is saved."""
EVERYBODY = "*"
_NO_ANSWER = "The measuring part of lumbarwatch does not answer: start lumbarwatch again if this stays."


@dataclass(frozen=True, slots=True)
class HubAddress:
    """Where a hub listens, and the key of its tickets."""

    port: int
    ticket_key: bytes

    @property
    def api_url(self) -> str:
        """Base of the control API."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def feed_url(self) -> str:
        """The feed's socket."""
        return f"ws://127.0.0.1:{self.port}/feed"

    def ticket(self, user: str = "page", athlete: str = EVERYBODY, now_s: float | None = None) -> str:
        """Return a fresh ticket."""
        return tickets.issue(self.ticket_key, user, athlete, time.time() if now_s is None else now_s)


class HubRefused(Exception):  # noqa: N818  (a refusal, said as such)
    """The hub did not do what was asked; the sentence says why. ``error`` None: it can't be reached."""

    def __init__(self, error: ApiError | None, sentence: str) -> None:
        super().__init__(sentence)
        self.error = error


class HubClient:
    """The control API, one call per request.

    Parameters
    ----------
    address
        Where the hub is.
    transport
        For tests: answers requests in place of the network.
    """

    def __init__(self, address: HubAddress, transport: httpx.BaseTransport | None = None) -> None:
        self._address = address
        self._http = httpx.Client(
            base_url=address.api_url, timeout=TIMEOUT_S, transport=transport, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def state(self) -> HubMessage:
        """Return the hub as it stands."""
        return HubMessage.model_validate_json(self._get("/api/state"))

    # Athletes, stations, sensors and sessions of the hub ---------------------------------------------------
    def athletes(self) -> list[wire.AthleteMessage]:
        """Return everybody known, by name."""
        return wire.AthleteList.model_validate_json(self._get("/api/athletes")).athletes

    def save_athlete(self, athlete: wire.AthleteMessage) -> wire.AthleteMessage:
        """Add an athlete (no id) or change one; return it as stored. ``limits`` None: unchanged."""
        return wire.AthleteMessage.model_validate_json(self._send("/api/athletes", athlete))

    def add_station(self, request: wire.StationRequest) -> StationMessage:
        """Add a station."""
        return StationMessage.model_validate_json(self._send("/api/stations", request))

    def change_station(self, station: str, request: wire.StationRequest) -> StationMessage:
        """Change a station's name, and its sensors where they are said."""
        return StationMessage.model_validate_json(self._send(f"/api/stations/{station}", request))

    def remove_station(self, station: str) -> HubMessage:
        """Take a station away that has no session running."""
        url = f"/api/stations/{station}"
        return HubMessage.model_validate_json(
            self._answer(lambda: self._http.delete(url, headers=self._headers()))
        )

    def sensors(self) -> wire.SensorList:
        """Return sensors in use, and those of the last scan."""
        return wire.SensorList.model_validate_json(self._get("/api/sensors"))

    def scan_sensors(self, request: wire.ScanRequest) -> wire.SensorList:
        """Look for sensors; takes the scan's seconds, and some more for asking. Running links go on."""
        return wire.SensorList.model_validate_json(self._send("/api/sensors/scan", request, SLOW_S))

    def identify_sensor(self, sensor: str) -> None:
        """Make a sensor show itself."""
        self._send("/api/sensors/identify", wire.IdentifyRequest(sensor=sensor), SLOW_S)

    def assign_sensor(self, request: wire.AssignRequest) -> wire.SensorList:
        """Give a sensor its place, or take it out of it."""
        return wire.SensorList.model_validate_json(self._send("/api/sensors/assign", request))

    def examine(self) -> list[wire.FindingMessage]:
        """Return the doctor's findings; takes up to a minute, and only while no session runs."""
        return wire.FindingList.model_validate_json(self._send("/api/sensors/doctor", None, SLOW_S)).findings

    def poses(self) -> wire.PosesMessage:
        """Return the calibration of an accelerometer as it stands; who asks no more has left it."""
        return wire.PosesMessage.model_validate_json(self._get("/api/sensors/poses"))

    def begin_poses(self, sensor: str) -> wire.PosesMessage:
        """Calibrate a sensor's accelerometer from the beginning."""
        answer = self._send("/api/sensors/poses", wire.PoseRequest(sensor=sensor), SLOW_S)
        return wire.PosesMessage.model_validate_json(answer)

    def finish_poses(self) -> wire.PosesMessage:
        """Fit what was laid down so far; what is good is stored by serial number."""
        return wire.PosesMessage.model_validate_json(self._send("/api/sensors/poses/finish", None, SLOW_S))

    def cancel_poses(self) -> wire.PosesMessage:
        """Let go of the sensor and forget what was found."""
        return wire.PosesMessage.model_validate_json(self._send("/api/sensors/poses/cancel", None, SLOW_S))

    def move_session(self, session_id: str, athlete_id: str) -> None:
        """Give a finished session to another athlete; "" to nobody."""
        self._send(f"/api/sessions/{session_id}/move", wire.MoveRequest(athlete_id=athlete_id))

    def delete_session(self, session_id: str) -> None:
        """Delete a finished session with its files."""
        self._send(f"/api/sessions/{session_id}/delete", None)

    def write_note(self, session_id: str, request: wire.NoteRequest) -> None:
        """Keep a note on a finished session."""
        self._send(f"/api/sessions/{session_id}/note", request)

    def remove_note(self, session_id: str, note_id: str) -> None:
        """Take a note back."""
        self._send(f"/api/sessions/{session_id}/note/delete", wire.RemoveRequest(id=note_id))

    def correct_rep(self, session_id: str, request: wire.CorrectionRequest) -> None:
        """Correct a rep by hand; the computed value stays."""
        self._send(f"/api/sessions/{session_id}/correction", request)

    def remove_correction(self, session_id: str, correction_id: str) -> None:
        """Take a correction back."""
        self._send(f"/api/sessions/{session_id}/correction/delete", wire.RemoveRequest(id=correction_id))

    def save_preferences(self, chosen: wire.PreferencesMessage) -> HubMessage:
        """Keep cues and units; every page follows at once."""
        return HubMessage.model_validate_json(self._send("/api/preferences", chosen))

    # One station -------------------------------------------------------------------------------------------
    def set_athlete(self, station: str, athlete: wire.AthleteMessage) -> StationMessage:
        """Say who trains next."""
        return self._post(station, "athlete", athlete)

    def start_session(self, station: str, request: wire.SessionStart) -> StationMessage:
        """Begin a visit."""
        return self._post(station, "session/start", request)

    def end_session(self, station: str) -> StationMessage:
        """End the visit; takes as long as saving it does."""
        return self._post(station, "session/end", None, SLOW_S)

    def calibration_step(self, station: str, request: wire.StepRequest) -> StationMessage:
        """Begin, end or leave out a calibration step."""
        return self._post(station, "calibration", request)

    def calibrate_again(self, station: str, request: wire.CalibrateRequest) -> StationMessage:
        """Begin the guided calibration anew, in mid-session."""
        return self._post(station, "calibration/again", request)

    def set_button(self, station: str, request: wire.SetRequest) -> StationMessage:
        """Begin or end a set by hand."""
        return self._post(station, "set", request)

    def load(self, station: str, request: wire.LoadRequest) -> StationMessage:
        """Say what is lifted and how hard it was."""
        return self._post(station, "load", request)

    def bench(self, station: str, request: wire.BenchRequest) -> StationMessage:
        """Say what the tape measure says of the bench."""
        return self._post(station, "bench", request)

    def symptom(self, station: str, request: wire.SymptomRequest) -> StationMessage:
        """Say what the athlete felt."""
        return self._post(station, "symptom", request)

    def send_message(self, station: str, text: str) -> StationMessage:
        """Put a coach's word on the athlete's page."""
        return self._post(station, "message", wire.MessageRequest(text=text))

    def dismiss_message(self, station: str, message_id: str | None = None) -> StationMessage:
        """Take a message off the page; None: all of them."""
        return self._post(station, "message/dismiss", wire.DismissRequest(id=message_id))

    def _post(
        self, station: str, path: str, request: BaseModel | None, timeout_s: float = TIMEOUT_S
    ) -> StationMessage:
        answer = self._send(f"/api/{station}/{path}", request, timeout_s)
        return StationMessage.model_validate_json(answer)

    def _get(self, url: str) -> bytes:
        return self._answer(lambda: self._http.get(url, headers=self._headers()))

    def _send(self, url: str, request: BaseModel | None, timeout_s: float = TIMEOUT_S) -> bytes:
        content = b"" if request is None else request.model_dump_json(exclude_unset=True).encode()
        return self._answer(
            lambda: self._http.post(url, content=content, headers=self._headers(), timeout=timeout_s)
        )

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._address.ticket()}"}

    def _answer(self, ask: Callable[[], httpx.Response]) -> bytes:
        try:
            response = ask()
        except httpx.HTTPError as error:
            message = (
                "The measuring part of lumbarwatch does not answer: start lumbarwatch again if this stays."
            )
            raise HubRefused(None, message) from error
        if response.is_success:
            return response.content
        raise _refused(response)


def _refused(response: httpx.Response) -> HubRefused:
    try:
        refusal = wire.Refusal.model_validate_json(response.content)
    except ValueError:
        reason = _sentence(response)
        return HubRefused(None, reason)
    return HubRefused(refusal.error, refusal.message)


def _sentence(response: httpx.Response) -> str:
    try:
        return str(json.loads(response.content)["message"])
    except (ValueError, KeyError, TypeError):
        return f"The measuring part of lumbarwatch answered with status {response.status_code}."
