"""Rows in coordinates where the weighted features are orthonormal: what leverage and every sandwich is made of.

With ``A`` the features about their means and a column of ones, and ``U = A·T`` so that ``Uᵀ diag(w) U = I``, the
inverse of ``Aᵀ diag(w) A`` is ``T Tᵀ``: no cross-products are inverted, and no large mean enters a product.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reta.types import FloatArray

__all__ = ["coefficient_map", "row_coordinates", "row_leverage"]


def row_coordinates(
    X: FloatArray, inverse_root: FloatArray, center: FloatArray, weight_sum: float, *, fit_intercept: bool = True
) -> FloatArray:
    """Return U, shape (n, d), 1 / √weight, for d = r kept features and the intercept, which comes first.

    Parameters
    ----------
    X
        Shape (n, p), in feature units.
    inverse_root, center, weight_sum, fit_intercept
        Of the solution: shapes (r, p) and (p,), and W; see ``reta.inference.leverage``.
    """
    U = np.empty((len(X), len(inverse_root) + fit_intercept))
    if fit_intercept:
        U[:, 0] = 1.0 / np.sqrt(weight_sum)
    np.matmul(X - center, inverse_root.T, out=U[:, int(fit_intercept) :])
    return U


def coefficient_map(
    inverse_root: FloatArray, center: FloatArray, weight_sum: float, *, fit_intercept: bool = True
) -> FloatArray:
    """Return T, shape (m, d): from coordinates to the m coefficients, the intercept first.

    A vector v of the coordinates (a sum of scores, say) is ``T v`` in the coefficients' own units; ``T Tᵀ`` is the
    covariance of the coefficients in residual variances. Rows of dropped features are zero.
    """
    of_features = inverse_root.T
    if not fit_intercept:
        return of_features.copy()
    of_intercept = np.append(1.0 / np.sqrt(weight_sum), -(inverse_root @ center))
    return np.vstack([of_intercept, np.column_stack([np.zeros(len(of_features)), of_features])])


def row_leverage(U: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the diagonal of the hat matrix, ``hᵢ = wᵢ‖uᵢ‖²``, shape (n,), between 0 and 1 for rows of the fit."""
    return np.asarray(weights * np.square(U).sum(axis=1))
