"""A sensor in words: nothing unknown looks fine, and what needs a hand is said."""

from types import SimpleNamespace

import pytest

from lumbarwatch.model.samples import Placement
from lumbarwatch.presenters.sensors import (
    battery_words,
    calibration_words,
    card,
    scanned_words,
    signal_words,
    uncalibrated_words,
)


def sensor(**changes):
    values = {
        "name": "LM-1 0007",
        "family": "lm1",
        "model": "LM-1",
        "serial": "0007",
        "address": "AA:BB",
        "rssi_dbm": -60,
        "battery_percent": 80,
        "firmware": "1.2",
        "placement": Placement.PELVIS,
        "in_use": False,
        "accelerometer_utc_s": 1_700_000_000.0,
        "raw": True,
    }
    return SimpleNamespace(**(values | changes))


@pytest.mark.parametrize(
    ("rssi_dbm", "words"),
    [
        (None, "not known"),
        (-50, "strong (−50 dBm)"),
        (-65, "strong (−65 dBm)"),
        (-66, "fair (−66 dBm)"),
        (-84, "fair (−84 dBm)"),
        (-85, "weak (−85 dBm)"),
    ],
)
def test_signal(rssi_dbm, words):
    assert signal_words(rssi_dbm) == words


def test_nobody_is_out_of_range_before_anybody_looked():
    unheard = sensor(in_use=False, rssi_dbm=None)
    assert card(unheard, looked=False).state == "not looked for yet"
    assert card(unheard).state == "not in range"


def test_battery_and_calibration():
    assert [battery_words(percent) for percent in (None, 16, 15)] == [
        "not known",
        "16 %",
        "15 %, charge soon",
    ]
    assert calibration_words(None) == "not calibrated"
    assert calibration_words(0) == "calibrated"
    assert calibration_words(1_700_000_000.0).startswith("calibrated 2023-11-1")
    assert "Not looked for" in scanned_words(None)


def test_a_card_names_the_sensor_its_place_and_no_trouble():
    shown = card(sensor())
    assert shown.title == "LM-1 0007"
    assert shown.state == "in range"
    assert dict(shown.facts)["Place"] == "Pelvis, over S2"
    assert dict(shown.facts)["Firmware"] == "1.2"
    assert shown.troubles == ()


def test_a_card_of_a_stranger_hides_nothing():
    shown = card(
        sensor(
            model="", name="", serial="", placement=None, firmware="", rssi_dbm=None, accelerometer_utc_s=None
        )
    )
    assert shown.title == "lm1 AA:BB"
    assert shown.state == "not in range"
    facts = dict(shown.facts)
    assert facts["Place"] == "not assigned"
    assert facts["Signal"] == facts["Firmware"] == "not known"
    assert shown.troubles == ()  # nobody wears it


def test_what_needs_a_hand_is_said():
    shown = card(sensor(battery_percent=9, rssi_dbm=-90, accelerometer_utc_s=None, in_use=True), "Rack 2")
    assert shown.state == "streaming"
    assert dict(shown.facts)["Place"] == "Pelvis, over S2 · Rack 2"
    assert [trouble.split(":")[0] for trouble in shown.troubles] == [
        "The battery is low",
        "The signal is weak",
    ]


def test_what_an_uncalibrated_accelerometer_costs_is_said_once_for_those_that_are_worn():
    bare, free = sensor(accelerometer_utc_s=None), sensor(accelerometer_utc_s=None, placement=None)
    assert uncalibrated_words([sensor(), free]) == ""
    assert uncalibrated_words([bare, free]).startswith("One accelerometer is not calibrated")
    assert uncalibrated_words([bare, bare]).startswith("2 accelerometers are")
    assert uncalibrated_words([sensor(accelerometer_utc_s=None, raw=False)]) == ""
