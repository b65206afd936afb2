"""The pairing of sensors and places."""

import json

import pytest

from lumbarwatch.model.samples import Placement
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.pairing import PairedSensor, load_pairing, save_pairing

PAIRING = {
    Placement.PELVIS: PairedSensor("lm1", "LM-SACRUM-0001", serial="LM100001", address="AA:01"),
    Placement.LUMBAR: PairedSensor("witmotion", "WT901", address="AA:02"),
}


@pytest.fixture
def folder(tmp_path):
    return DataFolder(tmp_path / "data").create()


def test_a_pairing_is_kept_and_replaced(folder):
    assert load_pairing(folder) == {}
    save_pairing(folder, PAIRING)
    assert load_pairing(folder) == PAIRING
    assert [sensor.identity for sensor in load_pairing(folder).values()] == ["LM100001", "AA:02"]
    turned = {place.other: sensor for place, sensor in PAIRING.items()}
    save_pairing(folder, turned)
    assert load_pairing(folder) == turned
    assert [path.name for path in folder.path.glob("config*")] == ["config.json"]


def test_other_settings_stay(folder):
    folder.config.write_text('{"volume": 3}')
    assert load_pairing(folder) == {}
    save_pairing(folder, PAIRING)
    assert json.loads(folder.config.read_text())["volume"] == 3


@pytest.mark.parametrize(
    "text",
    [
        "{", "[]", '{"sensors": 3}', '{"sensors": {"knee": {}}}', '{"sensors": {"pelvis": 1}}',
        '{"sensors": {"pelvis": {"serial": "S"}}}',
    ],
)  # fmt: skip
def test_settings_that_cannot_be_read_are_told_and_not_overwritten(folder, text):
    folder.config.write_text(text)
    with pytest.raises(StoreError, match="delete the file, then pair") as caught:
        load_pairing(folder)
    assert caught.value.reason is StoreReason.DAMAGED
    assert folder.config.read_text() == text


def test_a_folder_that_is_gone_is_told(tmp_path):
    with pytest.raises(StoreError) as caught:
        save_pairing(DataFolder(tmp_path / "gone"), PAIRING)
    assert caught.value.reason is StoreReason.FOLDER_GONE
