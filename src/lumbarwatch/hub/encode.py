"""From the model's values to the feed's messages: rounding, unknown numbers, session time."""

import math
from collections.abc import Iterable
from typing import TypedDict

from lumbarwatch.hub import messages as wire
from lumbarwatch.hub.limits import drawn_limits
from lumbarwatch.hub.messages import NoticeKind
from lumbarwatch.model import events as happened
from lumbarwatch.model.motion import PoseBatch, Rep, SetSummary
from lumbarwatch.model.session import Calibration, Limits
from lumbarwatch.model.verdicts import NotGraded, WarningVerdict
from lumbarwatch.store.records import SessionSummary

ANGLE_DIGITS = 2
TIME_DIGITS = 3


def number(value: float | None, digits: int = ANGLE_DIGITS) -> float | None:
    """Return a rounded number; None for what is unknown or not finite."""
    return None if value is None or not math.isfinite(value) else round(float(value), digits)


class _Place(TypedDict):
    station: str
    t_s: float
    set: int
    rep: int


class Encoder:
    """Turns what happened in one station's session into frames.

    Parameters
    ----------
    station
        The station's name on the feed.
    t0_ns
        Host time of the session's start.
    limits
        The athlete's own limits.
    """

    def __init__(self, station: str, t0_ns: int, limits: Limits) -> None:
        self._station = station
        self._t0_ns = t0_ns
        self._limits = limits

    def t_s(self, t_ns: int) -> float:
        """Return the session time of a host time."""
        return round((t_ns - self._t0_ns) / 1e9, TIME_DIGITS)

    def rep(self, rep: Rep) -> wire.RepMessage:
        """Return a rep's message."""
        return wire.RepMessage(
            set=rep.set_number,
            rep=rep.rep_number,
            t_start_s=self.t_s(rep.t_start_ns),
            t_lockout_s=self.t_s(rep.t_lockout_ns),
            t_lower_s=self.t_s(rep.t_lower_ns),
            t_end_s=self.t_s(rep.t_end_ns),
            concentric_s=round(rep.concentric_s, TIME_DIGITS),
            hold_s=round(rep.hold_s, TIME_DIGITS),
            eccentric_s=round(rep.eccentric_s, TIME_DIGITS),
            rom_deg=round(rep.rom_deg, ANGLE_DIGITS),
            rom_m=round(rep.rom_m, 4),
            rom_fraction=number(rep.rom_fraction, 4),
            phi_top_deg=number(rep.phi_top_deg),
            tilt_lockout_deg=number(rep.tilt_lockout_deg),
            lambda_lockout_deg=number(rep.lambda_lockout_deg),
            lambda_peak_deg=number(rep.lambda_peak_deg),
            roll_lockout_deg=number(rep.roll_lockout_deg),
            tilt_sigma_deg=number(rep.tilt_sigma_deg),
            lambda_sigma_deg=number(rep.lambda_sigma_deg),
            partial=rep.partial,
            graded=rep.graded,
            lost_fraction=round(rep.quality.lost_fraction, 4),
            not_graded=_not_graded(rep.not_graded),
            borderline=list(rep.borderline),
            warnings=_warnings(rep.warnings),
        )

    def set(self, summary: SetSummary) -> wire.SetMessage:
        """Return a finished set's message."""
        return wire.SetMessage(
            set=summary.set_number,
            t_start_s=self.t_s(summary.t_start_ns),
            t_end_s=self.t_s(summary.t_end_ns),
            reps=summary.reps,
            partial=summary.partial,
            bar_kg=summary.bar_kg,
            warnings=_warnings(summary.warnings),
            not_graded=_not_graded(summary.not_graded),
        )

    def calibration(self, value: Calibration) -> wire.CalibrationMessage:
        """Return a calibration's message, with the limits that follow from it."""
        own, reference = value.own_range, value.reference
        return wire.CalibrationMessage(
            source=value.source,
            valid=value.valid,
            reasons=list(value.reasons),
            swapped=value.swapped,
            lam_max_deg=number(own.lam_max_deg) if own else None,
            tau_max_deg=number(own.tau_max_deg) if own else None,
            habit=number(own.habit) if own else None,
            tilt_lock_ref_deg=number(reference.tilt_lock_deg) if reference else None,
            lam_lock_ref_deg=number(reference.lam_lock_deg) if reference else None,
            limits=drawn_limits(value, self._limits),
            quick=value.valid and own is None,
        )

    def frame(self, event: happened.Event, sent_ms: float) -> wire.Frame | None:
        """Return an event's frame; None for what the feed says otherwise (poses, the session's end)."""
        if isinstance(event, PoseBatch | happened.SessionFinished):
            return None
        station, t_s = self._station, self.t_s(event.t_ns)
        match event:
            case happened.PhaseChanged():
                return wire.PhaseFrame(station=station, t_s=t_s, phase=event.phase)
            case happened.SetStarted():
                return wire.SetStartedFrame(station=station, t_s=t_s, set=event.set_number)
            case happened.RepFinished():
                return wire.RepFrame(station=station, t_s=t_s, sent_ms=sent_ms, rep=self.rep(event.rep))
            case happened.SetFinished():
                return wire.SetFrame(station=station, t_s=t_s, set=self.set(event.summary))
            case happened.CalibrationStepJudged():
                reasons = [str(reason) for reason in event.reasons]
                return wire.StepFrame(station=station, t_s=t_s, step=event.step, reasons=reasons)
            case happened.CalibrationClosed():
                message = self.calibration(event.calibration)
                return wire.CalibrationFrame(station=station, t_s=t_s, calibration=message)
            case happened.LockoutReached() | happened.LiveWarning() | happened.Cue():
                return self._in_the_rep(event, t_s, sent_ms)
            case _:
                return self._notice(event, t_s)

    def _in_the_rep(
        self, event: happened.LockoutReached | happened.LiveWarning | happened.Cue, t_s: float, sent_ms: float
    ) -> wire.Frame:
        place = _Place(station=self._station, t_s=t_s, set=event.set_number, rep=event.rep_number)
        match event:
            case happened.LiveWarning():
                return wire.LiveWarningFrame(**place, sent_ms=sent_ms, warning=warning(event.warning))
            case happened.Cue():
                return wire.CueFrame(**place, sent_ms=sent_ms, warning=event.warning, text=event.text)
            case happened.LockoutReached():
                return wire.LockoutFrame(
                    **place,
                    sent_ms=sent_ms,
                    tilt_deg=number(event.tilt_lockout_deg),
                    lambda_deg=number(event.lambda_lockout_deg),
                    warnings=_warnings(event.warnings),
                    graded=event.tilt_lockout_deg is not None and not event.not_graded,
                )

    def _notice(
        self,
        event: happened.SlipSuspected
        | happened.Rezeroed
        | happened.SensorLost
        | happened.SensorBack
        | happened.SensorRestarted,
        t_s: float,
    ) -> wire.NoticeFrame:
        kind, deg = _notice_of(event)
        return wire.NoticeFrame(
            station=self._station, t_s=t_s, notice=kind, placement=event.placement, deg=number(deg)
        )


def warning(verdict: WarningVerdict) -> wire.WarningMessage:
    """Return a verdict's message."""
    return wire.WarningMessage(
        id=verdict.id,
        level=verdict.level,
        value=round(verdict.value, 4),
        limit=round(verdict.limit, 4),
        sigma=round(verdict.sigma, 4),
    )


def summary(found: SessionSummary, duration_s: float) -> wire.SummaryMessage:
    """Return a session's summary."""
    return wire.SummaryMessage(
        duration_s=round(duration_s, 1),
        sets=found.sets,
        reps=found.reps,
        partial=found.partial,
        graded=found.graded,
        red=found.red,
        amber=found.amber,
        tilt_lockout_deg=number(found.tilt_lockout_deg),
        tilt_sigma_deg=number(found.tilt_sigma_deg),
        lambda_lockout_deg=number(found.lambda_lockout_deg),
        lambda_sigma_deg=number(found.lambda_sigma_deg),
        lambda_peak_deg=number(found.lambda_peak_deg),
        eccentric_s=number(found.eccentric_s),
        drift_deg=number(found.drift_deg),
        bar_kg=number(found.bar_kg),
    )


def _notice_of(event: object) -> tuple[NoticeKind, float | None]:
    match event:
        case happened.SlipSuspected():
            return NoticeKind.SLIP_SUSPECTED, event.slip_deg
        case happened.Rezeroed():
            return NoticeKind.REZEROED, event.shift_deg
        case happened.SensorLost():
            return NoticeKind.SENSOR_LOST, None
        case happened.SensorBack():
            return NoticeKind.SENSOR_BACK, None
        case _:
            return NoticeKind.SENSOR_RESTARTED, None


def _warnings(verdicts: Iterable[WarningVerdict]) -> list[wire.WarningMessage]:
    return [warning(verdict) for verdict in verdicts]


def _not_graded(verdicts: Iterable[NotGraded]) -> list[wire.NotGradedMessage]:
    return [wire.NotGradedMessage(id=verdict.id, reason=verdict.reason) for verdict in verdicts]
