"""Choices are kept beside the pairing and do not disturb it."""

import pytest

from lumbarwatch.model.preferences import LengthUnit, MassUnit, Preferences
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.store.errors import StoreError
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.pairing import PairedSensor, load_pairing, save_pairing
from lumbarwatch.store.preferences import load_preferences, save_preferences

CHOSEN = Preferences(
    tones=False,
    speech=True,
    haptic=False,
    muted=frozenset({WarningId.W4, WarningId.W1B}),
    mass_unit=MassUnit.LB,
    length_unit=LengthUnit.IN,
)


@pytest.fixture
def folder(tmp_path):
    return DataFolder(tmp_path).create()


def test_without_a_choice_there_are_defaults(folder):
    assert load_preferences(folder) == Preferences()


def test_choices_and_pairing_live_side_by_side(folder):
    worn = {Placement.PELVIS: PairedSensor("lm1", "LM-1", serial="7")}
    save_pairing(folder, worn)
    save_preferences(folder, CHOSEN)
    assert load_preferences(folder) == CHOSEN
    assert load_pairing(folder) == worn
    save_pairing(folder, {})
    assert load_preferences(folder) == CHOSEN


@pytest.mark.parametrize("text", ['{"preferences": {"tones": true}}', '{"preferences": [1]}', "[]", "{"])
def test_damaged_settings_are_one_sentence(folder, text):
    folder.config.write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match="delete the file"):
        load_preferences(folder)
