"""The contract of a sensor family: what a driver does on the link, what a decoder makes of bytes.

A family is a layout in ``wire``, a module here with a :class:`Decoder` and a :class:`Driver`, and a line in
:mod:`lumbarwatch.sensors.catalogue`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lumbarwatch.model.checks import Integers, ModelError
from lumbarwatch.model.events import LinkReason
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import ClockReading, ImuBatch, SensorInfo
from lumbarwatch.sensors.reasons import SensorError
from lumbarwatch.wire import sig
from lumbarwatch.wire.errors import DecodeError

__all__ = [
    "JSON",
    "DecodeError",
    "Decoder",
    "Driver",
    "FoundSensor",
    "GattClient",
    "SensorError",
    "make_batch",
]

JSON: TypeAlias = str | int | float | bool | list["JSON"] | dict[str, "JSON"] | None

ANSWER_TIMEOUT_S = 3.0
"""A command not answered within this time has failed (convention; answers take two connection intervals)."""


@dataclass(frozen=True, slots=True)
class FoundSensor:
    """A sensor in range (or connected to the system already).

    ``address`` is the system's own identifier (not an address on macOS); ``serial`` is empty where the
    advertisement does not carry it; ``device`` is bleak's object and is only handed back to the link.
    """

    family: str
    name: str
    address: str
    serial: str = ""
    rssi_dbm: int | None = None
    connected: bool = False
    device: object = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Anybody may advertise anything: what is not printable would act on the terminal."""
        for text in ("name", "serial"):
            object.__setattr__(self, text, "".join(c for c in getattr(self, text) if c.isprintable()))

    @property
    def label(self) -> str:
        """Name and address: unique where two sensors share a name."""
        return f"{self.name or self.family} ({self.serial or self.address})"


class GattClient(Protocol):
    """What a driver may do on an open link. Characteristics are given by their full lower-case UUID."""

    def has(self, characteristic: str) -> bool:
        """Whether the sensor has the characteristic."""
        ...

    async def read(self, characteristic: str) -> bytes:
        """Read a value."""
        ...

    async def write(self, characteristic: str, value: bytes, *, response: bool = True) -> None:
        """Write a value."""
        ...

    async def ask(
        self,
        characteristic: str,
        value: bytes,
        is_answer: Callable[[str, bytes], bool],
        timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> bytes:
        """Write a value; return the first payload that ``is_answer(characteristic, payload)`` accepts."""
        ...


class Decoder(ABC):
    """Bytes of one sensor to samples: a buffer and clock of its own, nothing shared, no look outside.

    The same notifications in the same order give the same batches, live or from a recording.
    """

    @property
    @abstractmethod
    def info(self) -> SensorInfo:
        """What is known of the sensor before its first sample."""

    def clock_reading(self, notification: RawNotification) -> ClockReading | None:  # noqa: ARG002
        """The sensor's clock, where a notification carries it without samples.

        Raises
        ------
        DecodeError
            The bytes are not what their format says.
        """
        return None

    @abstractmethod
    def decode(self, notification: RawNotification) -> list[ImuBatch]:
        """Samples of one notification; empty for answers, halves and exact repeats.

        Raises
        ------
        DecodeError
            The bytes are not what their format says. The decoder can go on with the next notification.
        """

    def decode_all(self, notifications: Sequence[RawNotification]) -> list[ImuBatch]:
        """Samples of many notifications of a recording, as :meth:`decode` gives them one by one.

        Garbage is left out. A family may join what belongs to several notifications into one batch: an hour
        has hundreds of thousands.
        """
        batches: list[ImuBatch] = []
        for notification in notifications:
            with suppress(DecodeError):
                batches += self.decode(notification)
        return batches

    def read(self, notification: RawNotification) -> list[ImuBatch | ClockReading]:
        """Everything that the analysis takes of one notification: the sensor's clock and its samples.

        Raises
        ------
        DecodeError
            As :meth:`decode`.
        """
        reading = self.clock_reading(notification)
        return [*self.decode(notification)] if reading is None else [reading, *self.decode(notification)]


class Driver(ABC):
    """How one family is started, asked and stopped. One object per sensor worn, kept over reconnects."""

    family: ClassVar[str]
    notify_characteristics: ClassVar[tuple[str, ...]]
    has_counter_or_clock: ClassVar[bool] = True
    """Whether packets delivered twice can be told from new ones; decides how the link subscribes on Linux."""
    has_light: ClassVar[bool] = False
    """Whether :meth:`identify` makes it show a light."""
    has_beacons: ClassVar[bool] = False
    """Whether the sensor can be asked for its clock while it streams."""

    def __init__(self) -> None:
        self._decoder: Decoder | None = None
        self._description: dict[str, JSON] = {}

    @property
    def info(self) -> SensorInfo:
        """What is known of the sensor; known after :meth:`start`."""
        return self._started().info

    def describe(self) -> dict[str, JSON]:
        """What :func:`lumbarwatch.sensors.catalogue.decoder` needs to build the same decoder again."""
        self._started()
        return dict(self._description)

    def decode(self, notification: RawNotification) -> list[ImuBatch]:
        """Samples of one notification (see :meth:`Decoder.decode`)."""
        return self._started().decode(notification)

    def read(self, notification: RawNotification) -> list[ImuBatch | ClockReading]:
        """Samples and clock of one notification (see :meth:`Decoder.read`)."""
        return self._started().read(notification)

    @abstractmethod
    def new_decoder(self, description: Mapping[str, JSON]) -> Decoder:
        """A decoder for a description."""

    @abstractmethod
    async def start(self, client: GattClient) -> None:
        """Read what decoding needs and start the stream; the link has subscribed before.

        Raises
        ------
        SensorError
            The sensor can't be used; the reason says why.
        """

    @abstractmethod
    async def stop(self, client: GattClient) -> None:
        """Stop the stream."""

    async def identify(self, client: GattClient) -> None:  # noqa: B027
        """Make the sensor show itself (a light); nothing where it can't."""

    async def haptic(  # noqa: B027
        self, client: GattClient, pattern: int, strength: int, ms: int
    ) -> None:
        """Vibrate; nothing where the sensor can't."""

    async def beacon(self, client: GattClient, token: int) -> None:  # noqa: B027
        """Ask the sensor for its clock, without waiting; its answer is a notification like any other."""

    async def battery_percent(self, client: GattClient) -> int | None:
        """Charge in percent, None where the sensor does not say."""
        return (
            sig.battery_level(await client.read(sig.BATTERY_LEVEL)) if client.has(sig.BATTERY_LEVEL) else None
        )

    async def firmware(self, client: GattClient) -> str | None:
        """Firmware version, None where the sensor does not say."""
        return await _text(client, sig.FIRMWARE_REVISION)

    async def serial(self, client: GattClient) -> str | None:
        """Serial number, None where the sensor does not say."""
        return await _text(client, sig.SERIAL_NUMBER)

    def check_firmware(self, version: str | None) -> None:  # noqa: B027
        """Refuse firmware whose data would be misread, with SensorError(WRONG_FIRMWARE)."""

    def samples_in(self, characteristic: str, payload: bytes) -> int:
        """How many samples a notification carries, roughly and cheaply: for the measured rate only."""
        return 1 if characteristic == self.notify_characteristics[0] and payload else 0

    @property
    def packet_s(self) -> float:
        """Expected time between two notifications of a healthy stream."""
        return 1.0 / self.info.nominal_rate_hz

    def _describe(self, description: dict[str, JSON]) -> None:
        """Take the description read at the start; an unchanged one keeps the decoder and its clock."""
        if self._decoder is None or description != self._description:
            self._description = description
            self._decoder = self.new_decoder(description)

    def _started(self) -> Decoder:
        if self._decoder is None:
            raise SensorError(LinkReason.ASLEEP, f"{self.family}: the sensor has not been started.")
        return self._decoder


async def _text(client: GattClient, characteristic: str) -> str | None:
    return sig.text(await client.read(characteristic)) if client.has(characteristic) else None


def make_batch(
    notification: RawNotification,
    *,
    gyr_radps: NDArray[np.float64],
    acc_mps2: NDArray[np.float64] | None = None,
    quat_wxyz: NDArray[np.float64] | None = None,
    t_device_ns: Integers | None = None,
    seq: Integers | None = None,
) -> ImuBatch:
    """A batch that arrived with a notification; values that can't be are a DecodeError like any other."""
    try:
        return ImuBatch(
            placement=notification.placement,
            t_arrival_ns=np.full(len(gyr_radps), notification.t_arrival_ns, dtype=np.int64),
            gyr_radps=gyr_radps,
            acc_mps2=acc_mps2,
            quat_wxyz=quat_wxyz,
            t_device_ns=t_device_ns,
            seq=seq,
        )
    except ModelError as error:
        raise DecodeError(str(error)) from error
