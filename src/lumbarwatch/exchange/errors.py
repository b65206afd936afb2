"""Why a file was refused."""

from enum import StrEnum

from lumbarwatch.model.errors import UserError


class InputReason(StrEnum):
    """What is wrong with a file."""

    MISSING = "missing"
    DIRECTORY = "directory"
    UNREADABLE = "unreadable"
    UNKNOWN_FORMAT = "unknown_format"
    EMPTY = "empty"
    NO_ROWS = "no_rows"
    TRUNCATED = "truncated"
    NOT_TEXT = "not_text"
    MALFORMED = "malformed"
    COLUMNS_MISSING = "columns_missing"
    NOT_A_NUMBER = "not_a_number"
    UNKNOWN_SENSOR = "unknown_sensor"
    ONE_SENSOR = "one_sensor"
    SAME_LABEL = "same_label"
    ACC_IN_G = "acc_in_g"
    ACC_UNIT = "acc_unit"
    GYR_IN_DPS = "gyr_in_dps"
    GYR_UNIT = "gyr_unit"
    TIME_UNIT = "time_unit"
    NO_TIME = "no_time"
    QUATERNION_NOT_UNIT = "quaternion_not_unit"
    TOO_SHORT = "too_short"
    BAD_META = "bad_meta"
    BAD_SENSOR_CALIBRATION = "bad_sensor_calibration"
    BAD_OUTPUT = "bad_output"


class InputError(UserError):
    """A file that cannot be used; the sentence says what is wrong, where, and what to do."""

    def __init__(self, reason: InputReason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
