"""Which cycles become reps."""

from core.made import measured
from lumbarwatch.core.sets import SetBook

ROM_REF_DEG = 45.0


def test_a_high_cycle_opens_a_set_at_once():
    book, rep = SetBook(), measured()
    assert book.take(rep, ROM_REF_DEG) == [rep]


def test_rolling_the_bar_waits_and_is_dropped():
    book = SetBook()
    roll = measured(rom_deg=32.0, bottom_deg=30.0, bottom_after_deg=38.0, phi_top_deg=62.0)
    assert book.take(roll, ROM_REF_DEG) == []
    rep = measured()
    assert book.take(rep, ROM_REF_DEG) == [rep]
    assert book.close() == [rep]


def test_a_short_first_rep_from_the_set_s_own_bottom_is_kept():
    book = SetBook()
    short, full = measured(rom_deg=30.0, phi_top_deg=75.0), measured()
    assert book.take(short, ROM_REF_DEG) == []
    assert book.take(full, ROM_REF_DEG) == [short, full]


def test_two_low_cycles_alike_are_reps():
    book = SetBook()
    one, two = (measured(rom_deg=30.0, phi_top_deg=75.0) for _ in range(2))
    assert book.take(one, ROM_REF_DEG) == []
    assert book.take(two, ROM_REF_DEG) == [one, two]


def test_within_a_set_short_reps_count_and_other_bottoms_do_not():
    book = SetBook()
    book.take(measured(), ROM_REF_DEG)
    short = measured(rom_deg=25.0, phi_top_deg=70.0)
    assert book.take(short, ROM_REF_DEG) == [short]
    assert book.take(measured(rom_deg=20.0, phi_top_deg=65.0), ROM_REF_DEG) == []
    off = measured(rom_deg=30.0, phi_top_deg=58.0, bottom_deg=28.0)
    assert book.take(off, ROM_REF_DEG) == []


def test_rolling_over_and_getting_up_are_none():
    book = SetBook()
    assert book.take(measured(side_lying=True), ROM_REF_DEG) == []
    assert book.take(measured(left=True), ROM_REF_DEG) == []
    rep = measured()
    assert book.take(rep, ROM_REF_DEG) == [rep]


def test_a_whole_rep_counts_though_a_strap_slipped_at_the_bottom():
    book = SetBook()
    book.take(measured(), ROM_REF_DEG)
    slipped = measured(bottom_deg=31.0, bottom_after_deg=31.0, rom_deg=48.0, phi_top_deg=79.0)
    assert book.take(slipped, ROM_REF_DEG) == [slipped]
    got_up = measured(bottom_deg=31.0, bottom_after_deg=10.0, rom_deg=48.0, phi_top_deg=79.0)
    assert book.take(got_up, ROM_REF_DEG) == []
