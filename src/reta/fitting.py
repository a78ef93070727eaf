"""Data in, model out: the layers below put together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reta.design import Design, plan_columns
from reta.errors import UsageError
from reta.model import LinearModel, Provenance, fingerprint, load_model, versions, warn_of
from reta.model.collinearity import collinearity_notes
from reta.moment import Gathered, Moments, gather
from reta.solvers import Ladder, solution_notes, solve_least_squares
from reta.solvers.precision import MOST_DIGITS
from reta.tables import ReadOptions, open_table
from reta.tables.array_weights import SAMPLE_WEIGHT, column_of_weights, with_weights
from reta.tables.arrays import ArrayTable
from reta.types import Note
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Unpack

    from numpy.typing import ArrayLike

    from reta.design import Plan
    from reta.model.robust import CovarianceChoice
    from reta.solvers import Solution
    from reta.tables.table import Table
    from reta.types import CovarianceKind, MissingPolicy, RankPolicy, Reading

__all__ = ["Collected", "collect", "fit", "load", "moments"]

DIGITS = 10


def fit(
    data: object,
    y: ArrayLike | None = None,
    *,
    formula: str | None = None,
    targets: Sequence[str] | str | None = None,
    features: Sequence[str] | None = None,
    categorical: Sequence[str] = (),
    weights: str | ArrayLike | None = None,
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
        Features to take as levels, in treatment coding with the first level as the baseline.
    weights
        Name of the column of weights or, beside arrays, an array of shape (n,). A weight says how precise a row is:
        its variance is proportional to 1/w. Rows of weight 0 count as absent.
    fit_intercept
        Whether the model has an intercept.
    missing
        What a missing value gets: ``"error"``; ``"drop"`` leaves out its row; ``"mean"`` fills it with its column's
        mean (features only, at the cost of a second reading).
    rank
        What to do where columns depend on others: ``"drop"`` the later ones; give all of them the ``"minimum_norm"``
        coefficients, in units of the columns' spread; or ``"error"``. Predictions are the same.
    digits
        Decimal digits wanted of every coefficient, 0 to 15. Up to some 130,000 rows are always summed in extended
        precision; of more rows the first decide whether float64 leaves so many digits for the rest.
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
    choice = _choice(covariance, cluster, lags)
    collected = collect(
        data,
        y,
        formula=formula,
        targets=targets,
        features=features,
        categorical=categorical,
        weights=weights,
        missing=missing,
        digits=digits,
        fit_intercept=fit_intercept,
        rereading=choice,
        on_rows=on_rows,
        **reading,
    )
    named = weights if isinstance(weights, str) or weights is None else SAMPLE_WEIGHT
    if formula is not None and not fit_intercept:
        raise UsageError("a formula says itself whether there is an intercept: write - 1 in it, not fit_intercept")
    fit_intercept = collected.fit_intercept and fit_intercept
    robust = {"covariance": None if choice is None else choice.kind, "cluster": cluster, "lags": lags and str(lags)}
    options = _told(
        {
            "formula": formula,
            "fit_intercept": fit_intercept,
            "missing": missing,
            "weights": named,
            "rank": None if rank == "drop" else rank,
            "digits": None if digits == DIGITS else digits,
            **robust,
            **reading,
        }
    )
    solution = collected.solution if rank == "drop" else None
    if solution is None:
        used = _used(collected.moments, collected.design)
        solution = solve_least_squares(used, fit_intercept=fit_intercept, rank=rank)
    model = _model(collected, solution, missing, options)
    if choice is not None and collected.table is not None:
        from reta.model.robust import with_covariance

        model = with_covariance(model, collected.table, choice, weights=named, on_rows=on_rows)
    warn_of(model.notes)
    return model


def moments(
    data: object,
    y: ArrayLike | None = None,
    *,
    formula: str | None = None,
    targets: Sequence[str] | str | None = None,
    features: Sequence[str] | None = None,
    categorical: Sequence[str] = (),
    weights: str | ArrayLike | None = None,
    missing: MissingPolicy = "error",
    digits: int = DIGITS,
    on_rows: Callable[[int], None] | None = None,
    **reading: Unpack[Reading],
) -> Moments:
    """Read the data once and return all that least squares needs of them.

    Parameters
    ----------
    data, y, formula, targets, features, categorical, weights, missing, digits, on_rows, **reading
        As for ``fit``.

    Returns
    -------
    Moments
        Of the encoded features and the targets; they add, subtract, select and save, and ``fit`` takes them.

    Raises
    ------
    UsageError, DataError, FileError, NumericalError
        As for ``fit``.
    """
    collected = collect(
        data,
        y,
        formula=formula,
        targets=targets,
        features=features,
        categorical=categorical,
        weights=weights,
        missing=missing,
        digits=digits,
        on_rows=on_rows,
        **reading,
    )
    collected.require_columns_only()
    warn_of(collected.notes)
    return collected.moments


def load(path: str | Path) -> LinearModel:
    """Read a model that ``LinearModel.save`` or ``reta fit -o`` wrote.

    Raises
    ------
    FileError
        The file is absent, damaged, oversize, or of another kind or version.
    """
    return load_model(path)


@dataclass(frozen=True, slots=True)
class Collected:
    """Moments, and how they came about.

    Attributes
    ----------
    moments
        Every level of categorical columns has its column.
    notes
        What was assumed, encoded and dropped on the way.
    source
        What to call the data.
    passes
        How often they were read, wholly or in part; 0 for saved moments.
    design
        What a formula's terms came to; ``None`` where the moments tell.
    fit_intercept
        Whether a formula asks for an intercept.
    solution
        Where judging the digits took one, for ``rank="drop"``.
    table
        What was read, where it was: arrays under their names, weights beside them.
    """

    moments: Moments
    notes: tuple[Note, ...]
    source: str
    passes: int
    design: Design | None = None
    fit_intercept: bool = True
    table: Table | None = None
    solution: Solution | None = None

    def require_columns_only(self) -> None:
        """Raise UsageError where a formula made more of the columns than the moments can remember."""
        if self.design is not None or not self.fit_intercept:
            raise UsageError(
                "moments remember columns, not how they were computed: a formula for them holds columns and C(column), "
                "joined by +; fit the rows themselves with this one"
            )


def collect(
    data: object,
    y: ArrayLike | None = None,
    *,
    formula: str | None = None,
    targets: Sequence[str] | str | None = None,
    features: Sequence[str] | None = None,
    categorical: Sequence[str] = (),
    weights: str | ArrayLike | None = None,
    missing: MissingPolicy = "error",
    digits: int = DIGITS,
    fit_intercept: bool = True,
    rereading: CovarianceChoice | None = None,
    on_rows: Callable[[int], None] | None = None,
    **reading: Unpack[Reading],
) -> Collected:
    """Return the moments of ``data`` with everything there is to say about them; parameters as for ``fit``.

    ``rereading`` is for whom the rows will be read again: what cannot be is refused before the first reading.
    """
    if formula is not None and (targets is not None or features is not None or categorical):
        raise UsageError("a formula names targets and features itself: leave out targets, features and categorical")
    wanted = (targets,) if isinstance(targets, str) else tuple(targets or ())
    saved = _saved_moments(data)
    if saved is not None and formula is not None:
        raise UsageError("saved moments hold columns, not rows: choose among them with targets= and features=")
    _check_digits(digits)
    if saved is not None:
        if rereading is not None:
            rereading.require(None)
        ladder = Ladder(digits, fit_intercept=fit_intercept, used=_used)
        return _from_saved(_selected(saved[0], wanted, features), saved[1], ladder)
    source = data if y is None else (data, y)
    table = open_table(source, ReadOptions(missing=missing, **reading), targets=wanted or None)
    if isinstance(table, ArrayTable):
        table, features, weights = _arrays(table, features, weights)
        wanted = wanted or tuple(name for name in table.targets if name != weights)
    if rereading is not None:
        rereading.require(table)
        features = features if formula else _without_cluster(table, rereading, wanted, features, weights)
    column = column_of_weights(weights)
    if formula is None:
        plan = plan_columns(table, targets=wanted, features=features, categorical=categorical, weights=column)
    else:
        from reta.design.formula import plan_formula

        plan = plan_formula(table, formula, weights=column)
    ladder = Ladder(digits, fit_intercept=plan.fit_intercept and fit_intercept, used=_used)
    gathered, road = _gathered(table, plan, ladder, missing=missing, on_rows=on_rows)
    notes = (*table.notes, *plan.notes, *_filled(gathered.moments), *gathered.notes, *road)
    return Collected(
        gathered.moments,
        notes,
        table.description,
        gathered.passes,
        gathered.design,
        fit_intercept=plan.fit_intercept,
        table=table,
        solution=ladder.solution,
    )


def _gathered(
    table: Table, plan: Plan, ladder: Ladder, *, missing: MissingPolicy, on_rows: Callable[[int], None] | None
) -> tuple[Gathered, tuple[Note, ...]]:
    """Read the table; again, in extended precision, where float64 turns out too coarse."""
    first = gather(
        table,
        plan,
        missing=missing,
        on_rows=on_rows,
        float64_will_do=ladder.float64_will_do if ladder.digits < MOST_DIGITS else None,
    )
    if ladder.did(first.moments, first.design):
        return first, ()
    if not table.rereadable:
        text = (
            f"float64 leaves fewer than the {ladder.digits} digits asked for, and {table.description} can be read once "
            "only: save it to a file first, or ask for --digits 15 from the start"
        )
        return first, (Note("warning", text),)
    again = gather(table, plan, missing=missing, on_rows=on_rows)
    text = f"float64 leaves fewer than {ladder.digits} digits: the data were read again in extended precision"
    return replace(again, passes=first.passes + again.passes), (Note("assumed", text),)


def _from_saved(saved: Moments, source: str, ladder: Ladder) -> Collected:
    if not saved.n_targets or not saved.n_samples or ladder.did(saved, None):
        return Collected(saved, (), source, 0)
    text = (
        f"{source} leave fewer than the {ladder.digits} digits asked for, since rows were summed in float64: "
        "build the moments again with --digits 15"
    )
    return Collected(saved, (Note("warning", text),), source, 0)


def _check_digits(digits: int) -> None:
    if not 0 <= digits <= MOST_DIGITS:
        raise UsageError(f"digits={digits}: from 0 to {MOST_DIGITS} can be asked for")


def _choice(covariance: CovarianceKind, cluster: str | None, lags: int | None) -> CovarianceChoice | None:
    if covariance == "classical" and cluster is None and lags is None:
        return None
    from reta.model.robust import choose_covariance

    return choose_covariance(covariance, cluster, lags)


def _without_cluster(
    table: Table,
    choice: CovarianceChoice,
    targets: Sequence[str],
    features: Sequence[str] | None,
    weights: str | ArrayLike | None,
) -> Sequence[str] | None:
    """Return the features; where none are named, all columns but targets, weights and the clusters."""
    if features is not None or choice.cluster is None:
        return features
    others = {*targets, choice.cluster, *([weights] if isinstance(weights, str) else [])}
    return [column.name for column in table.columns if column.name not in others]


def _arrays(
    table: ArrayTable, features: Sequence[str] | None, weights: str | ArrayLike | None
) -> tuple[ArrayTable, Sequence[str] | None, str | None]:
    """Return the arrays with the names that ``features`` gives to X, and with weights beside the targets."""
    names = table.features
    if features is not None and table.Y is not None and len(features) == len(names):
        names, features = tuple(features), None
    Y, targets, column = with_weights(table, weights)
    if Y is table.Y and names == table.features:
        return table, features, column
    renamed = ArrayTable(table.X, Y, table.options, features=names, targets=targets, description=table.description)
    return renamed, features, column


def _filled(moments: Moments) -> list[Note]:
    """Say which gaps were filled with a mean."""
    counts = zip(moments.names, moments.missing.tolist(), moments.mean.tolist(), strict=True)
    return [
        Note(
            "assumed",
            f"`{name}`: {counted(count, 'missing cell')} filled with the mean, {mean:.6g}",
        )
        for name, count, mean in counts
        if count
    ]


def _saved_moments(data: object) -> tuple[Moments, str] | None:
    """Return the moments that ``data`` is or names."""
    if isinstance(data, Moments):
        return data, "moments"
    if isinstance(data, (str, Path)) and Path(data).suffix == ".moments":
        return Moments.load(data), str(data)
    return None


def _selected(moments: Moments, targets: Sequence[str], features: Sequence[str] | None) -> Moments:
    """Return the moments of the columns asked for; without ``features``, all that are not targets."""
    chosen = tuple(targets) or moments.targets
    others = tuple(name for name in moments.features if name not in chosen)
    return moments.select(features=others if features is None else features, targets=chosen)


def _design(every: Moments, known: Design | None) -> Design:
    if known is not None:
        return known
    means = dict(zip(every.features, every.mean[: every.n_features].tolist(), strict=True))
    return Design.of_columns(every.features, dict(every.levels), means)


def _used(every: Moments, known: Design | None) -> Moments:
    """Return the moments of the columns of the fit: all but the baselines."""
    return every.select(features=_design(every, known).names)


def _model(collected: Collected, solution: Solution, missing: MissingPolicy, options: Mapping[str, str]) -> LinearModel:
    every = collected.moments
    design = _design(every, collected.design)
    used = every.select(features=design.names)
    p = used.n_features
    return LinearModel(
        design=design,
        solution=solution,
        target_means=used.mean[p:] if solution.fit_intercept else np.zeros(used.n_targets),
        ranges=(used.minimum[:p], used.maximum[:p]),
        missing=missing,
        notes=(*collected.notes, *design.describe(), *solution_notes(solution), *collinearity_notes(solution)),
        provenance=Provenance(collected.source, fingerprint(every), collected.passes, options, versions()),
    )


def _told(options: Mapping[str, object]) -> dict[str, str]:
    """Return the options that were given, as text."""
    return {name: str(value) for name, value in options.items() if value not in (None, (), "error", True)}
