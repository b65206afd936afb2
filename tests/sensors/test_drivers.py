"""Drivers against sensors that refuse, lie or fall silent, without a radio."""

from collections.abc import Callable

import pytest

from lumbarwatch.model.events import LinkReason
from lumbarwatch.sensors.base import SensorError
from lumbarwatch.sensors.lm1 import Lm1Driver
from lumbarwatch.sensors.movella import MovellaDriver
from lumbarwatch.sensors.movesense import MovesenseDriver
from lumbarwatch.sensors.witmotion import WitMotionDriver
from lumbarwatch.wire import lm1, movella, movesense, sig, witmotion


class Scripted:
    """A client whose answers the test writes."""

    def __init__(
        self,
        values: dict[str, bytes] | None = None,
        answer: Callable[[str, bytes], tuple[str, bytes] | None] = lambda _uuid, _value: None,
    ) -> None:
        self.values = values or {}
        self.answer = answer
        self.written: list[tuple[str, bytes, bool]] = []

    def has(self, characteristic: str) -> bool:
        return characteristic in self.values

    async def read(self, characteristic: str) -> bytes:
        return self.values[characteristic]

    async def write(self, characteristic: str, value: bytes, *, response: bool = True) -> None:
        self.written.append((characteristic, value, response))
        if characteristic in self.values:
            self.values[characteristic] = value

    async def ask(self, characteristic, value, is_answer, timeout_s=3.0) -> bytes:
        await self.write(characteristic, value)
        answer = self.answer(characteristic, value)
        if answer is None or not is_answer(*answer):
            raise TimeoutError
        return answer[1]


async def refusal(work) -> SensorError:
    with pytest.raises(SensorError) as caught:
        await work
    return caught.value


INFO = bytes(lm1.Info(104.0, 0.0025, 0.001, b"LM100001"))


def obeys(_: str, value: bytes) -> tuple[str, bytes]:
    return lm1.CONTROL, bytes([value[0], 0])


async def test_lm1_start_reads_then_starts_and_describes():
    client = Scripted({lm1.INFO: INFO}, obeys)
    driver = Lm1Driver()
    await driver.start(client)
    assert client.written == [(lm1.CONTROL, bytes.fromhex("010102"), True)]
    assert driver.describe() == {
        "rate_hz": 104.0,
        "acc_scale_mps2": pytest.approx(0.0025),
        "gyr_scale_radps": pytest.approx(0.001),
        "serial": "LM100001",
    }
    assert driver.info.serial == "LM100001"
    assert driver.packet_s == 2 / 104


async def test_lm1_keeps_its_decoder_over_a_restart_with_the_same_scales():
    client = Scripted({lm1.INFO: INFO}, obeys)
    driver = Lm1Driver()
    await driver.start(client)
    first = driver._decoder
    await driver.start(client)
    assert driver._decoder is first
    client.values[lm1.INFO] = bytes(lm1.Info(52.0, 0.0025, 0.001, b"LM100001"))
    await driver.start(client)
    assert driver._decoder is not first
    assert driver.info.nominal_rate_hz == 52.0


async def test_lm1_refused_command_and_bad_info():
    client = Scripted({lm1.INFO: INFO}, lambda _, value: (lm1.CONTROL, bytes([value[0], 2])))
    error = await refusal(Lm1Driver().start(client))
    assert error.reason is LinkReason.WRONG_FIRMWARE
    assert "BAD_ARGUMENT" in str(error)
    for info in (b"", b"\x02" + INFO[1:]):
        error = await refusal(Lm1Driver().start(Scripted({lm1.INFO: info}, obeys)))
        assert error.reason is LinkReason.WRONG_FIRMWARE


@pytest.mark.parametrize("version", [None, "", "0.9.9", "2.0.0", "11.0.0"])
def test_lm1_firmware_of_another_major_version_is_refused(version):
    with pytest.raises(SensorError, match="firmware"):
        Lm1Driver().check_firmware(version)
    Lm1Driver().check_firmware("1.7.3")


async def test_lm1_clock_question_light_and_vibration():
    def clock(characteristic: str, value: bytes) -> tuple[str, bytes]:
        if characteristic == lm1.CLOCK:
            return lm1.CLOCK, value + (123_456).to_bytes(8, "little")
        return obeys(characteristic, value)

    client = Scripted({lm1.HAPTIC: b""}, clock)
    driver = Lm1Driver()
    assert await driver.ask_clock(client, 77) == lm1.ClockBeacon(77, 123_456)
    await driver.identify(client)
    await driver.haptic(client, 1, 255, 200)
    assert client.written[-1] == (lm1.HAPTIC, bytes.fromhex("01ffc800"), False)
    await driver.haptic(Scripted(), 1, 255, 200)  # a sensor without a motor: nothing


class Registers:
    """WitMotion's registers; ``fixed`` ones do not take what is written, ``mute`` ones do not answer."""

    def __init__(self, fixed: tuple[int, ...] = (), mute: int = 0, **values: int) -> None:
        self.values = {3: 6, 0x24: 0, 0x64: 382} | {int(k[1:], 16): v for k, v in values.items()}
        self.fixed, self.mute = fixed, mute

    def __call__(self, characteristic: str, value: bytes) -> tuple[str, bytes] | None:
        if self.mute:
            self.mute -= 1
            return None
        frame = witmotion.RegisterFrame(value[3], (self.values.get(value[3], 0), *[0] * 7))
        return witmotion.NOTIFY, bytes(frame)


class WitClient(Scripted):
    async def write(self, characteristic: str, value: bytes, *, response: bool = True) -> None:
        await super().write(characteristic, value, response=response)
        register = value[2]
        if register not in (0x27, 0x69) and register not in self.answer.fixed:
            self.answer.values[register] = value[3]


async def test_witmotion_sets_rate_and_algorithm_and_saves_nothing():
    client = WitClient(answer=Registers())
    driver = WitMotionDriver()
    await driver.start(client)
    assert client.answer.values[3] == 9
    assert client.answer.values[0x24] == 1
    assert driver.describe() == {"rate_hz": 100.0, "serial": ""}
    assert witmotion.SAVE not in [value for _, value, _ in client.written]
    unlock = client.written.index((witmotion.WRITE, witmotion.UNLOCK, True))
    assert client.written[unlock + 1][1] == bytes.fromhex("ffaa240100")
    assert await driver.battery_percent(client) == 50


async def test_witmotion_believes_the_rate_that_it_reads_back():
    driver = WitMotionDriver()
    await driver.start(WitClient(answer=Registers(fixed=(3,), r03=8)))
    assert driver.info.nominal_rate_hz == 50.0
    error = await refusal(WitMotionDriver().start(WitClient(answer=Registers(fixed=(3,)))))
    assert error.reason is LinkReason.RATE_LOW
    assert "10 samples a second" in str(error)


async def test_witmotion_asks_again_where_an_answer_is_lost():
    await WitMotionDriver().start(WitClient(answer=Registers(mute=2)))
    error = await refusal(WitMotionDriver().start(WitClient(answer=Registers(mute=100))))
    assert error.reason is LinkReason.WRONG_FIRMWARE


def movesense_answers(status: int):
    def answer(_: str, value: bytes) -> tuple[str, bytes] | None:
        if value[0] == movesense.Code.HELLO:
            return None
        return movesense.NOTIFY, bytes(movesense.Result(value[1], status))

    return answer


async def test_movesense_subscribes_and_refusals_are_told():
    client = Scripted(answer=movesense_answers(200))
    driver = MovesenseDriver(52)
    await driver.start(client)
    assert client.written[-1][1] == b"\x01\x01/Meas/IMU6/52"
    assert driver.info.nominal_rate_hz == 52.0
    assert await driver.firmware(client) is None
    error = await refusal(MovesenseDriver().start(Scripted(answer=movesense_answers(404))))
    assert error.reason is LinkReason.WRONG_FIRMWARE
    assert "404" in str(error)


async def test_movesense_first_data_are_an_answer_silence_is_none():
    block = bytes(movesense.DataPart(1, bytes(28)))

    def by_data(_: str, value: bytes) -> tuple[str, bytes] | None:
        return (movesense.NOTIFY, block) if value[0] == movesense.Code.SUBSCRIBE else None

    await MovesenseDriver().start(Scripted(answer=by_data))
    other = movesense.NOTIFY, bytes(movesense.DataPart(9, bytes(28)))  # of another subscription
    error = await refusal(MovesenseDriver().start(Scripted(answer=lambda _, v: other)))
    assert error.reason is LinkReason.ASLEEP
    error = await refusal(MovesenseDriver().start(Scripted()))
    assert error.reason is LinkReason.ASLEEP


@pytest.mark.parametrize(
    ("hello", "serial", "version"),
    [
        (
            b"\x01\x02\x01204630000001\0Movesense Active\0aa:bb\0sensordata\0002.3.1\0",
            "204630000001",
            "2.3.1",
        ),
        (b"\x01\x02Hello", None, None),
        (b"\x01\x02\xff\xff", None, None),
        (None, None, None),
    ],
)
async def test_movesense_hello_of_any_form_is_asked_for_once(hello, serial, version):
    def answer(_: str, value: bytes) -> tuple[str, bytes] | None:
        if value[0] == movesense.Code.HELLO:
            return None if hello is None else (movesense.NOTIFY, hello)
        return movesense.NOTIFY, bytes(movesense.Result(value[1], 200))

    client, driver = Scripted(answer=answer), MovesenseDriver()
    assert await driver.firmware(client) == version
    assert await driver.serial(client) == serial
    await driver.start(client)
    assert driver.describe()["serial"] == (serial or "")
    assert [value for _, value, _ in client.written].count(b"\x00\x02") == 1
    await driver.stop(client)
    assert client.written[-1][1] == b"\x02\x01"


async def test_movesense_battery_by_standard_service_by_resource_or_not():
    driver = MovesenseDriver()
    assert await driver.battery_percent(Scripted({sig.BATTERY_LEVEL: b"\x2a"})) == 42
    told = Scripted(answer=lambda _, v: (movesense.NOTIFY, bytes(movesense.Result(v[1], 200, b"\x2b"))))
    assert await driver.battery_percent(told) == 43
    assert await driver.battery_percent(Scripted()) is None
    assert await driver.battery_percent(Scripted(answer=movesense_answers(404))) is None


class Dot(Scripted):
    """Takes an output rate only if ``obeys``."""

    obeys = True

    async def write(self, characteristic: str, value: bytes, *, response: bool = True) -> None:
        self.written.append((characteristic, value, response))
        if characteristic == movella.DEVICE_CONTROL and self.obeys:
            self.values[characteristic] = value


async def test_movella_sets_its_rate_before_it_starts():
    client = Dot({movella.DEVICE_CONTROL: bytes(movella.DeviceControl(rate_hz=30, tag=b"left"))})
    driver = MovellaDriver()
    await driver.start(client)
    assert [value[:3] for _, value, _ in client.written] == [
        bytes([1, 0, 24]),
        b"\x10\0\0",
        bytes([1, 1, 24]),
    ]
    assert movella.DeviceControl.from_bytes(client.written[1][1]).rate_hz == 60
    assert driver.info.nominal_rate_hz == 60.0
    client.obeys = False
    client.values[movella.DEVICE_CONTROL] = bytes(movella.DeviceControl(rate_hz=30))
    error = await refusal(MovellaDriver().start(client))
    assert error.reason is LinkReason.RATE_LOW
    client.values[movella.DEVICE_CONTROL] = b"short"
    error = await refusal(MovellaDriver().start(client))
    assert error.reason is LinkReason.WRONG_FIRMWARE


async def test_movella_says_who_it_is():
    info = movella.DeviceInfo(bytes(6), (2, 4, 1), (2024, 3, 1, 0, 0, 0), 7, 0xD422CD000001)
    client = Dot({movella.DEVICE_INFO: bytes(info), movella.BATTERY: bytes([55, 0])})
    driver = MovellaDriver()
    assert await driver.firmware(client) == "2.4.1"
    assert await driver.serial(client) == "D422CD000001"
    assert await driver.battery_percent(client) == 55
    assert await driver.battery_percent(Dot()) is None
    await driver.identify(client)
    assert client.written[-1][1][:2] == b"\x01\x01"
