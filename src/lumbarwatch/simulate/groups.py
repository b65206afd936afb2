"""Names of the sensor groups (design 10); light to import, so that the command line starts at once."""

from enum import StrEnum


class SensorGroup(StrEnum):
    """Quality of the simulated sensors."""

    IDEAL = "ideal"
    GOOD = "good"
    CHEAP = "cheap"
