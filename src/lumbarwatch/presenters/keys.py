"""Keys of the pages' session state and of their elements, so that no two differ by a typo."""

LIVE_VIEW = "live_view"
COACH_WALL = "coach_wall"
CHOSEN_SESSION = "chosen_session"
BAR_KG = "bar_kg"
RPE = "rpe"
SYMPTOM = "symptom"
PAIN = "pain"
