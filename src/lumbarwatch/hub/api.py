"""The hub's doors: a small JSON API and the feed's socket. The gate stands before both."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from lumbarwatch.hub import messages as wire
from lumbarwatch.hub.feed import Feed, Viewer, ViewerGone
from lumbarwatch.hub.messages import ApiError, Done, Hello, HubMessage, Refusal, Subscribe
from lumbarwatch.hub.remarks import REMARKS, Remark
from lumbarwatch.hub.station import ApiRefused, Station, athlete_of
from lumbarwatch.model.errors import UserError
from lumbarwatch.model.events import BarLoad, SetButton, Symptom
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.history import History

T = TypeVar("T", bound=BaseModel)

STATUS = {
    ApiError.BAD_REQUEST: 400,
    ApiError.NO_STATION: 404,
    ApiError.NO_SESSION: 409,
    ApiError.SESSION_RUNNING: 409,
    ApiError.STEP_NOT_BEGUN: 409,
    ApiError.STORE: 503,
    ApiError.BLUETOOTH: 503,
}
CLOSE_BAD_REQUEST = 4400
CLOSE_TOO_SLOW = 4408


class Api:
    """Routes over a hub's stations.

    Parameters
    ----------
    feed
        What sockets are fed from.
    station
        Finds a station by name; raises ApiRefused.
    state
        The whole hub as it stands.
    sent_ms
        The hub's own real clock.
    history
        Where notes and corrections go; None: there is none to write to.
    """

    def __init__(
        self,
        feed: Feed,
        station: Callable[[str], Station],
        state: Callable[[], HubMessage],
        sent_ms: Callable[[], float],
        history: History | None = None,
    ) -> None:
        self._history = history
        self._feed = feed
        self._station = station
        self._state = state
        self._sent_ms = sent_ms

    def app(self) -> Starlette:
        """Return the ASGI application."""
        posts: dict[str, Callable[[Station, bytes], Awaitable[None]]] = {
            "athlete": self._athlete,
            "session/start": self._start,
            "session/end": self._end,
            "calibration": self._step,
            "set": self._set,
            "load": self._load,
            "symptom": self._symptom,
        }
        routes = [
            Route(f"/api/{{station}}/{path}", self._post(do), methods=["POST"]) for path, do in posts.items()
        ]
        return Starlette(
            routes=[
                Route("/api/state", self._get_state),
                *routes,
                *self._remark_routes(),
                WebSocketRoute("/feed", self._socket),
            ]
        )

    # HTTP --------------------------------------------------------------------------------------------------
    async def _get_state(self, _: Request) -> Response:
        return _json(self._state())

    def _post(
        self, do: Callable[[Station, bytes], Awaitable[None]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                station = self._station(request.path_params["station"])
                await do(station, await request.body())
            except ApiRefused as refused:
                return _refusal(refused.error, str(refused))
            except ValidationError as error:
                return _refusal(ApiError.BAD_REQUEST, _first_error(error))
            except UserError as error:
                return _refusal(ApiError.BAD_REQUEST, error.sentence)
            return _json(station.message())

        return endpoint

    def _remark_routes(self) -> list[Route]:
        if self._history is None:
            return []
        return [
            Route(f"/api/sessions/{{session}}/{path}", _remark(self._history, write), methods=["POST"])
            for path, write in REMARKS.items()
        ]

    async def _athlete(self, station: Station, body: bytes) -> None:
        station.set_athlete(athlete_of(_read(wire.AthleteMessage, body)))

    async def _start(self, station: Station, body: bytes) -> None:
        request = _read(wire.SessionStart, body)
        station.start(athlete_of(request.athlete), request.calibration)

    async def _end(self, station: Station, _: bytes) -> None:
        await station.end()

    async def _step(self, station: Station, body: bytes) -> None:
        request = _read(wire.StepRequest, body)
        station.step(request.step, request.action)

    async def _set(self, station: Station, body: bytes) -> None:
        request = _read(wire.SetRequest, body)
        station.control(lambda t_ns: SetButton(t_ns, request.start, request.single_leg))

    async def _load(self, station: Station, body: bytes) -> None:
        request = _read(wire.LoadRequest, body)
        station.control(lambda t_ns: BarLoad(t_ns, request.bar_kg, request.rpe))

    async def _symptom(self, station: Station, body: bytes) -> None:
        request = _read(wire.SymptomRequest, body)
        station.control(lambda t_ns: Symptom(t_ns, request.kind, request.pain))

    # Socket ------------------------------------------------------------------------------------------------
    async def _socket(self, socket: WebSocket) -> None:
        await socket.accept()
        try:
            wanted = Subscribe.model_validate_json(await socket.receive_text())
        except (ValidationError, WebSocketDisconnect, KeyError):
            await socket.close(CLOSE_BAD_REQUEST)
            return
        resumed = self._feed.can_resume(wanted.after, wanted.epoch)
        viewer = self._feed.join(wanted.after if resumed else None)
        hello = self._hello(resumed=resumed)
        try:
            await socket.send_text(hello)
            await _until_first(self._send(socket, viewer), _listen(socket))
        finally:
            self._feed.leave(viewer)

    def _hello(self, *, resumed: bool) -> str:
        """Frame without a number of its own: it carries the number from which the viewer goes on."""
        hello = Hello(epoch=self._feed.epoch, resumed=resumed, sent_ms=self._sent_ms(), hub=self._state())
        return f'{{"seq":{self._feed.last_seq},{hello.model_dump_json()[1:]}'

    async def _send(self, socket: WebSocket, viewer: Viewer) -> None:
        try:
            while True:
                await socket.send_text((await viewer.next()).text)
        except ViewerGone:
            await socket.close(CLOSE_TOO_SLOW)


def _remark(history: History, write: Remark) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of something written about a finished session."""

    async def endpoint(request: Request) -> Response:
        session_id = str(request.path_params["session"])
        try:
            await asyncio.to_thread(write, history, session_id, await request.body())
        except ApiRefused as refused:
            return _refusal(refused.error, str(refused))
        except ValidationError as error:
            return _refusal(ApiError.BAD_REQUEST, _first_error(error))
        except StoreError as error:
            missing = error.reason in (StoreReason.UNKNOWN_SESSION, StoreReason.UNKNOWN_REP)
            return _refusal(ApiError.BAD_REQUEST if missing else ApiError.STORE, str(error))
        return _json(Done())

    return endpoint


async def _listen(socket: WebSocket) -> None:
    """Return when the viewer leaves; what it says after its first message is not asked for."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _until_first(*works: Awaitable[None]) -> None:
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError, OSError):
                await task


def _read(kind: type[T], body: bytes) -> T:
    return kind.model_validate_json(body or b"{}")


def _first_error(error: ValidationError) -> str:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or "the request"
    return f"{field}: {first['msg']}."


def _refusal(error: ApiError, sentence: str) -> Response:
    return _json(Refusal(error=error, message=sentence), STATUS[error])


def _json(message: BaseModel, status: int = 200) -> Response:
    content = json.dumps(message.model_dump(mode="json"), separators=(",", ":"))
    return Response(content, status, media_type="application/json")
