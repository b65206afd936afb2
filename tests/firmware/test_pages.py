"""The pages say what the code does: examples, identifiers, vectors, links, and no claim of real hardware."""

import re

import numpy as np
import pytest

from firmware.hand import READERS
from firmware.notes import NOTES, Example, Row, examples, half_a_digit, number, octets, text, vectors
from lumbarwatch.sensors import catalogue
from lumbarwatch.wire import lm1, movella, movesense, witmotion

FAMILY_PAGES = {
    "lm1.md": lm1,
    "witmotion.md": witmotion,
    "movesense.md": movesense,
    "movella_dot.md": movella,
}
EXAMPLES = [example for page in FAMILY_PAGES for example in examples(page)]
PAGES = sorted(path.relative_to(NOTES).as_posix() for path in NOTES.rglob("*.md"))
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_a_worked_example_is_what_the_reader_makes_of_it(example: Example):
    assert b"".join(row.payload for row in example.rows) == example.payload
    fields = READERS[example.name](example.payload)
    at = 0
    for row in example.rows:
        assert row.offset == at
        at += len(row.payload)
        if row.field == "-":
            assert not any(row.payload)
            continue
        check(row, *fields.pop(row.field))
    assert not fields, "fields that the table leaves out"


def check(row: Row, raw: int | None, value: float | str | None) -> None:
    if raw is None:
        assert not row.raw
    else:
        assert int(row.raw, 0) == raw, row
    if isinstance(value, str):
        assert value in row.value, row
    elif value is not None and row.value:
        assert number(row.value) == pytest.approx(value, abs=half_a_digit(row.value), rel=0), row
    elif value is not None:
        assert raw is not None, row  # the raw number says it all


def test_every_reader_has_an_example_and_every_family_a_page():
    assert sorted(example.name for example in EXAMPLES) == sorted(READERS)
    assert len(FAMILY_PAGES) == len(catalogue.FAMILIES)
    for page in FAMILY_PAGES:
        assert "## Verified, not verified" in text(page) or "Verified, not verified" in text(page)
        assert "Not verified:" in text(page)


@pytest.mark.parametrize("page", FAMILY_PAGES)
def test_identifiers_on_a_page_are_those_of_the_code(page):
    module = FAMILY_PAGES[page]
    known = {value for value in vars(module).values() if isinstance(value, str) and UUID.fullmatch(value)}
    assert set(UUID.findall(text(page))) == known


def test_lm1s_page_lists_every_vector_and_the_code_reads_them_so():
    rows = re.findall(r"^\| `([A-Z_]+)` \| `([0-9a-f]+)` \| (.*) \|$", text("lm1.md"), re.MULTILINE)
    assert {name: octets(value) for name, value, _ in rows} == vectors()
    known = vectors()
    assert lm1.Command.from_bytes(known["START"]) == lm1.Command.start(lm1.Kind.MOTION, 2)
    assert lm1.Answer.from_bytes(known["START_ANSWER"]) == lm1.Answer(lm1.Op.START, lm1.Status.OK)
    assert lm1.Command.from_bytes(known["STOP"]) == lm1.Command(lm1.Op.STOP)
    assert lm1.Command.from_bytes(known["SET_RATE"]) == lm1.Command.set_rate(104.0)
    assert lm1.Command.from_bytes(known["BAD_RATE"]) == lm1.Command.set_rate(100.0)
    assert lm1.Answer.from_bytes(known["BAD_RATE_ANSWER"]).status is lm1.Status.BAD_ARGUMENT
    assert lm1.Command.from_bytes(known["IDENTIFY"]) == lm1.Command(lm1.Op.IDENTIFY)
    assert lm1.Command.from_bytes(known["SET_ROLE"]) == lm1.Command.set_role(lm1.Role.SACRUM, "LM")
    assert lm1.Command.from_bytes(known["GYRO_BIAS"]) == lm1.Command(lm1.Op.GYRO_BIAS)
    assert lm1.Command.from_bytes(known["SLEEP"]) == lm1.Command(lm1.Op.SLEEP)
    assert known["TOKEN"] == lm1.clock_token(0xDEADBEEF)
    motion = lm1.DataPacket.from_bytes(known["MOTION"])
    assert (motion.seq, motion.t_us) == (300, 1_000_000)
    assert motion.counts.tolist() == [[1, -2, 3, -4, 5, -6], [-32768, 32767, 0, 1, 2, 3]]
    flagged = lm1.DataPacket.from_bytes(known["FLAGGED"])
    assert flagged.flags.tolist() == [lm1.SampleFlag.CLIPPED | lm1.SampleFlag.BUTTON]
    info = lm1.Info.from_bytes(known["INFO"])
    assert (info.role, info.serial_text) == (lm1.Role.L1, "LM100001")
    assert info.acc_scale_mps2 == float(np.float32(8 * 9.80665 / 32768))


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    here = (NOTES / page).parent
    for target in re.findall(r"\]\(([^)#]+)\)", text(page)):
        if not target.startswith("https://"):
            assert (here / target).exists(), f"{page}: {target}"
    for path in re.findall(r"`((?:tests|src)/[\w/.]+)`", text(page)):
        assert (NOTES.parent / path).exists(), f"{page}: {path}"


def test_the_index_lists_every_page():
    index = text("README.md")
    for page in PAGES:
        if page not in ("README.md", "reference/README.md"):
            assert f"]({page})" in index, page


@pytest.mark.parametrize("page", PAGES)
def test_a_measurement_says_what_it_was_made_on(page):
    """No page claims a measurement on real hardware: there has been none."""
    for line in text(page).splitlines():
        if "[measured" in line.lower():
            assert not re.search(r"\breal (board|sensor|athlete|person|radio)\b", line), line
    assert "No real" in text("README.md")


def test_the_boards_rates_are_their_register_fields():
    """ODR in bits 7 to 4, range 11 in bits 3 and 2; the FIFO has it in bits 6 to 3, continuous mode 110."""
    rows = re.findall(
        r"^\| (\d+) Hz \| 0x(\w\w) \| 0x(\w\w) \| (\d+) \|$",
        text("board_xiao_nrf52840_sense.md"),
        re.MULTILINE,
    )
    fields = {52: 0b0011, 104: 0b0100, 208: 0b0101}
    assert len(rows) == 3
    for rate, control, fifo, tenths in rows:
        odr = fields[int(rate)]
        assert int(control, 16) == odr << 4 | 0b11 << 2
        assert int(fifo, 16) == odr << 3 | 0b110
        assert int(tenths) == 10 * int(rate)


def test_the_battery_table_is_the_firmwares(library):
    mv, percent = re.findall(r"^\| (?:mV|%) \|(.*)\|$", text("power.md"), re.MULTILINE)
    for volts, wanted in zip(mv.split("|"), percent.split("|"), strict=True):
        assert library.lm1_battery_percent(int(volts)) == int(wanted)
