"""The portable C code through its shared library."""

import ctypes
import os
import shutil
import subprocess
from ctypes import c_bool, c_char_p, c_size_t, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.notes import REFERENCE
from lumbarwatch.wire import lm1

REQUIRE = "LUMBARWATCH_REQUIRE_COMPILER"
NO_LATCH = 2**64 - 1
RATES_HZ = (52.0, 104.0, 208.0)
DO_SAMPLING_ON, DO_CLEAR_RING, DO_RATE = 1 << 2, 1 << 4, 1 << 5

_SIGNATURES = {
    "host_device_bytes": (c_size_t, []),
    "host_ring_bytes": (c_size_t, []),
    "host_dropped": (c_uint32, [c_void_p]),
    "host_waiting": (c_uint32, [c_void_p]),
    "host_state": (c_uint32, [c_void_p]),
    "host_next_index": (c_uint32, [c_void_p]),
    "host_period_q12": (c_uint32, [c_void_p]),
    "host_name": (c_char_p, [c_void_p]),
    "host_control": (c_void_p, [c_void_p]),
    "host_put_info": (None, [c_void_p, c_char_p]),
    "host_encode": (c_size_t, [c_uint8, c_uint16, c_uint32, c_void_p, c_uint8, c_char_p, c_size_t]),
    "lm1_put_beacon": (None, [c_char_p, c_uint32, c_uint64]),
    "lm1_get_token": (c_bool, [c_char_p, c_size_t, c_void_p]),
    "lm1_get_haptic": (c_bool, [c_char_p, c_size_t, c_void_p]),
    "lm1_us_of_32k": (c_uint64, [c_uint64]),
    "lm1_battery_percent": (c_uint8, [c_uint16]),
    "lm1_device_init": (None, [c_void_p, c_void_p, c_void_p, c_uint8]),
    "lm1_device_fifo": (None, [c_void_p, c_uint64, c_uint16, c_bool, c_void_p, c_uint16]),
    "lm1_device_command": (c_uint32, [c_void_p, c_char_p, c_size_t, c_char_p]),
    "lm1_device_disconnected": (c_uint32, [c_void_p, c_uint64]),
    "lm1_device_packet": (c_size_t, [c_void_p, c_char_p, c_size_t]),
    "lm1_device_sent": (None, [c_void_p]),
    "lm1_control_wake": (c_uint32, [c_void_p, c_uint64]),
    "lm1_control_connected": (c_uint32, [c_void_p]),
    "lm1_control_tick": (c_uint32, [c_void_p, c_uint64]),
}


class InfoStruct(ctypes.Structure):
    """lm1_info."""

    _fields_ = (
        ("role", c_uint8),
        ("rate_tenths", c_uint16),
        ("acc_scale_mps2", ctypes.c_float),
        ("gyr_scale_radps", ctypes.c_float),
        ("serial", c_uint8 * 8),
        ("capabilities", c_uint32),
    )


class HapticStruct(ctypes.Structure):
    """lm1_haptic."""

    _fields_ = (("pattern", c_uint8), ("strength", c_uint8), ("ms", c_uint16))


def compiler(name: str) -> None:
    """Skip without a compiler, or fail where it is required."""
    if shutil.which(name) is None:
        missing = f"{name} is not installed"
        pytest.fail(missing) if os.environ.get(REQUIRE) == "1" else pytest.skip(missing)


def make(target: str, build: Path) -> str:
    """Build or run a target of the Makefile; its output."""
    command = ["make", "-s", "-C", str(REFERENCE), f"BUILD={build}", target]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def load(path: Path) -> ctypes.CDLL:
    library = ctypes.CDLL(str(path))
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class Device:
    """An lm1_device."""

    def __init__(
        self, library: ctypes.CDLL, info: lm1.Info, rates_hz: tuple[float, ...] = (52.0, 104.0, 208.0)
    ):
        self._library = library
        self._device = ctypes.create_string_buffer(library.host_device_bytes())
        self._rates = (c_uint16 * len(rates_hz))(*[round(rate * 10) for rate in rates_hz])
        serial = (c_uint8 * 8)(*info.serial)
        scales = (info.acc_scale_mps2, info.gyr_scale_radps)
        struct = InfoStruct(info.role, round(info.rate_hz * 10), *scales, serial, info.capabilities)
        library.lm1_device_init(self._device, ctypes.byref(struct), self._rates, len(rates_hz))

    def connect(self) -> int:
        self._library.lm1_control_wake(self._control, 1)
        return self._library.lm1_control_connected(self._control)

    def disconnect(self, now_us: int) -> int:
        return self._library.lm1_device_disconnected(self._device, now_us)

    def write(self, payload: bytes) -> tuple[lm1.Answer, int]:
        """The answer to a command, and the effects."""
        answer = ctypes.create_string_buffer(2)
        effects = self._library.lm1_device_command(self._device, payload, len(payload), answer)
        return lm1.Answer.from_bytes(answer.raw), effects

    def fifo(
        self, counts: NDArray[np.int16], latched_us: int, watermark: int, *, fresh: bool = False
    ) -> None:
        """Samples out of the chip's FIFO: (n, 6) or (n, 7) counts."""
        wide = np.zeros((len(counts), 7), dtype=np.int16)
        wide[:, : counts.shape[1]] = counts
        data = wide.ctypes.data_as(c_void_p)
        self._library.lm1_device_fifo(self._device, latched_us, watermark, fresh, data, len(wide))

    def packet(self, room: int = 244) -> bytes:
        out = ctypes.create_string_buffer(244)
        length = self._library.lm1_device_packet(self._device, out, room)
        return out.raw[:length]

    def sent(self) -> None:
        self._library.lm1_device_sent(self._device)

    def info(self) -> bytes:
        out = ctypes.create_string_buffer(24)
        self._library.host_put_info(self._device, out)
        return out.raw

    @property
    def _control(self) -> int:
        return self._library.host_control(self._device)

    state = property(lambda self: self._library.host_state(self._device))
    dropped = property(lambda self: self._library.host_dropped(self._device))
    waiting = property(lambda self: self._library.host_waiting(self._device))
    next_index = property(lambda self: self._library.host_next_index(self._device))
    period_us = property(lambda self: self._library.host_period_q12(self._device) / 4096)
    name = property(lambda self: self._library.host_name(self._device).decode())


def encode(
    library: ctypes.CDLL, kind: int, seq: int, t_us: int, counts: NDArray[np.int16], flags: NDArray[np.uint8]
) -> bytes:
    """A data packet by the C code."""
    wide = np.zeros((len(counts), 7), dtype=np.int16)
    wide[:, : counts.shape[1]] = counts
    if kind == lm1.Kind.MOTION_FLAGS:
        wide[:, 6] = flags
    out = ctypes.create_string_buffer(300)
    data = wide.ctypes.data_as(c_void_p)
    length = library.host_encode(kind, seq, t_us, data, len(wide), out, 300)
    return out.raw[:length]
