"""A file that never lets a full, read-only or vanished disk reach the stream that writes it.

What the disk refuses waits in memory, in order, and is tried again with every write and every second; when
the memory set aside is full too, whole records are dropped and counted. Every byte handed to the operating
system survives the end of the process; ``sync`` makes it survive the end of the power.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from io import RawIOBase
from pathlib import Path

from lumbarwatch.store.errors import StoreProblem, StoreReason, advice, reason_of
from lumbarwatch.store.lock import try_lock

MEMORY_BOUND_BYTES = 64 * 2**20
"""More than an hour of two sensors at 100 Hz (convention)."""

_COPY_BYTES = 2**20

ProblemCallback = Callable[[StoreProblem], None]


class LiveFile:
    """Append-only and unbuffered, over a raw file opened for reading and writing.

    ``on_problem`` is told once when writing fails, once when records begin to be dropped, and once when all
    is well again.
    """

    def __init__(
        self, raw: RawIOBase, path: Path, on_problem: ProblemCallback, bound_bytes: int = MEMORY_BOUND_BYTES
    ) -> None:
        self.path = path
        self._raw = raw
        self._on_problem = on_problem
        self._bound = bound_bytes
        self._waiting = bytearray()
        self._position = 0
        self._dropped = 0
        self._unlinked = False
        self._unsynced = False
        self._reported: StoreReason | None = None

    @property
    def waiting_bytes(self) -> int:
        """Bytes that the disk has not taken yet."""
        return len(self._waiting)

    @property
    def dropped(self) -> int:
        """Records given up because memory was full."""
        return self._dropped

    @property
    def failing(self) -> bool:
        """Whether writing is in trouble."""
        return self._reported is not None

    def tell(self) -> int:
        """Bytes accepted so far, on disk or waiting."""
        return self._position

    def write(self, record: bytes) -> int:
        """Take one whole record (or several). Never raises for the disk's sake."""
        if self._waiting and len(self._waiting) + len(record) > self._bound:
            self.flush()
            if len(self._waiting) + len(record) > self._bound:
                self._drop()
                return len(record)
        self._waiting += record
        self._position += len(record)
        self.flush()
        return len(record)

    def flush(self) -> None:
        """Hand everything to the operating system, as far as it takes it."""
        if self._unlinked and not self._make_again():
            return
        try:
            self._drain()
        except OSError as error:
            self._tell(reason_of(error))
            return
        if self._reported is not None and not self._unsynced:
            self._resolved()

    def sync(self) -> StoreProblem | None:
        """Make what was written survive a power cut (blocks; run it in a thread). Return what went wrong.

        Works on a duplicate of the descriptor: the file may be closed meanwhile.
        """
        try:
            descriptor = os.dup(self._raw.fileno())
        except (OSError, ValueError):
            return None  # closed
        try:
            getattr(os, "fdatasync", os.fsync)(descriptor)
            self._unlinked = os.fstat(descriptor).st_nlink == 0
            self._unsynced = False
        except OSError as error:
            self._unsynced = True
            return self._problem(reason_of(error))
        finally:
            os.close(descriptor)
        return self._problem(StoreReason.FOLDER_GONE) if self._unlinked else None

    def tell_problem(self, problem: StoreProblem) -> None:
        """Report a problem found by :meth:`sync`, unless it is known already."""
        if problem.reason != self._reported:
            self._reported = problem.reason
            self._on_problem(problem)

    def copy_to(self, target: Path, preamble: bytes) -> bool:
        """Write everything, what is on disk and what waits, to another place.

        Where the disk can't even be read any more: ``preamble`` and what waits. Return whether it is all.

        Raises
        ------
        OSError
            The other place does not work either.
        """
        blocks, whole = [preamble, bytes(self._waiting)], False
        with suppress(OSError):
            blocks, whole = self._blocks(), True
        with target.open("xb") as copy:
            copy.writelines(blocks)
            copy.flush()
            os.fsync(copy.fileno())
        return whole

    def close(self) -> None:
        """Let go of the file; what still waits is lost."""
        with suppress(OSError):
            self._raw.close()

    def _drain(self) -> None:
        while self._waiting:
            with memoryview(self._waiting) as view:
                taken = self._raw.write(view) or 0
            del self._waiting[:taken]

    def _blocks(self) -> list[bytes]:
        blocks: list[bytes] = []
        size = self._position - len(self._waiting)
        descriptor = self._raw.fileno()
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            while size > 0 and (block := os.read(descriptor, min(size, _COPY_BYTES))):
                blocks.append(block)
                size -= len(block)
        finally:
            os.lseek(descriptor, 0, os.SEEK_END)
        return [*blocks, bytes(self._waiting)]

    def _make_again(self) -> bool:
        """The folder was deleted under the open file: make a new one, with all that was written."""
        try:
            blocks = self._blocks()
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            renewed = self.path.open("x+b", buffering=0)
        except OSError:
            self._tell(StoreReason.FOLDER_GONE)
            return False
        try_lock(renewed)
        self._raw.close()
        self._raw = renewed
        self._waiting = bytearray().join(blocks)
        self._unlinked = False
        return True

    def _drop(self) -> None:
        self._dropped += 1
        self._tell(StoreReason.MEMORY_FULL)

    def _tell(self, reason: StoreReason) -> None:
        if self._reported in (reason, StoreReason.MEMORY_FULL):
            return
        self._reported = reason
        self._on_problem(self._problem(reason))

    def _resolved(self) -> None:
        self._reported = None
        lost = f" {self._dropped} packets were lost." if self._dropped else " Nothing was lost."
        message = f"The recording {self.path} can be written again.{lost}"
        self._on_problem(StoreProblem(StoreReason.IO_ERROR, message, resolved=True, dropped=self._dropped))

    def _problem(self, reason: StoreReason) -> StoreProblem:
        if reason is StoreReason.MEMORY_FULL:
            message = (
                f"The recording {self.path} could not be written for so long that memory is full: packets "
                "are being lost. Free some space, or end the session and choose another folder with --data."
            )
        else:
            message = (
                f"The recording {self.path} can't be written, {advice(reason)}. The session goes on and is "
                "kept in memory meanwhile."
            )
        return StoreProblem(reason, message, waiting_bytes=len(self._waiting), dropped=self._dropped)
