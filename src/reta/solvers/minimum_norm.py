"""Of all least-squares solutions, the one with the smallest coefficients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble

if TYPE_CHECKING:
    from reta.solvers.cholesky import CholeskyFactor
    from reta.types import FloatArray

__all__ = ["spread_over_copies"]


def spread_over_copies(factor: CholeskyFactor, kept_coef: DoubleDouble) -> tuple[DoubleDouble, FloatArray]:
    """Spread what the kept columns explain over the columns that depend on them.

    Parameters
    ----------
    factor
        With its dropped columns and their combinations C, shape (d, r).
    kept_coef
        b̂, shape (r, k), in units of the columns' norms.

    Returns
    -------
    coef
        Shape (p, k): minimises ``‖b‖`` subject to ``b_kept + Cᵀ b_dropped = b̂``.
    root
        Shape (r, p): ``rootᵀ root`` is the generalised inverse of the correlation matrix of all columns that goes
        with it.

    Notes
    -----
    ``b_dropped = (I + C Cᵀ)⁻¹ C b̂`` and ``b_kept = b̂ − Cᵀ b_dropped``. The same in any units of the features.
    """
    kept, C = factor.kept, factor.combinations
    inner = np.asarray(np.linalg.solve(np.eye(len(C)) + C @ C.T, C), dtype=np.float64)
    dropped = DoubleDouble.of(inner).matmul(kept_coef)
    rest = kept_coef - DoubleDouble.of(C.T).matmul(dropped)
    coef = DoubleDouble.zeros((len(kept), kept_coef.shape[1]))
    for part in ("high", "low"):
        getattr(coef, part)[kept] = getattr(rest, part)
        getattr(coef, part)[~kept] = getattr(dropped, part)
    to_all = np.zeros((len(kept), len(kept_coef)))
    to_all[kept], to_all[~kept] = np.eye(len(kept_coef)) - C.T @ inner, inner
    return coef, factor.inverse_root @ to_all.T
