"""A recording of sensors lying on their sides becomes a calibration of each accelerometer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lumbarwatch.core.accelerometer import AccelerometerFit, fit_accelerometer, poses_missing
from lumbarwatch.exchange.sensor_calibration import CalibratedSensor
from lumbarwatch.jobs.analyze import Progress, read_replay
from lumbarwatch.jobs.replay import Replay
from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.model.errors import UserError
from lumbarwatch.model.samples import ImuBatch, Placement
from lumbarwatch.model.sensor_calibration import AccelerometerReason
from lumbarwatch.presenters.accelerometer import Rests, refusal_words
from lumbarwatch.store.calibrations import save_accelerometer
from lumbarwatch.store.folder import DataFolder, default_data_folder
from lumbarwatch.store.history import History


class CalibrationRefused(UserError):  # noqa: N818  (a refusal, said as such)
    """No calibration for at least one sensor; ``reasons`` are those of the first."""

    def __init__(self, reasons: tuple[AccelerometerReason, ...], sentence: str) -> None:
        super().__init__(sentence)
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class FittedSensor:
    """What a recording says of one sensor's accelerometer. ``serial`` is empty where it is not known."""

    placement: Placement
    family: str
    serial: str
    fit: AccelerometerFit

    @property
    def calibrated(self) -> CalibratedSensor | None:
        """Sensor and calibration, None where it was refused."""
        calibration = self.fit.calibration
        if calibration is None:
            return None
        return CalibratedSensor(self.placement, calibration, self.serial, self.family)


def calibrate_sensors(
    recording: Path,
    places: Sequence[Placement],
    *,
    serial: str | None = None,
    when_utc_ns: int | None = None,
    progress: Progress | None = None,
) -> tuple[FittedSensor, ...]:
    """Fit the accelerometers of some of a recording's sensors.

    Parameters
    ----------
    recording
        ``.mcap``, ``.csv``, ``.csv.gz`` or ``.parquet``, as for :func:`lumbarwatch.jobs.analyze.analyze`.
    places
        Which sensors.
    serial
        Serial number of the only one of ``places``; None: what the recording says.
    when_utc_ns
        Noted with each calibration.

    Raises
    ------
    InputError
        The recording cannot be used.
    """
    replay = read_replay(recording, progress=progress)
    return tuple(_fitted(replay, place, serial, when_utc_ns) for place in places)


def keep_calibrations(sensors: Sequence[FittedSensor], data: Path | None = None) -> tuple[FittedSensor, ...]:
    """Store calibrations in the history under ``data``, by serial number; return the sensors that were.

    Raises
    ------
    StoreError
        The data folder can't be used.
    """
    named = [one for one in sensors if one.serial and one.fit.calibration is not None]
    if not named:
        return ()
    folder = DataFolder(data or default_data_folder()).create()
    with History.open(folder.database) as history:
        for one in named:
            assert one.fit.calibration is not None
            save_accelerometer(history, one.family, one.serial, one.fit.calibration)
    return tuple(named)


def insist(sensors: Sequence[FittedSensor]) -> None:
    """Raise where a sensor was refused, with what to do about it.

    Raises
    ------
    CalibrationRefused
        One sentence for each refused sensor.
    """
    refused = [one for one in sensors if one.fit.reasons]
    if refused:
        raise CalibrationRefused(refused[0].fit.reasons, " ".join(refusal(one) for one in refused))


def refusal(sensor: FittedSensor) -> str:
    """Say why a sensor was refused and what to do."""
    fit = sensor.fit
    seen = Rests(len(fit.windows), poses_missing(fit.windows), fit.after_mps2)
    return f"The {sensor.placement} sensor {refusal_words(fit.reasons[0], seen)}"


def _fitted(replay: Replay, place: Placement, serial: str | None, when_utc_ns: int | None) -> FittedSensor:
    fit = fit_accelerometer(*_samples(replay, place))
    if fit.calibration is not None:
        fit = replace(fit, calibration=replace(fit.calibration, when_utc_ns=when_utc_ns))
    info = replay.setup.sensors[place]
    return FittedSensor(place, info.family, serial or info.serial, fit)


def _samples(replay: Replay, place: Placement) -> tuple[Integers, Floats, Floats | None]:
    """All of one sensor's raw samples: arrival, rate, specific force (None: it sent none)."""
    items = (item for chunk in replay.chunks() for item in chunk.items)
    batches = [item for item in items if isinstance(item, ImuBatch) and item.placement is place]
    raw = [(batch, batch.acc_mps2) for batch in batches if batch.acc_mps2 is not None]
    if not raw:
        return np.empty(0, np.int64), np.empty((0, 3)), None
    t_ns = np.concatenate([batch.t_arrival_ns for batch, _ in raw])
    return t_ns, np.concatenate([batch.gyr_radps for batch, _ in raw]), np.concatenate([a for _, a in raw])
