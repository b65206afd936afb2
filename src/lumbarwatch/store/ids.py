"""Keys of everything that is kept."""

import uuid

import uuid_utils

from lumbarwatch.store.errors import StoreError, StoreReason


def new_id() -> str:
    """A UUIDv7 as text: unique everywhere, and sorted by time of creation (RFC 9562)."""
    return str(uuid_utils.uuid7())


def checked_id(text: str) -> str:
    """Return the UUID in its usual form.

    Raises
    ------
    StoreError
        The text is no UUID (it would become a file name and a key).
    """
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise StoreError(StoreReason.UNKNOWN_SESSION, f"{text!r} is no id: an id is a UUID.") from None
