"""Notifications by hand, and a valid stream of each family."""

import numpy as np

from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors import catalogue
from lumbarwatch.sensors.base import DecodeError, Decoder
from lumbarwatch.wire import lm1, movella, movesense, witmotion

DESCRIPTIONS = {
    "lm1": {"rate_hz": 104.0, "acc_scale_mps2": 0.0025, "gyr_scale_radps": 0.001, "serial": "LM1"},
    "witmotion": {"rate_hz": 100.0, "serial": ""},
    "movesense": {"rate_hz": 104.0, "serial": "2046"},
    "movella": {"rate_hz": 60.0, "serial": "D422"},
}
DATA = {
    "lm1": lm1.DATA,
    "witmotion": witmotion.NOTIFY,
    "movesense": movesense.NOTIFY,
    "movella": movella.MEDIUM_PAYLOAD,
}


def note(family: str, payload: bytes, t_ns: int = 0, place: Placement = Placement.PELVIS) -> RawNotification:
    return RawNotification(place, t_ns, t_ns, DATA[family], payload)


def new(family: str) -> Decoder:
    return catalogue.decoder(family, DESCRIPTIONS[family])


def valid(family: str, seed: int, packets: int = 40) -> list[bytes]:
    """Payloads of a healthy stream."""
    random = np.random.default_rng(seed)
    out: list[bytes] = []
    for k in range(packets):
        if family == "lm1":
            counts = random.integers(-32768, 32768, (2, 6)).astype(np.int16)
            out.append(bytes(lm1.DataPacket(lm1.Kind.MOTION, 2 * k, 19231 * k, counts)))
        elif family == "witmotion":
            ax, ay, az, gx, gy, gz = (int(v) for v in random.integers(-32768, 32768, 6))
            out.append(bytes(witmotion.MotionFrame((ax, ay, az), (gx, gy, gz))))
        elif family == "movesense":
            vectors = random.normal(size=(2, 8, 3)).astype(np.float32)
            out += movesense.parts(1, bytes(movesense.Imu6Block(77 * k, vectors[0], vectors[1])))
        else:
            quat = random.normal(size=4)
            w, x, y, z = (float(v) for v in quat / np.linalg.norm(quat))
            gx, gy, gz = (float(v) for v in random.normal(size=3))
            out.append(bytes(movella.CustomMode3(16667 * k, (w, x, y, z), (gx, gy, gz))))
    return out


def decoded(decoder: Decoder, family: str, payloads: list[bytes], step_ns: int = 10_000_000) -> list:
    """Values that come out of a stream; refused payloads leave their type's name."""
    out: list = []
    for k, payload in enumerate(payloads):
        try:
            for batch in decoder.decode(note(family, payload, k * step_ns)):
                out += [tuple(row) for row in batch.gyr_radps.tolist()]
        except DecodeError:
            out.append("refused")
    return out
