"""Worked examples of the firmware notes: a hex block and the table that decodes it byte by byte.

An example begins with ``<!-- example: NAME -->``; a fenced block of hex and a table with the columns byte,
hex, field, raw, value follow.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NOTES = Path(__file__).parents[2] / "firmware_notes"
REFERENCE = NOTES / "reference"

_EXAMPLE = re.compile(r"<!-- example: (?P<name>[\w.]+) -->\s*```hex\n(?P<hex>.*?)```(?P<rest>.*)", re.DOTALL)
_NUMBER = re.compile(r"[-+]?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:e[-+]?\d+)?)")


@dataclass(frozen=True, slots=True)
class Row:
    """One field of an example: ``raw`` and ``value`` as they stand on the page, empty where they don't."""

    offset: int
    payload: bytes
    field: str
    raw: str
    value: str


@dataclass(frozen=True, slots=True)
class Example:
    """A payload and its decoding by hand."""

    page: str
    name: str
    payload: bytes
    rows: tuple[Row, ...]


def text(page: str) -> str:
    return (NOTES / page).read_text(encoding="utf-8")


def examples(page: str) -> Iterator[Example]:
    pieces = re.split(r"(?=<!-- example: )", text(page))
    for piece in pieces[1:]:
        found = _EXAMPLE.match(piece)
        assert found, f"{page}: an example without a hex block: {piece[:60]}"
        yield Example(page, found["name"], octets(found["hex"]), tuple(_rows(found["rest"])))


def _rows(rest: str) -> Iterator[Row]:
    table = re.search(r"\n\|(?:.*\|\n)+", rest)
    assert table, "an example without a table"
    for line in table[0].strip().splitlines()[2:]:
        offset, hexes, field, raw, value = (cell.strip() for cell in line.strip("|").split("|"))
        yield Row(int(offset), octets(hexes), field.strip("`"), raw, value)


def octets(hexes: str) -> bytes:
    """Bytes of hex with blanks and back quotes."""
    return bytes.fromhex(re.sub(r"[`\s]", "", hexes))


def number(cell: str) -> float:
    """The number in a cell."""
    found = _NUMBER.search(cell.replace("−", "-"))
    assert found, f"no number in {cell!r}"
    return float(int(found[0], 16)) if "x" in found[0] else float(found[0])


def half_a_digit(cell: str) -> float:
    """How far the cell's number may be off by rounding."""
    found = _NUMBER.search(cell.replace("−", "-"))
    assert found, f"no number in {cell!r}"
    mantissa, _, exponent = found[0].partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 0.5000001 * 10.0 ** (int(exponent or 0) - decimals)


def vectors() -> dict[str, bytes]:
    """LM-1's test vectors by name."""
    source = (REFERENCE / "vectors.h").read_text(encoding="utf-8")
    found = re.findall(r'#define VECTOR_(\w+) "([0-9a-f]*)"', source)
    return {name: bytes.fromhex(value) for name, value in found}
