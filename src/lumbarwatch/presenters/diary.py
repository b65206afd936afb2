"""The symptom diary: what was felt, and what follows from it (definitions 6)."""

from collections.abc import Sequence
from itertools import groupby

from lumbarwatch.core.referral import refer
from lumbarwatch.model.events import Symptom, SymptomKind
from lumbarwatch.model.symptoms import Advice
from lumbarwatch.presenters.history import Row, felt_words, started_at
from lumbarwatch.presenters.report_data import Felt
from lumbarwatch.presenters.report_words import plural
from lumbarwatch.presenters.symptoms import SIGNS


def diary_rows(felt: Sequence[Felt]) -> list[Row]:
    """Return what was felt, the newest first; "none" is left out."""
    told = [one for one in felt if one.symptom.kind is not SymptomKind.NONE]
    return [_row(one) for one in sorted(told, key=lambda one: -one.at_utc_ns)]


def asked_words(felt: Sequence[Felt]) -> str:
    """Return how often was asked, and how often the answer was none."""
    none = sum(one.symptom.kind is SymptomKind.NONE for one in felt)
    return f"{plural(len(felt), 'answer')}, {none} of them none."


def advice(felt: Sequence[Felt]) -> tuple[Advice, ...]:
    """Return what follows from the newest session's symptoms and those before it, the most urgent first.

    The checklist is not asked here: that is for the session itself.
    """
    by_session = _by_session(felt)
    if not by_session:
        return ()
    today, *earlier = by_session
    return tuple(one for one in refer(today, earlier).advice if one is not Advice.CHECKLIST)


def _by_session(felt: Sequence[Felt]) -> list[list[Symptom]]:
    """Symptoms session by session, the newest session first."""
    in_time = sorted(felt, key=lambda one: one.at_utc_ns)
    found = [[one.symptom for one in own] for _, own in groupby(in_time, key=lambda one: one.session_id)]
    return found[::-1]


def _row(one: Felt) -> Row:
    said = one.symptom
    signs = [SIGNS[sign] for sign in said.signs or ()]
    if said.seized:
        signs.append("back seized in a squat or lunge")
    return {
        "When": started_at(one.at_utc_ns).strftime("%Y-%m-%d %H:%M"),
        "Felt": felt_words(said.kind, said.pain),
        "Said yes to": ", ".join(signs),
    }
