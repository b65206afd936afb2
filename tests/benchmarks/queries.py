"""Every question of the history view, on a large history: p95 of each must stay under 50 ms.

``PYTHONPATH=tests uv run python -m benchmarks.queries PLACE ...``; a place is a data folder or a database
address that ``benchmarks.archive`` has filled. The exit code is 1 when a question or the size misses its aim.
"""

import random
import sys
import time
from pathlib import Path

import numpy as np

from lumbarwatch.store.history import History
from lumbarwatch.store.records import SessionFilter

P95_MS = 50.0
SIZE_MB = 80.0
TIMES = 40
MONTH_NS = 30 * 86_400 * 10**9


def questions(history, random_):
    """Name, and a call that asks anew (another athlete, another page) each time."""
    people = history.athletes()
    newest = history.sessions(limit=1)[0].started_at_utc_ns
    count = history.count(SessionFilter())
    sessions = [one.id for one in history.sessions(limit=300, offset=count // 3)]

    def anybody():
        return random_.choice(people).id

    def some():
        return random_.choice(sessions)

    def month():
        since = newest - random_.randrange(1, 12) * MONTH_NS
        return {"since_utc_ns": since, "until_utc_ns": since + MONTH_NS}

    def page():
        return 25 * random_.randrange(20)

    return {
        "athletes": history.athletes,
        "sessions, newest": lambda: history.sessions(limit=100),
        "sessions of an athlete": lambda: history.sessions(anybody()),
        "list, a page": lambda: history.listed(SessionFilter(), offset=page()),
        "list, the last page": lambda: history.listed(SessionFilter(), offset=count - 25),
        "list, an athlete": lambda: history.listed(SessionFilter(athlete_id=anybody())),
        "list, a month": lambda: history.listed(SessionFilter(**month())),
        "list, an exercise": lambda: history.listed(SessionFilter(exercise="squat"), offset=page()),
        "list, with red": lambda: history.listed(SessionFilter(with_red=True), offset=page()),
        "list, with symptoms": lambda: history.listed(SessionFilter(with_symptoms=True), offset=page()),
        "count": lambda: history.count(SessionFilter()),
        "count, with red": lambda: history.count(SessionFilter(with_red=True)),
        "count, with symptoms": lambda: history.count(SessionFilter(with_symptoms=True)),
        "count, with both in a month": lambda: history.count(
            SessionFilter(with_red=True, with_symptoms=True, **month())
        ),
        "exercises": history.exercises,
        "exercises of an athlete": lambda: history.exercises(anybody()),
        "trend": lambda: history.trend(anybody(), "hip_thrust"),
        "course": lambda: history.course(SessionFilter(athlete_id=anybody())),
        "courses of 25": lambda: history.courses([anybody() for _ in range(25)], SessionFilter()),
        "course of sets": lambda: history.set_course(SessionFilter(athlete_id=anybody())),
        "week": lambda: history.week(SessionFilter(since_utc_ns=newest - MONTH_NS // 4)),
        "everybody's year": lambda: history.week(SessionFilter()),
        "session": lambda: history.session(some()),
        "sets": lambda: history.sets(some()),
        "effort, load and drift": lambda: history.set_extras(some()),
        "reps": lambda: history.reps(some()),
        "warnings": lambda: history.warnings(some()),
        "notes": lambda: history.notes(some()),
        "corrections": lambda: history.annotations(some()),
        "symptoms of a session": lambda: history.symptoms(some()),
        "symptoms of an athlete": lambda: history.symptoms(athlete_id=anybody()),
    }


def measure(place):
    """Print every question's p50 and p95 in ms; return whether all are fast enough and the file is small."""
    with History.open(place) as history:
        good = True
        for name, ask in questions(history, random.Random(7)).items():
            ask()
            took_ms = [timed_ms(ask) for _ in range(TIMES)]
            p50, p95 = np.percentile(took_ms, (50, 95))
            good &= bool(p95 < P95_MS)
            print(f"{name:32} p50 {p50:6.1f}  p95 {p95:6.1f} ms{'' if p95 < P95_MS else '  MISSED'}")
    size_mb = place.stat().st_size / 1e6 if isinstance(place, Path) else 0.0
    if size_mb:
        print(f"{size_mb:.1f} MB")
    return good and size_mb < SIZE_MB


def timed_ms(ask):
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1e3


def main():
    good = True
    for name in sys.argv[1:]:
        print(f"\n{name}")
        good &= measure(name if "://" in name else Path(name) / "history.db")
    sys.exit(0 if good and len(sys.argv) > 1 else 1)


if __name__ == "__main__":
    main()
