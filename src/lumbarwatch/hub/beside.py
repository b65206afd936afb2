"""Work beside a session: none of it may end the session, and none of it may end unnoticed."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

_LOG = logging.getLogger(__name__)


def beside(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """Begin work as a task; an error that ends it is logged under this name, a sentence's subject."""

    def ended(task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _LOG.error("%s stopped with an error; the session goes on.", name, exc_info=error)

    task = asyncio.create_task(work)
    task.add_done_callback(ended)
    return task
