"""Which features of a model move together, as frames and as notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from reta.inference.collinearity import (
    condition_indices,
    inflation_by_others,
    moving_together,
    standardised_root,
    variance_inflation,
)
from reta.model.tied_features import tied_features
from reta.types import Note
from reta.wording import listed

if TYPE_CHECKING:
    from reta.design import Design
    from reta.solvers import Solution
    from reta.types import FloatArray, IntArray

__all__ = ["Overlap", "Together", "collinearity_frame", "collinearity_notes", "condition_frame", "overlap_of"]

INFLATED = 10.0
NEARLY_REPEATED = 1e8
ESTIMATED_CONDITION = 2.0


@dataclass(frozen=True, slots=True)
class Together:
    """Features that explain one another.

    Attributes
    ----------
    features
        Their names, the one that the others explain best first, then in column order.
    vif
        Its variance inflation factor; by features made of other columns alone, where it shares one with a power or a
        product.
    """

    features: tuple[str, ...]
    vif: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """Which features of a model explain one another, and why.

    Attributes
    ----------
    groups
        Features of different columns that do, the most inflated group first.
    by_structure
        Whether others do so because they are made of the same columns: ``x`` and its square, or a product with it.
    """

    groups: tuple[Together, ...] = ()
    by_structure: bool = False


def collinearity_frame(solution: Solution) -> pl.DataFrame:
    """Return a row per feature; ``LinearModel.collinearity`` explains the columns."""
    kept = np.flatnonzero(solution.kept)
    vif = np.full(len(solution.features), np.nan)
    root = _root(solution)
    vif[kept] = variance_inflation(root)
    partners: list[list[str]] = [[] for _ in solution.features]
    for group in moving_together(root, vif[kept] > INFLATED):
        names = [solution.features[kept[at]] for at in group]
        for at in group:
            own = solution.features[kept[at]]
            partners[kept[at]] = [name for name in names if name != own]
    columns = {
        "term": list(solution.features),
        "vif": vif,
        "r_squared_by_others": 1.0 - 1.0 / vif,
        "moves_with": pl.Series(partners, dtype=pl.List(pl.String)),
    }
    return pl.DataFrame(columns).with_columns(pl.selectors.float().fill_nan(None))


def condition_frame(solution: Solution) -> pl.DataFrame:
    """Return a row per direction and kept feature; ``LinearModel.condition_indices`` explains the columns."""
    found = condition_indices(_root(solution))
    names = [name for name, kept in zip(solution.features, solution.kept, strict=True) if kept]
    r = len(names)
    return pl.DataFrame(
        {
            "direction": np.repeat(np.arange(1, r + 1), r),
            "condition_index": np.repeat(found.index, r),
            "term": names * r,
            "variance_proportion": found.proportion.ravel(),
        }
    )


def overlap_of(solution: Solution, design: Design, vif_above: float = INFLATED) -> Overlap:
    """Return the overlap of features whose variance inflation exceeds ``vif_above``."""
    if solution.condition * ESTIMATED_CONDITION <= vif_above:
        return Overlap()
    root = _root(solution)
    names = [name for name, kept in zip(solution.features, solution.kept, strict=True) if kept]
    inflated = variance_inflation(root) > vif_above
    vif = _inflation_but_for_structure(root, names, design, np.flatnonzero(inflated))
    groups = []
    for group in moving_together(root, vif > vif_above):
        lead = max(group, key=lambda at: vif[at])
        members = (lead, *(at for at in group if at != lead))
        groups.append(Together(tuple(names[at] for at in members), float(vif[lead])))
    return Overlap(
        tuple(sorted(groups, key=lambda group: -group.vif)), by_structure=bool((inflated & (vif <= vif_above)).any())
    )


def _inflation_but_for_structure(root: FloatArray, names: list[str], design: Design, asked: IntArray) -> FloatArray:
    """Return the variance inflation that features made of other columns cause, of the features ``asked``."""
    vif = variance_inflation(root)
    tied = tied_features(design, names)
    asked = asked[tied[asked].any(axis=1)]
    if len(asked):
        vif[asked] = inflation_by_others(root, ~(tied | np.eye(len(names), dtype=np.bool_)), asked)
    return vif


def collinearity_notes(solution: Solution, design: Design) -> tuple[Note, ...]:
    """Warn of features that repeat others but for a ten-thousandth of their spread, or less."""
    return tuple(
        Note(
            "warning",
            f"{listed(group.features)} move together almost exactly (VIF {group.vif:.1e}): their separate effects "
            "cannot be told apart. Predictions do not suffer where new rows keep moving so; for separate effects, "
            "leave one of them out",
        )
        for group in overlap_of(solution, design, NEARLY_REPEATED).groups
    )


def _root(solution: Solution) -> FloatArray:
    return standardised_root(solution.kept_root)
