"""Symptoms and advice of a report, in the words of definitions 6. A green session overrides no symptom."""

from collections.abc import Sequence

from lumbarwatch.core.cues import CUES
from lumbarwatch.core.referral import ENDS_SESSION, LAST_SESSIONS, refer
from lumbarwatch.model.document import Line, Mark
from lumbarwatch.model.events import Symptom, SymptomKind
from lumbarwatch.model.symptoms import Advice
from lumbarwatch.presenters.report_data import Felt, SessionFacts
from lumbarwatch.presenters.report_findings import findings
from lumbarwatch.presenters.report_words import when
from lumbarwatch.presenters.symptoms import ADVICE, SIGNS, URGENT

MOST_SYMPTOMS = 3

UNANSWERED = "The short checklist after pain was not answered: ask it."
CALIBRATE = "Take the minute to calibrate before the next set: without it no angle is graded."
NEVER_OVERRIDES = "A session without warnings never overrides a symptom."

_LEADS = {
    Advice.EMERGENCY: "Now",
    Advice.SEE_DOCTOR: "First",
    Advice.END_SESSION: "Pain",
    Advice.CHECKLIST: "Pain",
    Advice.EASE_OFF: "Stiff again",
}


def symptom_lines(felt: Sequence[Felt], session_id: str | None) -> list[Line]:
    """Return the newest symptoms first; those of one session only where one is named."""
    own = [one for one in felt if session_id is None or one.session_id == session_id]
    told = [one for one in own if one.symptom.kind is not SymptomKind.NONE or one.symptom.seized]
    if not own:
        return [Line("nothing was entered.", "Symptoms", Mark.UNKNOWN)]
    if not told:
        asked = "asked once: none." if len(own) == 1 else f"asked {len(own)} times, always none."
        return [Line(asked, "Symptoms", Mark.GOOD)]
    newest = sorted(told, key=lambda one: -one.at_utc_ns)
    lines = [
        Line(_words(one.symptom), when(one.at_utc_ns), _mark(one.symptom)) for one in newest[:MOST_SYMPTOMS]
    ]
    if len(newest) > MOST_SYMPTOMS:
        lines.append(Line(f"and {len(newest) - MOST_SYMPTOMS} earlier entries."))
    return lines


def _words(one: Symptom) -> str:
    parts = {
        SymptomKind.STIFF: "low back stiff or cramping",
        SymptomKind.PAIN: "pain" if one.pain is None else f"pain {one.pain} of 10",
        SymptomKind.NONE: "none",
    }
    said = [parts[one.kind]]
    if one.seized:
        said.append("back seized in a squat or lunge")
    if one.signs:
        said.append(f"said yes to: {', '.join(SIGNS[sign].lower() for sign in one.signs)}")
    return "; ".join(said) + "."


def _mark(one: Symptom) -> Mark:
    return Mark.RED if (one.pain or 0) >= ENDS_SESSION or one.signs else Mark.AMBER


def advice_lines(
    facts: SessionFacts | None, felt: Sequence[Felt], last_sessions: Sequence[str]
) -> list[Line]:
    """Return what follows, the most urgent first.

    Parameters
    ----------
    last_sessions
        Ids of the athlete's sessions of any exercise, the newest first.
    """
    sessions = list(last_sessions[:LAST_SESSIONS])
    if facts is not None and facts.session.id not in sessions:
        sessions.insert(0, facts.session.id)
    spans = [
        [one.symptom for one in sorted(felt, key=lambda one: one.at_utc_ns) if one.session_id == session]
        for session in sessions
    ]
    advice = refer(spans[0], spans[1:]).advice if spans else ()
    lines = [
        Line(
            UNANSWERED if one is Advice.CHECKLIST else ADVICE[one],
            _LEADS[one],
            Mark.RED if one in URGENT else Mark.AMBER,
        )
        for one in advice
    ]
    if facts is not None and facts.reps and not facts.calibration.valid:
        lines.append(Line(CALIBRATE, "Calibration"))
    lines += _technique(facts)
    lines.append(Line(NEVER_OVERRIDES))
    return lines


def _technique(facts: SessionFacts | None) -> list[Line]:
    """The cue of the warning that was red most often."""
    red = [] if facts is None else [one for one in findings(facts) if one.red and one.id in CUES]
    if not red:
        return []
    cue = CUES[red[0].id].replace("{side}", "One")
    return [Line(f"{cue} ({red[0].id.value})", "Technique")]
