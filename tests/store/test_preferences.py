"""Choices are kept beside the pairing and do not disturb it."""

import threading

import pytest

from lumbarwatch.model.preferences import LengthUnit, MassUnit, Preferences
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.store.errors import StoreError
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.pairing import PairedSensor, load_pairing, save_pairing
from lumbarwatch.store.preferences import load_preferences, save_preferences
from lumbarwatch.store.whole_file import write_whole

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


def test_an_entry_that_is_changed_at_the_same_moment_is_not_lost(folder, monkeypatch):
    worn = {Placement.PELVIS: PairedSensor("lm1", "LM-1", "A1")}
    others = []

    def while_another_one_pairs(path, content):
        monkeypatch.undo()
        others.append(threading.Thread(target=save_pairing, args=(folder, worn)))
        others[0].start()
        others[0].join(0.5)  # it waits for us, and would not without a lock
        write_whole(path, content)

    monkeypatch.setattr("lumbarwatch.store.settings.write_whole", while_another_one_pairs)
    save_preferences(folder, CHOSEN)
    others[0].join()
    assert load_preferences(folder) == CHOSEN
    assert load_pairing(folder) == worn
