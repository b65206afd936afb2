"""What to say about what the athlete felt (definitions 6). A good session never overrides a symptom."""

from lumbarwatch.model.events import SymptomKind

ENDS_SESSION = 4
"""Pain, of 10, from which the session ends (definitions 6 b)."""

QUESTION = "How does your back feel?"

ANSWERS = {
    SymptomKind.NONE: "Fine",
    SymptomKind.STIFF: "Stiff or cramping",
    SymptomKind.PAIN: "Pain",
}


def advice(kind: SymptomKind, pain: int | None = None) -> str:
    """Return what to do about an answer; empty for none."""
    if kind is SymptomKind.STIFF:
        return "Noted. If it comes again, see the page Safety, and leave the load as it is."
    if kind is SymptomKind.NONE or not pain:
        return ""
    if pain >= ENDS_SESSION:
        return "End the session here. See a clinician if it persists, and read the page Safety now."
    return "Noted. Read the page Safety: some signs need a doctor before you train again."
