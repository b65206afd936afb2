"""What a page says of a session that began by itself, because measuring was cut off in the one before."""

from datetime import UTC, datetime


def resumed_words(started_utc_s: float, *, calibration_kept: bool, stale: bool) -> str:
    """Return one sentence.

    Parameters
    ----------
    started_utc_s
        When the session began, s since 1970 UTC; said in the computer's local time.
    calibration_kept
        It goes on with the calibration of before.
    stale
        That calibration is in doubt: reps are counted and nothing is graded until it is renewed.
    """
    at = datetime.fromtimestamp(started_utc_s, UTC).astimezone()
    before = (
        f"Measuring was restarted at {at:%H:%M}: what was recorded before is kept as a session of its own,"
    )
    if not calibration_kept:
        return f"{before} and this one begins with the calibration."
    if stale:
        return f"{before} and this one goes on with the calibration of before, which has to be renewed first."
    return f"{before} and this one goes on with the calibration of before, graded as before."
