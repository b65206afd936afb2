"""Writes FIGURES.md from the frozen figures beside it.

python tests/accuracy/table.py
"""

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
TITLE = """# Figures

Measured on recordings where named, else on simulated sessions (`src/lumbarwatch/simulate` shares no code
with the estimator), frozen as JSON beside the scripts. The floor is an oracle with exact gravity and mounting
(floors.py): "skin" is what the skin alone leaves, "part" adds the errors of that part's accelerometer. Made
by `table.py`.

| figure | target | measured | floor by oracle | on what |
|---|---|---|---|---|
"""
ANGLE_TARGETS = {"ideal": 0.3, "good": 1.4, "cheap": 2.5, "cheap six poses": 1.7}
TROUBLE_TARGETS = {"swapped": 2.0, "slip_between_sets": 2.5, "restart_mid_set": 2.5}


def frozen(name: str) -> dict[str, Any]:
    """Figures of one script; empty where it was not run."""
    path = HERE / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def recorded() -> Iterator[list[str]]:
    """Inclination on real recordings."""
    on = "8 BROAD trials, defaults"
    for rate in ("286", "100"):
        trials, beside = frozen(f"broad_{rate}").get("trials"), frozen(f"broad_{rate}_beside")
        if not trials or not beside:
            continue
        ours, vqf, offline = (median(x.values()) for x in (trials, beside["vqf"], beside["offline"]))
        worst = max(trials[name] - beside["vqf"][name] for name in trials)
        yield [
            f"inclination RMSE, median, {rate} Hz", f"0.95 x VQF ({0.95 * vqf:.2f} deg)",
            f"{ours:.2f} deg = {ours / vqf:.2f} x VQF", f"offlineVQF {offline:.2f}", on,
        ]  # fmt: skip
        yield [f"a trial's RMSE less VQF's, {rate} Hz", "0.05 deg", f"at most {worst:.3f} deg", "", on]
        for loss, target in ((1, 1.2), (5, 2.5)):
            lossy = frozen(f"broad_{rate}_loss{loss}")["trials"]
            yield [
                f"the same, {loss} % lost in 0.1 s bursts, {rate} Hz", f"{target} deg",
                f"{median(lossy.values()):.2f} deg (worst {max(lossy.values()):.2f})", "", on,
            ]  # fmt: skip


def angles() -> Iterator[list[str]]:
    """Lumbar extension."""
    found = frozen("angles")
    lam = "lumbar_extension_deg"
    for name, figures in found.items():
        if not isinstance(figures, dict):
            continue
        kind, group = name.rsplit(" ", 1) if name not in ANGLE_TARGETS else (name, "")
        target = ANGLE_TARGETS.get(name, TROUBLE_TARGETS.get(kind, 0.0))
        floor = f"skin {figures[f'{lam}_skin_floor']:.2f}, part {figures[f'{lam}_part_floor']:.2f}"
        if kind == "slip_between_sets":
            floor = "(the oracle is not told of the slip)"
        calibrated = figures["calibrated"]
        middle = figures[f"{lam}_median"]
        yield [
            f"lumbar extension RMSE in reps, {kind} {group}".rstrip(), f"{target} deg",
            f"{figures[lam]:.2f} deg (middle session {middle:.2f})", floor,
            f"{calibrated} sessions calibrated",
        ]  # fmt: skip


def counting() -> Iterator[list[str]]:
    """Counts, times and flags."""
    found = frozen("counter")
    if not found:
        return
    n, flags = found["sessions"], found["flags"]
    on = f"{n} sessions: all scenarios and drawn ones, 3 groups, 25 to 286 Hz"
    yield ["reps counted exactly", "all", f"{found['exact']} of {n}", "", on]
    yield ["reps invented outside sets", "0", str(found["invented"]), "", on]
    for name, target in (("lockout_s", 30), ("start_s", 60), ("end_s", 60)):
        t = found["times"][name]
        shown = f"{1000 * t['mean_abs_s']:.1f} ms (p95 {1000 * t['p95_abs_s']:.0f})"
        yield [f"{name[:-2]} time, mean absolute error", f"{target} ms", shown, "", on]
    hit, slips = flags["slips_found_within_2_s"]
    yield [
        "slips flagged within 2 s",
        "all",
        f"{hit} of {slips}",
        "",
        "8 to 16 deg, any moment, either sensor",
    ]
    yield ["slip flags without a slip", "0", str(flags["slip_flags_without_slip"]), "", on]
    hit, swaps = flags["swaps_found"]
    wrong = flags["swap_flags_without_swap"]
    yield ["swaps found (and invented)", "all (0)", f"{hit} of {swaps} ({wrong})", "", on]


def warned() -> Iterator[list[str]]:
    """Clear cases and sets of ten."""
    found = frozen("warning_rates")
    for group, by_id in found.get("clear_cases", {}).items():
        for id_, r in by_id.items():
            sensitivity = "-" if r["sensitivity"] is None else f"{r['sensitivity']:.3f}"
            yield [
                f"{id_} clear cases, {group}: sensitivity, specificity", "0.98, 0.98",
                f"{sensitivity}, {r['specificity']:.3f}", "",
                f"{r['bad']} bad, {r['fine']} fine, {r['not_graded']} not graded",
            ]  # fmt: skip
    for name, r in found.get("sets_of_ten", {}).items():
        if "calibrated" in name:
            continue
        over = name.endswith("over")
        shown = f"{r['red']} of {r['sets']} red" + (f", {r['amber_or_red']} amber or red" if over else "")
        if not over:
            shown += f", {r['other_red']} with another red"
        side = "5 deg over: found" if over else "5 deg safe: false red"
        yield [f"ten reps {side}, {name[:-5]}", "> 80 %" if over else "< 1 %", shown, "", "sets of ten"]


def covered() -> Iterator[list[str]]:
    """One-sigma coverage."""
    found = frozen("coverage")
    for group in ("good", "cheap"):
        for name, r in found.get(group, {}).items():
            shown = f"{100 * r['within_one_sigma']:.0f} % (+-{100 * r['standard_error']:.0f})"
            sizes = f"error {r['rms_error_deg']:.2f}, sigma {r['rms_sigma_deg']:.2f} deg"
            yield [f"{name} at lockout within its sigma, {group}", "60 to 76 %", shown, sizes,
                   f"{r['reps']} reps of {found['sessions_each']} persons"]  # fmt: skip


def late() -> Iterator[list[str]]:
    """Latencies."""
    rows = (
        ("w2_own", "W2 after lambda had been held 150 ms", 0.05),
        ("lockout_top", "provisional lockout after the hips came to rest at the top", 0.2),
        ("lockout_95", "provisional lockout after 95 % of the way", 0.2),
        ("rep_bottom", "final verdict after the hips came to rest at the bottom", 0.3),
        ("rep_5", "final verdict after 5 % of the way is left", 0.3),
    )
    found = frozen("latency")
    for key, words, target in rows:
        for group, r in found.get(key, {}).items():
            shown = f"median {r['median_s']:.3f}, worst {r['worst_s']:.3f} s"
            yield [f"{words}, {group}", f"{target} s", shown, "", f"{r['n']} events, sample by sample"]


def main() -> None:
    rows = [*recorded(), *angles(), *counting(), *warned(), *covered(), *late()]
    text = TITLE + "".join("| " + " | ".join(row) + " |\n" for row in rows)
    notes = HERE / "NOTES.md"
    (HERE / "FIGURES.md").write_text(text + ("\n" + notes.read_text() if notes.exists() else ""))


if __name__ == "__main__":
    main()
