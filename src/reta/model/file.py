"""The model file: one JSON document, explained in docs/reference/model-file.md. Nothing in it is ever executed."""

from __future__ import annotations

import math
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from reta.design import Design
from reta.design.product import factors_of
from reta.design.records import response_of, term_data, term_of
from reta.design.transforms import Polynomial
from reta.errors import FileError
from reta.model.linear_model import LinearModel
from reta.model.provenance import Provenance
from reta.model.strict_json import read_document, write_document
from reta.solvers import Claims, Dependency, KnownDigits, Solution
from reta.types import CovarianceKind, MissingPolicy, Note, NoteKind, Precision

if TYPE_CHECKING:
    from reta.design.product import Factor
    from reta.model.robust import RobustCovariance
    from reta.types import BoolArray, FloatArray, IntArray

__all__ = ["FORMAT", "VERSION", "load_model", "write_model"]

FORMAT = "reta linear model"
VERSION = 1
_CLAIMS = ("digits", "coef_digits", "intercept_digits")
_SOLUTION = (*(field.name for field in fields(Solution) if field.name != "claims"), *_CLAIMS)
NULLABLE = ("log_weight_sum", "condition")  # numbers of a solution that may be unknown, NaN here and null in the file


def write_model(model: LinearModel, path: Path) -> None:
    """Write ``model`` to ``path``, all or nothing.

    Raises
    ------
    FileError
        The file cannot be written; what was there before stays.
    """
    write_document(path, FORMAT, VERSION, _content(model))


def load_model(path: str | Path) -> LinearModel:
    """Read a model back; it predicts the very same bits as the one that was saved.

    Raises
    ------
    FileError
        The file is absent, damaged, oversize, of another kind or of an unknown version.
    """
    path = Path(path)
    content = {"responses": [], **read_document(path, FORMAT, VERSION)}  # not yet there in the first files
    try:
        return _model(content)
    except (KeyError, TypeError, ValueError, OverflowError, MemoryError) as error:
        raise FileError(f"{path} does not hold a model as reta writes it ({error!r}): fit again") from error


def _content(model: LinearModel) -> dict[str, Any]:
    return {
        "terms": [term_data(term) for term in model.design.terms],
        "responses": [term_data(response) for response in model.design.responses],
        "solution": _solution_data(model.solution),
        "target_means": model.target_means.tolist(),
        "minimum": model.ranges[0].tolist(),
        "maximum": model.ranges[1].tolist(),
        "missing": model.missing,
        "notes": [asdict(note) for note in model.notes],
        "provenance": asdict(model.provenance),
        "robust": None if model.robust is None else _robust_data(model.robust),
    }


def _model(content: dict[str, Any]) -> LinearModel:
    content = {"robust": None, **content}
    _require_keys(
        content,
        {field.name for field in fields(LinearModel)} - {"design", "ranges"}
        | {"terms", "responses", "minimum", "maximum"},
    )
    design = Design(tuple(map(term_of, content["terms"])), tuple(map(response_of, content["responses"])))
    _require_columns(design, len(content["solution"]["features"]))
    provenance = Provenance(**content["provenance"])
    solution = _solution({**_of_earlier_files(content), **content["solution"]}, provenance)
    k, p = solution.coef.shape
    if design.names != solution.features:
        raise ValueError("terms and features differ")
    if not {response.label for response in design.responses} <= set(solution.targets):
        raise ValueError("responses and targets differ")
    return LinearModel(
        design=design,
        solution=solution,
        target_means=_array(content["target_means"], (k,)),
        ranges=(_array(content["minimum"], (p,)), _array(content["maximum"], (p,))),
        missing=_one_of(content["missing"], MissingPolicy),
        notes=tuple(Note(_one_of(note["kind"], NoteKind), _text(note["text"])) for note in content["notes"]),
        provenance=provenance,
        robust=None if content["robust"] is None else _robust(content["robust"], solution),
    )


def _require_columns(design: Design, n_features: int) -> None:
    """Raise ValueError where the terms make another number of columns, before a huge number of them get names."""
    n_columns = sum(math.prod(map(_n_columns, factors_of(term))) for term in design.terms)
    if n_columns != n_features:
        raise ValueError(f"terms of {n_columns:,} columns for {n_features:,} features")


def _n_columns(factor: Factor) -> int:
    return factor.degree if isinstance(factor, Polynomial) else len(factor.names)


def _solution_data(solution: Solution) -> dict[str, Any]:
    data = {name: getattr(solution, name) for name in _SOLUTION}
    data["dependencies"] = [asdict(dependency) for dependency in solution.dependencies]
    used = (solution.kept | solution.minimum_norm) & solution.least_squares
    data["inverse_root"] = solution.inverse_root[:, used].tolist()
    for name in NULLABLE:
        data[name] = None if math.isnan(data[name]) else data[name]
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in data.items()}


def _solution(data: dict[str, Any], provenance: Provenance) -> Solution:
    unknown = {"log_weight_sum": _first_log_weight_sum(provenance), "center_low": [0.0] * len(data["features"])}
    data = {**unknown, **data}
    _require_keys(data, set(_SOLUTION))
    least_squares = bool(data["least_squares"])
    features = tuple(_text(name) for name in data["features"])
    targets = tuple(_text(name) for name in data["targets"])
    p, k = len(features), len(targets)
    kept = _flags(data["kept"], p)
    return Solution(
        solver=_text(data["solver"]),
        features=features,
        targets=targets,
        fit_intercept=bool(data["fit_intercept"]),
        n_samples=int(data["n_samples"]),
        weight_sum=float(data["weight_sum"]),
        log_weight_sum=_number(data["log_weight_sum"]),
        coef=_array(data["coef"], (k, p)),
        coef_low=_array(data["coef_low"], (k, p)),
        intercept=_array(data["intercept"], (k,)),
        kept=kept,
        dependencies=tuple(_dependency(entry) for entry in data["dependencies"]),
        center=_array(data["center"], (p,)),
        center_low=_array(data["center_low"], (p,)),
        level=_array(data["level"], (k,)),
        level_low=_array(data["level_low"], (k,)),
        inverse_root=_inverse_root(data["inverse_root"], kept, minimum_norm=bool(data["minimum_norm"]))
        if least_squares
        else _unknown_root(data["inverse_root"], kept),
        total_scatter=_array(data["total_scatter"], (k, k)),
        residual_scatter=_array(data["residual_scatter"], (k, k)),
        perfect_fit=_flags(data["perfect_fit"], k),
        constant_target=_flags(data["constant_target"], k),
        condition=float(data["condition"]) if least_squares else _number(data["condition"]),
        claims=Claims(
            KnownDigits(
                int(data["digits"]),
                _counts(data["coef_digits"], (k, p)),
                _counts(data["intercept_digits"], (k,)),
            )
        ),
        precision=_one_of(data["precision"], Precision),
        minimum_norm=bool(data["minimum_norm"]),
        least_squares=least_squares,
    )


def _of_earlier_files(content: dict[str, Any]) -> dict[str, Any]:
    """Return what files of the first versions of reta did not say of a solution."""
    coef, means = content["solution"]["coef"], content["target_means"]
    zeros = np.zeros_like(np.array(coef, dtype=np.float64)).tolist()
    return {"least_squares": True, "coef_low": zeros, "level": means, "level_low": [0.0] * len(means)}


def _first_log_weight_sum(provenance: Provenance) -> float | None:
    """Return what a file from before the number was kept lets one know of it: rows that were read without weights."""
    return 0.0 if provenance.passes and "weights" not in provenance.options else None


def _dependency(data: dict[str, Any]) -> Dependency:
    terms = tuple((_text(name), float(coef)) for name, coef in data["combination"])
    return Dependency(**{**data, "combination": terms})


def _robust_data(robust: RobustCovariance) -> dict[str, Any]:
    """Return the covariance as plain data, ``null`` where a term has none."""
    data = {field.name: getattr(robust, field.name) for field in fields(robust)}
    return {**data, **{name: _with_gaps(data[name]) for name in ("matrices", "in_coordinates")}}


def _with_gaps(stack: FloatArray) -> list[Any]:
    return [[[x if math.isfinite(x) else None for x in row] for row in one] for one in stack.tolist()]


def _stack(values: Any, shape: tuple[int, ...]) -> FloatArray:
    """Return matrices, NaN for ``null``."""
    entries = [[[math.nan if x is None else x for x in row] for row in one] for one in values]
    stack = np.array(entries, dtype=np.float64)
    _array(np.nan_to_num(stack, posinf=np.inf, neginf=-np.inf), shape)
    return stack.reshape(shape)


def _robust(data: dict[str, Any], solution: Solution) -> RobustCovariance:
    from reta.model.robust import RobustCovariance

    _require_keys(data, {field.name for field in fields(RobustCovariance)})
    k, m = len(solution.targets), len(solution.features) + solution.fit_intercept
    d = solution.rank + solution.fit_intercept
    return RobustCovariance(
        kind=_one_of(data["kind"], CovarianceKind),
        degrees_of_freedom=int(data["degrees_of_freedom"]),
        matrices=_stack(data["matrices"], (k, m, m)),
        in_coordinates=_stack(data["in_coordinates"], (k, d, d)),
        cluster=None if data["cluster"] is None else _text(data["cluster"]),
        n_clusters=None if data["n_clusters"] is None else int(data["n_clusters"]),
        lags=None if data["lags"] is None else int(data["lags"]),
    )


def _inverse_root(values: Any, kept: BoolArray, *, minimum_norm: bool) -> FloatArray:
    """Put the columns of the kept features back in their places."""
    rank, used = int(kept.sum()), kept | minimum_norm
    full = np.zeros((rank, len(kept)))
    full[:, used] = _array(values, (rank, int(used.sum())))
    return full


def _unknown_root(values: Any, kept: BoolArray) -> FloatArray:
    """Return NaN for every entry, which takes no memory: of a descent there is no root."""
    if len(values) > len(kept):
        raise ValueError(f"an inverse root of {len(values)} rows for {len(kept)} features")
    return np.broadcast_to(np.nan, (len(values), len(kept)))


def _counts(values: Any, shape: tuple[int, ...]) -> IntArray:
    counts = _array(values, shape)
    if ((counts < 0) | (counts != np.floor(counts))).any():
        raise ValueError("expected whole numbers")
    return counts.astype(np.int64)


def _array(values: Any, shape: tuple[int, ...]) -> FloatArray:
    array = np.array(values, dtype=np.float64).reshape(shape) if 0 in shape else np.array(values, dtype=np.float64)
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"expected finite numbers in the shape {shape}")
    return array


def _flags(values: Any, length: int) -> BoolArray:
    if len(values) != length or any(type(value) is not bool for value in values):
        raise ValueError(f"expected {length} times true or false")
    return np.array(values, dtype=np.bool_)


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, not {value!r}")
    return value


def _one_of(value: Any, literal: Any) -> Any:
    if value not in get_args(literal):
        raise ValueError(f"{value!r} is none of {', '.join(get_args(literal))}")
    return value


def _require_keys(data: dict[str, Any], expected: set[str]) -> None:
    if set(data) != expected:
        raise ValueError(f"keys differ: {', '.join(sorted(set(data) ^ expected))}")
