"""Packets delivered more than once (BlueZ does so after each reconnect: bleak issue 2002)."""

from collections import deque

REMEMBERED = 64
"""Packets remembered, over 0.5 s at the fastest rate; repeats follow each other at once (convention)."""


class Repeats:
    """Remembers the last packets of one sensor. Only for formats whose packets carry a counter or a clock."""

    def __init__(self) -> None:
        self._recent: deque[bytes] = deque(maxlen=REMEMBERED)

    def seen(self, payload: bytes) -> bool:
        """Whether the same bytes came a moment ago; remembers them if not."""
        if payload in self._recent:
            return True
        self._recent.append(payload)
        return False
