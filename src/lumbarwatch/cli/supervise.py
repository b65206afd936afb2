"""Starts the hub and the pages, each in a process of its own, and keeps watch over both.

The sockets are bound here, before anything starts: a taken port is said at once, and a page server that died
and returns finds its visitors waiting.
"""

import contextlib
import errno
import multiprocessing
import signal
import socket
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from types import FrameType, MappingProxyType

from lumbarwatch.cli.child import Failed, Ready
from lumbarwatch.model.errors import ErrorKind, UserError

LOOPBACK = "127.0.0.1"
START_WITHIN_S = 90.0
STOP_WITHIN_S = 20.0
RESTART_AFTER_S = (0.2, 1.0, 3.0, 10.0)
QUIET_S = 60.0
"""A part that ran for so long begins its row of restarts anew (convention)."""


_TAKEN: Mapping[int, str] = MappingProxyType(
    {
        errno.EADDRINUSE: "taken: close the program that uses it, or take",
        errno.EACCES: "kept by the system for others: take one above 1023, or",
    }
)


class PortTakenError(UserError):
    """Another program listens where we should, or the system does not let us."""

    kind = ErrorKind.PORT


class InputRefusedError(UserError):
    """A part can't start: bad input."""


class BluetoothRefusedError(UserError):
    """A part can't start: no Bluetooth, or no sensors."""

    kind = ErrorKind.BLUETOOTH


class StoreRefusedError(UserError):
    """A part can't start: data folder or history."""

    kind = ErrorKind.STORE


REFUSALS: Mapping[ErrorKind, type[UserError]] = MappingProxyType(
    {
        ErrorKind.INPUT: InputRefusedError,
        ErrorKind.BLUETOOTH: BluetoothRefusedError,
        ErrorKind.PORT: PortTakenError,
        ErrorKind.STORE: StoreRefusedError,
    }
)


class PartDied(Exception):  # noqa: N818  (an end, said as such)
    """A part that is not restarted ended by itself."""


def bind(port: int) -> socket.socket:
    """Return a socket that listens on a loopback port (0: any free one).

    Raises
    ------
    PortTakenError
        Another program has the port, or the system keeps it.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        why = _TAKEN.get(error.errno or 0)
        if why is None:
            raise
        raise PortTakenError(f"Port {port} is {why} any free one by --port 0.") from error
    return listener


@dataclass(frozen=True, slots=True)
class Part:
    """One process. ``main(channel, *arguments)`` runs in it; it must be importable by name."""

    name: str
    main: Callable[..., None]
    arguments: tuple[object, ...]
    restart: bool


class Child:
    """A running part."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._context = multiprocessing.get_context("spawn")
        self._restarts = 0
        self._start()

    def _start(self) -> None:
        self._channel, theirs = self._context.Pipe()
        self.process = self._context.Process(
            target=self.part.main,
            args=(theirs, *self.part.arguments),
            name=self.part.name,
            daemon=True,
        )
        with _ctrl_c_ignored():  # inherited by the child: Ctrl-C is for the supervisor
            self.process.start()
        theirs.close()
        self.started_s = time.monotonic()

    @property
    def sentinel(self) -> int:
        """What becomes ready when the process ends."""
        return self.process.sentinel

    def wait_ready(self) -> None:
        """Wait until the part says that it serves.

        Raises
        ------
        UserError
            It can't; the sentence says why.
        """
        answer = self._answer(START_WITHIN_S)
        if isinstance(answer, Ready):
            return
        if isinstance(answer, Failed):
            raise REFUSALS[answer.kind](answer.sentence)
        raise PartDied(f"The {self.part.name} process ended before it was ready.")

    def last_words(self) -> str:
        """Return why the part ended, if it said so."""
        said = ""
        with contextlib.suppress(EOFError, OSError):
            while self._channel.poll():
                answer = self._channel.recv()
                said = answer.sentence if isinstance(answer, Failed) else said
        return said

    def restart(self) -> None:
        """Start the part again after its end, later and later if it keeps ending."""
        if time.monotonic() - self.started_s > QUIET_S:
            self._restarts = 0
        time.sleep(RESTART_AFTER_S[min(self._restarts, len(RESTART_AFTER_S) - 1)])
        self._restarts += 1
        self._channel.close()
        self._start()

    def stop(self) -> None:
        """Tell the part to stop, without waiting for it."""
        with contextlib.suppress(OSError):
            self._channel.send("stop")

    def join(self, within_s: float) -> bool:
        """Wait for the end; kill what does not end. Return whether it ended by itself."""
        self.process.join(within_s)
        ended = not self.process.is_alive()
        if not ended:
            self.process.kill()
            self.process.join()
        self._channel.close()
        return ended

    def _answer(self, within_s: float) -> object:
        channel: Connection = self._channel
        ready = wait([channel, self.process.sentinel], within_s)
        if channel not in ready and not channel.poll():
            return None
        try:
            return channel.recv()
        except (EOFError, OSError):
            return None


def supervise(
    parts: Sequence[Part], on_ready: Callable[[], None], say: Callable[[str], None] = lambda _: None
) -> None:
    """Start all parts, say when they are ready, keep them up until Ctrl-C (or its like), stop them.

    Returns after a clean stop once everything had been ready. ``say`` hears of parts that are started again.

    Raises
    ------
    UserError
        A part can't start.
    PartDied
        A part that is not restarted ended.
    KeyboardInterrupt
        Interrupted before everything was ready.
    """
    children: list[Child] = []
    with _termination_as_interrupt():
        try:
            children += [Child(part) for part in parts]
            for child in children:
                child.wait_ready()
            with contextlib.suppress(KeyboardInterrupt):
                on_ready()
                _watch(children, say)
        finally:
            with _ctrl_c_ignored():
                _stop(children)


def _watch(children: list[Child], say: Callable[[str], None]) -> None:
    while True:
        ended = wait([child.sentinel for child in children])
        for child in children:
            if child.sentinel not in ended:
                continue
            if not child.part.restart:
                raise PartDied(f"The {child.part.name} process ended unexpectedly; its data is kept.")
            say(f"The {child.part.name} process ended and is started again. {child.last_words()}".rstrip())
            child.restart()


def _stop(children: list[Child]) -> None:
    """Stop the last one first: pages before the hub."""
    for child in children:
        child.stop()
    until_s = time.monotonic() + STOP_WITHIN_S
    for child in reversed(children):
        child.join(max(0.1, until_s - time.monotonic()))


@contextlib.contextmanager
def _ctrl_c_ignored() -> Generator[None]:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _termination_as_interrupt() -> Generator[None]:
    """A termination signal is a Ctrl-C from somewhere else."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
