"""Inclination error on recordings with an optical reference (BROAD and folders of its format).

    python tests/accuracy/broad.py --data DIR [--rate HZ] [--loss PERCENT] [--delay S] [--json OUT]

Every trial goes through the real Timebase and Fusion, in chunks. Score: angle between estimated and
reference vertical, root mean square over ``movement`` and finite reference, at the reference's own times (in
gaps and between samples the estimate is interpolated between its neighbours). BROAD: D. Laidig, M. Caruso,
A. Cereatti, T. Seel, Data 2021, 6(7), 72, doi:10.3390/data6070072.

What a sensor's own filters delay its samples by is not in these files: it counts as not known, as in the
product (half a sample period). ``--delay`` tells it. The gyroscope of BROAD lags the optical system by 4.2 ms
in each of the eight trials known here (its rates against the reference's, no filter in between); that this
makes for a lower error is shown in NOTES.md and used nowhere.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.signal import butter, sosfiltfilt
from vqf import VQF, offlineVQF

from lumbarwatch.core.fusion import Fusion
from lumbarwatch.core.timebase import Timebase
from lumbarwatch.model.checks import Booleans, Floats
from lumbarwatch.model.samples import NS_PER_S, ImuBatch, Placement, SensorInfo

LATENCY_NS = 20_000_000  # from sample to arrival; constant, so that the host time is known
BURST_S = 0.1
CHUNK_S = 1.0
SEED = 20211


@dataclass(frozen=True)
class Trial:
    """One recording; ``lost`` marks samples that never arrive."""

    name: str
    t_s: Floats
    gyr: Floats
    acc: Floats
    lost: Booleans
    reference_t_s: Floats
    reference_up: Floats
    counts: Booleans

    @property
    def rate_hz(self) -> float:
        """Sampling rate."""
        return 1.0 / float(np.mean(np.diff(self.t_s)))


def default_folder() -> Path:
    """Where the recordings are kept: LUMBARWATCH_DATA/broad, else beside the project."""
    data = os.environ.get("LUMBARWATCH_DATA")
    root = Path(data) if data else Path(__file__).resolve().parents[2].parent / "shared" / "data"
    return root / "broad"


def load(path: Path) -> Trial:
    """Read one trial of the format of SOURCES.md."""
    with np.load(path) as file:
        rate_hz = float(file["fs"])
        gyr, acc = (file[key].astype(np.float64).reshape(3, -1).T for key in ("gyr", "acc"))
        quat = file["ref_quat"].astype(np.float64)
        movement = file["movement"].astype(bool).ravel()
    up = vertical(quat if quat.shape[1] == 4 else quat.T)
    t_s = np.arange(len(gyr)) / rate_hz
    lost = np.zeros(len(t_s), dtype=bool)
    return Trial(path.stem, t_s, gyr, acc, lost, t_s, up, movement & np.isfinite(up).all(axis=1))


def resampled(trial: Trial, rate_hz: float) -> Trial:
    """The sensor's signals at another rate: low-passed without delay, then interpolated."""
    t_s = np.arange(0.0, trial.t_s[-1], 1.0 / rate_hz)
    out = []
    for values in (trial.gyr, trial.acc):
        smooth = values
        if rate_hz < trial.rate_hz:
            sos = butter(6, 0.4 * rate_hz, fs=trial.rate_hz, output="sos")
            smooth = sosfiltfilt(sos, values, axis=0)
        out.append(CubicSpline(trial.t_s, smooth)(t_s))
    return replace(trial, t_s=t_s, gyr=out[0], acc=out[1], lost=np.zeros(len(t_s), dtype=bool))


def with_loss(trial: Trial, percent: float, seed: int) -> Trial:
    """Lose bursts of 0.1 s, at random, ``percent`` of the samples."""
    rng = np.random.default_rng([seed, *trial.name.encode()])
    burst = max(1, round(BURST_S * trial.rate_hz))
    share = percent / 100.0
    lost = np.zeros(len(trial.t_s), dtype=bool)
    at = 0
    while True:
        at += int(rng.geometric(share / (1.0 - share) / burst))
        if at + burst >= len(lost):
            return replace(trial, lost=lost)
        lost[at : at + burst] = True
        at += burst


def batches(trial: Trial, chunk_s: float) -> Iterator[ImuBatch]:
    """What arrives of a trial, in chunks."""
    kept = np.flatnonzero(~trial.lost)
    t_ns = np.rint(trial.t_s * NS_PER_S).astype(np.int64)
    for part in np.split(kept, np.flatnonzero(np.diff(trial.t_s[kept] // chunk_s)) + 1):
        yield ImuBatch(
            placement=Placement.PELVIS,
            t_arrival_ns=t_ns[part] + LATENCY_NS,
            gyr_radps=trial.gyr[part],
            acc_mps2=trial.acc[part],
            t_device_ns=t_ns[part],
            seq=part,
        )


def fused(trial: Trial, delay_s: float | None, chunk_s: float = CHUNK_S) -> tuple[Floats, Floats, Floats]:
    """Times (n,) s, world up (n, 3) and its sigma (n,) deg, by the project's own stages."""
    info = SensorInfo(nominal_rate_hz=trial.rate_hz, filter_delay_s=delay_s)
    timebase, fusion = Timebase(info), Fusion(info)
    out = [fusion.step(timebase.step(batch)) for batch in batches(trial, chunk_s)]
    t_ns = np.concatenate([part.t_ns for part in out]) - LATENCY_NS
    up = np.concatenate([part.up for part in out])
    return t_ns / NS_PER_S, up, np.concatenate([part.sigma_deg for part in out])


def errors_deg(trial: Trial, t_s: Floats, up: Floats) -> Floats:
    """Inclination errors at the reference's times that count."""
    at = trial.reference_t_s[trial.counts]
    reference = trial.reference_up[trial.counts]
    found = np.stack([np.interp(at, t_s, column) for column in up.T], axis=1)
    sine = np.sqrt((np.cross(found, reference) ** 2).sum(axis=1))
    return np.degrees(np.arctan2(sine, (found * reference).sum(axis=1)))


def rms(values: Floats) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(values**2)))


def vertical(quat: Floats) -> Floats:
    """World up in the sensor's frame."""
    w, x, y, z = quat.T
    return np.stack([2 * (x * z - w * y), 2 * (w * x + y * z), w * w - x * x - y * y + z * z], axis=1)


def plain(trial: Trial, *, skip: bool, causal: bool = True) -> Floats:
    """RMSE of VQF at its defaults, lost samples skipped or interpolated."""
    kept = ~trial.lost
    t_s, gyr, acc = trial.t_s[kept], trial.gyr[kept], trial.acc[kept]
    if not skip:
        gyr, acc = (
            np.stack([np.interp(trial.t_s, t_s, column) for column in values.T], axis=1)
            for values in (gyr, acc)
        )
        t_s = trial.t_s
    gyr, acc, period_s = np.ascontiguousarray(gyr), np.ascontiguousarray(acc), 1.0 / trial.rate_hz
    found = VQF(period_s).updateBatch(gyr, acc) if causal else offlineVQF(gyr, acc, None, period_s)
    return errors_deg(trial, t_s, vertical(found["quat6D"]))


def score(trial: Trial, delay_s: float | None) -> dict[str, float]:
    """Our RMSE (deg) and those of the filters beside it."""
    t_s, up, sigma_deg = fused(trial, delay_s)
    ours = errors_deg(trial, t_s, up)
    sigma = np.interp(trial.reference_t_s[trial.counts], t_s, sigma_deg)
    return {
        "ours": rms(ours),
        "sigma": rms(sigma),
        "vqf": rms(plain(trial, skip=False)),
        "vqf_skip": rms(plain(trial, skip=True)),
        "offline": rms(plain(trial, skip=False, causal=False)),
    }


def prepared(path: Path, rate_hz: float | None, loss_percent: float, seed: int) -> Trial:
    """A trial at the asked rate with the asked loss."""
    trial = load(path)
    if rate_hz is not None:
        trial = resampled(trial, rate_hz)
    return with_loss(trial, loss_percent, seed) if loss_percent > 0 else trial


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=default_folder())
    parser.add_argument("--rate", type=float, default=None, help="Hz; default: as recorded")
    parser.add_argument("--loss", type=float, default=0.0, help="percent of samples, in bursts of 0.1 s")
    parser.add_argument(
        "--delay", type=float, default=None, help="s, of the sensor's own filters; default: not known"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--json", type=Path, default=None)
    parser.add_argument("--beside", type=Path, default=None, help="write the filters beside ours here")
    options = parser.parse_args(arguments)
    paths = sorted(options.data.glob("*.npz"))
    if not paths:
        print(f"no .npz trial in {options.data}", file=sys.stderr)
        return 2
    keys = ("ours", "sigma", "vqf", "vqf_skip", "offline")
    print(f"{'trial':44}" + "".join(f"{key:>10}" for key in keys))
    rows: dict[str, dict[str, float]] = {}
    for path in paths:
        rows[path.stem] = score(prepared(path, options.rate, options.loss, options.seed), options.delay)
        print(f"{path.stem:44}" + "".join(f"{rows[path.stem][key]:10.2f}" for key in keys))
    for name, mean in (("median", np.median), ("mean", np.mean)):
        print(f"{name:44}" + "".join(f"{mean([row[key] for row in rows.values()]):10.3f}" for key in keys))
    if options.json is not None:
        trials = {name: round(row["ours"], 4) for name, row in rows.items()}
        options.json.write_text(json.dumps({"trials": trials}, indent=1) + "\n")
    if options.beside is not None:
        beside = {key: {name: round(row[key], 4) for name, row in rows.items()} for key in keys[2:]}
        options.beside.write_text(json.dumps(beside, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
