"""Whatever the data are, rows or saved moments: their moments, and how these came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reta.allowed import require_one_of
from reta.design import plan_columns
from reta.design.near import suggest_column
from reta.errors import UsageError
from reta.fitting.columns import used_columns
from reta.fitting.late_columns import planned_and_read
from reta.fitting.readings import notes_on_saved, read_rows
from reta.fitting.saved import saved_moments, select_saved
from reta.solvers import PrecisionPolicy
from reta.solvers.precision import MOST_DIGITS
from reta.tables import ReadOptions, open_table
from reta.tables.array_weights import column_of_weights, with_weights
from reta.tables.arrays import ArrayTable
from reta.tables.composed import composed_name, composed_names
from reta.types import MissingPolicy, Note, Reading
from reta.wording import LOSES_DIGITS, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Unpack

    from numpy.typing import ArrayLike

    from reta.design import Design, Plan
    from reta.model.robust import CovarianceChoice
    from reta.moment import Gathered, Moments
    from reta.solvers import Solution
    from reta.tables.table import Table

__all__ = ["DIGITS", "Collected", "collect"]

DIGITS = 10  # of every coefficient, unless the caller asks for others


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
    rounded
        Whether cells were rounded to float64 when they were read: integers beyond 2^53, of other sources than arrays.
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
    rounded: bool = False

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
    exclude: Sequence[str] = (),
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
    _require_known(reading)
    if formula is not None and (targets is not None or features is not None or categorical):
        raise UsageError("a formula names targets and features itself: leave out targets, features and categorical")
    wanted, categorical, exclude = map(composed_names, (targets or (), categorical, exclude))
    features = None if features is None else composed_names(features)
    formula = formula and composed_name(formula)
    weights = composed_name(weights) if isinstance(weights, str) else weights
    saved = saved_moments(data)
    if saved is not None and formula is not None:
        raise UsageError("saved moments hold columns, not rows: choose among them with targets= and features=")
    _check_digits(digits)
    require_one_of(MissingPolicy, missing=missing)
    if saved is not None:
        if rereading is not None:
            rereading.require(None)
        policy = PrecisionPolicy(digits, fit_intercept=fit_intercept, used=used_columns)
        chosen = select_saved(saved[0], wanted, features, exclude)
        notes = notes_on_saved(chosen, saved[1], policy)
        return Collected(chosen, notes, saved[1], 0, solution=policy.solution)
    source = data if y is None else (data, y)
    table = open_table(source, ReadOptions(missing=missing, **reading), targets=wanted or None)
    if isinstance(table, ArrayTable):
        table, features, weights = _arrays(table, features, weights)
        wanted = wanted or tuple(name for name in table.targets if name != weights)
    if rereading is not None:
        rereading.require(table)
        features = features if formula else _without_cluster(table, rereading, wanted, features, weights)
    column = column_of_weights(weights)

    def planned() -> Plan:
        if formula is None:
            return plan_columns(
                table, targets=wanted, features=features, categorical=categorical, weights=column, exclude=exclude
            )
        from reta.design.formula import plan_formula

        return plan_formula(table, formula, weights=column, exclude=exclude)

    def read(plan: Plan) -> tuple[PrecisionPolicy, Gathered, tuple[Note, ...]]:
        policy = PrecisionPolicy(digits, fit_intercept=plan.fit_intercept and fit_intercept, used=used_columns)
        return (policy, *read_rows(table, plan, policy, missing=missing, on_rows=on_rows))

    plan, (policy, gathered, read_again) = planned_and_read(table, planned, read)
    notes = (*table.notes, *plan.notes, *_filled(gathered.moments), *gathered.notes, *read_again)
    return Collected(
        gathered.moments,
        notes,
        table.description,
        gathered.passes,
        gathered.design,
        fit_intercept=plan.fit_intercept,
        table=table,
        solution=policy.solution,
        rounded=any(note.text.endswith(LOSES_DIGITS) for note in table.notes),
    )


def _require_known(reading: Mapping[str, object]) -> None:
    """Raise UsageError for an option that does not exist, whatever kind of data it came with."""
    for name in reading:
        if name not in Reading.__annotations__:
            raise UsageError(f"no option is called `{name}`{suggest_column(name, list(Reading.__annotations__))}")


def _check_digits(digits: int) -> None:
    if not 0 <= digits <= MOST_DIGITS:
        raise UsageError(f"digits={digits}: from 0 to {MOST_DIGITS} can be asked for")


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
