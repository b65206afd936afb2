"""Drift over a set: how far lumbar extension at lockout moved from the first graded rep to the last (W6)."""

from collections.abc import Sequence
from itertools import combinations
from statistics import median

LEAST_REPS_OF_DRIFT = 5


def drift_deg(lambdas_deg: Sequence[float]) -> float | None:
    """Return the robust slope over the reps times their steps; None with too few graded reps."""
    n = len(lambdas_deg)
    return theil_sen_slope(lambdas_deg) * (n - 1) if n >= LEAST_REPS_OF_DRIFT else None


def theil_sen_slope(values: Sequence[float]) -> float:
    """Median of all pairwise slopes (Sen 1968, doi:10.1080/01621459.1968.10480934)."""
    return median((values[j] - values[i]) / (j - i) for i, j in combinations(range(len(values)), 2))
