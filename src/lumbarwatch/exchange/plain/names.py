"""Whether a header names the columns that are needed."""

from pathlib import Path

from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.plain import columns
from lumbarwatch.exchange.plain.recording import Notice, NoticeReason


def check_names(path: Path, names: list[str]) -> list[Notice]:
    """Refuse a header that lacks what is needed; return notices of what is ignored or absent.

    Raises
    ------
    InputError
        With reason COLUMNS_MISSING or MALFORMED.
    """
    missing = [name for name in columns.REQUIRED if name not in names]
    if missing:
        raise InputError(InputReason.COLUMNS_MISSING, f"{path} {_missing_sentence(names, missing)}")
    twice = sorted({name for name in names if name in columns.ALL and names.count(name) > 1})
    if twice:
        raise InputError(InputReason.MALFORMED, f"{path} has the column {twice[0]} twice; keep one of them.")
    notices: list[Notice] = []
    unknown = [name or "(no name)" for name in names if name not in columns.ALL]
    if unknown:
        notices.append(
            Notice(NoticeReason.UNKNOWN_COLUMNS, f"Unknown columns were ignored: {_some(unknown)}.")
        )
    notices += [
        Notice(
            NoticeReason.COLUMN_ABSENT,
            f"There is no column {name}: times and losses are estimated without it.",
        )
        for name in columns.COUNTERS
        if name not in names
    ]
    present = [name for name in columns.QUAT if name in names]
    if 0 < len(present) < len(columns.QUAT):
        text = f"Only {', '.join(present)} of qw, qx, qy, qz are there: quaternions were ignored."
        notices.append(Notice(NoticeReason.QUATERNION_INCOMPLETE, text))
    return notices


def _missing_sentence(names: list[str], missing: list[str]) -> str:
    if len(names) == 1:
        for separator, word in ((";", "semicolons"), ("\t", "tabs")):
            if separator in names[0]:
                return f"is separated by {word}; export it with commas as separators and decimal points."
    if len(missing) == len(columns.REQUIRED):
        return f"is no table of samples: its first line must name the columns {','.join(columns.ALL[:10])}."
    column = "column" if len(missing) == 1 else "columns"
    needed = ", ".join(columns.REQUIRED)
    return f"lacks the {column} {', '.join(missing)}; the needed ones are {needed}."


def _some(names: list[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
