"""What stands on display across reps: "stop the set" and when a warning clears (definitions 5)."""

from collections.abc import Sequence

from lumbarwatch.model.motion import Rep
from lumbarwatch.model.verdicts import Level, WarningId


def stop_the_set(reps: Sequence[Rep]) -> tuple[WarningId, ...]:
    """Return warnings that stand: red on two of three consecutive reps of the running set.

    Each stands until two reps in a row are better than its limit by half a sigma; what was not graded is not.
    """
    if not reps:
        return ()
    own = [rep for rep in reps if rep.set_number == reps[-1].set_number]
    red = [{warning.id for warning in rep.warnings if warning.level is Level.RED} for rep in own]
    standing: set[WarningId] = set()
    for last in range(len(own)):
        recent = red[max(0, last - 2) : last + 1]
        standing |= {id_ for id_ in red[last] if sum(id_ in found for found in recent) >= 2}
        if last > 0:
            standing -= set(own[last - 1].clear) & set(own[last].clear)
    return tuple(id_ for id_ in WarningId if id_ in standing)
