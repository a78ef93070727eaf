"""``reta.fit``: data in, model out, the layers below put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.allowed import require_one_of
from reta.errors import UsageError
from reta.fitting.collect import DIGITS, collect
from reta.fitting.columns import columns_design
from reta.model import LinearModel, Provenance, fingerprint, versions, warn_of
from reta.model.collinearity import collinearity_notes
from reta.solvers import solution_notes, solve_least_squares
from reta.tables.array_weights import name_of_weights
from reta.types import RankPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Unpack

    from numpy.typing import ArrayLike

    from reta.model.robust import CovarianceChoice
    from reta.types import CovarianceKind, MissingPolicy, Reading

__all__ = ["fit"]


def fit(
    data: object,
    y: ArrayLike | None = None,
    *,
    formula: str | None = None,
    targets: Sequence[str] | str | None = None,
    features: Sequence[str] | None = None,
    categorical: Sequence[str] = (),
    weights: str | ArrayLike | None = None,
    exclude: Sequence[str] = (),
    fit_intercept: bool = True,
    missing: MissingPolicy = "error",
    rank: RankPolicy = "drop",
    digits: int = DIGITS,
    covariance: CovarianceKind = "classical",
    cluster: str | None = None,
    lags: int | None = None,
    on_rows: Callable[[int], None] | None = None,
    **reading: Unpack[Reading],
) -> LinearModel:
    """Fit a linear model of one or more targets by ordinary or weighted least squares.

    Minimises, for every target, ``Σ wᵢ (yᵢ − xᵢ·b − a)²``, from one pass over the data, or two where float64 turns out
    too coarse for them.

    Parameters
    ----------
    data
        A path, a glob, a list of paths, ``"-"``, a data frame, an array of shape (n, p), a pair (X, y), a database's
        address, or moments: a ``Moments`` or the file of one.
    y
        Targets of shape (n,) or (n, k), beside an array.
    formula
        Instead of ``targets``, ``features``, ``categorical`` and ``fit_intercept``: ``"apples + oranges ~ temp +
        poly(rainfall, 2) + C(region)"``; ``docs/how-to/formulas.md`` has the notation.
    targets, features
        Column names. For arrays they name the columns; elsewhere every column that is not a target is a feature
        unless ``features`` says which.
    categorical
        Features to take as levels, in treatment coding with the first level as the baseline. So are columns of text,
        and it is said; where nobody named them they may have 50 levels, and two rows a level on average.
    weights
        Name of the column of weights or, beside arrays, an array of shape (n,). A weight says how precise a row is:
        its variance is proportional to 1/w. Rows of weight 0 count as absent.
    exclude
        Columns that are no features where ``features`` does not say which are, or a formula has a dot.
    fit_intercept
        Whether the model has an intercept.
    missing
        What a missing value gets: ``"error"``; ``"drop"`` leaves out its row; ``"mean"`` fills it with its column's
        mean (features only, at the cost of a second reading).
    rank
        What to do where columns depend on others: ``"drop"`` the later ones; give all of them the ``"minimum_norm"``
        coefficients, in units of the columns' spread; or ``"error"``. Predictions are the same.
    digits
        Decimal digits wanted, 0 to 15, of every coefficient that stands out of its standard error; of what statistics
        itself leaves uncertain, four fewer: rounding stays within 10^(4 − digits) of every standard error and residual
        variance. Small arrays (1,800 rows of 10 columns, 21,000 of 2) are summed in extended precision. Larger
        arrays are tried in float64 and read again where that does not do; of files the first rows decide.
    covariance
        Where the errors, tests and intervals of the coefficients come from. ``"classical"``: residuals of equal spread,
        independent of one another. The others read the data a second time: ``"HC0"`` to ``"HC3"`` for spreads that
        differ (HC3 is the most careful), ``"cluster"`` for rows that belong together, ``"newey_west"`` for rows in the
        order of time.
    cluster
        The column that says which rows belong together (it is no feature unless ``features`` names it); implies
        ``"cluster"``.
    lags
        Rows across which residuals may resemble one another; ``⌊4 (n / 100)^(2/9)⌋`` by default; implies
        ``"newey_west"``.
    on_rows
        Called with the number of rows read so far, after every batch.
    **reading
        How to read files and databases: the fields of ``reta.ReadOptions``.

    Returns
    -------
    LinearModel
        Coefficients, inference and predictions; its ``notes`` say what was assumed, encoded and dropped.

    Raises
    ------
    UsageError, DataError, FileError, NumericalError
        As their names say; each message says the way out.

    Warns
    -----
    RetaWarning
        Rows or columns were dropped, or a number deserves a second look.

    Examples
    --------
    >>> import reta
    >>> model = reta.fit(reta.datasets.crops_15(), targets=["apples", "oranges"])
    >>> model.predict([[75, 63, 44]]).round(4).tolist()
    [[53.7956, 66.8065]]
    """
    require_one_of(RankPolicy, rank=rank)
    choice = _choice(covariance, cluster, lags)
    collected = collect(
        data,
        y,
        formula=formula,
        targets=targets,
        features=features,
        categorical=categorical,
        weights=weights,
        exclude=exclude,
        missing=missing,
        digits=digits,
        fit_intercept=fit_intercept,
        rereading=choice,
        on_rows=on_rows,
        **reading,
    )
    named = name_of_weights(weights)
    if formula is not None and not fit_intercept:
        raise UsageError("a formula says itself whether there is an intercept: write - 1 in it, not fit_intercept")
    fit_intercept = collected.fit_intercept and fit_intercept
    robust = {"covariance": None if choice is None else choice.kind, "cluster": cluster, "lags": lags and str(lags)}
    options = _told(
        {
            "formula": formula,
            "fit_intercept": None if fit_intercept else False,
            "missing": missing,
            "weights": named,
            "exclude": exclude,
            "rank": None if rank == "drop" else rank,
            "digits": None if digits == DIGITS else digits,
            **robust,
            **reading,
        }
    )
    design = columns_design(collected.moments, collected.design)
    used = collected.moments.select(features=design.names)
    solution = collected.solution if rank == "drop" and not collected.rounded else None
    if solution is None:
        solution = solve_least_squares(used, fit_intercept=fit_intercept, rank=rank, rounded_cells=collected.rounded)
    p = used.n_features
    model = LinearModel(
        design=design,
        solution=solution,
        target_means=used.mean[p:] if solution.fit_intercept else np.zeros(used.n_targets),
        ranges=(used.minimum[:p], used.maximum[:p]),
        missing=missing,
        notes=(*collected.notes, *design.describe(), *solution_notes(solution), *collinearity_notes(solution, design)),
        provenance=Provenance(collected.source, fingerprint(collected.moments), collected.passes, options, versions()),
    )
    if choice is not None and collected.table is not None:
        from reta.model.robust import with_covariance

        model = with_covariance(model, collected.table, choice, weights=named, on_rows=on_rows)
    warn_of(model.notes)
    return model


def _choice(covariance: CovarianceKind, cluster: str | None, lags: int | None) -> CovarianceChoice | None:
    if covariance == "classical" and cluster is None and lags is None:
        return None
    from reta.model.robust import choose_covariance

    return choose_covariance(covariance, cluster, lags)


def _told(options: Mapping[str, object]) -> dict[str, str]:
    """Return the options that were given, as text."""
    return {name: str(value) for name, value in options.items() if value is not None and value not in ((), "error")}
