"""The analysis on the terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lumbarwatch.model.analysis import Analysis
from lumbarwatch.model.motion import Rep
from lumbarwatch.model.quality import SensorQuality
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.model.session import Calibration
from lumbarwatch.model.verdicts import Level, WarningId, WarningVerdict

STYLES = {Level.AMBER: "yellow", Level.RED: "bold red"}
UNKNOWN = "-"


def show(analysis: Analysis, console: Console | None = None) -> None:
    """Print calibration, sensors, sets, reps and warnings."""
    out = console or Console()
    out.print(_calibration_line(analysis.calibration))
    out.print(_sensors(analysis))
    for slip in analysis.slips:
        where = f"{slip.placement} by {slip.slip_deg:.0f} deg at {slip.t_ns / NS_PER_S:.1f} s"
        out.print(Text(f"Slip suspected: {where}", "yellow"))
    if analysis.reps:
        out.print(_reps(analysis.reps))
    out.print(_summary(analysis))
    for warning in (*(found for one in analysis.sets for found in one.warnings), *analysis.warnings):
        out.print(_full(warning))
    for reason, warnings in _not_graded(analysis).items():
        out.print(Text(f"Not graded ({_words(reason)}): {', '.join(warnings)}", "dim"))
    for notice in analysis.notices:
        out.print(Text(f"Note: {notice}", "dim"))
    out.print("[dim]A training aid, not a medical device; angles are estimates; it cannot detect injury.[/]")


def _calibration_line(calibration: Calibration) -> Text:
    reasons = ", ".join(_words(reason.value) for reason in calibration.reasons)
    if not calibration.valid:
        return Text.assemble(
            ("Calibration: none", "yellow"), f" ({reasons or 'not found'}); nothing is graded"
        )
    line = Text.assemble(("Calibration: valid", "green"), f", {calibration.source.value}")
    if (own := calibration.own_range) is not None:
        line.append(f"; own range {own.lam_max_deg:.0f} deg arched, {own.tau_max_deg:.0f} deg tucked")
    if calibration.swapped:
        line.append("; sensors were swapped (corrected)", "yellow")
    if reasons:
        line.append(f" ({reasons})", "yellow")
    return line


def _sensors(analysis: Analysis) -> Table:
    table = Table(title="Sensors", title_justify="left", box=None, pad_edge=False)
    for name in (
        "sensor",
        "samples",
        "rate Hz",
        "lost",
        "gap s",
        "doubled",
        "late",
        "restarts",
        "ppm",
    ):
        table.add_column(name, justify="left" if name == "sensor" else "right")
    for place in Placement:
        table.add_row(place.value, *_quality(analysis.sensors.get(place, SensorQuality())))
    return table


def _quality(quality: SensorQuality) -> list[str]:
    lost = f"{'~' if quality.loss_estimated else ''}{quality.lost} ({quality.lost_fraction:.1%})"
    return [
        str(quality.samples),
        _figure(quality.rate_hz, 2),
        lost,
        _figure(quality.longest_gap_s, 2),
        str(quality.doubled),
        str(quality.late),
        str(quality.restarts),
        _figure(quality.clock_ppm, 0),
    ]


def _reps(reps: tuple[Rep, ...]) -> Table:
    """Reps in 80 columns; angles in degrees with one sigma."""
    table = Table(
        title="Reps (angles in deg; ! red, ? borderline)", title_justify="left", box=None, pad_edge=False
    )
    for name in ("rep", "t s", "up hold down s", "ROM", "tilt", "lumbar", "peak"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict")
    for rep in reps:
        table.add_row(*_rep(rep), style=None if rep.graded else "dim")
    return table


def _rep(rep: Rep) -> list[str | Text]:
    down = f"{rep.eccentric_s:4.2f}" if rep.lowered else f"{UNKNOWN:>4}"
    share = "" if rep.rom_fraction is None else f" {rep.rom_fraction:4.0%}"
    return [
        f"{rep.set_number}.{rep.rep_number}",
        f"{rep.t_start_ns / NS_PER_S:.1f}",
        f"{rep.concentric_s:.2f} {rep.hold_s:.2f} {down}",
        f"{rep.rom_deg:.0f}{share}",
        _with_sigma(rep.tilt_lockout_deg, rep.tilt_sigma_deg),
        _with_sigma(rep.lambda_lockout_deg, rep.lambda_sigma_deg),
        _figure(rep.lambda_peak_deg, 1),
        _verdict(rep),
    ]


def _verdict(rep: Rep) -> Text:
    words = [Text("partial")] if rep.partial else []
    for warning in rep.warnings:
        mark = ("!" if warning.level is Level.RED else "") + ("?" if warning.id in rep.borderline else "")
        words.append(Text(f"{warning.id.value}{mark}", STYLES[warning.level]))
    if not rep.graded:
        words.append(Text("not graded"))
    elif not rep.warnings:
        words.append(Text("ok", "green"))
    return Text(" ").join(words)


def _summary(analysis: Analysis) -> str:
    if not analysis.reps:
        return f"0 reps in {analysis.duration_s:.0f} s"
    partial = sum(rep.partial for rep in analysis.reps)
    sets = f"{len(analysis.sets)} set{'' if len(analysis.sets) == 1 else 's'}"
    return f"{len(analysis.reps)} reps ({partial} partial) in {sets}, {analysis.duration_s:.0f} s"


def _full(warning: WarningVerdict) -> Text:
    text = f"{warning.id.value} {_words(warning.id.label)}: {warning.value:.2f} (limit {warning.limit:.2f})"
    return Text(text, STYLES[warning.level])


def _not_graded(analysis: Analysis) -> dict[str, list[WarningId]]:
    """Warnings by the reason for which some rep was not judged, each once."""
    found: dict[str, list[WarningId]] = {}
    for rep in analysis.reps:
        for one in rep.not_graded:
            warnings = found.setdefault(one.reason.value, [])
            if one.id not in warnings:
                warnings.append(one.id)
    return found


def _with_sigma(value: float | None, sigma: float | None) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:.1f}" if sigma is None else f"{value:.1f}±{sigma:.1f}"


def _figure(value: float | None, digits: int) -> str:
    return UNKNOWN if value is None else f"{value:.{digits}f}"


def _words(name: str) -> str:
    return name.replace("_", " ")
