"""Locks that die with their process: nobody recovers a recording that is still being written."""

import sys
from contextlib import suppress
from typing import IO, Any

if sys.platform == "win32":
    import msvcrt

    def try_lock(file: IO[Any]) -> bool:
        """Lock an open file for this process; False when another one holds it."""
        far = 2**62  # beyond any content: locked bytes can't be read by others on this system
        position = file.tell()
        file.seek(far)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            file.seek(position)
        return True

    def wait_for_lock(file: IO[Any]) -> None:
        """Lock an open file for this process once nobody else holds it."""
        with suppress(OSError):
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)

else:
    import fcntl

    def try_lock(file: IO[Any]) -> bool:
        """Lock an open file for this process; False when another one holds it."""
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True  # a file system without locks: better an unlocked recording than none
        return True

    def wait_for_lock(file: IO[Any]) -> None:
        """Lock an open file for this process once nobody else holds it."""
        with suppress(OSError):  # a file system without locks
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
