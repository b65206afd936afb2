"""Standard services."""

import pytest

from lumbarwatch.wire import sig
from lumbarwatch.wire.errors import DecodeError


def test_uuids():
    assert sig.BATTERY_LEVEL == "00002a19-0000-1000-8000-00805f9b34fb"
    assert sig.SERIAL_NUMBER == "00002a25-0000-1000-8000-00805f9b34fb"
    assert sig.FIRMWARE_REVISION == "00002a26-0000-1000-8000-00805f9b34fb"


def test_battery_level():
    assert sig.battery_level(b"\x57") == 87
    for payload in (b"", b"\x65", b"\x01\x02"):
        with pytest.raises(DecodeError):
            sig.battery_level(payload)


def test_text():
    assert sig.text(b"1.0.0\0\0") == "1.0.0"
    with pytest.raises(DecodeError):
        sig.text(b"\xff\xfe")
