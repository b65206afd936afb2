"""The portable code builds without a warning, passes its own test with sanitizers, and fits a small chip."""

import re
from pathlib import Path

from firmware.portable import compiler, make

FLASH_LIMIT = 16 * 1024
RAM_LIMIT = 16 * 1024
"""Of the nRF52840's 1 MB and 256 kB: room for the radio stack and a lesser chip (convention)."""


def test_host_test(build: Path):
    assert re.search(r"^\d+ checks, 0 failures$", make("test", build), re.MULTILINE)


def test_host_test_with_sanitizers(build: Path):
    assert re.search(r"^\d+ checks, 0 failures$", make("sanitize", build), re.MULTILINE)


def test_cortex_m4(build: Path):
    compiler("arm-none-eabi-gcc")
    sizes = make("size", build)
    rows = {line.split()[-1].rpartition("/")[2]: line.split() for line in sizes.splitlines()[1:]}
    text, data, bss = (int(cell) for cell in rows["cortex_m4.elf"][:3])
    print(f"Cortex-M4, everything used: flash {text + data} bytes, RAM {data + bss} bytes\n{sizes}")
    assert set(rows) >= {"lm1_wire.o", "lm1_ring.o", "lm1_clock.o", "lm1_control.o", "lm1_device.o"}
    assert 1000 < text + data < FLASH_LIMIT
    assert 416 * 20 < data + bss < RAM_LIMIT
