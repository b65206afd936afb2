"""What people write about finished sessions: notes, corrections of reps. The hub alone writes the history."""

from collections.abc import Callable
from typing import Final

from lumbarwatch.hub.requests import ApiError, CorrectionRequest, NoteRequest, RemoveRequest
from lumbarwatch.hub.station import ApiRefused
from lumbarwatch.model.corrections import CorrectedField
from lumbarwatch.store.history import History

FLAGS: Final = frozenset({CorrectedField.COUNTED, CorrectedField.PARTIAL, CorrectedField.SINGLE_LEG})
"""Fields that are true or false; the others but the comment are numbers."""

Remark = Callable[[History, str, bytes], None]
"""Writes what a request's body says about a session; blocks."""


def write_note(history: History, session_id: str, body: bytes) -> None:
    """Keep a note."""
    request = NoteRequest.model_validate_json(body)
    history.add_note(session_id, request.text, request.author)


def remove_note(history: History, session_id: str, body: bytes) -> None:
    """Take a note back; only one of this session."""
    wanted = RemoveRequest.model_validate_json(body).id
    if any(note.id == wanted for note in history.notes(session_id)):
        history.delete_note(wanted)


def correct_rep(history: History, session_id: str, body: bytes) -> None:
    """Keep a correction of a rep.

    Raises
    ------
    ApiRefused
        The value does not fit the field.
    """
    request = CorrectionRequest.model_validate_json(body)
    if not _fits(request):
        raise ApiRefused(ApiError.BAD_REQUEST, _NEEDED[request.field in FLAGS])
    history.annotate_rep(
        session_id,
        request.set,
        request.rep,
        request.field,
        value=request.value,
        text=request.text,
        author=request.author,
        t_lockout_ns=request.t_lockout_ns,
    )


def remove_correction(history: History, session_id: str, body: bytes) -> None:
    """Take a correction back; only one of this session."""
    wanted = RemoveRequest.model_validate_json(body).id
    if any(one.id == wanted for one in history.annotations(session_id)):
        history.delete_annotation(wanted)


REMARKS: Final[dict[str, Remark]] = {
    "note": write_note,
    "note/delete": remove_note,
    "correction": correct_rep,
    "correction/delete": remove_correction,
}
"""What each path below a session does."""

_NEEDED: Final = {
    True: "value: say true or false for this field.",
    False: "value: give a number for this field, or a comment in words.",
}


def _fits(request: CorrectionRequest) -> bool:
    if request.field is CorrectedField.COMMENT:
        return request.value is None and bool(request.text.strip())
    if request.field in FLAGS:
        return isinstance(request.value, bool)
    return request.value is not None and not isinstance(request.value, bool)
