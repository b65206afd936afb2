"""The link's small pure parts: pauses, silence, rate, connection interval, sentences, families."""

import asyncio

import numpy as np
import pytest
from bleak.backends.device import BLEDevice

from lumbarwatch.model.errors import ErrorKind
from lumbarwatch.model.events import LinkReason
from lumbarwatch.sensors import backoff, catalogue, link, reasons
from lumbarwatch.sensors.arrivals import Arrivals, connection_interval_ms, silence_limit_s
from lumbarwatch.sensors.base import FoundSensor, SensorError
from lumbarwatch.sensors.clock import SystemClock
from lumbarwatch.simulate.clock import SpeedClock
from lumbarwatch.simulate.virtual_radio import FAMILIES as VIRTUAL
from lumbarwatch.simulate.virtual_radio import NOMINAL_RATE_HZ


def test_pauses_grow_and_stay():
    assert [backoff.pause_s(n) for n in range(7)] == [0.0, 0.3, 0.6, 1.2, 2.0, 2.0, 2.0]
    assert [n for n in range(10) if backoff.rescan_due(n)] == [3, 6, 9]


def test_silence_is_five_packet_times_within_what_a_person_notices():
    assert silence_limit_s(2 / 104) == 0.25
    assert silence_limit_s(1 / 15) == pytest.approx(1 / 3)
    assert silence_limit_s(1 / 4) == 0.39


def test_rate_of_arrivals():
    arrivals = Arrivals()
    assert arrivals.rate_hz() is None
    for k in range(300):
        arrivals.add(k * 20_000_000, 2)
    assert arrivals.rate_hz() == pytest.approx(100.0)
    arrivals.clear()
    assert arrivals.rate_hz() is None
    assert arrivals.last_ns is None


@pytest.mark.parametrize("interval_ms", [7.5, 15.0, 30.0, 48.75, 50.0])
def test_connection_interval_shows_in_arrival_times(interval_ms):
    random = np.random.default_rng(int(interval_ms))
    taken_ms = np.arange(200) * 2000 / 104.2
    arrival_ms = np.ceil(taken_ms / interval_ms) * interval_ms + np.abs(random.normal(0, 0.5, 200))
    assert connection_interval_ms((arrival_ms * 1e6).astype(np.int64).tolist()) == interval_ms


def test_no_interval_shows_where_there_is_none():
    random = np.random.default_rng(1)
    arrival_ns = np.cumsum(random.uniform(5e6, 40e6, 200)).astype(np.int64)
    assert connection_interval_ms(arrival_ns.tolist()) is None
    assert connection_interval_ms([0, 1, 2]) is None


def test_every_reason_has_a_sentence_that_says_what_to_do():
    for reason in LinkReason:
        words = reasons.sentence(reason, "LM-L1")
        assert words.endswith((".", ")."))
        assert "{" not in words
        assert ":" in words or "," in words
    assert reasons.sentence(LinkReason.ASLEEP, "LM-L1 (1)").startswith("LM-L1 (1) is connected")
    error = SensorError(LinkReason.NO_ADAPTER)
    assert error.kind is ErrorKind.BLUETOOTH
    assert str(error) == reasons.SENTENCES[LinkReason.NO_ADAPTER]


@pytest.mark.parametrize(
    ("name", "services", "companies", "family"),
    [
        ("", ["2F6E0001-8C1B-4D7E-9A35-6B1D0C5E7A42"], [], "lm1"),
        ("WT901BLE67", [], [], "witmotion"),
        (None, ["0000ffe5-0000-1000-8000-00805f9a34fb"], [], "witmotion"),
        ("Movesense 174630000192", [], [], "movesense"),
        (None, ["0000fdf3-0000-1000-8000-00805f9b34fb"], [], "movesense"),
        ("Xsens DOT", [], [], "movella"),
        (None, [], [0x0886], "movella"),
        ("WT-Lamp", [], [], None),
        ("Polar H10", ["0000180d-0000-1000-8000-00805f9b34fb"], [0x006B], None),
        (None, [], [], None),
    ],
)
def test_advertisements_tell_the_family(name, services, companies, family):
    found = catalogue.recognise(name, services, companies)
    assert (found.name if found else None) == family


def test_serial_in_the_name():
    movesense = catalogue.FAMILIES["movesense"]
    assert movesense.serial_in_name("Movesense 174630000192") == "174630000192"
    assert movesense.serial_in_name("Movesense") == ""


def test_families_from_elsewhere_join_by_entry_point(monkeypatch):
    class Point:
        @staticmethod
        def load():
            lm1 = catalogue.FAMILIES["lm1"]
            return catalogue.Family("other", "Other", lm1.driver, lm1.decoder, frozenset({"abcd"}))

    monkeypatch.setattr(
        catalogue, "entry_points", lambda group: [Point] if group == "lumbarwatch.sensors" else []
    )
    known = catalogue.families()
    assert set(known) == {*catalogue.FAMILIES, "other"}
    assert catalogue.recognise("x", ["ABCD"], [], known).name == "other"
    assert catalogue.driver("other").family == "lm1"


def test_a_family_from_elsewhere_that_is_broken_costs_no_other(monkeypatch, caplog):
    class Broken:
        name = "theirs"

        @staticmethod
        def load():
            raise ImportError("no module named theirs")

    monkeypatch.setattr(catalogue, "entry_points", lambda group: [Broken])
    assert set(catalogue.families()) == set(catalogue.FAMILIES)
    assert "theirs could not be loaded" in caplog.text


async def test_sensors_that_the_system_holds_connected_are_found_without_a_scan(monkeypatch):
    asked = []

    class Adapter:
        @classmethod
        async def get(cls):
            return cls()

        async def get_connected_devices(self, services):
            asked.append(services)
            held = "movesense" if any(uuid.startswith("34802252") for uuid in services) else ""
            return [BLEDevice("AA:BB", "Movesense 174630000192", None)] if held else []

    class Scanner:
        def __init__(self, *_, **__):
            raise AssertionError("enough was found without")

    monkeypatch.setattr(link, "BleakAdapter", Adapter)
    monkeypatch.setattr(link, "BleakScanner", Scanner)
    manager = link.LinkManager(SystemClock(), on_notification=lambda _: None, on_link=lambda _: None)
    (found,) = await manager.scan(1.0, expected=1)
    assert (found.family, found.serial, found.connected) == ("movesense", "174630000192", True)
    assert len(asked) == len(catalogue.families())


def test_an_unknown_family_is_a_sentence():
    with pytest.raises(SensorError, match="choose one of lm1, witmotion, movesense, movella"):
        catalogue.driver("fitbit")


def test_every_family_has_its_virtual_sensor():
    assert set(VIRTUAL) == set(catalogue.FAMILIES) == set(NOMINAL_RATE_HZ)


def test_a_driver_that_was_not_started_says_so():
    driver = catalogue.driver("lm1")
    with pytest.raises(SensorError):
        _ = driver.info
    with pytest.raises(SensorError):
        driver.describe()


def test_labels_tell_two_sensors_of_one_name_apart():
    assert FoundSensor("lm1", "LM", "AA:BB").label == "LM (AA:BB)"
    assert FoundSensor("movesense", "Movesense 1", "AA:BB", "1").label == "Movesense 1 (1)"


async def test_clocks():
    system = SystemClock()
    before = system.monotonic_ns()
    await system.sleep(-1.0)
    assert system.monotonic_ns() >= before
    fast = SpeedClock(1000.0)
    start = fast.monotonic_ns()
    await asyncio.wait_for(fast.sleep(5.0), 2.0)
    assert fast.monotonic_ns() - start >= 4.9e9
    with pytest.raises(ValueError, match="speed"):
        SpeedClock(0.0)
