"""Model values as JSON and back: typed, exact, in one place.

Whole numbers stay whole (ns are not rounded), floats come back bit for bit (Python writes the shortest digits
that do), an enum is its value, a mapping's keys are text, a tuple or array is a list. A union of event types
carries its name in ``"tag"``. Fields that a reader does not know are ignored and missing ones take their
default, so that old and new files can be read alike; NaN and infinity are refused.
"""

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

import numpy as np

from lumbarwatch.model import events, motion, session, verdicts
from lumbarwatch.model.events import ControlEvent, LinkEvent

JsonObject = dict[str, Any]
"""A decoded JSON object."""

T = TypeVar("T")

KINDS: Mapping[str, type[Any]] = types.MappingProxyType(
    {
        "step_begun": events.StepBegun,
        "step_done": events.StepDone,
        "step_left": events.StepLeft,
        "set_button": events.SetButton,
        "bar_load": events.BarLoad,
        "bench": events.BenchMeasured,
        "symptom": events.Symptom,
        "annotation": events.Annotation,
        "session_end": events.SessionEnd,
        "link": events.LinkEvent,
        "rep": motion.Rep,
        "set_summary": motion.SetSummary,
        "calibration": session.Calibration,
        "limits": session.Limits,
        "warning": verdicts.WarningVerdict,
        "not_graded": verdicts.NotGraded,
    }
)
"""Names of the types in files; never change one, files of five years carry them."""

_NAMES = {kind: name for name, kind in KINDS.items()}


class CodecError(ValueError):
    """JSON that is not the value it should be; the message names the field."""


def to_json(value: object) -> Any:
    """Return plain JSON types: model dataclasses, enums, arrays, mappings and tuples are taken apart."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray | np.generic):
        return typing.cast("Any", value.tolist())  # pyright: ignore[reportUnknownMemberType]
    if isinstance(value, Mapping):
        entries = typing.cast("Mapping[object, object]", value)
        return {str(to_json(key)): to_json(entry) for key, entry in entries.items()}
    if isinstance(value, tuple | list):
        return [to_json(entry) for entry in typing.cast("tuple[object, ...]", value)]
    raise CodecError(f"{type(value).__name__} can't be written as JSON")


def from_json(kind: type[T], value: object, where: str = "") -> T:
    """Return the value of type ``kind`` that ``value`` describes.

    Raises
    ------
    CodecError
        A missing or wrong field, named by its path.
    """
    return typing.cast("T", _decode(kind, value, where or kind.__name__))


def dumps(value: object) -> str:
    """Compact JSON text of a model value or of plain JSON."""
    try:
        return json.dumps(to_json(value), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise CodecError(f"{type(value).__name__}: {error}") from error


def loads(text: str | bytes) -> JsonObject:
    """Return the JSON object in a text.

    Raises
    ------
    CodecError
        No JSON, or not an object.
    """
    try:
        value = json.loads(text)
    except ValueError as error:
        raise CodecError(f"no JSON: {error}") from error
    if not isinstance(value, dict):
        raise CodecError("a JSON object is needed")
    return typing.cast("JsonObject", value)


def to_tagged(value: object) -> JsonObject:
    """As :func:`to_json`, with the type's name in ``"tag"``; only the types of :data:`KINDS`."""
    name = _NAMES.get(type(value))
    if name is None:
        raise CodecError(f"{type(value).__name__} has no name in files")
    return {"tag": name, **typing.cast("JsonObject", to_json(value))}


def from_tagged(value: JsonObject) -> Any:
    """Return the value whose type is named in ``"tag"``."""
    kind = KINDS.get(str(value.get("tag")))
    if kind is None:
        raise CodecError(f"tag: {value.get('tag')!r} is not known to this version")
    return from_json(kind, value)


def control_from_json(value: JsonObject) -> ControlEvent:
    """Return the control event written by :func:`to_tagged`."""
    event = from_tagged(value)
    if not isinstance(event, typing.get_args(ControlEvent)):
        raise CodecError(f"tag: {value.get('tag')!r} is no control event")
    return typing.cast("ControlEvent", event)


def link_from_json(value: JsonObject) -> LinkEvent:
    """Return the link event written by :func:`to_tagged`."""
    event = from_tagged(value)
    if not isinstance(event, LinkEvent):
        raise CodecError(f"tag: {value.get('tag')!r} is no link event")
    return event


@functools.cache
def _hints(kind: type) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)


def _decode(hint: Any, value: object, where: str) -> object:
    if hint is Any or hint is object:
        return value
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return _optional(typing.get_args(hint), value, where)
    if origin is np.ndarray:
        return _array(hint, value, where)
    if origin is tuple:
        return _tuple(typing.get_args(hint), value, where)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(typing.get_args(hint), value, where)
    if dataclasses.is_dataclass(hint):
        return _dataclass(typing.cast("type", hint), value, where)
    return _plain(hint, value, where)


def _optional(options: tuple[Any, ...], value: object, where: str) -> object:
    if value is None and type(None) in options:
        return None
    rest = [option for option in options if option is not type(None)]
    if len(rest) != 1:
        raise CodecError(f"{where}: which of {len(rest)} types?")
    return _decode(rest[0], value, where)


def _dataclass(kind: type, value: object, where: str) -> object:
    if not isinstance(value, Mapping):
        raise CodecError(f"{where}: an object is needed")
    entries = typing.cast("Mapping[str, object]", value)
    hints = _hints(kind)
    names = [field.name for field in dataclasses.fields(kind) if field.init and field.name in entries]
    given = {name: _decode(hints[name], entries[name], f"{where}.{name}") for name in names}
    try:
        return kind(**given)
    except (TypeError, ValueError) as error:
        raise CodecError(f"{where}: {error}") from error


def _mapping(arguments: tuple[Any, ...], value: object, where: str) -> object:
    if not isinstance(value, Mapping):
        raise CodecError(f"{where}: an object is needed")
    entries = typing.cast("Mapping[str, object]", value)
    key_hint, value_hint = arguments or (str, Any)
    decoded = {
        typing.cast("str", _decode(key_hint, key, where)): _decode(value_hint, entry, f"{where}.{key}")
        for key, entry in entries.items()
    }
    return types.MappingProxyType(decoded)


def _tuple(arguments: tuple[Any, ...], value: object, where: str) -> tuple[object, ...]:
    if not isinstance(value, list | tuple):
        raise CodecError(f"{where}: a list is needed")
    entries = typing.cast("list[object]", value)
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        hints: tuple[Any, ...] = (arguments[0],) * len(entries)
    else:
        hints = arguments
    if len(hints) != len(entries):
        raise CodecError(f"{where}: {len(hints)} entries are needed, not {len(entries)}")
    return tuple(
        _decode(hint, entry, f"{where}[{i}]")
        for i, (hint, entry) in enumerate(zip(hints, entries, strict=True))
    )


def _array(hint: Any, value: object, where: str) -> object:
    (scalar,) = typing.get_args(typing.get_args(hint)[1])
    try:
        return np.array(value, dtype=scalar)
    except (TypeError, ValueError) as error:
        raise CodecError(f"{where}: {error}") from error


def _plain(hint: Any, value: object, where: str) -> object:
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError:
            raise CodecError(f"{where}: {value!r} is not known to this version") from None
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type) and isinstance(value, hint) and (hint is bool or not isinstance(value, bool)):
        return value
    raise CodecError(f"{where}: {value!r} is no {getattr(hint, '__name__', hint)}")
