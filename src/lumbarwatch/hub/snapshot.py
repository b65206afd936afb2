"""A station's session as it stands: what a page that comes late needs to know."""

from collections.abc import Mapping

from lumbarwatch.hub import encode
from lumbarwatch.hub.encode import Encoder
from lumbarwatch.hub.messages import (
    AthleteMessage,
    CalibrationMessage,
    RepMessage,
    SensorMessage,
    SessionState,
    SetMessage,
    StationMessage,
    WarningMessage,
)
from lumbarwatch.model import events as happened
from lumbarwatch.model.events import LinkEvent, LinkState
from lumbarwatch.model.motion import Phase
from lumbarwatch.model.samples import Placement


class Snapshot:
    """Follows a session's events."""

    def __init__(self, station: str, athlete: AthleteMessage, session_id: str, encoder: Encoder) -> None:
        self._station = station
        self._athlete = athlete
        self._session_id = session_id
        self._encoder = encoder
        self._phase = Phase.IDLE
        self._set_number = 0
        self._calibration: CalibrationMessage | None = None
        self._reps: list[RepMessage] = []
        self._sets: list[SetMessage] = []
        self._session_warnings: list[WarningMessage] = []
        self._sensors = {
            place: SensorMessage(placement=place, state=LinkState.SEARCHING) for place in Placement
        }
        self.session_state = SessionState.RUNNING
        self.analysing = True
        self.problem = ""

    def link(self, event: LinkEvent) -> SensorMessage:
        """Take a change of a link; return the sensor as it is now."""
        change = {"state": event.state, "reason": event.reason, "detail": event.detail}
        return self._change_sensor(event.placement, change)

    def device(self, placement: Placement, device: str, battery_percent: int | None) -> SensorMessage | None:
        """Take what is known of the device; return the sensor if that is news."""
        before = self._sensors[placement]
        after = self._change_sensor(placement, {"device": device, "battery_percent": battery_percent})
        return None if after == before else after

    def take(self, event: happened.Event) -> None:
        """Take what the analysis found."""
        match event:
            case happened.PhaseChanged():
                self._phase = event.phase
            case happened.SetStarted():
                self._set_number = event.set_number
            case happened.RepFinished():
                self._reps.append(self._encoder.rep(event.rep))
            case happened.SetFinished():
                self._sets.append(self._encoder.set(event.summary))
            case happened.CalibrationClosed():
                self._calibration = self._encoder.calibration(event.calibration)
            case happened.SessionFinished():
                self._session_warnings = [encode.warning(verdict) for verdict in event.warnings]
            case _:
                pass

    def message(self, t_ns: int) -> StationMessage:
        """Return the whole state at host time ``t_ns``."""
        return StationMessage(
            station=self._station,
            athlete=self._athlete,
            session_id=self._session_id,
            session_state=self.session_state,
            problem=self.problem,
            analysing=self.analysing,
            phase=self._phase,
            set_number=self._set_number,
            t_s=self._encoder.t_s(t_ns),
            sensors=list(self._sensors.values()),
            calibration=self._calibration,
            reps=list(self._reps),
            sets=list(self._sets),
            session_warnings=list(self._session_warnings),
        )

    def _change_sensor(self, placement: Placement, change: Mapping[str, object]) -> SensorMessage:
        changed = self._sensors[placement].model_copy(update=change)
        self._sensors[placement] = changed
        return changed
