"""Features that overlap by their structure: made of the same columns, one of them as a power or a product."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.design import Categorical, Numeric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.design import Design
    from reta.types import BoolArray

__all__ = ["tied_features"]


def tied_features(design: Design, names: Sequence[str]) -> BoolArray:
    """Tell which features share a source column with a computed one.

    Parameters
    ----------
    design
        Whose features they are.
    names
        Some of its features, r of them.

    Returns
    -------
    BoolArray
        Shape (r, r), symmetric; False where both are columns or levels as they are: what these have in common, the data
        gave them.
    """
    made_of = {name: term for term in design.terms for name in term.names}
    terms = [made_of[name] for name in names]
    columns = dict.fromkeys(column for term in terms for column in term.columns)
    uses = np.array([[column in term.columns for column in columns] for term in terms], dtype=np.int64)
    computed = np.array([not isinstance(term, (Numeric, Categorical)) for term in terms], dtype=np.bool_)
    shared = uses.reshape(len(terms), len(columns)) @ uses.reshape(len(terms), len(columns)).T > 0
    tied = shared & (computed[:, None] | computed)
    np.fill_diagonal(tied, val=False)
    return np.asarray(tied)
