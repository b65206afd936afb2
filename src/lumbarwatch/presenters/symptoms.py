"""What to ask and say about what the athlete felt (definitions 6); it stands over any good session."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from lumbarwatch.model.events import SymptomKind
from lumbarwatch.model.symptoms import EMERGENCY_SIGNS, Advice, Sign

QUESTION = "How does your back feel?"

ANSWERS: Mapping[SymptomKind, str] = MappingProxyType(
    {
        SymptomKind.NONE: "Fine",
        SymptomKind.STIFF: "Stiff or cramping",
        SymptomKind.PAIN: "Pain",
    }
)

SEIZED = "My back seized in a squat or lunge"

CHECKLIST = "Does any of this apply to you?"

NONE_OF_THEM = "None of these"

SIGNS: Mapping[Sign, str] = MappingProxyType(
    {
        Sign.NUMB_SADDLE: "Numb between the legs, where a saddle touches",
        Sign.BLADDER_OR_BOWEL: "Bladder or bowel changed",
        Sign.LEG_WEAKNESS: "A leg is newly weak, or gets weaker",
        Sign.MAJOR_TRAUMA: "A major fall or accident",
        Sign.FEVER: "Fever",
        Sign.WEIGHT_LOSS: "Losing weight without trying",
        Sign.CANCER_HISTORY: "Have or had cancer",
        Sign.NIGHT_PAIN: "Pain at night",
        Sign.LEG_PAIN_OR_NUMBNESS: "Pain or numbness in a leg",
    }
)

ADVICE: Mapping[Advice, str] = MappingProxyType(
    {
        Advice.EMERGENCY: "Stop and get emergency help now.",
        Advice.SEE_DOCTOR: "See a doctor before training again.",
        Advice.END_SESSION: "End the session here. See a clinician if the pain persists.",
        Advice.CHECKLIST: "Answer the short list before you go on.",
        Advice.EASE_OFF: (
            "Learn the pelvic tilt unloaded, choose a glute exercise with little back extension, or leave "
            "the hip thrust out; consider an exercise professional. Do not add weight."
        ),
    }
)
"""The words of definitions 6, the most urgent first."""

URGENT = frozenset({Advice.EMERGENCY, Advice.SEE_DOCTOR, Advice.END_SESSION})
"""Advice that ends the training of today."""


UNANSWERED = "The short list about your pain was not answered: read the page Safety before you train again."
"""Instead of the question, once the session is over."""


def advice_lines(advice: Sequence[Advice], *, over: bool = False) -> list[str]:
    """Return the sentences that apply, the most urgent first, each once; ``over``: the session is."""
    words = {**ADVICE, Advice.CHECKLIST: UNANSWERED} if over else ADVICE
    return [words[one] for one in Advice if one in advice]


def signs_in_order() -> list[Sign]:
    """Return the checklist, those that need help at once first."""
    return sorted(Sign, key=lambda sign: (sign not in EMERGENCY_SIGNS, list(Sign).index(sign)))
