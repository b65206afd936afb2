"""Drive an ASGI application's socket in the same loop: what a browser says and hears, without a port."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


class SocketClosed(Exception):  # noqa: N818
    """The server closed the socket."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class AsgiSocket:
    """A client's end. ``said`` goes to the server, ``heard`` comes from it."""

    said: asyncio.Queue = field(default_factory=asyncio.Queue)
    heard: asyncio.Queue = field(default_factory=asyncio.Queue)

    async def say(self, content: object) -> None:
        text = content if isinstance(content, str) else json.dumps(content)
        await self.said.put({"type": "websocket.receive", "text": text})

    async def hear(self) -> object:
        message = await asyncio.wait_for(self.heard.get(), 10)
        if message["type"] == "websocket.close":
            raise SocketClosed(message["code"])
        return json.loads(message["text"])


@asynccontextmanager
async def open_socket(app, path="/feed", **headers):
    """Connect; raises SocketClosed when the server refuses the handshake."""
    socket = AsgiSocket()
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "websocket",
        "path": path,
        "headers": pairs,
        "query_string": b"",
        "scheme": "ws",
        "root_path": "",
    }
    await socket.said.put({"type": "websocket.connect"})
    task = asyncio.create_task(app(scope, socket.said.get, socket.heard.put))
    try:
        first = await asyncio.wait_for(socket.heard.get(), 10)
        if first["type"] == "websocket.close":
            raise SocketClosed(first["code"])
        yield socket
    finally:
        await socket.said.put({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(task, 10)
