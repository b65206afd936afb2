"""Athletes and sessions as somebody names them on the command line."""

from lumbarwatch.model.session import Athlete
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.history import History
from lumbarwatch.store.records import SessionRecord

LAST = "last"


def find_athlete(history: History, named: str) -> Athlete:
    """Return an athlete by id, by the beginning of the id or by name.

    Raises
    ------
    StoreError
        None fits, or several do.
    """
    athletes = history.athletes()
    exact = [athlete for athlete in athletes if named in (athlete.id, athlete.name)]
    found = exact or [
        athlete
        for athlete in athletes
        if athlete.id.startswith(named.lower()) or athlete.name.casefold() == named.casefold()
    ]
    if len(found) == 1:
        return found[0]
    if found:
        message = (
            f"Several athletes are called '{named}': give the id ({', '.join(one.id for one in found)})."
        )
    else:
        known = ", ".join(one.name or one.id for one in athletes[:8]) or "nobody yet"
        message = f"There is no athlete '{named}' in the history (known: {known})."
    raise StoreError(StoreReason.UNKNOWN_ATHLETE, message)


def find_session(history: History, named: str) -> SessionRecord:
    """Return a session by id, by the beginning of the id, or the ``last`` one.

    Raises
    ------
    StoreError
        None fits, or several do.
    """
    if named == LAST and (newest := history.sessions(limit=1)):
        return newest[0]
    found = [record for record in history.sessions(limit=None) if record.id.startswith(named.lower())]
    if len(found) == 1:
        return found[0]
    if found:
        message = f"{len(found)} sessions begin with '{named}': give more of the id."
    else:
        message = f"There is no session '{named}' in the history: give its id, or '{LAST}' for the last one."
    raise StoreError(StoreReason.UNKNOWN_SESSION, message)
