"""The one thing that can go wrong when bytes are read."""


class DecodeError(ValueError):
    """Bytes that are not what their format says; the message says what is wrong with them."""
