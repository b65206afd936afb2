"""Serves an ASGI application on a loopback socket that somebody else has bound."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from lumbarwatch.access.gate import AsgiApp

LOOPBACK = "127.0.0.1"
GRACE_S = 2
"""How long open connections get to close when a server ends."""


@asynccontextmanager
async def serving(app: AsgiApp, listener: socket.socket) -> AsyncGenerator[None]:
    """Serve an ASGI application on a bound loopback socket while the context lasts."""
    address = listener.getsockname()[0]
    if address != LOOPBACK:
        raise ValueError(f"listener: bound to {address}, where only {LOOPBACK} is allowed")
    server = QuietServer(
        uvicorn.Config(
            app,
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
    )
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await asyncio.wait(
            {task, asyncio.create_task(server.listening.wait())}, return_when=asyncio.FIRST_COMPLETED
        )
        if task.done():
            task.result()
        yield
    finally:
        server.should_exit = True
        await task


class QuietServer(uvicorn.Server):
    """A server that leaves signals to the process it runs in, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening."""
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals alone."""
        yield
