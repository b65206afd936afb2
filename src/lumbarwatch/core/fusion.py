"""Orientation of one sensor against gravity."""

from dataclasses import dataclass
from enum import StrEnum
from math import pi

import numpy as np
from vqf import VQF

from lumbarwatch.core.streams import FusedBatch, TimedBatch
from lumbarwatch.model.checks import Booleans, Floats
from lumbarwatch.model.samples import NS_PER_S, OrientationSource, SensorInfo


class QuaternionReason(StrEnum):
    """Why a sensor's own quaternion is not trusted."""

    AGAINST_GRAVITY = "against_gravity"


@dataclass(frozen=True, slots=True)
class FusionParams:
    """Tuning of the stage."""

    bridge_s: float = 0.3  # longer gaps are not bridged by interpolation
    base_sigma_deg: float = 0.6
    gap_sigma_dps: float = 10.0  # sigma gained per second of gap
    gap_tau_s: float = 3.0


class Fusion:
    """Fuses one sensor's samples; results do not depend on how the stream is cut into batches."""

    def __init__(
        self,
        info: SensorInfo,
        params: FusionParams | None = None,
        source: OrientationSource = OrientationSource.RAW,
    ) -> None:
        self._info = info
        self._params = params or FusionParams()
        self._source = source
        self._vqf: VQF | None = None
        self._period_s = 0.0
        self._last: tuple[int, Floats, Floats] | None = None
        self._sigma = self._params.base_sigma_deg
        self.bias_radps: Floats = np.zeros(3)
        self._bias_sigma = 0.5 * pi / 180
        self.quaternion_check_deg: float | None = None
        self.quaternion_distrusted = False
        self.distrust_reason: QuaternionReason | None = None

    def hold_bias(self, bias_radps: Floats, sigma_radps: float) -> None:
        """Take over a gyro bias found elsewhere (the calibration stretch)."""
        self.bias_radps, self._bias_sigma = np.array(bias_radps), sigma_radps
        if self._vqf is not None:
            self._vqf.setBiasEstimate(self.bias_radps, sigma_radps)

    def step(self, timed: TimedBatch) -> FusedBatch:
        """Fuse the next samples."""
        n = len(timed)
        if timed.acc_mps2 is None or (
            self._source is OrientationSource.SENSOR and timed.quat_wxyz is not None
        ):
            quat = np.empty((0, 4)) if timed.quat_wxyz is None else timed.quat_wxyz
            return self._fused(timed, quat, np.full(n, self._params.base_sigma_deg))
        quat = np.empty((n, 4))
        sigma = np.empty(n)
        breaks = self._breaks(timed)
        for start, stop in zip([0, *breaks], [*breaks, n], strict=False):
            if stop > start:
                quat[start:stop] = self._segment(timed, start, stop)
                sigma[start:stop] = self._params.base_sigma_deg
        return self._fused(timed, quat, sigma)

    def _breaks(self, timed: TimedBatch) -> list[int]:
        changed = np.flatnonzero((timed.lost > 0) | timed.restarted)
        return [int(i) for i in changed if i > 0]

    def _segment(self, timed: TimedBatch, start: int, stop: int) -> Floats:
        assert timed.acc_mps2 is not None
        gyr, acc = timed.gyr_radps[start:stop], timed.acc_mps2[start:stop]
        period_s = float(timed.period_ns[start]) / NS_PER_S
        lost = int(timed.lost[start])
        if self._vqf is None or abs(period_s / self._period_s - 1) > 0.02:
            self._rebuild(period_s)
        assert self._vqf is not None
        filler = 0
        if self._last is not None and (lost or timed.restarted[start]):
            gap_s = (int(timed.t_ns[start]) - self._last[0]) / NS_PER_S
            if gap_s <= self._params.bridge_s and not timed.restarted[start]:
                filler = lost
                share = np.arange(1, lost + 1)[:, None] / (lost + 1)
                gyr = np.concatenate([self._last[1] + share * (gyr[0] - self._last[1]), gyr])
                acc = np.concatenate([self._last[2] + share * (acc[0] - self._last[2]), acc])
            else:
                bias, sigma = self._vqf.getBiasEstimate()
                self._vqf.resetState()
                self._vqf.setBiasEstimate(bias, sigma)
        result = self._vqf.updateBatch(np.ascontiguousarray(gyr), np.ascontiguousarray(acc))
        self._last = (int(timed.t_ns[stop - 1]), gyr[-1], acc[-1])
        self.bias_radps = result["bias"][-1]
        return result["quat6D"][filler:]

    def _rebuild(self, period_s: float) -> None:
        fresh = VQF(period_s)
        if self._vqf is not None:
            fresh.state = self._vqf.state
        else:
            fresh.setBiasEstimate(self.bias_radps, self._bias_sigma)
        self._vqf, self._period_s = fresh, period_s

    def _fused(self, timed: TimedBatch, quat: Floats, sigma: Floats) -> FusedBatch:
        w, x, y, z = quat.T
        up = np.stack([2 * (x * z - w * y), 2 * (w * x + y * z), w * w - x * x - y * y + z * z], axis=1)
        acc = timed.acc_mps2
        norm = np.full(len(timed), np.nan) if acc is None else np.sqrt(np.einsum("ij,ij->i", acc, acc))
        return FusedBatch(
            t_ns=timed.t_ns,
            arrival_ns=timed.arrival_ns,
            up=up,
            quat_wxyz=quat,
            gyr_radps=timed.gyr_radps - self.bias_radps,
            acc_norm_mps2=norm,
            sigma_deg=sigma,
            lost=timed.lost,
            restarted=timed.restarted,
            saturated=self._saturated(timed),
        )

    def _saturated(self, timed: TimedBatch) -> Booleans:
        out = np.zeros(len(timed), dtype=bool)
        for values, limit in (
            (timed.gyr_radps, self._info.gyr_range_radps),
            (timed.acc_mps2, self._info.acc_range_mps2),
        ):
            if limit is not None and values is not None:
                out |= (np.abs(values) >= 0.995 * limit).any(axis=1)
        return out
