"""What stands on display across reps: "stop the set" and when a warning clears (definitions 5)."""

from collections.abc import Sequence

from lumbarwatch.model.motion import Rep
from lumbarwatch.model.verdicts import Level, WarningId


def stop_the_set(reps: Sequence[Rep]) -> tuple[WarningId, ...]:
    """Return warnings that were red on at least two of the last three reps of the running set."""
    if not reps:
        return ()
    own = [rep for rep in reps if rep.set_number == reps[-1].set_number][-3:]
    red = [{warning.id for warning in rep.warnings if warning.level is Level.RED} for rep in own]
    return tuple(id_ for id_ in WarningId if sum(id_ in found for found in red) >= 2)
