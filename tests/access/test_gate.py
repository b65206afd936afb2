"""Nothing foreign gets through the gate, over HTTP or a socket."""

from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute

from asgi_socket import SocketClosed, open_socket
from lumbarwatch.access import tickets
from lumbarwatch.access.gate import (
    CLOSE_NO_TICKET,
    CLOSE_REFUSED,
    TICKET_KEY,
    Gate,
    GateRules,
    loopback_hosts,
    loopback_origins,
)

KEY = b"k" * 32
NOW_S = 1_700_000_000.0
HOST = "127.0.0.1:8600"
PAGE = "http://127.0.0.1:8501"


async def _whoami(request):
    ticket = request.scope.get(TICKET_KEY)
    return JSONResponse({"user": ticket.user if ticket else None}, headers={"x-frame-options": "ALLOW"})


async def _echo(websocket):
    await websocket.accept()
    first = await websocket.receive_json()
    await websocket.send_json({"user": websocket.scope[TICKET_KEY].user, "after": first.get("after")})
    await websocket.send_json(await websocket.receive_json())
    await websocket.close()


def _guarded(**changes):
    app = Starlette(
        routes=[Route("/whoami", _whoami, methods=["GET", "POST"]), WebSocketRoute("/feed", _echo)]
    )
    rules = {"hosts": loopback_hosts(8600), "origins": loopback_origins(8501), "ticket_key": KEY} | changes
    return Gate(app, GateRules(**rules), now_s=lambda: NOW_S)


@asynccontextmanager
async def _http(gate):
    transport = httpx.ASGITransport(app=gate)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
        yield client


def _ticket(age_s: float = 0.0, key: bytes = KEY) -> str:
    return tickets.issue(key, "coach", "*", NOW_S - age_s)


def _bearer(ticket: str) -> dict[str, str]:
    return {"authorization": f"Bearer {ticket}"}


async def test_a_ticket_from_our_own_page_opens():
    async with _http(_guarded()) as client:
        answer = await client.get("/whoami", headers=_bearer(_ticket()) | {"origin": PAGE})
    assert answer.status_code == 200
    assert answer.json() == {"user": "coach"}


async def test_a_program_without_origin_needs_the_ticket_only():
    async with _http(_guarded()) as client:
        assert (await client.get("/whoami", headers=_bearer(_ticket()))).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example:8600", "127.0.0.1", "127.0.0.1:8601", "127.0.0.1.evil.example:8600", ""]
)
async def test_a_wrong_host_is_refused_even_with_a_ticket(host):
    async with _http(_guarded()) as client:
        answer = await client.get("/whoami", headers=_bearer(_ticket()) | {"host": host})
    assert answer.status_code == 403
    assert answer.json()["error"] == "wrong_host"


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:8501", "http://127.0.0.1:8600", ""]
)
async def test_a_foreign_origin_is_refused_even_with_a_ticket(origin):
    async with _http(_guarded()) as client:
        answer = await client.get("/whoami", headers=_bearer(_ticket()) | {"origin": origin})
    assert answer.status_code == 403
    assert answer.json()["error"] == "foreign_origin"


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, "ticket_missing"),
        ({"authorization": "Basic abc"}, "ticket_missing"),
        (_bearer("nonsense"), "ticket_forged"),
        (_bearer(_ticket(key=b"other")), "ticket_forged"),
        (_bearer(_ticket(age_s=60)), "ticket_expired"),
    ],
)
async def test_without_a_good_ticket_the_api_stays_shut(headers, error):
    async with _http(_guarded()) as client:
        answer = await client.get("/whoami", headers=headers | {"origin": PAGE})
    assert answer.status_code == 401
    assert answer.json()["error"] == error


async def test_pages_need_no_ticket_but_the_right_host_and_origin():
    async with _http(_guarded(ticket_key=None)) as client:
        assert (await client.get("/whoami")).json() == {"user": None}
        assert (await client.get("/whoami", headers={"host": "evil.example"})).status_code == 403
        assert (await client.get("/whoami", headers={"origin": "http://evil.example"})).status_code == 403


async def test_a_path_that_hands_out_tickets_wants_an_origin():
    async with _http(_guarded(ticket_key=None, origin_required=frozenset({"/whoami"}))) as client:
        assert (await client.post("/whoami")).status_code == 403
        assert (await client.post("/whoami%0A")).status_code == 403
        assert (await client.post("/whoami", headers={"origin": PAGE})).status_code == 200


@pytest.mark.parametrize(("port", "host"), [(80, "127.0.0.1"), (80, "localhost"), (80, "localhost:80")])
async def test_a_browser_leaves_the_port_of_http_out(port, host):
    rules = {"hosts": loopback_hosts(port), "origins": loopback_origins(port), "ticket_key": None}
    async with _http(_guarded(**rules)) as client:
        sent = {"host": host, "origin": f"http://{host}"}
        assert (await client.get("/whoami", headers=sent)).status_code == 200
        assert (await client.get("/whoami", headers=sent | {"host": "evil.example"})).status_code == 403


async def test_headers_go_onto_every_answer_and_replace_the_servers_own():
    async with _http(_guarded(headers=((b"x-frame-options", b"DENY"),))) as client:
        for sent in (_bearer(_ticket()), {}):
            answer = await client.get("/whoami", headers=sent)
            assert answer.headers.get_list("x-frame-options") == ["DENY"]


def _open(gate, **headers):
    return open_socket(gate, **({"host": HOST} | headers))


async def test_a_socket_opens_with_a_ticket_as_its_first_message():
    async with _open(_guarded(), origin=PAGE) as socket:
        await socket.say({"ticket": _ticket(), "after": 7})
        assert await socket.hear() == {"user": "coach", "after": 7}
        await socket.say({"hello": 1})
        assert await socket.hear() == {"hello": 1}


@pytest.mark.parametrize(
    "first",
    [
        "{}",
        "[]",
        "nonsense",
        "[" * 100_000,
        {"ticket": 5},
        {"ticket": _ticket(key=b"other")},
        {"ticket": _ticket(age_s=61)},
    ],
)
async def test_a_socket_without_a_good_ticket_is_closed(first):
    async with _open(_guarded(), origin=PAGE) as socket:
        await socket.say(first)
        with pytest.raises(SocketClosed) as closed:
            await socket.hear()
    assert closed.value.code == CLOSE_NO_TICKET


@pytest.mark.parametrize(
    "headers", [{"origin": "http://evil.example"}, {"host": "evil.example:8600"}, {"origin": "null"}]
)
async def test_a_foreign_socket_is_refused_before_it_opens(headers):
    with pytest.raises(SocketClosed) as closed:
        async with _open(_guarded(), **headers):
            pass
    assert closed.value.code == CLOSE_REFUSED
