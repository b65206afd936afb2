"""When to try a lost link again, and when to look for the sensor afresh."""

BACKOFF_S = (0.0, 0.3, 0.6, 1.2, 2.0)
"""Pause before the first, second, ... try; the last one stays (devices notes 2.4)."""
RESCAN_AFTER = 3
"""Failures after which the sensor is looked for again: its address or the system's record may be stale."""


def pause_s(failures: int) -> float:
    """Pause before the next try after this many failures in a row."""
    return BACKOFF_S[min(failures, len(BACKOFF_S) - 1)]


def rescan_due(failures: int) -> bool:
    """Whether the next try should start with a scan."""
    return failures > 0 and failures % RESCAN_AFTER == 0
