"""Errors that a user can fix: one sentence saying what is wrong, where, and what to do."""

from enum import StrEnum
from typing import ClassVar


class ErrorKind(StrEnum):
    """What an error is about; the command line turns it into its exit code."""

    INPUT = "input"  # bad input or usage
    BLUETOOTH = "bluetooth"
    PORT = "port"  # a port is taken
    STORE = "store"  # recordings, history or the data folder


class UserError(Exception):
    """Base of every error a user can fix; ``str(error)`` is the sentence shown, without a traceback.

    A subclass sets ``kind`` and carries a reason enum of its own.
    """

    kind: ClassVar[ErrorKind] = ErrorKind.INPUT

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
