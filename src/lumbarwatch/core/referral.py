"""What follows from what an athlete felt (definitions 6). A green session never overrides a symptom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lumbarwatch.model.events import Symptom, SymptomKind
from lumbarwatch.model.symptoms import EMERGENCY_SIGNS, Advice, Sign

ENDS_SESSION = 4
"""Pain, of 10, from which the session ends (definitions 6 b)."""

LAST_SESSIONS = 3
STIFF_SESSIONS = 2
"""Stiff or cramping in two of the last three sessions (definitions 6 a)."""


@dataclass(frozen=True, slots=True)
class Referral:
    """What is advised, the most urgent first, and whether to suggest no load increase."""

    advice: tuple[Advice, ...] = ()
    hold_load: bool = False


def refer(today: Sequence[Symptom], earlier: Sequence[Sequence[Symptom]] = ()) -> Referral:
    """Apply the rules to this session's symptoms.

    Parameters
    ----------
    today
        In the order in which they were felt.
    earlier
        Symptoms of the athlete's sessions before, the newest session first; one without any is empty.
    """
    signs = _signs(today)
    pains = [one for one in today if _hurts(one)]
    advised = {
        Advice.EMERGENCY: bool(signs & EMERGENCY_SIGNS),
        # Who was to see a doctor "before training again" is asked once more at the next session.
        Advice.SEE_DOCTOR: bool(signs - EMERGENCY_SIGNS) or bool(earlier and _signs(earlier[0])),
        Advice.END_SESSION: any((one.pain or 0) >= ENDS_SESSION for one in pains),
        Advice.CHECKLIST: bool(pains) and pains[-1].signs is None,
        Advice.EASE_OFF: _keeps_stiff(today, earlier),
    }
    advice = tuple(one for one in Advice if advised[one])
    return Referral(advice, hold_load=bool(advice))


def _keeps_stiff(today: Sequence[Symptom], earlier: Sequence[Sequence[Symptom]]) -> bool:
    if any(one.seized for one in today):
        return True
    told = [today, *earlier] if today else earlier  # one that has said nothing yet is none of the last three
    sessions = told[:LAST_SESSIONS]
    return (
        sum(any(one.kind is SymptomKind.STIFF for one in session) for session in sessions) >= STIFF_SESSIONS
    )


def _hurts(symptom: Symptom) -> bool:
    return symptom.kind is SymptomKind.PAIN and symptom.pain != 0


def _signs(symptoms: Iterable[Symptom]) -> frozenset[Sign]:
    return frozenset(sign for one in symptoms for sign in one.signs or ())
