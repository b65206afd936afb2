"""Files written whole or not at all."""

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from lumbarwatch.exchange.errors import InputError, InputReason


def check_outputs(*outputs: Path, inputs: tuple[Path, ...] = ()) -> None:
    """Refuse, before any work, outputs that cannot be written, that coincide, or that would replace an input.

    Raises
    ------
    InputError
        With reason BAD_OUTPUT.
    """
    taken = {path.resolve() for path in inputs}
    for output in outputs:
        where = output.resolve()
        if where in taken:
            raise _refused(f"{output} is named twice; give each file a name of its own.")
        if output.is_dir():
            raise _refused(f"{output} is a folder; name a file to write.")
        if not output.parent.is_dir():
            raise _refused(
                f"The folder {output.parent} does not exist; create it or choose another for {output.name}."
            )
        if not os.access(output.parent, os.W_OK):
            raise _refused(
                f"The folder {output.parent} cannot be written to; choose another for {output.name}."
            )
        taken.add(where)


@contextmanager
def replacing(*outputs: Path) -> Generator[tuple[Path, ...]]:
    """Give a temporary file beside each output; at the end all take their final names, or none does."""
    temporary = tuple(path.with_name(f".{secrets.token_hex(4)}-{path.name}") for path in outputs)
    try:
        yield temporary
        for source, output in zip(temporary, outputs, strict=True):
            _sync(source)
            source.replace(output)
    except OSError as error:
        raise _refused(
            f"Writing {outputs[0]} failed ({error.strerror or error}); is the disk full?"
        ) from error
    finally:
        for source in temporary:
            source.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _refused(sentence: str) -> InputError:
    return InputError(InputReason.BAD_OUTPUT, sentence)
