"""``reta.descend``: gradient descent on any table, and what is to be said of how far it came."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reta.descent import Trajectory, Update
from reta.descent.losses import Loss
from reta.descent.surface import surface_of
from reta.fitting.collect import collect
from reta.fitting.columns import columns_design
from reta.fitting.descended import descended_model
from reta.fitting.descent_notes import unfinished
from reta.fitting.descent_run import DescentRun
from reta.fitting.descent_settings import Settings, checked_update
from reta.fitting.descent_start import start_of
from reta.model import LinearModel, Provenance, fingerprint, versions, warn_of
from reta.tables.array_weights import name_of_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Unpack

    import polars as pl
    from numpy.typing import ArrayLike

    from reta.descent import Certificate
    from reta.descent.history import History
    from reta.descent.least_loss import LeastLoss
    from reta.types import LossName, MissingPolicy, Reading, ScheduleName

__all__ = ["BUFFER_ROWS", "Run", "descend", "trajectory"]

BUFFER_ROWS = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What a descent came to.

    Attributes
    ----------
    model
        Predicts like any other; it has no standard errors, tests or intervals, since those are about least squares.
    record
        What ``history`` shows.
    certificate
        How far the run is from the best, and what keeps it from there; ``None`` for losses other than mse.
    least_loss
        For those: between which bounds the least loss of the rows lies; ``None`` for mse.
    stopped_early
        Whether rows kept aside were no longer predicted better; the model is then that of the best epoch.
    """

    model: LinearModel
    record: History
    certificate: Certificate | None
    least_loss: LeastLoss | None
    stopped_early: bool

    def __repr__(self) -> str:
        state = "converged" if self.converged else "not converged"
        return f"Run of {int(self.record.column('epoch')[-1]):,} epochs: {state}"

    @property
    def history(self) -> pl.DataFrame:
        """A row per epoch, epoch 0 being the start; null where there is no number.

        ``epoch``, ``lr``, ``loss`` (over all training rows at the epoch's end), ``gap`` (above the best possible
        loss), ``gradient_norm``, ``validation_loss``. Of more than 10,000 full-batch epochs a thousand are listed.
        """
        return self.record.frame()

    @property
    def converged(self) -> bool:
        """Whether no more than a thousandth is left to gain.

        Of mse, of the targets' variance; of another loss, of what one number for all rows costs.
        """
        judged = self.certificate or self.least_loss
        return judged is not None and judged.converged


def descend(
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
    lr: float | str = "auto",
    epochs: int = 100,
    batch_size: int | None = None,
    shuffle: bool = True,
    seed: int = 0,
    momentum: float = 0.0,
    nesterov: bool = False,
    weight_decay: float = 0.0,
    schedule: ScheduleName | None = None,
    loss: LossName = "mse",
    delta: float = 1.0,
    quantile: float = 0.5,
    standardize: bool | None = None,
    initial: LinearModel | tuple[ArrayLike, ArrayLike] | None = None,
    validation: float = 0.0,
    patience: int = 10,
    buffer_rows: int = BUFFER_ROWS,
    checkpoint: str | Path | None = None,
    resume: bool = False,
    on_rows: Callable[[int], None] | None = None,
    on_epoch: Callable[[int, float], None] | None = None,
    **reading: Unpack[Reading],
) -> Run:
    """Fit a linear model by gradient descent, full-batch or over mini-batches, and say how far it came.

    Minimises the mean over all n·k elements of the loss of ``ŷ − y``, as ``torch.nn.functional`` has it; weights
    multiply a row's part, in units of their mean. Steps are those of ``torch.optim.SGD``.

    Parameters
    ----------
    data, y, formula, targets, features, categorical, weights, fit_intercept, missing, on_rows, **reading
        As for ``reta.fit``; moments do for full batches of mse.
    lr
        Learning rate; ``"auto"`` takes the best for full batches of mse, a safe one otherwise.
    epochs
        Passes over the rows, from 0.
    batch_size
        Rows of a step; all of them by default.
    shuffle, seed
        Whether every epoch takes the rows in another order, and which: the same seed gives the same run.
    momentum, nesterov, weight_decay
        As in ``torch.optim.SGD``; the intercept decays too.
    schedule
        How the learning rate falls: ``"constant"`` by default; ``"cosine"``, to 0; ``"exponential"``, to a hundredth;
        ``"inverse"``, to a tenth; ``"step"``, to a tenth after each third. The losses with a kink take ``"cosine"``
        where ``lr`` is ``"auto"``.
    loss
        ``"mse"``, ``"huber"`` (squares up to ``delta``, in target units), ``"absolute"`` (the median), or
        ``"quantile"`` (the ``quantile``-th).
    standardize
        Whether steps are taken for features in standard deviations about their means; the model comes back in the
        data's units. By default only where ``lr`` is ``"auto"``.
    initial
        Where to start: a model, or weights (k, p) and biases (k,), in the data's units; zeros by default.
    validation, patience
        Share of the rows to keep aside; the run stops when they have not been predicted better for so many epochs.
    buffer_rows
        Up to so many rows are held in memory; of more, the rows come from their source in every epoch, and are shuffled
        in a buffer of this size.
    checkpoint, resume
        A file that remembers the run about once a second, and whether to go on from there: the result has the same bits
        as that of a run that was never ended.
    on_epoch
        Called with the number of epochs done and the loss, after every epoch over mini-batches, and now and then
        in long full-batch schedules.

    Returns
    -------
    Run
        ``model``, ``history``, ``certificate``.

    Raises
    ------
    UsageError, DataError, FileError
        As for ``reta.fit``; options that make no sense.
    NumericalError
        The loss rises: the message says under which learning rate it would not.

    Warns
    -----
    RetaWarning
        The run ended before it converged.

    Notes
    -----
    Full-batch descent on mse is computed in closed form from the moments: a billion epochs cost what one does.

    Examples
    --------
    >>> import reta
    >>> run = reta.descend(reta.datasets.crops_15(), targets=["apples", "oranges"], epochs=30)
    >>> run.model.predict([[75, 63, 44]]).round(2).tolist()
    [[53.8, 66.81]]
    """
    settings = Settings(
        epochs=epochs,
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        lr=lr,
        update=Update(0.0, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay),
        schedule=schedule,
        loss=Loss(loss, {"huber": delta, "quantile": quantile}.get(loss, 0.0)),
        standardize=lr == "auto" if standardize is None else standardize,
        validation=validation,
        patience=patience,
        buffer_rows=buffer_rows,
        checkpoint=None if checkpoint is None else Path(checkpoint),
        resume=resume,
    )
    collected = collect(
        data,
        y,
        formula=formula,
        targets=targets,
        features=features,
        categorical=categorical,
        weights=weights,
        missing=missing,
        fit_intercept=fit_intercept,
        on_rows=on_rows,
        **reading,
    )
    named = name_of_weights(weights)
    design = columns_design(collected.moments, collected.design)
    run = DescentRun(
        collected, design, named, missing, settings, fit_intercept=collected.fit_intercept and fit_intercept
    )
    outcome = run.run(start_of(initial, run.moments, bias=run.fit_intercept), on_epoch)
    told = {"formula": formula, "weights": named, "missing": None if missing == "error" else missing}
    options = {name: str(value) for name, value in {**told, **settings.told(), **reading}.items() if value is not None}
    notes = (*collected.notes, *design.describe(), *outcome.notes)
    model = descended_model(
        outcome,
        design,
        missing=missing,
        notes=notes,
        provenance=Provenance(
            collected.source, fingerprint(collected.moments), collected.passes + outcome.passes, options, versions()
        ),
    )
    certificate, least_loss = outcome.certificate(), outcome.least_loss
    unsaid = (
        () if outcome.stopped_early else unfinished(certificate, least_loss, outcome.epochs, decays=weight_decay > 0)
    )
    warn_of((*notes, *unsaid))
    return Run(model, outcome.history, certificate, least_loss, outcome.stopped_early)


def trajectory(
    data: object,
    y: ArrayLike | None = None,
    *,
    lr: float | str = "auto",
    initial: LinearModel | tuple[ArrayLike, ArrayLike] | None = None,
    momentum: float = 0.0,
    dampening: float = 0.0,
    nesterov: bool = False,
    weight_decay: float = 0.0,
    standardize: bool = False,
    targets: Sequence[str] | str | None = None,
    fit_intercept: bool = True,
    **collecting: object,
) -> Trajectory:
    """Return the whole path of full-batch gradient descent on the mean squared error, in closed form.

    Parameters
    ----------
    data, y, targets, fit_intercept, **collecting
        As for ``reta.fit``: moments, or whatever they can be gathered from.
    lr
        Learning rate; ``"auto"`` takes the best, ``2 / (λmin + λmax)``.
    initial
        Where it starts: a model, or weights (k, p) and biases (k,), in the data's units; zeros by default.
    momentum, dampening, nesterov, weight_decay
        As in ``torch.optim.SGD``.
    standardize
        Whether the descent sees features in standard deviations about their means.

    Returns
    -------
    Trajectory
        Parameters, loss and gradient at any epoch, or at an array of them.

    Examples
    --------
    >>> import reta
    >>> path = reta.trajectory(reta.datasets.crops_15(), targets=["apples", "oranges"], lr=1e-5)
    >>> path.at(10**9).bias.round(3).tolist()
    [2.208, -5.044]
    """
    update = checked_update(Update(0.0, momentum, dampening, weight_decay, nesterov), lr)
    collected = collect(data, y, targets=targets, fit_intercept=fit_intercept, **collecting)  # type: ignore[arg-type]
    used = collected.moments.select(features=columns_design(collected.moments, collected.design).names)
    bias = collected.fit_intercept and fit_intercept
    surface = surface_of(used, bias=bias, standardize=standardize, exact=collected.solution)
    path = Trajectory(surface, update, start_of(initial, used, bias=bias))
    return replace(path, update=replace(update, lr=path.best_lr)) if lr == "auto" else path
