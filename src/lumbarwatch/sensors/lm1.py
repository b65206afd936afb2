"""LM-1, the reference profile: counter, microsecond clock, battery, light, vibration (devices notes 4)."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import ClassVar

import numpy as np

from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.model.events import LinkReason
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import NS_PER_S, ClockReading, ImuBatch, SensorInfo
from lumbarwatch.sensors.base import JSON, DecodeError, Decoder, Driver, GattClient, SensorError, make_batch
from lumbarwatch.sensors.block_clock import BlockClock
from lumbarwatch.sensors.fields import number, text
from lumbarwatch.sensors.repeats import Repeats
from lumbarwatch.wire import lm1

FAMILY = "lm1"
LIVE_BATCH = 2
"""Samples in a packet while feedback is live: 19 ms of delay at 104 Hz."""
FIRMWARE_MAJOR = 1
_CLOCK_MODULO_NS = lm1.CLOCK_MODULO_US * 1000
_BACKWARDS = lm1.SEQ_MODULO // 2


class Lm1Decoder(Decoder):
    """Data packets to batches. ``description``: rate_hz, acc_scale_mps2, gyr_scale_radps, serial."""

    def __init__(self, description: Mapping[str, JSON]) -> None:
        rate_hz = number(description, "rate_hz")
        self._acc_scale = number(description, "acc_scale_mps2")
        self._gyr_scale = number(description, "gyr_scale_radps")
        self._info = SensorInfo(
            nominal_rate_hz=rate_hz,
            seq_modulo=lm1.SEQ_MODULO,
            clock_modulo_ns=_CLOCK_MODULO_NS,
            gyr_range_radps=self._gyr_scale * 32767,
            acc_range_mps2=self._acc_scale * 32767,
            serial=text(description, "serial"),
            family=FAMILY,
        )
        self._clock = BlockClock(round(NS_PER_S / rate_hz), _CLOCK_MODULO_NS)
        self._repeats = Repeats()
        self._last_seq: int | None = None

    @property
    def info(self) -> SensorInfo:
        """Scales, counters and rate of the sensor."""
        return self._info

    def decode(self, notification: RawNotification) -> list[ImuBatch]:
        """Samples of a data packet; nothing for other characteristics and exact repeats."""
        if notification.characteristic != lm1.DATA:
            return []
        packet = lm1.DataPacket.from_bytes(notification.payload)
        if self._repeats.seen(notification.payload):
            return []
        n = len(packet.counts)
        times_ns = self._times(packet, n)
        seq = packet.seq + np.arange(n, dtype=np.int64)
        return [self._batch(notification, packet, times_ns, seq)]

    def decode_all(self, notifications: Sequence[RawNotification]) -> list[ImuBatch]:
        """As one by one, but read as tables of packets that are alike."""
        batches: list[ImuBatch] = []
        data = [one for one in notifications if one.characteristic == lm1.DATA]
        for _, alike in groupby(data, key=lambda one: (len(one.payload), one.payload[:2])):
            run = list(alike)
            table = lm1.DataPacket.many([one.payload for one in run])
            batches += super().decode_all(run) if table is None else self._table(run, table)
        return batches

    def _table(self, run: Sequence[RawNotification], table: lm1.PacketTable) -> list[ImuBatch]:
        fresh = [k for k, one in enumerate(run) if not self._repeats.seen(one.payload)]
        if not fresh:
            return []
        n = table.counts.shape[1]
        first_us, first_seq = table.t_us[fresh], table.seq[fresh]
        periods_ns = [
            self._period_at(*both) for both in zip(first_us.tolist(), first_seq.tolist(), strict=True)
        ]
        within = np.arange(n, dtype=np.int64)
        times_ns = first_us[:, np.newaxis] * 1000 + np.array(periods_ns)[:, np.newaxis] * within
        counts: Floats = table.counts[fresh].reshape(-1, 6).astype(np.float64)
        whole = (
            np.repeat([run[k].t_arrival_ns for k in fresh], n),
            times_ns.ravel(),
            (first_seq[:, np.newaxis] + within).ravel(),
        )
        return list(self._rising(run[0], whole, counts))

    def _rising(
        self, one: RawNotification, whole: tuple[Integers, Integers, Integers], counts: Floats
    ) -> Iterator[ImuBatch]:
        """Cut where a clock or the counter does not go on (a wrap, a restart, packets out of order)."""
        arrival_ns, times_ns, seq = whole
        on = (np.diff(arrival_ns) >= 0) & (np.diff(times_ns) > 0) & (np.diff(seq) > 0)
        edges = [0, *(np.flatnonzero(~on) + 1).tolist(), len(seq)]
        for begin, end in pairwise(edges):
            part = slice(begin, end)
            yield ImuBatch(
                placement=one.placement,
                t_arrival_ns=arrival_ns[part],
                gyr_radps=counts[part, 3:] * self._gyr_scale,
                acc_mps2=counts[part, :3] * self._acc_scale,
                t_device_ns=times_ns[part],
                seq=seq[part],
            )

    def clock_reading(self, notification: RawNotification) -> ClockReading | None:
        """Device time of a clock beacon, at the host's time of its arrival."""
        if notification.characteristic != lm1.CLOCK:
            return None
        beacon = lm1.ClockBeacon.from_bytes(notification.payload)
        t_device_ns = beacon.t_us % lm1.CLOCK_MODULO_US * 1000
        return ClockReading(notification.placement, t_device_ns, notification.t_arrival_ns)

    def _times(self, packet: lm1.DataPacket, n: int) -> Integers:
        self._period_at(packet.t_us, packet.seq)
        return self._clock.spread(packet.t_us * 1000, n)

    def _period_at(self, t_us: int, seq: int) -> int:
        """Sample period once a packet's stamp and count are known, ns."""
        since = 0 if self._last_seq is None else (seq - self._last_seq) % lm1.SEQ_MODULO
        if since < _BACKWARDS:  # a packet from before the last one says nothing new about the period
            self._clock.observe(t_us * 1000, since)
            self._last_seq = seq
        return self._clock.period_ns

    def _batch(
        self, notification: RawNotification, packet: lm1.DataPacket, times_ns: Integers, seq: Integers
    ) -> ImuBatch:
        counts: Floats = packet.counts.astype(np.float64)
        gyr = counts[:, -3:] * self._gyr_scale
        if packet.kind is lm1.Kind.ORIENTATION:
            quat = counts[:, :4] / lm1.QUATERNION_ONE
            return make_batch(notification, gyr_radps=gyr, quat_wxyz=quat, t_device_ns=times_ns, seq=seq)
        acc = counts[:, :3] * self._acc_scale
        return make_batch(notification, gyr_radps=gyr, acc_mps2=acc, t_device_ns=times_ns, seq=seq)


class Lm1Driver(Driver):
    """LM-1 on the link."""

    family: ClassVar[str] = FAMILY
    has_light: ClassVar[bool] = True
    notify_characteristics: ClassVar[tuple[str, ...]] = (lm1.DATA, lm1.CONTROL, lm1.CLOCK)
    has_beacons: ClassVar[bool] = True

    def __init__(self, kind: lm1.Kind = lm1.Kind.MOTION, batch: int = LIVE_BATCH) -> None:
        super().__init__()
        self._kind = kind
        self._batch = batch
        self._role = lm1.Role.UNSET

    @property
    def role(self) -> lm1.Role:
        """Where the sensor says that it is worn; known after :meth:`start`."""
        return self._role

    def new_decoder(self, description: Mapping[str, JSON]) -> Decoder:
        """A decoder for a description."""
        return Lm1Decoder(description)

    async def start(self, client: GattClient) -> None:
        """Read rate, scales and serial number, then start the stream."""
        info = await self._read_info(client)
        self._role = info.role
        self._describe(
            {
                "rate_hz": info.rate_hz,
                "acc_scale_mps2": info.acc_scale_mps2,
                "gyr_scale_radps": info.gyr_scale_radps,
                "serial": info.serial_text,
            }
        )
        await _command(client, lm1.Command.start(self._kind, self._batch))

    async def stop(self, client: GattClient) -> None:
        """Stop the stream."""
        await _command(client, lm1.Command(lm1.Op.STOP))

    async def identify(self, client: GattClient) -> None:
        """Blink."""
        await _command(client, lm1.Command(lm1.Op.IDENTIFY))

    async def haptic(self, client: GattClient, pattern: int, strength: int, ms: int) -> None:
        """Vibrate, without waiting for an answer: a cue that is late is worth nothing."""
        if client.has(lm1.HAPTIC):
            await client.write(lm1.HAPTIC, bytes(lm1.Haptic(pattern, strength, ms)), response=False)

    async def serial(self, client: GattClient) -> str | None:
        """Serial number."""
        return (await self._read_info(client)).serial_text

    async def beacon(self, client: GattClient, token: int) -> None:
        """Write a token; the answer comes on the clock characteristic."""
        await client.write(lm1.CLOCK, lm1.clock_token(token))

    async def ask_clock(self, client: GattClient, token: int) -> lm1.ClockBeacon:
        """Device time at the receipt of a token."""
        wanted = lm1.clock_token(token)
        answer = await client.ask(
            lm1.CLOCK, wanted, lambda uuid, payload: uuid == lm1.CLOCK and payload[:4] == wanted
        )
        return lm1.ClockBeacon.from_bytes(answer)

    def check_firmware(self, version: str | None) -> None:
        """Refuse another major version: its packets may mean something else."""
        major = (version or "").split(".")[0]
        if major != str(FIRMWARE_MAJOR):
            raise SensorError(
                LinkReason.WRONG_FIRMWARE,
                f"The LM-1 sensor has firmware {version or 'without a version'}, but {FIRMWARE_MAJOR}.x "
                "is needed: update it as firmware_notes/lm1.md says.",
            )

    def samples_in(self, characteristic: str, payload: bytes) -> int:
        """The packet's own count."""
        return payload[1] if characteristic == lm1.DATA and len(payload) > 1 else 0

    @property
    def packet_s(self) -> float:
        """A batch's length."""
        return self._batch / self.info.nominal_rate_hz

    async def _read_info(self, client: GattClient) -> lm1.Info:
        try:
            info = lm1.Info.from_bytes(await client.read(lm1.INFO))
        except DecodeError as error:
            raise SensorError(LinkReason.WRONG_FIRMWARE) from error
        if info.version != lm1.VERSION:
            raise SensorError(LinkReason.WRONG_FIRMWARE)
        return info


async def _command(client: GattClient, command: lm1.Command) -> None:
    def answers(characteristic: str, payload: bytes) -> bool:
        return characteristic == lm1.CONTROL and payload[:1] == bytes([command.op])

    answer = lm1.Answer.from_bytes(await client.ask(lm1.CONTROL, bytes(command), answers))
    if answer.status is not lm1.Status.OK:
        raise SensorError(
            LinkReason.WRONG_FIRMWARE,
            f"The LM-1 sensor refused the command {command.op.name} ({answer.status.name}): update its "
            "firmware as firmware_notes/lm1.md says.",
        )
