"""Names of people stand in one table only: no file and no other row may carry one."""

from collections.abc import Mapping
from typing import Any, cast

from lumbarwatch.store.codec import JsonObject

_NAME = "name"


def nameless(setup: JsonObject) -> JsonObject:
    """Return a pipeline's setup with the athlete's name emptied; the rest as it is."""
    athlete: Any = setup.get("athlete")
    if not isinstance(athlete, Mapping) or _NAME not in athlete:
        return setup
    return {**setup, "athlete": {**cast("JsonObject", athlete), _NAME: ""}}
