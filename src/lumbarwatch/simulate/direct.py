"""An LM-1 sensor's packets without a Bluetooth stack: for many simulated athletes at once.

What it sends is byte for byte what :class:`lumbarwatch.simulate.peripherals.lm1.Lm1Peripheral` sends; only
the link is missing. ``demo`` with one athlete goes through the whole stack.
"""

from collections.abc import Callable

import numpy as np

from lumbarwatch.model.samples import Placement
from lumbarwatch.simulate.peripherals.base import to_counts
from lumbarwatch.simulate.peripherals.lm1 import ACC_SCALE_MPS2, GYR_SCALE_RADPS
from lumbarwatch.simulate.signals import SensorSignals
from lumbarwatch.wire import lm1

BATCH = 8
"""Samples in a packet: 13 packets per second keep a dozen athletes cheap (convention; one athlete: 2)."""

DATA = lm1.DATA
"""The characteristic that carries samples."""

_ROLES = {Placement.PELVIS: lm1.Role.SACRUM, Placement.LUMBAR: lm1.Role.L1}


class DirectSensor:
    """One simulated sensor; samples are counted from the session's start."""

    def __init__(self, signals: SensorSignals, serial: str) -> None:
        self.signals = signals
        self.serial = serial
        self.name = f"LM-{_ROLES[signals.placement].name}-{serial[-4:]}"
        acc = to_counts(signals.acc_mps2, ACC_SCALE_MPS2)
        gyr = to_counts(signals.gyr_radps, GYR_SCALE_RADPS)
        self._counts = np.hstack([acc, gyr])
        self._stamps_us = np.rint(signals.t_device_s * 1e6).astype(np.int64)

    @property
    def packets(self) -> int:
        """How many packets the session has."""
        return len(self._counts) // BATCH

    @property
    def info(self) -> bytes:
        """What the sensor says of itself."""
        return bytes(
            lm1.Info(
                rate_hz=self.signals.rate_hz,
                acc_scale_mps2=ACC_SCALE_MPS2,
                gyr_scale_radps=GYR_SCALE_RADPS,
                serial=self.serial.encode()[-8:].rjust(8, b"\0"),
                role=_ROLES[self.signals.placement],
                capabilities=lm1.Capability.HAPTIC,
            )
        )

    def due_s(self, index: int) -> float:
        """When a packet is complete, s of the session."""
        return float(self.signals.t_true_s[(index + 1) * BATCH - 1])

    def packet(self, index: int) -> bytes:
        """Return a packet."""
        start, stop = index * BATCH, (index + 1) * BATCH
        return bytes(
            lm1.DataPacket(
                kind=lm1.Kind.MOTION,
                seq=start % lm1.SEQ_MODULO,
                t_us=int(self._stamps_us[start]) % lm1.CLOCK_MODULO_US,
                counts=self._counts[start:stop],
                flags=np.zeros(BATCH, dtype=np.uint8),
            )
        )


class DirectClient:
    """An open link to a direct sensor, as far as a driver's start needs one."""

    def __init__(self, sensor: DirectSensor) -> None:
        self._sensor = sensor

    def has(self, characteristic: str) -> bool:
        """Whether the sensor has the characteristic."""
        return characteristic in (lm1.INFO, lm1.CONTROL, lm1.DATA)

    async def read(self, characteristic: str) -> bytes:
        """Read what the sensor says of itself; all else is empty."""
        return self._sensor.info if characteristic == lm1.INFO else b""

    async def write(self, characteristic: str, value: bytes, *, response: bool = True) -> None:
        """Take a value."""

    async def ask(
        self,
        characteristic: str,  # noqa: ARG002
        value: bytes,
        is_answer: Callable[[str, bytes], bool],  # noqa: ARG002
        timeout_s: float = 0.0,  # noqa: ARG002
    ) -> bytes:
        """Obey."""
        return bytes(lm1.Answer(value[0], lm1.Status.OK))
