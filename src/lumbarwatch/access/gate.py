"""The one place that every request to page, API and socket passes.

Host and Origin are checked on everything, first: a foreign page must not reach a server on this machine,
neither directly (Origin) nor under a name of its own that it points here (Host; DNS rebinding). Behind a gate
with a ticket key, each request also needs a ticket: ``Authorization: Bearer ...`` on HTTP, and on a socket as
the first message (a browser can't set a header there, and an address ends up in logs).
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

from lumbarwatch.access import tickets
from lumbarwatch.access.tickets import Ticket, TicketReason, TicketRefused

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

TICKET_KEY = "lumbarwatch.ticket"
"""Where an admitted request's :class:`Ticket` stands in the ASGI scope."""

HTTP_PORT = 80
"""Browsers leave it out of Host and Origin (RFC 9110, 4.2.3)."""

FIRST_MESSAGE_WITHIN_S = 5.0
"""A socket that says nothing for so long is closed (convention)."""

CLOSE_REFUSED = 4403
CLOSE_NO_TICKET = 4401


class GateReason(StrEnum):
    """Why a request was turned away before any ticket was looked at."""

    WRONG_HOST = "wrong_host"
    FOREIGN_ORIGIN = "foreign_origin"


_SENTENCES = {
    GateReason.WRONG_HOST: "Wrong address: open the page that lumbarwatch named at its start.",
    GateReason.FOREIGN_ORIGIN: "Another site's page may not use this server.",
}


def loopback_hosts(port: int) -> frozenset[str]:
    """Return the Host header values under which a server on a loopback port is addressed."""
    names = ("127.0.0.1", "localhost")
    unsaid = names if port == HTTP_PORT else ()
    return frozenset([*(f"{name}:{port}" for name in names), *unsaid])


def loopback_origins(port: int) -> frozenset[str]:
    """Return the origins of pages that a loopback port serves."""
    return frozenset(f"http://{host}" for host in loopback_hosts(port))


@dataclass(frozen=True, slots=True)
class GateRules:
    """What a gate lets through.

    ``origin_required`` names paths where a request without an Origin is refused too (those that hand out
    tickets). ``ticket_key`` None: pages, which need none. ``headers`` go onto every HTTP answer.
    """

    hosts: frozenset[str]
    origins: frozenset[str]
    ticket_key: bytes | None = None
    origin_required: frozenset[str] = frozenset()
    headers: tuple[tuple[bytes, bytes], ...] = field(default=())


class Gate:
    """ASGI middleware around a whole server.

    Parameters
    ----------
    app
        What is guarded.
    rules
        Hosts, origins, ticket key.
    now_s
        Seconds since 1970 UTC; real time, also where a session runs faster than life.
    """

    def __init__(self, app: AsgiApp, rules: GateRules, now_s: Callable[[], float] = time.time) -> None:
        self._app = app
        self._rules = rules
        self._now_s = now_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an admitted request on; answer any other here."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        send = self._with_headers(send)
        if reason := self._refused(scope):
            await _answer(send, 403, reason, _SENTENCES[reason])
            return
        if self._rules.ticket_key is not None:
            try:
                scope[TICKET_KEY] = self._verified(_bearer(scope))
            except TicketRefused as refused:
                await _answer(send, 401, refused.reason, str(refused))
                return
        await self._app(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._refused(scope):
            await receive()
            await send({"type": "websocket.close", "code": CLOSE_REFUSED})
            return
        if self._rules.ticket_key is None:
            await self._app(scope, receive, send)
            return
        connect = await receive()
        await send({"type": "websocket.accept"})
        first = await _first_message(receive)
        try:
            scope[TICKET_KEY] = self._verified(_ticket_of(first))
        except TicketRefused as refused:
            await send({"type": "websocket.close", "code": CLOSE_NO_TICKET, "reason": refused.reason.value})
            return
        await self._app(scope, _replay([connect, first], receive), _without_accept(send))

    def _refused(self, scope: Scope) -> GateReason | None:
        hosts = _header_values(scope, b"host")
        if len(hosts) != 1 or hosts[0].lower() not in self._rules.hosts:
            return GateReason.WRONG_HOST
        origins = _header_values(scope, b"origin")
        if any(origin.lower() not in self._rules.origins for origin in origins):
            return GateReason.FOREIGN_ORIGIN
        path = str(scope["path"]).rstrip()  # a router takes "/ticket" and a line feed for "/ticket", too
        if not origins and path in self._rules.origin_required:
            return GateReason.FOREIGN_ORIGIN
        return None

    def _verified(self, text: str | None) -> Ticket:
        return tickets.verify(self._rules.ticket_key or b"", text, self._now_s())

    def _with_headers(self, send: Send) -> Send:
        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in self._rules.headers}
                kept = [pair for pair in message.get("headers", ()) if pair[0].lower() not in own]
                message["headers"] = [*kept, *self._rules.headers]
            await send(message)

        return sender


def _header_values(scope: Scope, name: bytes) -> list[str]:
    headers = cast("Iterable[tuple[bytes, bytes]]", scope["headers"])
    return [value.decode("latin-1") for key, value in headers if key == name]


def _bearer(scope: Scope) -> str | None:
    values = _header_values(scope, b"authorization")
    scheme, _, ticket = values[0].partition(" ") if len(values) == 1 else ("", "", "")
    return ticket.strip() if scheme.lower() == "bearer" else None


async def _first_message(receive: Receive) -> Message:
    try:
        return await asyncio.wait_for(receive(), FIRST_MESSAGE_WITHIN_S)
    except TimeoutError:
        return {"type": "websocket.disconnect", "code": 1005}


def _ticket_of(message: Message) -> str | None:
    text = message.get("text")
    if not isinstance(text, str):
        return None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TicketRefused(TicketReason.FORGED) from error
    ticket = cast("dict[str, object]", content).get("ticket") if isinstance(content, dict) else None
    return ticket if isinstance(ticket, str) else None


def _replay(messages: list[Message], receive: Receive) -> Receive:
    waiting = list(messages)

    async def receiver() -> Message:
        return waiting.pop(0) if waiting else await receive()

    return receiver


def _without_accept(send: Send) -> Send:
    """The gate has accepted the socket already."""

    async def sender(message: Message) -> None:
        if message["type"] != "websocket.accept":
            await send(message)

    return sender


async def _answer(send: Send, status: int, reason: StrEnum, sentence: str) -> None:
    body = json.dumps({"error": reason.value, "message": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
