"""Joint tests of linear hypotheses about the coefficients of one target: F, and Wald's χ²."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from reta.errors import NumericalError
from reta.inference.chi_squared import chi_squared_sf
from reta.inference.f_distribution import f_sf

if TYPE_CHECKING:
    from reta.types import FloatArray

__all__ = ["Distribution", "LinearTest", "linear_test", "linear_tests", "whitened"]

Distribution: TypeAlias = Literal["F", "chi2"]
SINGULAR = 1e-12


@dataclass(frozen=True, slots=True)
class LinearTest:
    """A test of q hypotheses together.

    Attributes
    ----------
    statistic
        F or χ²; NaN where the residuals leave nothing to judge by.
    df_num
        q.
    df_den
        Degrees of freedom of the residual variance; infinity for χ².
    p_value
        Probability of a larger statistic where the hypotheses are true.
    """

    statistic: float
    df_num: int
    df_den: float
    p_value: float


def linear_test(
    estimates: FloatArray,
    covariance: FloatArray,
    R: FloatArray,
    r: FloatArray,
    *,
    df_residual: float,
    distribution: Distribution = "F",
) -> LinearTest:
    """Test ``R b = r`` by ``(Rb − r)ᵀ (R V Rᵀ)⁻¹ (Rb − r)``: divided by q it is F, as it stands Wald's χ².

    Parameters
    ----------
    estimates
        b, shape (m,).
    covariance
        V, shape (m, m), of the estimates; of any kind, robust ones too.
    R, r
        Shapes (q, m) and (q,): independent hypotheses.
    df_residual
        Degrees of freedom of the residual variance.
    distribution
        ``"F"`` or ``"chi2"``.

    Raises
    ------
    NumericalError
        The combinations ``R b`` are so closely tied that V, rounded to float64, cannot tell their errors apart.

    Notes
    -----
    Where the root of V is at hand, ``linear_tests`` keeps twice as many digits.

    References
    ----------
    W. H. Greene, Econometric Analysis, 7th ed., 2012, sections 5.4 and 5.6.

    Examples
    --------
    >>> test = linear_test(np.array([2.0, 0.0]), np.eye(2), np.eye(2), np.zeros(2), df_residual=20)
    >>> test.statistic, round(test.p_value, 4)
    (2.0, 0.1615)
    """
    return _test(whitened(R @ estimates - r, _root_of(R @ covariance @ R.T)), df_residual, distribution)


def linear_tests(
    estimates: FloatArray,
    variance: FloatArray,
    root: FloatArray,
    R: FloatArray,
    r: FloatArray,
    *,
    df_residual: float,
    distribution: Distribution = "F",
) -> list[LinearTest]:
    """Test ``R b = r`` for k targets whose covariances are ``variance · rootᵀ root``.

    Parameters
    ----------
    estimates
        Shape (k, m).
    variance
        Shape (k,): residual variances; zero and NaN leave nothing to judge by.
    root
        Shape (s, m).
    R, r, df_residual, distribution
        As for ``linear_test``.

    Notes
    -----
    Columns that nearly repeat one another have coefficients that are uncertain each and well known together; a
    covariance matrix in float64 forgets the latter, its root does not. All targets share one factorisation.
    """
    z = whitened((estimates @ R.T - r).T, root @ R.T)
    scaled = z / np.sqrt(np.where(variance > 0.0, variance, np.nan))
    return [_test(column, df_residual, distribution) for column in scaled.T]


def whitened(gap: FloatArray, root: FloatArray) -> FloatArray:
    """Return z with ``zᵀ z = gapᵀ (rootᵀ root)⁻¹ gap``.

    Parameters
    ----------
    gap
        Shape (q,) or (q, k).
    root
        Shape (s, q).

    Returns
    -------
    FloatArray
        The shape of ``gap``; NaN where the root has no rank q, or holds zeros only or NaN.
    """
    scale = np.sqrt(np.square(root).sum(axis=0))
    if len(root) < root.shape[1] or not (np.isfinite(scale).all() and scale.all()):
        return np.full_like(gap, np.nan)
    upper: FloatArray = np.linalg.qr(root / scale).R
    if not np.diagonal(upper).all():
        return np.full_like(gap, np.nan)
    return np.asarray(np.linalg.solve(upper.T, (gap.T / scale).T))


def _test(z: FloatArray, df_residual: float, distribution: Distribution) -> LinearTest:
    q = len(z)
    squares = float(z @ z) if df_residual > 0 else math.nan
    if distribution == "chi2":
        return LinearTest(squares, q, math.inf, chi_squared_sf(squares, q))
    return LinearTest(squares / q, q, df_residual, f_sf(squares / q, q, df_residual))


def _root_of(covariance: FloatArray) -> FloatArray:
    """Return an upper triangular root; NaN where a variance is zero or NaN."""
    scale = np.sqrt(np.diagonal(covariance))
    if not (np.isfinite(scale).all() and scale.all()):
        return np.full_like(covariance, np.nan)
    correlation = covariance / scale[:, None] / scale
    if np.linalg.eigvalsh(correlation)[0] < SINGULAR * len(scale):
        raise NumericalError(
            "these hypotheses cannot be tested together: the errors of their estimates are so closely tied that "
            "float64 cannot tell them apart; test fewer of them"
        )
    return np.asarray(np.linalg.cholesky(correlation).T * scale)
