"""Choices reach every page at once, outlive the hub, and keep muted cues from buzzing."""

import pytest

from hub.scripted import ScriptedHub, http, red, settle
from lumbarwatch.hub import messages as wire
from lumbarwatch.model.events import LiveWarning
from lumbarwatch.model.preferences import LengthUnit, MassUnit
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.verdicts import WarningId


async def _choose(scripted, **chosen):
    async with http(scripted) as client:
        return await client.post("/api/preferences", json=chosen)


async def _w2(scripted):
    """A red W2 inside a rep; return how often a motor was asked for."""
    links, pipeline = scripted.links[-1], scripted.pipelines[-1]
    links.buzzed.clear()
    pipeline.next = [LiveWarning(1, 1, 1, red(WarningId.W2))]
    links.packet(Placement.PELVIS)
    await settle()
    return len(links.buzzed)


async def test_a_choice_is_told_to_every_page_and_outlives_the_hub(scripted, tmp_path):
    viewer = scripted.feed.join(None)
    chosen = {"tones": False, "muted": ["W4"], "mass_unit": "lb", "length_unit": "in"}
    answer = await _choose(scripted, **chosen)
    told = wire.HubMessage.model_validate_json(answer.content).preferences
    assert (told.tones, told.speech, told.muted) == (False, True, [WarningId.W4])
    frames = [frame for frame in scripted.frames(viewer) if frame["type"] == "stations"]
    assert frames[-1]["hub"]["preferences"]["mass_unit"] == "lb"
    again = ScriptedHub(tmp_path)
    with again.archive:
        kept = again.hub.message().preferences
    assert kept == told
    assert (kept.mass_unit, kept.length_unit) == (MassUnit.LB, LengthUnit.IN)


async def test_an_unknown_choice_is_refused_and_changes_nothing(scripted):
    answer = await _choose(scripted, mass_unit="stone")
    assert answer.status_code == 400
    assert scripted.hub.message().preferences == wire.PreferencesMessage()


@pytest.mark.parametrize(("chosen", "felt"), [({}, 2), ({"haptic": False}, 0), ({"muted": ["W2"]}, 0)])
async def test_a_muted_cue_is_not_felt(scripted, chosen, felt):
    await _choose(scripted, **chosen)
    scripted.station.start()
    await settle()
    for place in Placement:
        scripted.links[-1].ready(place)
    await settle()
    assert await _w2(scripted) == felt
