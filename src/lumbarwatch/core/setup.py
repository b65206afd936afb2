"""What a session's pipeline is told before its first sample."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lumbarwatch.core.carried import Carried
from lumbarwatch.model.samples import OrientationSource, Placement, SensorInfo
from lumbarwatch.model.session import Athlete, Calibration, CalibrationSource


@dataclass(frozen=True, slots=True)
class PipelineSetup:
    """Sensors, athlete, and where the calibration comes from.

    ``calibration_source``: GUIDED and META take it from :class:`StepDone` events, AUTOMATIC finds standing
    and bows by itself. ``preset``: a calibration known beforehand (re-analysis, a second pass).
    """

    sensors: Mapping[Placement, SensorInfo] = field(
        default_factory=lambda: MappingProxyType({place: SensorInfo() for place in Placement})
    )
    athlete: Athlete = field(default_factory=Athlete)
    calibration_source: CalibrationSource = CalibrationSource.AUTOMATIC
    preset: Calibration | None = None
    carried: Carried | None = None  # of a session that was cut off: this one goes on with its calibration
    orientation: OrientationSource = OrientationSource.RAW
