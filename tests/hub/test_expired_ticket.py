"""A ticket that is past its time opens neither the API nor the feed of a real server on a real socket."""

import json
import socket
from contextlib import asynccontextmanager

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from hub.scripted import ADDRESS, PAGE_PORT
from lumbarwatch.access.gate import CLOSE_NO_TICKET
from lumbarwatch.access.serving import serving
from lumbarwatch.access.tickets import TICKET_LIFE_S

ISSUED_S = 1_700_000_000.0
PAGE = f"http://127.0.0.1:{PAGE_PORT}"


@asynccontextmanager
async def served(scripted, now_s):
    """The hub on a port of its own, at a time; returns the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        async with serving(scripted.hub.app(port, lambda: now_s), listener):
            yield port


async def state(port):
    headers = {"authorization": f"Bearer {ADDRESS.ticket(now_s=ISSUED_S)}", "origin": PAGE}
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(f"http://127.0.0.1:{port}/api/state", headers=headers)


async def first_frame(port):
    """What a viewer hears first, or the code by which it is turned away."""
    url = f"ws://127.0.0.1:{port}/feed"
    async with connect(url, origin=PAGE, compression=None, proxy=None) as feed:
        await feed.send(json.dumps({"ticket": ADDRESS.ticket(now_s=ISSUED_S)}))
        try:
            return json.loads(await feed.recv())["type"]
        except ConnectionClosed as closed:
            return closed.rcvd.code


@pytest.mark.parametrize(
    ("age_s", "status", "heard"),
    [
        (TICKET_LIFE_S - 0.01, 200, "hello"),
        (TICKET_LIFE_S, 401, CLOSE_NO_TICKET),
        (86_400.0, 401, CLOSE_NO_TICKET),
    ],
)
async def test_a_ticket_opens_for_its_minute_and_no_longer(scripted, age_s, status, heard):
    async with served(scripted, ISSUED_S + age_s) as port:
        answer = await state(port)
        assert answer.status_code == status
        assert (answer.json().get("error") == "ticket_expired") is (status == 401)
        assert await first_frame(port) == heard
    assert scripted.feed.viewers == 0
