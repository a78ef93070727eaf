"""What a test says, or why it says nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A statistic and its tail probability.

    Attributes
    ----------
    statistic
        NaN where there is none.
    df, df_residual
        Degrees of freedom of its distribution (the second for F); NaN where it has none.
    p_value
        NaN where the statistic has no distribution to be judged by.
    obstacle
        Why there is no statistic: a word that the screens have a phrase for; empty where there is one.
    """

    statistic: float = math.nan
    df: float = math.nan
    df_residual: float = math.nan
    p_value: float = math.nan
    obstacle: str = ""
