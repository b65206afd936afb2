"""A hub with scripted sensors and analysis, and a page that asks it; ``hub_options`` change the hub."""

import pytest

from hub.scripted import ScriptedHub, http


@pytest.fixture
def hub_options():
    """What a test module tells its hub beside the folder."""
    return {}


@pytest.fixture
async def scripted(tmp_path, hub_options):
    hub = ScriptedHub(tmp_path, **hub_options)
    with hub.archive:
        yield hub
        await hub.hub.close()


@pytest.fixture
async def page(scripted):
    async with http(scripted) as client:
        yield client
