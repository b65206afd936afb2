"""What a crash left behind becomes whole again at the next start, without anybody's help.

The live file goes last: killed in the middle of this, the next start does it again.
"""

import logging
from dataclasses import replace
from pathlib import Path

from lumbarwatch.jobs.finish import finish_recording
from lumbarwatch.jobs.finish_import import finish_import
from lumbarwatch.jobs.replay import Replay
from lumbarwatch.jobs.replay_recording import replay_recording
from lumbarwatch.jobs.samples import decode_replay
from lumbarwatch.model.errors import UserError
from lumbarwatch.store.finished import keep
from lumbarwatch.store.folder import CARD_SUFFIX, DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.housekeeping import compare, discard_parts, finish_erasing, session_of
from lumbarwatch.store.recording import discard_live, recover

_LOG = logging.getLogger(__name__)


def restore(data: Path) -> None:
    """Give every session of a data folder its finished recording, its samples and its row in the history.

    What can't be restored is said, stops nothing and is tried again at the next start.

    Raises
    ------
    StoreError
        The data folder or the history can't be used.
    """
    folder = DataFolder(data).create()
    halves = discard_parts(folder)
    with History.open(folder.database) as history:
        finish_erasing(folder, history)
        for found in recover(folder, keep_live=True):
            _LOG.warning("%s", found.message)
            if found.path is not None and _kept(folder, history, found.path, again=found.rescued):
                discard_live(found.live)
        for path in compare(folder, history).unlisted:
            _kept(folder, history, path)
    for session_id in halves:
        if folder.recording(session_id).exists() and not folder.samples(session_id).exists():
            _write_samples(folder, replay_recording(folder.recording(session_id)), session_id)


def _kept(folder: DataFolder, history: History, path: Path, *, again: bool = False) -> bool:
    """Whether the session has its row now; ``again``: one by all that the recording has now."""
    session_id = session_of(path)
    if not again and history.has_session(session_id):
        return True
    try:
        _keep(folder, history, path)
    except UserError as error:
        _LOG.warning("Session %s could not be put into the history yet: %s", session_id, error)
        return False
    except Exception:  # noqa: BLE001  (one odd recording must not keep the next session from beginning)
        _LOG.exception("Session %s could not be put into the history yet.", session_id)
        return False
    return True


def _keep(folder: DataFolder, history: History, path: Path) -> None:
    athletes = {athlete.id: athlete for athlete in history.athletes()}
    session_id = session_of(path)
    finish = finish_import if path.name.endswith(CARD_SUFFIX) else finish_recording
    finished, replay = finish(path, athletes.get, folder.angles(session_id))
    if finished.session.athlete_id not in athletes:
        finished = replace(finished, session=replace(finished.session, athlete_id=""))
    keep(history, finished)
    _write_samples(folder, replay, session_id)


def _write_samples(folder: DataFolder, replay: Replay, session_id: str) -> None:
    try:
        decode_replay(replay, folder.samples(session_id))
    except UserError as error:
        _LOG.warning("The samples of session %s could not be written yet: %s", session_id, error)
