"""The hub's doors: a small JSON API and the feed's socket. The gate stands before both."""

import json
from collections.abc import Awaitable, Callable

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from lumbarwatch.hub.desk import Desk
from lumbarwatch.hub.feed import Feed
from lumbarwatch.hub.feed_socket import CLOSE_BAD_REQUEST, CLOSE_TOO_SLOW, FeedSocket
from lumbarwatch.hub.orders import ORDERS, Order
from lumbarwatch.hub.requests import ApiError, Refusal
from lumbarwatch.hub.station import ApiRefused
from lumbarwatch.hub.values import Message
from lumbarwatch.model.errors import ErrorKind, UserError
from lumbarwatch.store.errors import StoreError, StoreReason

__all__ = ["CLOSE_BAD_REQUEST", "CLOSE_TOO_SLOW", "Api"]

STATUS = {
    ApiError.BAD_REQUEST: 400,
    ApiError.NO_STATION: 404,
    ApiError.NO_ATHLETE: 404,
    ApiError.NO_SENSOR: 404,
    ApiError.NO_SESSION: 409,
    ApiError.SESSION_RUNNING: 409,
    ApiError.STEP_NOT_BEGUN: 409,
    ApiError.STEP_NEEDED: 409,
    ApiError.BUSY: 409,
    ApiError.NOT_CALIBRATING: 409,
    ApiError.REPLAY: 409,
    ApiError.STORE: 503,
    ApiError.BLUETOOTH: 503,
}

_MISSING = {
    StoreReason.UNKNOWN_SESSION: ApiError.BAD_REQUEST,
    StoreReason.UNKNOWN_REP: ApiError.BAD_REQUEST,
    StoreReason.UNKNOWN_ATHLETE: ApiError.NO_ATHLETE,
}

Answering = Callable[[Request, bytes], Awaitable[Message]]


class Api:
    """Routes to the desk, to its stations and to the feed; ``sent_ms`` is the hub's own real clock."""

    def __init__(self, desk: Desk, feed: Feed, sent_ms: Callable[[], float]) -> None:
        self._desk = desk
        self._socket = FeedSocket(feed, desk.state, sent_ms)

    def app(self) -> Starlette:
        """Return the ASGI application."""
        whole = [
            Route(path, _endpoint(answer), methods=[method])
            for (method, path), answer in self._desk.doors().items()
        ]
        stations = [
            Route(f"/api/{{station}}/{path}", _endpoint(self._to_station(order)), methods=["POST"])
            for path, order in ORDERS.items()
        ]
        return Starlette(routes=[*whole, *stations, WebSocketRoute("/feed", self._socket.serve)])

    def _to_station(self, order: Order) -> Answering:
        async def answer(request: Request, body: bytes) -> Message:
            station = self._desk.stations.named(str(request.path_params["station"]))
            await order(self._desk, station, body)
            return station.message()

        return answer


def _endpoint(answer: Answering) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return _json(await answer(request, await request.body()))
        except ApiRefused as refused:
            return _refusal(refused.error, str(refused))
        except ValidationError as error:
            return _refusal(ApiError.BAD_REQUEST, _first_error(error))
        except UserError as error:
            return _refusal(_kind(error), error.sentence)

    return endpoint


def _kind(error: UserError) -> ApiError:
    if isinstance(error, StoreError):
        return _MISSING.get(error.reason, ApiError.STORE)
    return ApiError.BLUETOOTH if error.kind is ErrorKind.BLUETOOTH else ApiError.BAD_REQUEST


def _first_error(error: ValidationError) -> str:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or "the request"
    return f"{field}: {first['msg']}."


def _refusal(error: ApiError, sentence: str) -> Response:
    return _json(Refusal(error=error, message=sentence), STATUS[error])


def _json(message: Message, status: int = 200) -> Response:
    content = json.dumps(message.model_dump(mode="json"), separators=(",", ":"))
    return Response(content, status, media_type="application/json")
