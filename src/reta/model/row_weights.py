"""The column of weights of rows that a fitted model meets again, or for the first time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.design.near import suggest_column
from reta.design.weights import require_weights
from reta.errors import UsageError
from reta.types import Note

if TYPE_CHECKING:
    from reta.model.linear_model import LinearModel
    from reta.tables import Table

__all__ = ["weights_of_fit", "weights_to_evaluate"]


def weights_of_fit(model: LinearModel, table: Table, weights: str | None) -> str | None:
    """Return the column of weights of the rows of the fit, that of the training by default.

    Raises
    ------
    UsageError
        The model was fitted with weights and none are named, or the column named is not there.
    DataError
        The column holds no numbers.
    """
    name = weights or _trained_weights(model)
    if name is None and model.weighted:
        raise UsageError("the model was fitted with weights: name their column with weights=… or --weights")
    if name is not None:
        _require_column(table, name, "the rows need the weights of the fit, named with weights=… or --weights")
    return name


def weights_to_evaluate(model: LinearModel, table: Table, weights: str | None) -> tuple[str | None, list[Note]]:
    """Return the column of weights of other rows, and what to say where nobody named it.

    That of the training serves by default where the rows have it; else every row counts the same.
    """
    trained = _trained_weights(model)
    if weights is not None:
        _require_column(table, weights, "name the column of weights, or leave it out")
        return weights, []
    if trained in {column.name for column in table.columns}:
        _require_column(table, str(trained), "")
        return trained, [Note("assumed", f"rows are weighted by `{trained}`, as in the fit")]
    if trained is None and not model.weighted:
        return None, []
    by = f"by `{trained}`" if trained else "with weights"
    text = f"the fit was weighted {by}, and {table.description} names no weights: every row counts the same here"
    return None, [Note("warning", text)]


def _trained_weights(model: LinearModel) -> str | None:
    """Return the name of the column of weights of the training, where it is known."""
    return model.provenance.options.get("weights")


def _require_column(table: Table, name: str, advice: str) -> None:
    columns = {column.name: column for column in table.columns}
    if name not in columns:
        raise UsageError(
            f"{table.description} lacks the column of weights `{name}`{suggest_column(name, list(columns))}: {advice}"
        )
    require_weights(columns[name], table.description)
