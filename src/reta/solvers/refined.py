"""The coefficients of the kept columns to some 30 digits, with what else is a product of theirs, formed together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import EPS as PAIR_EPS
from reta.double_double import DoubleDouble
from reta.solvers.precision import EPS
from reta.solvers.sliced_product import product

if TYPE_CHECKING:
    from reta.solvers.cholesky import CholeskyFactor
    from reta.types import FloatArray

__all__ = ["Refined", "refined", "solve", "solve_kept"]

MOST_REFINEMENTS = 8
UNSEEN_STEPS = 4.0  # of the last digit of pairs, that the products of a step may be off by in float64


@dataclass(frozen=True, slots=True, eq=False)
class Refined:
    """A solution of ``gram · coef = right``, and ``others · coef``.

    Attributes
    ----------
    coef
        Shape (r, k), in the units of the equations.
    along
        Shape (m, k): ``others · coef``.
    left
        Shape (r, k): what the coefficients leave of the equations.
    doubt
        Shape (k,): bound of the rounding of ``left``, each row of it in units of the norm of its column.
    """

    coef: DoubleDouble
    along: DoubleDouble
    left: FloatArray
    doubt: FloatArray


def refined(factor: CholeskyFactor, right: DoubleDouble, others: DoubleDouble) -> Refined:
    """Return the coefficients of the kept columns, for ``right`` (r, k) and ``others`` (m, r).

    Notes
    -----
    Refined with residuals in pairs until the next step would be below their last digit, or no smaller than half the
    one before: the result is right to 2⁻¹⁰⁴ times the condition, whatever the precision of the factor. A factor in
    float64 may make a step so small that float64 does for its products; elsewhere all are formed anew, in pairs.
    """
    r = len(factor.gram)
    rows = factor.gram.T.beside(others.T).T
    coef = _applied(factor, right)
    along = product(rows, coef)
    left = right.less(along[:r])
    moved: FloatArray | None = None
    doubt = np.zeros(coef.shape[1])
    before = size = _largest(coef)
    for _ in range(MOST_REFINEMENTS):
        step = _applied(factor, DoubleDouble.of(left))
        before, size = size, _largest(step)
        if not size < before / 2.0:
            break
        coef = coef + step
        if factor.inverse_root_pair is None and _is_unseen(step, coef, factor.norm):
            more = rows.high @ step.high
            moved = more if moved is None else moved + more
            left = left - more[:r]
            doubt = doubt + factor.norm @ np.abs(step.high)
        else:
            along = product(rows, coef)
            left = right.less(along[:r])
            moved, doubt = None, np.zeros(coef.shape[1])
        if size * (size / before) <= PAIR_EPS * _largest(coef):
            break
    along = along[r:]
    if moved is not None:
        along.add(moved[r:])
    return Refined(coef, along, left, EPS * (r + 3) * doubt)


def solve_kept(factor: CholeskyFactor, right: DoubleDouble) -> DoubleDouble:
    """Return the coefficients alone."""
    return refined(factor, right, DoubleDouble.zeros((0, len(factor.gram)))).coef


def solve(factor: CholeskyFactor, cross: DoubleDouble | FloatArray) -> FloatArray:
    """Return the coefficients that solve ``gram Bᵀ = cross``.

    Parameters
    ----------
    factor
        Of ``gram``.
    cross
        Shape (p, k), feature × target × weight.

    Returns
    -------
    FloatArray
        Shape (k, p), target per feature; zero for the columns that were dropped.

    Examples
    --------
    >>> import numpy as np
    >>> from reta.solvers import factorize
    >>> factor = factorize(np.array([[4.0, 2.0], [2.0, 3.0]]))
    >>> solve(factor, np.array([[8.0], [7.0]])).round(12).tolist()
    [[1.25, 1.5]]
    """
    solution = solve_kept(factor, DoubleDouble.of(cross)[factor.kept])
    coef = np.zeros((solution.shape[1], len(factor.scale)))
    coef[:, factor.kept] = solution.rounded().T
    return coef


def _largest(values: DoubleDouble) -> float:
    return float(np.abs(values.high).max(initial=0.0))


def _is_unseen(step: DoubleDouble, coef: DoubleDouble, norm: FloatArray) -> bool:
    """Tell whether the rounding of a step's products to float64 vanishes beside that of all products in pairs."""
    rounding, size = EPS * (norm @ np.abs(step.high)), PAIR_EPS * (norm @ np.abs(coef.high))
    return bool((rounding <= UNSEEN_STEPS * size).all())


def _applied(factor: CholeskyFactor, right: DoubleDouble) -> DoubleDouble:
    """Return ``gram⁻¹ right``, as well as the factor can."""
    norm = factor.norm[:, None]
    if factor.inverse_root_pair is not None:
        root = factor.inverse_root_pair
        return product(root.T, product(root, right / norm)) / norm
    return DoubleDouble.of(factor.inverse_root.T @ (factor.inverse_root @ (right.rounded() / norm)) / norm)
