"""Standard Bluetooth services that several families share (Bluetooth SIG assigned numbers)."""

from lumbarwatch.wire.errors import DecodeError

BATTERY_SERVICE = "0000180f-0000-1000-8000-00805f9b34fb"
BATTERY_LEVEL = "00002a19-0000-1000-8000-00805f9b34fb"
DEVICE_INFORMATION_SERVICE = "0000180a-0000-1000-8000-00805f9b34fb"
MANUFACTURER_NAME = "00002a29-0000-1000-8000-00805f9b34fb"
MODEL_NUMBER = "00002a24-0000-1000-8000-00805f9b34fb"
SERIAL_NUMBER = "00002a25-0000-1000-8000-00805f9b34fb"
FIRMWARE_REVISION = "00002a26-0000-1000-8000-00805f9b34fb"


def battery_level(payload: bytes) -> int:
    """Percent from a Battery Level value (one byte, 0 to 100)."""
    if len(payload) != 1 or payload[0] > 100:
        raise DecodeError(f"battery level: {payload.hex() or 'no bytes'} is not one byte from 0 to 100")
    return payload[0]


def text(payload: bytes) -> str:
    """UTF-8 text of a Device Information value, without padding."""
    try:
        return payload.decode("utf-8").strip("\x00 ")
    except UnicodeDecodeError as error:
        raise DecodeError(f"device information: {payload[:20].hex()} is not text") from error
