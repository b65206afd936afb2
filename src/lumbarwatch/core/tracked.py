"""What the fusion of one sensor's samples gives."""

from dataclasses import dataclass

import numpy as np

from lumbarwatch.model.checks import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Tracked:
    """Result for n samples."""

    quat: Floats  # (n, 4) sensor to earth
    bias: Floats  # (n, 3) rad/s
    sigma_deg: Floats  # (n,)

    def after(self, n: int) -> "Tracked":
        """Without the first n samples."""
        return Tracked(self.quat[n:], self.bias[n:], self.sigma_deg[n:])


def joined(parts: list[Tracked]) -> Tracked:
    """One after the other."""
    if len(parts) == 1:
        return parts[0]
    return Tracked(
        np.concatenate([part.quat for part in parts]),
        np.concatenate([part.bias for part in parts]),
        np.concatenate([part.sigma_deg for part in parts]),
    )
