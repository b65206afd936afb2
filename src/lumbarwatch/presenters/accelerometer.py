"""An accelerometer's calibration in words: the sides to lay a sensor on, what was found, what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.model.sensor_calibration import AccelerometerReason, Axes

MG_PER_MPS2 = 1e3 / STANDARD_GRAVITY_MPS2
SIDES = 6

LAY = "lay it on a firm table on each of its six sides, let go, and wait 3 s each time"

POSES = (
    "Flat, label up",
    "Flat, label down",
    "On a long edge",
    "On the other long edge",
    "On a short end",
    "On the other short end",
    "Leaning on a book",
    "Leaning the other way",
)
"""What to lay a sensor on in turn; the first six are needed, the others tell how good the result is."""


@dataclass(frozen=True, slots=True)
class Rests:
    """How often a sensor lay still, which of its axes never pointed up, and how far its norms lie from g."""

    rests: int
    missing: Sequence[str] = ()
    after_mps2: float | None = None


def refusal_words(reason: AccelerometerReason, seen: Rests) -> str:
    """Say why there is no calibration and what to do, to follow the sensor's name."""
    open_sides = ", ".join(seen.missing) or "none"
    words = {
        AccelerometerReason.NO_RAW_DATA: "sent orientations only: set it to send raw data and record again.",
        AccelerometerReason.NOT_STILL: f"never lay still: {LAY}.",
        AccelerometerReason.TOO_FEW_POSES: f"lay still {seen.rests} times where 6 poses are needed: "
        f"{LAY} (not yet up: {open_sides}).",
        AccelerometerReason.POSES_TOO_ALIKE: f"lay still {seen.rests} times, but too alike: "
        f"{LAY} (not yet up: {open_sides}).",
        AccelerometerReason.IMPLAUSIBLE: "reads at rest what no accelerometer does: check that its "
        "acceleration is in m/s^2 with gravity, or replace it.",
        AccelerometerReason.RESIDUAL_TOO_LARGE: "disagrees with itself at rest by "
        f"{MG_PER_MPS2 * (seen.after_mps2 or 0.0):.0f} mg: {LAY}, "
        "with nothing touching it and after it has warmed up.",
    }
    return words[reason]


class _Told(Protocol):
    """A calibration under way as the hub tells of it."""

    @property
    def poses(self) -> int: ...
    @property
    def wanted(self) -> int: ...
    @property
    def still_s(self) -> float: ...
    @property
    def needed_s(self) -> float: ...
    @property
    def counts(self) -> bool: ...
    @property
    def again(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """What a page shows while a sensor is turned over. ``still``: 0..1 of the time a pose needs."""

    headline: str
    advice: str
    still: float
    enough: bool


def progress_words(told: _Told) -> Progress:
    """Return how a calibration goes, by what was found so far and how long the sensor has lain still."""
    still = 1.0 if told.counts else min(1.0, told.still_s / told.needed_s)
    return Progress(_headline(told), _advice(told), still, told.poses >= told.wanted)


def _headline(told: _Told) -> str:
    if told.still_s == 0.0:
        return "Moving"
    if not told.counts:
        return f"Still for {told.still_s:.1f} s"
    return "Counted before" if told.again else "Counted"


def _advice(told: _Told) -> str:
    if told.still_s > 0.0 and not told.counts:
        return "Hands off."
    if told.counts and told.again:
        return "This pose was counted before: turn the sensor onto another side."
    if told.poses < told.wanted:
        following = POSES[min(told.poses, SIDES - 1)]
        verb = "Turn it over" if told.counts else "Lay it down and let go"
        return f"{verb}: {following[:1].lower()}{following[1:]}."
    if told.poses < len(POSES):
        return "Enough to finish. Slanted poses, leaning on a book, tell how good the result is."
    return "All done: finish."


@dataclass(frozen=True, slots=True)
class AxisRow:
    """A quantity of the three axes, written with its unit and one sigma."""

    name: str
    x: str
    y: str
    z: str


def result_rows(
    offset_mps2: Axes, scale: Axes, offset_sigma_mps2: Axes | None, scale_sigma: Axes | None
) -> tuple[AxisRow, AxisRow]:
    """Return offsets in mg and scales in % (0 % = as it should be), one sigma behind each."""
    offsets = scaled(MG_PER_MPS2, offset_mps2)
    errors = scaled(100.0, (scale[0] - 1.0, scale[1] - 1.0, scale[2] - 1.0))
    offset_sigmas = None if offset_sigma_mps2 is None else scaled(MG_PER_MPS2, offset_sigma_mps2)
    scale_sigmas = None if scale_sigma is None else scaled(100.0, scale_sigma)
    return (
        AxisRow("Offset, mg", *_each(offsets, offset_sigmas, 1)),
        AxisRow("Scale, %", *_each(errors, scale_sigmas, 2)),
    )


def scaled(factor: float, values: Axes) -> Axes:
    """Return values of three axes in another unit."""
    return (factor * values[0], factor * values[1], factor * values[2])


def _each(values: Axes, sigmas: Axes | None, digits: int) -> tuple[str, str, str]:
    said = [f"{value:+.{digits}f}".replace("-", "−") for value in values]
    if sigmas is not None:
        said = [f"{value} ± {sigma:.{digits}f}" for value, sigma in zip(said, sigmas, strict=True)]
    return said[0], said[1], said[2]


def agreement_words(before_mps2: float | None, residual_mps2: float | None, poses: int) -> str:
    """Return how far readings at rest lay from gravity before, and lie now."""
    before = "an unknown amount" if before_mps2 is None else f"{MG_PER_MPS2 * before_mps2:.1f} mg"
    if residual_mps2 is None:
        return (
            f"At rest it was off by {before} (rms). Six poses alone cannot tell by how much it is off now: "
            "two slanted ones more would."
        )
    after = f"{MG_PER_MPS2 * residual_mps2:.1f} mg"
    return f"At rest it was off by {before} (rms), corrected by {after} (residual over {poses} poses)."


def kept_words(serial: str, *, no_serial: bool, problem: str) -> str:
    """Return where a good result went."""
    if no_serial:
        return (
            "Not stored: this sensor tells no serial number by which to know it again. Record it with "
            "`lumbarwatch record`, run `lumbarwatch calibrate-sensor --json FILE`, and give the file to "
            "`lumbarwatch analyze --sensor-calibration`."
        )
    if problem:
        return f"Not stored: {problem}"
    return f"Stored for the sensor with the serial number {serial}; used from the next session on."
