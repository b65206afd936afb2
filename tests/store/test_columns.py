"""Columns that are packed: what was once written stays legible."""

import zlib

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from lumbarwatch.store.columns import Figure, Id, Packed

TEXT = '{"source":"guided","valid":true,"reasons":[],"mountings":{},"sigma_deg":2.5}'
WRITTEN = bytes.fromhex("78f901447a54233f8dd4a2b9c8b41600f1b019fa")
"""The text as the version of November 2026 packs it: the words packed against may never change."""

UUID = "01980000-0000-7000-8000-00000000a77a"
SQLITE, SERVER = sqlite.dialect(), postgresql.dialect()


def test_what_was_packed_once_is_read_for_ever():
    assert Packed().process_result_value(WRITTEN, SQLITE) == TEXT
    assert Packed().process_result_value(zlib.compress(TEXT.encode()), SQLITE) == TEXT  # first version's


@pytest.mark.parametrize("text", ["", "{}", TEXT * 50, '{"name":"Zoë"}'])
def test_packed_text_comes_back(text):
    packed = Packed().process_bind_param(text, SQLITE)
    assert Packed().process_result_value(packed, SQLITE) == text
    assert Packed().process_bind_param(None, SQLITE) is Packed().process_result_value(None, SQLITE) is None


def test_an_id_is_the_same_text_everywhere():
    assert Id().process_bind_param(UUID, SQLITE) == UUID.replace("-", "")
    assert Id().process_result_value(UUID.replace("-", ""), SQLITE) == UUID
    assert Id().process_bind_param(UUID, SERVER) == Id().process_result_value(UUID, SERVER) == UUID
    assert Id().process_bind_param(None, SQLITE) is Id().process_result_value(None, SQLITE) is None


@pytest.mark.parametrize("value", [0.0, -6.1234567, 95.2, 1e-7])
def test_a_figure_loses_no_digit(value):
    assert Figure().process_result_value(Figure().process_bind_param(value, SQLITE), SQLITE) == value
