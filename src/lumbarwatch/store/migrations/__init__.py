"""Schema versions of the history, first to last. A released revision is never edited."""

from typing import Final

HEAD: Final = "0004"
"""The newest revision; a test holds it to the newest file in versions/."""
