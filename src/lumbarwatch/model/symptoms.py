"""What is asked and advised after a symptom (definitions 6): identities only, the words stand elsewhere."""

from enum import StrEnum


class Sign(StrEnum):
    """One line of the short checklist that any pain opens."""

    NUMB_SADDLE = "numb_saddle"
    BLADDER_OR_BOWEL = "bladder_or_bowel"
    LEG_WEAKNESS = "leg_weakness"  # new or worsening
    MAJOR_TRAUMA = "major_trauma"
    FEVER = "fever"
    WEIGHT_LOSS = "weight_loss"
    CANCER_HISTORY = "cancer_history"
    NIGHT_PAIN = "night_pain"
    LEG_PAIN_OR_NUMBNESS = "leg_pain_or_numbness"


EMERGENCY_SIGNS = frozenset({Sign.NUMB_SADDLE, Sign.BLADDER_OR_BOWEL, Sign.LEG_WEAKNESS, Sign.MAJOR_TRAUMA})
"""Signs with which one gets emergency help now; with any of the others one sees a doctor first."""


class Advice(StrEnum):
    """What follows from symptoms, the most urgent first."""

    EMERGENCY = "emergency"
    SEE_DOCTOR = "see_doctor"
    END_SESSION = "end_session"  # pain of 4 or more
    CHECKLIST = "checklist"  # any pain whose checklist was not answered yet
    EASE_OFF = "ease_off"  # stiff or cramping in two of the last three sessions: no load increase
