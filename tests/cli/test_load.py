import io
import json

import pytest
from rich.console import Console

from core.load_equilibrium import solve
from lumbarwatch.cli import load_table
from lumbarwatch.cli.main import main
from lumbarwatch.model.load import LoadSetup

POSTURE = {"bar-kg": 100, "mass-kg": 75, "height-m": 1.75, "pelvis-deg": 90, "lumbar-deg": 90}
NAMES = [
    "m_l5s1_nm", "m_hip_nm", "m_knee_nm", "compression_n", "shear_n", "bench_n", "foot_n", "horizontal_n"
]  # fmt: skip


def run(monkeypatch, capsys, *flags, **changed):
    """The command as the shell starts it: exit code, output, errors."""
    options = {name: value for name, value in (POSTURE | changed).items() if value is not None}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    monkeypatch.setattr("sys.argv", ["lumbarwatch", "load", *words, *flags])
    with pytest.raises(SystemExit) as ended:
        main()
    captured = capsys.readouterr()
    return ended.value.code or 0, captured.out, captured.err


def test_json_has_every_number_and_its_sigma(monkeypatch, capsys):
    code, out, errors = run(monkeypatch, capsys, "--json")
    found = json.loads(out)
    assert (code, errors) == (0, "")
    assert list(found) == [*NAMES, *(f"{name}_sigma" for name in NAMES)]
    assert {name: found[name] for name in NAMES} == pytest.approx(solve(90, 90, 100, 75, 1.75))
    assert found["m_l5s1_nm"] == pytest.approx(171.71, rel=1e-3)
    assert found["m_l5s1_nm_sigma"] / found["m_l5s1_nm"] == pytest.approx(0.16, rel=0.25)


def test_every_option_is_used(monkeypatch, capsys):
    changed = {"kappa": 0.2, "dynamic": 1.3, "bench-height-m": 0.45, "pelvis-deg": 60, "lumbar-deg": 70}
    _, out, _ = run(monkeypatch, capsys, "--json", **changed)
    expected = solve(60, 70, 100, 75, 1.75, kappa=0.2, dynamic=1.3, bench_m=0.45)
    found = json.loads(out)
    assert {name: found[name] for name in NAMES} == pytest.approx(expected)


@pytest.mark.parametrize(
    "changed",
    [
        {"pelvis-deg": 120, "lumbar-deg": 140}, {"bench-height-m": 0.95}, {"bench-height-m": 45},
        {"height-m": 175}, {"height-m": 0}, {"mass-kg": -75}, {"bar-kg": -1}, {"bar-kg": "nan"},
        {"pelvis-deg": "inf"}, {"lumbar-deg": 400}, {"kappa": 3}, {"dynamic": -1}, {"contact-m": 12},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_what_cannot_be_ends_with_two_and_one_sentence(changed, flags, monkeypatch, capsys):
    code, out, errors = run(monkeypatch, capsys, *flags, **changed)
    assert (code, out) == (2, "")
    assert errors.startswith("lumbarwatch: ")
    assert errors.endswith(".\n")
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    "changed", [{"bar-kg": None}, {"mass-kg": None}, {"height-m": None}, {"bar-kg": "x"}]
)
def test_without_bar_body_mass_or_stature_there_is_no_load(changed, monkeypatch, capsys):
    code, out, errors = run(monkeypatch, capsys, **changed)
    assert (code, out) == (2, "")
    assert next(iter(changed)) in errors


def test_the_table_has_intervals_and_says_what_it_is_not(monkeypatch, capsys):
    code, out, _ = run(monkeypatch, capsys)
    assert code == 0
    console = Console(width=80, record=True, file=io.StringIO())
    load_table.show(load_table.figures(LoadSetup(100, 75, 1.75), 90, 90, 1.0), console)
    text = console.export_text()
    assert all(line in out for line in text.splitlines() if "N m" in line)
    for part in (
        "L5/S1",
        "172",
        "±22",
        "150 to 194",
        "N m",
        "not validated for this lift",
        "not a medical device",
    ):
        assert part in text, part
    assert "risk" not in text
    assert max(map(len, text.splitlines()[:11])) <= 80


def test_a_tape_measure_narrows_the_interval(monkeypatch, capsys):
    usual, measured = (
        json.loads(run(monkeypatch, capsys, "--json", **{"contact-m": contact})[1])
        for contact in (None, 0.1225)
    )
    assert measured["m_l5s1_nm"] == pytest.approx(usual["m_l5s1_nm"])
    assert measured["m_l5s1_nm_sigma"] < 0.7 * usual["m_l5s1_nm_sigma"]
