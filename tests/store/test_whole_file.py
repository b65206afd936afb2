"""Small files stand whole, or as they were."""

import os

import pytest

from lumbarwatch.store.whole_file import in_place_of, write_whole


def test_the_new_text_replaces_the_old(tmp_path):
    path = tmp_path / "settings.json"
    for text in ("{}", '{"Łukasz": 1}'):
        write_whole(path, text)
        assert path.read_text(encoding="utf-8") == text
    assert [one.name for one in tmp_path.iterdir()] == ["settings.json"]


def test_what_fails_before_it_is_on_the_disk_changes_nothing(tmp_path, monkeypatch):
    path = tmp_path / "settings.json"
    write_whole(path, "old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "new")
    assert path.read_text() == "old"


def test_two_that_write_at_once_do_not_disturb_each_other(tmp_path):
    path = tmp_path / "samples"
    with in_place_of(path) as first:
        first.write(b"the first ")
        with in_place_of(path) as second:
            second.write(b"the second")
        assert path.read_bytes() == b"the second"
        first.write(b"one")
    assert path.read_bytes() == b"the first one"
    assert [one.name for one in tmp_path.iterdir()] == ["samples"]
