"""What an athlete takes home after a session: the reps as CSV and JSON, by the analysis file's keys."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

SCHEMA = "lumbarwatch.reps/1"

JsonRow = Mapping[str, object]


def reps_csv(reps: Sequence[JsonRow]) -> str:
    """Return the reps as a table: one row each, plain numbers by their keys, warnings as ``W1:red W4:amber``.

    Unknown numbers are empty cells.
    """
    first: JsonRow = reps[0] if reps else {}
    plain = [key for key in first if key not in _LISTS]
    target = io.StringIO()
    writer = csv.DictWriter(target, [*plain, *_LISTS], lineterminator="\r\n")
    writer.writeheader()
    for rep in reps:
        row = {key: "" if rep[key] is None else rep[key] for key in plain}
        writer.writerow(row | {key: _joined(rep.get(key)) for key in _LISTS})
    return target.getvalue()


def session_json(
    session_id: str,
    pipeline_version: str,
    reps: Sequence[JsonRow],
    sets: Sequence[JsonRow],
    *,
    simulated: bool,
) -> str:
    """Return the session's sets and reps as JSON; unknown numbers are null. No name is in it."""
    document = {
        "schema": SCHEMA,
        "session": session_id,
        "pipeline_version": pipeline_version,
        "simulated": simulated,
        "sets": list(sets),
        "reps": list(reps),
    }
    return json.dumps(document, indent=1, allow_nan=False)


def file_name(started_utc_s: float | None, kind: str) -> str:
    """Return a name for an exported file: the day, and no person's name."""
    if started_utc_s is None:
        return f"lumbarwatch-session.{kind}"
    day = datetime.fromtimestamp(started_utc_s, UTC).astimezone()
    return f"lumbarwatch-{day:%Y-%m-%d-%H%M}.{kind}"


_LISTS = ("warnings", "not_graded", "borderline")


def _joined(value: object) -> str:
    return " ".join(_word(one) for one in cast("list[object]", value)) if isinstance(value, list) else ""


def _word(one: object) -> str:
    if isinstance(one, Mapping):
        found = cast("JsonRow", one)
        return f"{found.get('id')}:{found.get('level') or found.get('reason')}"
    return str(one)
