"""Hypotheses about all targets together: Wilks, Pillai, Hotelling and Lawley, Roy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.inference.f_distribution import f_sf
from reta.inference.hypotheses import whitened

if TYPE_CHECKING:
    from reta.types import FloatArray

__all__ = ["MultivariateStatistic", "multivariate_statistics"]


@dataclass(frozen=True, slots=True)
class MultivariateStatistic:
    """One of the four statistics, and the F distribution that stands in for its own.

    Attributes
    ----------
    test
        ``"wilks"``, ``"pillai"``, ``"hotelling_lawley"`` or ``"roy"``.
    value
        Wilks' Λ, Pillai's trace, the Hotelling–Lawley trace, Roy's largest root: functions of the eigenvalues of
        ``E⁻¹H``, E the scatter of the residuals and H that of the hypothesis.
    statistic, df_num, df_den, p_value
        Approximate F; exact with one hypothesis or one target (Roy's is an upper bound otherwise: its p value is too
        small). NaN where the degrees of freedom do not suffice for the approximation.
    """

    test: str
    value: float
    statistic: float
    df_num: float
    df_den: float
    p_value: float


def multivariate_statistics(
    gap: FloatArray, root: FloatArray, residual_root: FloatArray, df_residual: int
) -> tuple[MultivariateStatistic, ...]:
    """Test ``R B = r`` for all columns of B, the targets, at once.

    Parameters
    ----------
    gap
        ``R B − r``, shape (q, k).
    root
        Shape (s, q): ``rootᵀ root = R (AᵀA)⁻¹ Rᵀ``.
    residual_root
        Shape (k, k), 1 / (target × √weight): ``residual_rootᵀ residual_root`` is the inverse of E, ``Σ w e eᵀ``.
    df_residual
        Degrees of freedom of E, at least k.

    Notes
    -----
    H is ``zᵀz`` with z the whitened gap, so that the eigenvalues are the squares of the singular values of
    ``z residual_rootᵀ``: no cross-products are formed.

    References
    ----------
    SAS/STAT User's Guide, "Multivariate Tests" (the F approximations, those of statsmodels too).
    K. E. Muller and B. L. Peterson, Practical methods for computing power in testing the multivariate general linear
    hypothesis, Computational Statistics & Data Analysis 2 (1984).
    """
    q, k = gap.shape
    singular = np.linalg.svd(whitened(gap, root) @ residual_root.T, compute_uv=False)
    eigenvalues = np.square(singular)
    v = float(df_residual)
    return (
        _wilks(eigenvalues, k, q, v),
        _pillai(eigenvalues, k, q, v),
        _hotelling_lawley(eigenvalues, k, q, v),
        _roy(eigenvalues, k, q, v),
    )


def _wilks(eigenvalues: FloatArray, p: int, q: int, v: float) -> MultivariateStatistic:
    """Λ = Π 1/(1+λ), by Rao's F."""
    log_inverse = float(np.log1p(eigenvalues).sum())
    squares = p * p + q * q - 5
    t = math.sqrt((p * p * q * q - 4) / squares) if squares > 0 else 1.0
    df_num = float(p * q)
    df_den = (v - (p - q + 1) / 2.0) * t - (p * q - 2) / 2.0
    return _statistic("wilks", math.exp(-log_inverse), _excess(log_inverse / t) / df_num, df_num, df_den)


def _pillai(eigenvalues: FloatArray, p: int, q: int, v: float) -> MultivariateStatistic:
    """Σ λ/(1+λ)."""
    s = min(p, q)
    value = float((eigenvalues / (1.0 + eigenvalues)).sum())
    rest = float((1.0 / (1.0 + eigenvalues)).sum())
    df_num, df_den = float(s * max(p, q)), s * (v - p + s)
    return _statistic("pillai", value, value / rest / df_num, df_num, df_den)


def _hotelling_lawley(eigenvalues: FloatArray, p: int, q: int, v: float) -> MultivariateStatistic:
    """Σ λ, by McKeon's F where n = (v − p − 1)/2 is positive, else by Pillai and Samson's."""
    s, n = min(p, q), (v - p - 1.0) / 2.0
    value = float(eigenvalues.sum())
    if n <= 0.0:
        df_num, df_den = float(s * max(p, q)), s * (s * n + 1.0)
        return _statistic("hotelling_lawley", value, value / (s * df_num), df_num, df_den)
    df_num, df_den = float(p * q), 4.0
    if n != 1.0:
        b = (p + 2.0 * n) * (q + 2.0 * n) / (2.0 * (2.0 * n + 1.0) * (n - 1.0))
        df_den += (p * q + 2.0) / (b - 1.0)
    return _statistic("hotelling_lawley", value, value * 2.0 * n / (df_den - 2.0) / df_num, df_num, df_den)


def _roy(eigenvalues: FloatArray, p: int, q: int, v: float) -> MultivariateStatistic:
    """λ₁, the largest."""
    value = float(eigenvalues.max())
    df_num, df_den = float(max(p, q)), v - max(p, q) + q
    return _statistic("roy", value, value / df_num, df_num, df_den)


def _statistic(test: str, value: float, ratio: float, df_num: float, df_den: float) -> MultivariateStatistic:
    """Return ``ratio · df_den`` as F."""
    statistic = ratio * df_den if df_den > 0.0 else math.nan
    return MultivariateStatistic(test, value, statistic, df_num, df_den, f_sf(statistic, df_num, df_den))


def _excess(log_ratio: float) -> float:
    """Return ``e^x − 1``, infinity where that is beyond float64."""
    try:
        return math.expm1(log_ratio)
    except OverflowError:
        return math.inf
