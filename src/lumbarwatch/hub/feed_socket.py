"""The feed's socket: a viewer says what it saw last, and gets everything from there."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from starlette.websockets import WebSocket, WebSocketDisconnect

from lumbarwatch.hub.feed import Feed, Viewer, ViewerGone
from lumbarwatch.hub.frames import Hello
from lumbarwatch.hub.requests import Subscribe
from lumbarwatch.hub.values import HubMessage

CLOSE_BAD_REQUEST = 4400
CLOSE_TOO_SLOW = 4408


class FeedSocket:
    """Serves one feed to its viewers; ``state`` and ``sent_ms`` go into each greeting."""

    def __init__(self, feed: Feed, state: Callable[[], HubMessage], sent_ms: Callable[[], float]) -> None:
        self._feed = feed
        self._state = state
        self._sent_ms = sent_ms

    async def serve(self, socket: WebSocket) -> None:
        """Serve one viewer until it leaves or takes nothing any more."""
        await socket.accept()
        try:
            wanted = Subscribe.model_validate_json(await socket.receive_text())
        except (ValueError, WebSocketDisconnect, KeyError):
            await socket.close(CLOSE_BAD_REQUEST)
            return
        resumed = self._feed.can_resume(wanted.after, wanted.epoch)
        after = wanted.after if resumed else None
        viewer = self._feed.join(after, station=wanted.station, gap_s=wanted.poses_ms / 1e3)
        hello = self._hello(resumed=resumed)
        try:
            await socket.send_text(hello)
            await _until_first(_send(socket, viewer), _listen(socket))
        finally:
            self._feed.leave(viewer)

    def _hello(self, *, resumed: bool) -> str:
        """Frame without a number of its own: it carries the number from which the viewer goes on."""
        hello = Hello(epoch=self._feed.epoch, resumed=resumed, sent_ms=self._sent_ms(), hub=self._state())
        return f'{{"seq":{self._feed.last_seq},{hello.model_dump_json()[1:]}'


async def _send(socket: WebSocket, viewer: Viewer) -> None:
    try:
        while True:
            await socket.send_text((await viewer.next()).text)
    except ViewerGone:
        await socket.close(CLOSE_TOO_SLOW)


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
