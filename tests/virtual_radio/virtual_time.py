"""A loop in which waiting costs no time: it jumps to the next timer as soon as nothing else is left to do.

Everything that takes part lives in this loop (bumble's timers, asyncio's time-outs, the sensors' samples), so
a minute of a session takes as long as its computation, and a busy machine changes nothing. Work in a thread
takes no time at all: the loop stands still until it is back.
"""

import asyncio
import selectors


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.threads = 0

    def select(self, timeout=None):
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if self.threads:
            return super().select(None)
        ready = super().select(0)
        if not ready:
            self.now_s += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop with a time of its own."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_s

    def run_in_executor(self, executor, func, *args):
        self._jumping.threads += 1
        work = super().run_in_executor(executor, func, *args)
        work.add_done_callback(self._returned)
        return work

    def _returned(self, _):
        self._jumping.threads -= 1


class LoopClock:
    """The loop's time as a session's clock."""

    def monotonic_ns(self) -> int:
        return round(asyncio.get_running_loop().time() * 1e9)

    def utc_ns(self) -> int:
        return 1_800_000_000_000_000_000 + self.monotonic_ns()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(seconds, 0.0))
