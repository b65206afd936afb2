"""A table's own quaternions made usable: unit, and in the frame of its raw columns.

Makers' exports differ: some turn the quaternion into a segment's frame while the raw columns stay in the
sensor's. The two then differ by one constant rotation, which angular rate and gravity tell.
"""

from dataclasses import replace

import numpy as np

from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.plain.order import Rows, sample_period_ns
from lumbarwatch.exchange.plain.recording import Notice, NoticeReason
from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.model.checks import UNIT_QUATERNION_TOLERANCE, Floats
from lumbarwatch.model.samples import Placement

BAD_SHARE = 0.05
"""Share of rows with impossible quaternions that is tolerated (convention)."""

AGREES_DEG = 10.0
"""Quaternion and gravity agree when their middle difference is below this (convention)."""

WINDOW_S = 0.5
FREE_OF_ACCELERATION = 0.05
LEAST_RATE_RADPS = 0.3
LEAST_SAMPLES = 50
LARGEST_LAG = 5  # samples by which a maker's fusion may trail its raw data


def unit_quaternions(where: str, rows: Rows, place: Placement) -> tuple[Rows, list[Notice]]:
    """Take impossible quaternions away; all-zero ones count as not given.

    Raises
    ------
    InputError
        With reason QUATERNION_NOT_UNIT where many are impossible.
    """
    if rows.quat_wxyz is None:
        return rows, []
    norm = np.linalg.norm(rows.quat_wxyz, axis=1)
    given = np.isfinite(norm) & (norm > 1e-9)
    bad = given & (np.abs(norm - 1.0) > UNIT_QUATERNION_TOLERANCE)
    if bad.sum() > BAD_SHARE * len(rows):
        raise InputError(
            InputReason.QUATERNION_NOT_UNIT,
            f"{where}: qw, qx, qy, qz have a norm of {np.median(norm[given]):.3g}, not 1; "
            "export unit quaternions or leave the columns out.",
        )
    usable = given & ~bad
    kept = replace(rows, quat_wxyz=np.where(usable[:, None], rows.quat_wxyz, np.nan))
    if rows.acc_mps2 is None:
        kept = kept.take(usable)
    text = f"{place}: {bad.sum()} quaternions whose norm is not 1 were ignored."
    return kept, [Notice(NoticeReason.QUATERNION_BAD, text)] if bad.any() else []


def aligned_quaternions(rows: Rows, place: Placement) -> tuple[Rows, list[Notice]]:
    """Bring quaternions into the frame of the raw columns where they are in another one."""
    before = _disagreement_deg(rows)
    if before is None or before < AGREES_DEG:
        return rows, []
    turned = _turned(rows)
    after = None if turned is None else _disagreement_deg(turned)
    if turned is None or after is None or after >= AGREES_DEG:
        text = f"{place}: the quaternions contradict gravity by {before:.0f} deg and were ignored."
        return replace(rows, quat_wxyz=None), [Notice(NoticeReason.QUATERNION_BAD, text)]
    text = (
        f"{place}: the quaternions are of a frame turned against the raw data's by a constant; it was found."
    )
    return turned, [Notice(NoticeReason.QUATERNION_TURNED, text)]


def _disagreement_deg(rows: Rows) -> float | None:
    """Middle angle between the quaternion's up and the specific force in calm stretches."""
    found = _calm(rows)
    if found is None:
        return None
    up, force = found
    cosine = np.einsum("ij,ij->i", up, force) / np.linalg.norm(up, axis=1)
    return float(np.degrees(np.median(np.arccos(np.clip(cosine, -1.0, 1.0)))))


def _calm(rows: Rows) -> tuple[Floats, Floats] | None:
    """Means of up by the quaternion and of the specific force's direction (m, 3) in stretches near 1 g."""
    if rows.quat_wxyz is None or rows.acc_mps2 is None:
        return None
    there = np.isfinite(rows.quat_wxyz[:, 0])
    up, acc = _matrices(rows.quat_wxyz[there])[:, 2, :], rows.acc_mps2[there]
    size = max(2, round(WINDOW_S * 1e9 / sample_period_ns(rows.t_arrival_ns)))
    count = len(acc) // size
    if count < 2:
        return None
    force: Floats = acc[: count * size].reshape(count, size, 3).mean(axis=1)
    norm = np.linalg.norm(force, axis=1)
    calm = np.abs(norm / STANDARD_GRAVITY_MPS2 - 1.0) < FREE_OF_ACCELERATION
    if calm.sum() < 2:
        return None
    mean_up = up[: count * size].reshape(count, size, 3).mean(axis=1)
    return mean_up[calm], force[calm] / norm[calm, None]


def _turned(rows: Rows) -> Rows | None:
    """Quaternions turned into the raw frame by the one rotation that fits rates and gravity best."""
    assert rows.quat_wxyz is not None
    frame = _frame_rotation(rows)
    if frame is None:
        return None
    w, x, y, z = frame
    product = np.array([[w, x, y, z], [-x, w, -z, y], [-y, z, w, -x], [-z, -y, x, w]])
    return replace(rows, quat_wxyz=np.einsum("ni,ij->nj", rows.quat_wxyz, product))


def _frame_rotation(rows: Rows) -> Floats | None:
    """Quaternion of the rotation from the raw frame to the quaternion's; None if movement is too little."""
    seen = _rates(rows)
    best: tuple[float, Floats] | None = None
    for lag in range(-LARGEST_LAG, LARGEST_LAG + 1):
        raw, own = _paired(rows.gyr_radps, seen, lag)
        moving = (np.linalg.norm(raw, axis=1) > LEAST_RATE_RADPS) & np.isfinite(own).all(axis=1)
        if moving.sum() < LEAST_SAMPLES:
            return None
        frame = _best_rotation(raw[moving], own[moving], rows)
        rotation = _matrices(frame[None, :])[0]
        misfit = float(
            np.linalg.norm(own[moving] - np.einsum("ij,nj->ni", rotation, raw[moving]), axis=1).mean()
        )
        if best is None or misfit < best[0]:
            best = misfit, frame
    return None if best is None else best[1]


def _paired(raw: Floats, own: Floats, lag: int) -> tuple[Floats, Floats]:
    margin = LARGEST_LAG + 1
    return raw[margin + lag : len(raw) - margin + lag], own[margin : len(raw) - margin]


def _rates(rows: Rows) -> Floats:
    """Angular rate (n, 3) of the quaternion's frame, rad/s, from each sample to the next (the last NaN)."""
    assert rows.quat_wxyz is not None
    rotation = _matrices(rows.quat_wxyz)
    step = np.einsum("nji,njk->nik", rotation[:-1], rotation[1:])
    sine = np.stack(
        [step[:, 2, 1] - step[:, 1, 2], step[:, 0, 2] - step[:, 2, 0], step[:, 1, 0] - step[:, 0, 1]], 1
    )
    rates = np.full((len(rows), 3), np.nan)
    rates[:-1] = sine / 2.0 / (sample_period_ns(rows.t_arrival_ns) / 1e9)
    return rates


def _best_rotation(raw: Floats, own: Floats, rows: Rows) -> Floats:
    """Quaternion that best takes the raw rates to the quaternion's own, and gravity to its up.

    Wahba's problem by Davenport's q-method (Markley and Crassidis 2014, doi:10.1007/978-1-4939-0802-8, 5.3).
    """
    profile: Floats = np.einsum("ni,nj->ij", own, raw) / np.einsum("ni,ni->", raw, raw)
    if (calm := _calm(rows)) is not None:
        up, force = calm
        profile = profile + np.einsum("ni,nj->ij", up, force) / len(up)
    trace = float(np.trace(profile))
    skew = np.array(
        [profile[2, 1] - profile[1, 2], profile[0, 2] - profile[2, 0], profile[1, 0] - profile[0, 1]]
    )
    davenport = np.empty((4, 4))
    davenport[0, 0], davenport[0, 1:], davenport[1:, 0] = trace, skew, skew
    davenport[1:, 1:] = profile + profile.T - trace * np.eye(3)
    return np.asarray(np.linalg.eigh(davenport).eigenvectors[:, -1], dtype=np.float64)


def _matrices(quat: Floats) -> Floats:
    w, x, y, z = quat.T
    return np.stack(
        [
            np.stack([1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)], axis=-1),
            np.stack([2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)], axis=-1),
            np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], axis=-1),
        ],
        axis=-2,
    )
