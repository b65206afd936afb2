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


def called_off() -> bool:
    """Whether the running task was cancelled at any time.

    A cancellation can get lost: ``asyncio.wait_for`` (Python 3.11) drops one that comes together with a
    result, and Bluetooth stacks use it throughout.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def finish(task: asyncio.Future[None], seconds: float) -> None:
    """Give a task some time to end by itself, then cancel it until it has."""
    await asyncio.wait([task], timeout=seconds)
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=0.1)
    if not task.cancelled():
        task.exception()  # taken note of: whatever it was ended with the link
