"""The columns that a fit uses, out of all that its moments hold: every level of a category but its baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.design import Design

if TYPE_CHECKING:
    from reta.moment import Moments

__all__ = ["columns_design", "used_columns"]


def columns_design(every: Moments, known: Design | None) -> Design:
    """Return the design that the columns tell, unless a formula's is known."""
    if known is not None:
        return known
    means = dict(zip(every.features, every.mean[: every.n_features].tolist(), strict=True))
    return Design.of_columns(every.features, dict(every.levels), means)


def used_columns(every: Moments, known: Design | None) -> Moments:
    """Return the moments of the columns of the fit: all but the baselines."""
    return every.select(features=columns_design(every, known).names)
