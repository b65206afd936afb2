"""Waiting for whichever comes first."""

import asyncio

from lumbarwatch.model.clock import Clock


async def wait_for_any(clock: Clock, seconds: float, *events: asyncio.Event) -> bool:
    """Wait until one of the events is set (True) or the time is over (False)."""
    waiters = [asyncio.ensure_future(event.wait()) for event in events]
    timer = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait([timer, *waiters], return_when=asyncio.FIRST_COMPLETED)
        return any(event.is_set() for event in events)
    finally:
        for task in (timer, *waiters):
            task.cancel()
