"""What the host's readers make of each worked example: field -> (raw, value); None: the page need not say."""

import math
from collections.abc import Callable
from typing import TypeAlias

from firmware.notes import vectors
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.wire import lm1, movella, movesense, witmotion

Fields: TypeAlias = dict[str, tuple[int | None, float | str | None]]


def _vector(name: str, raw: tuple[int, ...], scale: float | None) -> Fields:
    return {f"{name}[{i}]": (count, None if scale is None else count * scale) for i, count in enumerate(raw)}


def _data(payload: bytes, acc: float | None, gyr: float | None) -> Fields:
    packet = lm1.DataPacket.from_bytes(payload)
    counts = tuple(packet.counts[0].tolist())
    fields: Fields = {
        "kind": (packet.kind, lm1.VERSION),
        "n": (len(packet.counts), 1),
        "seq": (packet.seq, None),
        "t_us": (packet.t_us, packet.t_us / 1e6),
    }
    if packet.kind is lm1.Kind.ORIENTATION:
        return fields | _vector("quat", counts[:4], 1 / lm1.QUATERNION_ONE) | _vector("gyr", counts[4:], gyr)
    return fields | _vector("acc", counts[:3], acc) | _vector("gyr", counts[3:], gyr)


def _lm1_board(payload: bytes) -> Fields:
    info = lm1.Info.from_bytes(vectors()["INFO_BOARD"])
    return _data(payload, info.acc_scale_mps2, math.degrees(info.gyr_scale_radps))


def _lm1_orientation(payload: bytes) -> Fields:
    return _data(payload, None, None)


def _lm1_info(payload: bytes) -> Fields:
    info = lm1.Info.from_bytes(payload)
    return {
        "version": (info.version, None),
        "role": (info.role, info.role.name.lower()),
        "rate": (round(info.rate_hz * 10), info.rate_hz),
        "acc_scale": (None, info.acc_scale_mps2),
        "gyr_scale": (None, info.gyr_scale_radps),
        "serial": (None, info.serial_text),
        "capabilities": (info.capabilities, lm1.Capability(info.capabilities).name.lower()),
    }


def _lm1_beacon(payload: bytes) -> Fields:
    beacon = lm1.ClockBeacon.from_bytes(payload)
    return {"token": (beacon.token, None), "t_us": (beacon.t_us, None)}


def _lm1_haptic(payload: bytes) -> Fields:
    haptic = lm1.Haptic.from_bytes(payload)
    return {
        "pattern": (haptic.pattern, "steady"),
        "strength": (haptic.strength, None),
        "ms": (haptic.ms, haptic.ms / 1e3),
    }


def _witmotion_motion(payload: bytes) -> Fields:
    frame = witmotion.MotionFrame.from_bytes(payload)
    return (
        {"header": (None, None)}
        | _vector("acc", frame.acc, witmotion.ACC_SCALE_MPS2)
        | _vector("gyr", frame.gyr, math.degrees(witmotion.GYR_SCALE_RADPS))
        | _vector("angle", frame.angle, math.degrees(witmotion.ANGLE_SCALE_RAD))
    )


def _witmotion_rate(payload: bytes) -> Fields:
    frame = witmotion.RegisterFrame.from_bytes(payload)
    rate = witmotion.RATE_CODES[frame.values[0]]
    return {
        "header": (None, None),
        "start": (frame.start, witmotion.Register.RATE),
        "values[0]": (frame.values[0], rate),
    }


def _witmotion_battery(payload: bytes) -> Fields:
    frame = witmotion.RegisterFrame.from_bytes(payload)
    percent = witmotion.battery_percent(frame.values[0])
    return {
        "header": (None, None),
        "start": (frame.start, witmotion.Register.BATTERY),
        "values[0]": (frame.values[0], percent),
    }


def _movesense_subscribe(payload: bytes) -> Fields:
    command = movesense.Command.from_bytes(payload)
    assert command == movesense.Command.subscribe(1, movesense.imu6_path(104))
    return {
        "code": (command.code, command.code.name),
        "reference": (command.reference, None),
        "path": (None, command.data.decode("ascii")),
    }


def _movesense_result(payload: bytes) -> Fields:
    result = movesense.Result.from_bytes(payload)
    return {
        "kind": (movesense.Answer.RESULT, None),
        "reference": (result.reference, None),
        "status": (result.status, None),
    }


def _movesense_data(payload: bytes) -> Fields:
    part = movesense.DataPart.from_bytes(payload)
    block = movesense.Imu6Block.from_bytes(part.payload)
    fields: Fields = {
        "kind": (movesense.Answer.DATA, None),
        "reference": (part.reference, None),
        "t_ms": (block.t_ms, block.t_ms / 1e3),
    }
    for name, rows in (("acc", block.acc_mps2.tolist()), ("gyr", block.gyr_dps.tolist())):
        for i, row in enumerate(rows):
            fields |= {f"{name}[{i}][{k}]": (None, value) for k, value in enumerate(row)}
    return fields


def _movella_start(payload: bytes) -> Fields:
    control = movella.MeasurementControl.from_bytes(payload)
    assert bytes(control) == payload
    return {"type": (1, None), "start": (int(control.start), None), "mode": (control.mode, None)}


def _movella_sample(payload: bytes) -> Fields:
    sample = movella.CustomMode3.from_bytes(payload)
    fields: Fields = {"t_us": (sample.t_us, sample.t_us * 1000 / NS_PER_S)}
    fields |= {f"quat[{i}]": (None, value) for i, value in enumerate(sample.quat_wxyz)}
    return fields | {f"gyr[{i}]": (None, value) for i, value in enumerate(sample.gyr_dps)}


def _movella_rate(payload: bytes) -> Fields:
    control = movella.DeviceControl.from_bytes(payload)
    assert bytes(control) == payload
    return {
        "visit": (control.visit, None),
        "identify": (control.identify, None),
        "power": (control.power, None),
        "timeout_x": (None, control.timeout_x[0]),
        "timeout_y": (None, control.timeout_y[0]),
        "tag_length": (len(control.tag), None),
        "rate": (control.rate_hz, control.rate_hz),
        "profile": (control.profile, None),
    }


def _movella_info(payload: bytes) -> Fields:
    info = movella.DeviceInfo.from_bytes(payload)
    dates = ("year", "month", "day", "hour", "minute", "second")
    return {
        "address": (None, info.address.hex()),
        "major": (info.version[0], ".".join(str(part) for part in info.version)),
        "minor": (info.version[1], None),
        "revision": (info.version[2], None),
        **{name: (value, None) for name, value in zip(dates, info.built, strict=True)},
        "soft_device": (info.soft_device, None),
        "serial": (info.serial, f"{info.serial:X}"),
    }


def _movella_battery(payload: bytes) -> Fields:
    battery = movella.Battery.from_bytes(payload)
    return {
        "percent": (battery.percent, battery.percent),
        "charging": (int(battery.charging), "yes" if battery.charging else "no"),
    }


READERS: dict[str, Callable[[bytes], Fields]] = {
    "lm1.motion_board": _lm1_board,
    "lm1.orientation": _lm1_orientation,
    "lm1.info_board": _lm1_info,
    "lm1.beacon": _lm1_beacon,
    "lm1.haptic": _lm1_haptic,
    "witmotion.motion": _witmotion_motion,
    "witmotion.rate": _witmotion_rate,
    "witmotion.battery": _witmotion_battery,
    "movesense.subscribe": _movesense_subscribe,
    "movesense.result": _movesense_result,
    "movesense.data": _movesense_data,
    "movella.start": _movella_start,
    "movella.sample": _movella_sample,
    "movella.rate": _movella_rate,
    "movella.info": _movella_info,
    "movella.battery": _movella_battery,
}
