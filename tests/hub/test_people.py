"""Who trains here is changed by several pages at once, and nobody's change undoes another's."""

import threading
from dataclasses import replace

import pytest

from lumbarwatch.hub import people
from lumbarwatch.hub.people import People, athlete_of
from lumbarwatch.hub.values import AthleteMessage, OwnLimit
from lumbarwatch.model.session import Athlete
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.store.history import History

OWN = {WarningId.W2: OwnLimit(amber=5.0, red=6.0)}


@pytest.fixture
def history(tmp_path):
    with History.open(tmp_path / "history.sqlite") as opened:
        yield opened


@pytest.mark.parametrize("how", ["save", "met"])
def test_limits_that_another_page_sets_at_the_same_moment_stay(history, monkeypatch, how):
    anna = history.add_athlete(Athlete(name="Anna"))
    page, others = People(history), []

    def overtaken(message, known):
        monkeypatch.undo()
        limits = AthleteMessage(id=anna.id, name="Anna", limits=OWN)
        others.append(threading.Thread(target=lambda: page.save(limits)))
        others[0].start()
        others[0].join(0.3)
        return athlete_of(message, known)

    monkeypatch.setattr(people, "athlete_of", overtaken)
    getattr(page, how)(AthleteMessage(id=anna.id, name="Anna", mass_kg=70.0))
    others[0].join(60)
    assert history.athlete(anna.id).limits.overrides[WarningId.W2].amber == 5.0


def test_somebody_new_is_met_with_an_id_and_nobody_is_not_saved(history):
    met = People(history).met(AthleteMessage(name="Ben", stature_m=1.8))
    assert history.athlete(met.id) == met
    assert People(history).met(AthleteMessage()) == Athlete()
    assert len(history.athletes()) == 1


def test_who_changes_an_athlete_sees_every_change_before(history):
    anna = history.add_athlete(Athlete(name="Anna"))
    others = []

    def slowly(known):
        other = threading.Thread(
            target=lambda: history.change_athlete(anna.id, lambda found: replace(found, mass_kg=70.0))
        )
        others.append(other)
        other.start()
        other.join(0.3)
        assert other.is_alive()  # it waits
        return replace(known, name="Anna B.")

    history.change_athlete(anna.id, slowly)
    others[0].join(60)
    kept = history.athlete(anna.id)
    assert (kept.name, kept.mass_kg) == ("Anna B.", 70.0)
