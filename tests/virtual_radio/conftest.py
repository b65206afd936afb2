"""Every test of the virtual radio runs in virtual time."""

from virtual_radio.virtual_time import VirtualTimeLoop


def pytest_asyncio_loop_factories():
    return {"virtual_time": VirtualTimeLoop}
