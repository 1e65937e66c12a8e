"""Confidence intervals of a share that was estimated from a random sample."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z_95 = 1.959964  # the normal distribution holds 95 % of its mass between minus and plus this


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of a share, from 0 to 1."""

    low: float
    high: float

    @property
    def percent(self) -> tuple[int, int]:
        """Return the bounds in whole per cent, rounded outward so that they never promise too much."""
        # The share of 1 in 100 is 1.0000000000000002 per cent.
        return math.floor(self.low * 100 + 1e-9), math.ceil(self.high * 100 - 1e-9)


def wilson(right: int, total: int, *, z: float = Z_95) -> Interval:
    """Return Wilson's score interval of the share of ``right`` in ``total``.

    Unlike the textbook's p ± z·√(p(1-p)/n) it stays within 0 and 1, and keeps its promise for small samples
    and for shares near 1, which is where precision lies (E. B. Wilson, JASA 22, 1927, pp. 209-212;
    R. G. Newcombe, Statistics in Medicine 17, 1998, pp. 857-872, method 3).  Raise ValueError unless
    0 <= right <= total and total > 0.
    """
    if not 0 <= right <= total or total == 0:
        raise ValueError(f"{right} of {total} is no share; right must lie between 0 and a total above 0")
    share, weight = right / total, z * z / total
    middle = (share + weight / 2) / (1 + weight)
    reach = z / (1 + weight) * math.sqrt(share * (1 - share) / total + weight / (4 * total))
    low = 0.0 if right == 0 else middle - reach
    high = 1.0 if right == total else middle + reach
    return Interval(low, high)
