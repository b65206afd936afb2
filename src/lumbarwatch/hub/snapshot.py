"""A station's session as it stands: what a page that comes late needs to know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lumbarwatch.core.referral import Referral, refer
from lumbarwatch.hub import encode
from lumbarwatch.hub.encode import Encoder
from lumbarwatch.hub.values import (
    AthleteMessage,
    CalibrationMessage,
    ProgressMessage,
    RepMessage,
    ResumedMessage,
    SensorMessage,
    SessionState,
    SetMessage,
    StationMessage,
    SummaryMessage,
    SymptomMessage,
    WarningMessage,
)
from lumbarwatch.model import events as happened
from lumbarwatch.model.events import BarLoad, LinkEvent, LinkState, SetButton, Symptom
from lumbarwatch.model.motion import Phase
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.sensors.link_types import SensorStatus


@dataclass(frozen=True, slots=True)
class About:
    """What does not change during a session. ``earlier``: symptoms of the sessions before, newest first."""

    station: str
    athlete: AthleteMessage
    session_id: str
    started_utc_s: float
    replay: bool = False
    earlier: tuple[tuple[Symptom, ...], ...] = ()
    resumed: ResumedMessage | None = None


class Snapshot:
    """Follows a session's events."""

    def __init__(self, about: About, encoder: Encoder) -> None:
        self._about = about
        self._athlete = about.athlete
        self._encoder = encoder
        self._phase = Phase.IDLE
        self._set_number = 0
        self._set_open = False
        self._single_leg = False
        self._rest_since_s: float | None = None
        self._bar_kg: float | None = None
        self._efforts: dict[int, float] = {}
        self._calibration: CalibrationMessage | None = None
        self._reps: list[RepMessage] = []
        self._sets: dict[int, SetMessage] = {}
        self._session_warnings: list[WarningMessage] = []
        self._symptoms: list[tuple[Symptom, int]] = []
        self._sensors = {
            place: SensorMessage(placement=place, state=LinkState.SEARCHING) for place in Placement
        }
        self.session_state = SessionState.RUNNING
        self.analysing = True
        self.problem = ""
        self.store_trouble = ""
        self.stop: tuple[WarningId, ...] = ()
        self.progress: ProgressMessage | None = None
        self.symptom_wanted = False
        self.summary: SummaryMessage | None = None

    # Sensors -----------------------------------------------------------------------------------------------
    def link(self, event: LinkEvent) -> SensorMessage:
        """Take a change of a link; return the sensor as it is now."""
        change = {"state": event.state, "reason": event.reason, "detail": event.detail}
        return self._change_sensor(event.placement, change)

    def device(
        self, placement: Placement, status: SensorStatus, *, calibrated: bool = False
    ) -> SensorMessage | None:
        """Take what is known of the device; return the sensor if that is news."""
        before = self._sensors[placement]
        after = self._change_sensor(
            placement,
            {
                "device": f"{status.name} {status.serial or status.address}".strip(),
                "battery_percent": status.battery_percent,
                "serial": status.serial or "",
                "family": status.family,
                "firmware": status.firmware or "",
                "rssi_dbm": status.rssi_dbm,
                "rate_hz": None if status.rate_hz is None else round(status.rate_hz),
                "accelerometer": calibrated,
            },
        )
        return None if after == before else after

    # What was said -----------------------------------------------------------------------------------------
    @property
    def bar_kg(self) -> float | None:
        """Bar mass of the set under way or to come."""
        return self._bar_kg

    def set_button(self, event: SetButton) -> None:
        """Take the mark of the set under way or to come, as the pipeline does."""
        self._single_leg = event.start and bool(event.single_leg)

    def load(self, event: BarLoad) -> SetMessage | None:
        """Take bar mass and effort; return the finished set that changed by it."""
        meant = self._set_number if event.set_number is None else event.set_number
        if event.set_number is None or event.set_number == self._set_number:
            self._bar_kg = event.bar_kg if event.bar_kg is not None else self._bar_kg
        if event.rpe is not None:
            self._efforts[meant] = event.rpe
        known = self._sets.get(meant)
        if known is None:
            return None
        changed = known.model_copy(update={"rpe": self._efforts.get(meant)})
        if event.set_number is not None and event.bar_kg is not None:
            changed = changed.model_copy(update={"bar_kg": event.bar_kg})
        self._sets[meant] = changed
        return None if changed == known else changed

    @property
    def symptoms(self) -> Sequence[Symptom]:
        """What was felt, in the order of time."""
        return [symptom for symptom, _ in self._symptoms]

    def symptom(self, event: Symptom) -> SymptomMessage:
        """Take what was felt; the same moment again replaces it."""
        self._symptoms = [kept for kept in self._symptoms if kept[0].t_ns != event.t_ns]
        self._symptoms.append((event, self._set_number))
        self.symptom_wanted = False
        return self._symptom_message(event, self._set_number)

    @property
    def referral(self) -> Referral:
        """What is advised now."""
        return refer(self.symptoms, self._about.earlier)

    def belongs_to(self, athlete: AthleteMessage) -> None:
        """The session was given to another athlete."""
        self._athlete = athlete

    # What was found ----------------------------------------------------------------------------------------
    def take(self, event: happened.Event) -> None:
        """Take what the analysis found."""
        match event:
            case happened.PhaseChanged():
                self._phase = event.phase
            case happened.SetStarted():
                self._set_number, self._set_open = event.set_number, True
                self._rest_since_s, self.stop = None, ()
            case happened.RepFinished():
                self._reps.append(self._encoder.rep(event.rep))
            case happened.SetFinished():
                self._set_finished(event)
            case happened.CalibrationClosed():
                self._calibration = self._encoder.calibration(event.calibration)
            case happened.SessionFinished():
                self._session_warnings = [encode.warning(verdict) for verdict in event.warnings]
            case _:
                pass

    def judged(self, warnings: Sequence[WarningMessage]) -> None:
        """Take the warnings of the whole session."""
        self._session_warnings = list(warnings)

    def set_message(self, number: int) -> SetMessage | None:
        """Return a finished set with its effort."""
        return self._sets.get(number)

    def message(self, t_ns: int) -> StationMessage:
        """Return the whole state at host time ``t_ns``."""
        referral = self.referral
        return StationMessage(
            station=self._about.station,
            athlete=self._athlete,
            session_id=self._about.session_id,
            session_state=self.session_state,
            problem=self.problem,
            analysing=self.analysing,
            phase=self._phase,
            set_number=self._set_number,
            t_s=self._encoder.t_s(t_ns),
            sensors=list(self._sensors.values()),
            calibration=self._calibration,
            reps=list(self._reps),
            sets=list(self._sets.values()),
            session_warnings=list(self._session_warnings),
            replay=self._about.replay,
            started_utc_s=self._about.started_utc_s,
            progress=self.progress,
            bar_kg=self._bar_kg,
            set_open=self._set_open,
            single_leg=self._single_leg,
            rest_since_s=self._rest_since_s,
            stop=list(self.stop),
            symptom_wanted=self.symptom_wanted,
            symptoms=[self._symptom_message(symptom, number) for symptom, number in self._symptoms],
            advice=list(referral.advice),
            hold_load=referral.hold_load,
            summary=self.summary,
            resumed=self._about.resumed,
            store_trouble=self.store_trouble,
        )

    def _set_finished(self, event: happened.SetFinished) -> None:
        number = event.summary.set_number
        message = self._encoder.set(event.summary)
        self._sets[number] = message.model_copy(update={"rpe": self._efforts.get(number)})
        self._set_open = self._single_leg = False
        self._rest_since_s = message.t_end_s

    def _symptom_message(self, symptom: Symptom, set_number: int) -> SymptomMessage:
        return SymptomMessage(
            t_s=self._encoder.t_s(symptom.t_ns),
            set=set_number,
            kind=symptom.kind,
            pain=symptom.pain,
            signs=None if symptom.signs is None else list(symptom.signs),
        )

    def _change_sensor(self, placement: Placement, change: Mapping[str, object]) -> SensorMessage:
        changed = self._sensors[placement].model_copy(update=change)
        self._sensors[placement] = changed
        return changed
