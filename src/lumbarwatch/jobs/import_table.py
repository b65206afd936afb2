"""``import``: a plain table of any tool becomes a session in the history."""

from contextlib import suppress
from pathlib import Path

from lumbarwatch.jobs.analyze import Progress, read_replay
from lumbarwatch.jobs.finish_import import finish_import, host_start_utc_ns, store_table
from lumbarwatch.jobs.people import find_athlete
from lumbarwatch.jobs.samples import decode_replay
from lumbarwatch.model.errors import UserError
from lumbarwatch.model.session import Session
from lumbarwatch.store.finished import keep
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.housekeeping import delete_files
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.records import SessionRecord


def import_table(
    data: Path,
    table: Path,
    meta: Path | None = None,
    *,
    athlete: str | None = None,
    started_at_utc_ns: int | None = None,
    progress: Progress = lambda _doing, _share: None,
) -> SessionRecord:
    """Keep a table as a session: the table itself, its samples, and what was found in it.

    Parameters
    ----------
    athlete
        Id or name; None: nobody's.
    started_at_utc_ns
        None: the table's own host time where it counts from 1970, else the file's date.

    Raises
    ------
    UserError
        The table, META or athlete can't be used, or the store can't be written.

    Nothing is kept of an import that does not come to its end.
    """
    folder = DataFolder(data).create()
    with History.open(folder.database) as history:
        owner = None if athlete is None else find_athlete(history, athlete)
        progress("reading", 0.0)
        replay = read_replay(table, meta)  # refused before anything is kept
        if started_at_utc_ns is None:
            started_at_utc_ns = host_start_utc_ns(replay) or table.stat().st_mtime_ns
        session = Session(new_id(), owner.id if owner else "", started_at_utc_ns, note=table.name)
        try:
            card = store_table(folder, table, meta, session)
            progress("analysing", 0.3)
            finished, again = finish_import(card, lambda _id: owner, folder.angles(session.id))
            decode_replay(again, folder.samples(session.id))
            keep(history, finished)
        except BaseException:  # Ctrl-C, too: a card that stays would be a session at the next start
            with suppress(UserError):
                delete_files(folder, session.id)
            raise
        progress("analysing", 1.0)
        return history.session(session.id).record
