"""What can be corrected by hand."""

from enum import StrEnum


class CorrectedField(StrEnum):
    """What of a rep can be corrected by hand."""

    COUNTED = "counted"  # false: that was no rep
    PARTIAL = "partial"
    SINGLE_LEG = "single_leg"
    TILT_LOCKOUT_DEG = "tilt_lockout_deg"
    LAMBDA_LOCKOUT_DEG = "lambda_lockout_deg"
    LAMBDA_PEAK_DEG = "lambda_peak_deg"
    COMMENT = "comment"
