"""The archive analysed again: by today's pipeline, in several processes, one row after the other.

Recordings are the truth, results are derived: a new pipeline version writes its results beside the old ones.
What people said (notes, symptoms, corrections of reps) belongs to the session and stays.
"""

import copyreg
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lumbarwatch.core.pipeline import PIPELINE_VERSION
from lumbarwatch.jobs.finish import MEASURES, finish_recording
from lumbarwatch.jobs.finish_import import finish_import
from lumbarwatch.jobs.people import find_athlete
from lumbarwatch.jobs.restore import restore
from lumbarwatch.jobs.samples import decode_replay
from lumbarwatch.model.errors import ErrorKind, UserError
from lumbarwatch.model.session import Athlete
from lumbarwatch.store.finished import FinishedSession, keep
from lumbarwatch.store.folder import CARD_SUFFIX, DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.records import SessionRecord

Progress = Callable[[str, float], None]


class ReanalysisStopped(UserError):  # noqa: N818  (an end, said as such)
    """A process died before all was done."""

    kind = ErrorKind.STORE


@dataclass(frozen=True, slots=True)
class Reanalysis:
    """What became of the sessions; one that is deleted meanwhile is in none of them.

    ``failed``: session and the sentence why.
    """

    done: int
    up_to_date: int
    without_recording: int
    failed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Task:
    """All that a process needs; plain values, so that they travel."""

    source: Path  # recording, or an imported table's card
    samples: Path
    angles: Path
    measures: dict[str, float | None]  # of the owner, as the history has them now
    refined: bool


def reanalyze(
    data: Path,
    *,
    athlete: str | None = None,
    since_utc_ns: int | None = None,
    again: bool = False,
    refined: bool = False,
    jobs: int | None = None,
    progress: Progress = lambda _doing, _share: None,
) -> Reanalysis:
    """Analyse recordings again, oldest first, and write their rows.

    Interrupted, it goes on where it was: sessions that this pipeline version has analysed are left out.

    Parameters
    ----------
    athlete
        Id or name; None: everybody's.
    again
        Also those that this version has analysed (a body mass was entered later, a decoder was repaired).
    refined
        With hindsight (not causal): kept beside the causal results, labelled, and never shown in their place.
    jobs
        Processes; None: one for each core.

    Raises
    ------
    StoreError
        The data folder or the history can't be used.
    ReanalysisStopped
        A process died.
    """
    folder = DataFolder(data).existing()
    restore(data)  # recordings without a row get it
    with History.open(folder.database) as history:
        owner = None if athlete is None else find_athlete(history, athlete).id
        sessions = history.sessions(owner, since_utc_ns, limit=None)
        done = history.analysed_by(PIPELINE_VERSION, refined=refined)
        due = [one for one in reversed(sessions) if again or one.id not in done]
        known = {person.id: person for person in history.athletes()}
        tasks = [_task(folder, one, known.get(one.athlete_id), refined=refined) for one in due]
        there = [task for task in tasks if task.source.exists()]
        done_now, failed = 0, list[tuple[str, str]]()
        for number, (task, result) in enumerate(zip(there, _results(there, jobs), strict=True), start=1):
            problem = result if isinstance(result, str) else _kept(history, result)
            if not history.has_session(task.samples.stem):
                _forget(task)
            elif problem:
                failed.append((task.samples.stem, problem))
            else:
                done_now += 1
            progress("analysing again", number / len(there))
    return Reanalysis(
        done=done_now,
        up_to_date=len(sessions) - len(due),
        without_recording=len(tasks) - len(there),
        failed=tuple(failed),
    )


def _task(folder: DataFolder, session: SessionRecord, owner: Athlete | None, *, refined: bool) -> _Task:
    recording = folder.recording(session.id)
    card = folder.import_card(session.id)
    return _Task(
        source=card if card.exists() else recording,
        samples=folder.samples(session.id),
        angles=folder.angles(session.id),
        measures={} if owner is None else {name: getattr(owner, name) for name in MEASURES},
        refined=refined,
    )


def _kept(history: History, finished: FinishedSession) -> str:
    """Write the row; return what went wrong. One after the other: a dose is judged by those before it."""
    try:
        keep(history, finished, again=True)
    except UserError as error:
        return str(error)
    return ""


def _forget(task: _Task) -> None:
    """Somebody deleted the session meanwhile: what was just derived from it goes, too."""
    for path in (task.samples, task.angles):
        path.unlink(missing_ok=True)


def _results(tasks: Sequence[_Task], jobs: int | None) -> Iterator[FinishedSession | str]:
    """Analyse all tasks and give their results in the same order."""
    workers = min(jobs or os.cpu_count() or 1, len(tasks))
    if workers <= 1:
        yield from map(_analysed, tasks)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker)
    try:
        yield from pool.map(_analysed, tasks)
    except BrokenProcessPool as error:
        message = "A process of the re-analysis died (out of memory?): run it again with fewer --jobs."
        raise ReanalysisStopped(message) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin_worker() -> None:
    """Ctrl-C is for the process that started this one; read-only mappings may travel back."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    copyreg.pickle(MappingProxyType, _reduced)


def _reduced(mapping: MappingProxyType[Any, Any]) -> tuple[Any, ...]:
    return _read_only, (dict(mapping),)


def _read_only(content: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """Make the mapping again; its class has no name by which it could travel."""
    return MappingProxyType(content)


def _analysed(task: _Task) -> FinishedSession | str:
    """Analyse one recording; a refusal is its sentence."""
    is_import = task.source.name.endswith(CARD_SUFFIX)
    finish = finish_import if is_import else partial(finish_recording, whole=True)
    measures = partial(_measures, task)
    try:
        if task.refined:  # samples and angles that are kept stay the causal ones
            return finish(task.source, measures, refined=True)[0]
        finished, replay = finish(task.source, measures, task.angles)
        decode_replay(replay, task.samples)
    except UserError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001  (one odd recording must not end the work on thousands)
        return f"The analysis failed with an error of its own: {error!r}."
    return finished


def _measures(task: _Task, athlete_id: str) -> Athlete:
    return replace(Athlete(id=athlete_id), **task.measures)
