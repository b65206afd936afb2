"""Where a stream of samples is broken."""

import numpy as np

from lumbarwatch.core.streams import TimedBatch
from lumbarwatch.model.checks import Booleans
from lumbarwatch.model.samples import NS_PER_S


def breaks_of(
    timed: TimedBatch, clipped: Booleans | None, period_s: float, change_limit: float, *, was_clipped: bool
) -> list[int]:
    """Samples before which something was lost or cut off, or the period changed much.

    Parameters
    ----------
    timed
        n >= 1 samples.
    clipped : (n,)
        Where the gyroscope was at the end of its range; None: nowhere.
    period_s
        Sample period so far, s.
    change_limit
        Share by which the period may change unnoticed.
    was_clipped
        Whether the sample before the first was at the end of the range.
    """
    ratio = timed.period_ns * (1.0 / (period_s * NS_PER_S))
    changes = float(ratio.max()) - 1.0 > change_limit or 1.0 - float(ratio.min()) > change_limit
    if not changes and clipped is None and not was_clipped and not timed.lost.any():
        return []
    at = timed.lost > 0
    if clipped is not None:
        at |= clipped
        at[1:] |= clipped[:-1]
    if changes:
        reference = 1.0
        for i, value in enumerate(ratio.tolist()):
            if abs(value / reference - 1.0) > change_limit:
                reference, at[i] = value, True
    return np.flatnonzero(at).tolist()
