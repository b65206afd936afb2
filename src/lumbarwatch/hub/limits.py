"""Where the warnings of an athlete begin, for drawing: the rules' own limits, as absolute values."""

from lumbarwatch.core.limits import (
    Context,
    Thresholds,
    arched_limits,
    extension_limits,
    lockout_limits,
    tuck_limits,
)
from lumbarwatch.hub.messages import LimitMessage
from lumbarwatch.model.session import Calibration, Limits
from lumbarwatch.model.verdicts import WarningId


def drawn_limits(calibration: Calibration, limits: Limits) -> list[LimitMessage]:
    """Return the limits of what is drawn over time: tilt (W1) and lumbar extension (W1b, W2, W2b)."""
    context = Context(calibration=calibration, limits=limits)
    reference_deg, lockout = lockout_limits(context)
    found = [
        _message(WarningId.W1, lockout, offset=reference_deg),
        _message(WarningId.W1B, arched_limits(context)),
        _message(WarningId.W2, extension_limits(context)),
    ]
    tuck = tuck_limits(context)
    return [*found, _message(WarningId.W2B, tuck, sign=-1.0)] if tuck is not None else found


def _message(id_: WarningId, at: Thresholds, *, offset: float = 0.0, sign: float = 1.0) -> LimitMessage:
    amber = None if at.amber is None else round(sign * (at.amber + offset), 2)
    red = None if at.red is None else round(sign * (at.red + offset), 2)
    return LimitMessage(id=id_, amber=amber, red=red)
