"""A hub that is killed at any moment loses nothing that a second start does not bring back by itself.

A short form of the long loop (``benchmarks/kills.py``): the real hub process with virtual sensors, killed
while it records, while it finishes a session, and while it makes whole what the kill before had left.
"""

import random
import sys

import pytest

from cli import kill_loop
from cli.kill_loop import Hub
from lumbarwatch.store.folder import DataFolder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="kills as this system does not"),
]

KILLS = ("recording", "restoring", "ending", "recording", "restoring", "ending")


@pytest.fixture(scope="module")
def after(tmp_path_factory):
    """The data folder after all kills and one more start, and the journals of every life."""
    random_ = random.Random(6)
    base = tmp_path_factory.mktemp("killed")
    folder = DataFolder(base / "data").create()
    journals = [base / f"journal{number}" for number in range(len(KILLS))]
    for journal, moment in zip(journals, KILLS, strict=True):
        kill_loop.live_and_die(folder, journal, moment, random_)
    Hub(folder, base / "journal").stop()
    return folder, journals


def test_files_and_history_agree_without_anybody_having_done_anything(after):
    folder, journals = after
    kill_loop.check_whole(folder)
    begun = sum(journal.exists() and journal.stat().st_size > 0 for journal in journals)
    assert len(kill_loop.rows_of(folder)) >= begun


def test_every_recording_opens_and_its_row_says_what_is_in_it(after):
    folder, _ = after
    assert kill_loop.check_rows(folder) > 0


def test_nothing_is_missing_but_what_was_on_its_way(after):
    folder, journals = after
    found = kill_loop.count(folder, journals)
    assert found.missing_older == 0
    assert found.missing <= 4 * len(journals)  # what has just come in may die on its way to the file
    assert found.arrived > 1000
