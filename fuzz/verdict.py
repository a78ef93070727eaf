"""Giving a case to reta, and judging what came back."""

from __future__ import annotations

import contextlib
import io
import json
import math
import traceback
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fuzz.case import MEMORY
from fuzz.writers import in_memory, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from fuzz.case import Case, Promise

__all__ = ["Ran", "judged", "run", "verdict"]

REFUSALS = (2, 3, 4, 5)
TOLERANCE = 1e-8  # of the larger of a coefficient and one percent of the largest: reta's own error is far below


@dataclass(frozen=True)
class Ran:
    """How a command, or a call, ended."""

    code: int
    out: str
    err: str


def run(arguments: Sequence[str]) -> Ran:
    """Run ``reta`` in this process."""
    from reta.cli.main import main

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="replace") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Ran(code, *(_text(stream) for stream in (out, err)))


def verdict(case: Case, folder: Path) -> str:
    """Return what is wrong with how reta took the case; nothing where it is as it should be."""
    case.options = {name: text for name, text in case.options.items() if applies(case, name)}
    if case.predicting:
        ran = _predicted(case, folder)
        return judged(ran, case.final_promise(), lambda: _other_predictions(ran.out, case))
    ran = _fitted(case) if case.form in MEMORY else _commanded(case, folder)
    found = None
    if ran.code == 0:
        found = {(row["target"], row["term"]): row["estimate"] for row in json.loads(ran.out)["coefficients"]}
    if case.may_be_levels and "taken as levels" in ran.out + ran.err:
        return ""
    return judged(ran, case.final_promise(), lambda: _difference(found or {}, case))


def judged(ran: Ran, promise: Promise, difference: Callable[[], str]) -> str:
    """Return what is wrong with the end of a run, given what is promised of it."""
    if ran.code != 0:
        errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
        if "Traceback" in ran.err or "panicked" in ran.err or ran.code not in REFUSALS:
            return f"code {ran.code}: {ran.err.strip()[-2000:]}"
        if len(errors) != 1 or "internal" in errors[0]:
            return f"not one line of error: {ran.err.strip()[-2000:]}"
        return f"refused, although nothing is wrong: {errors[0]}" if promise == "right" else ""
    if promise == "anything but a crash":
        return ""
    if promise == "refused":
        return f"taken, although it cannot be right. {ran.err.strip()[-1000:]}"
    return difference()


def applies(case: Case, option: str) -> bool:
    """Whether an option is one that the form knows; the others are refused, which is no news."""
    return option not in ("delimiter", "encoding", "digits") or (
        case.form == "text" and not (option == "digits" and case.predicting)
    )


def _commanded(case: Case, folder: Path) -> Ran:
    arguments = ["fit", written(case, folder), "--targets", ",".join(case.table.targets), "--json", *_options(case)]
    if case.name_features:
        arguments += ["--features", ",".join(case.table.features)]
    return run(arguments)


def _options(case: Case) -> list[str]:
    return [f"--{name}" if value is None else f"--{name}={value}" for name, value in case.options.items()]


def _predicted(case: Case, folder: Path) -> Ran:
    """Predict the rows of the case by a model of given weights."""
    from reta.model.given import given_model

    weights = [_weights(case, target) for target in range(len(case.table.targets))]
    model = given_model(
        [each[1:] for each in weights],
        [each[0] for each in weights],
        case.table.features,
        case.table.targets,
        "the fuzzer",
    )
    model.save(folder / "m.reta.json")
    return run(["predict", str(folder / "m.reta.json"), written(case, folder), "--to", "ndjson", *_options(case)])


def _weights(case: Case, target: int) -> list[float]:
    """Return an intercept and a weight for each feature that no other has."""
    return [target + 7.0, *(j + 1.5 + target / 4 for j in range(len(case.table.features)))]


def _other_predictions(out: str, case: Case) -> str:
    """Return where predictions are not those of the rows that count, in their order."""
    k, p = len(case.table.targets), len(case.table.features)
    found = [list(json.loads(line).values())[-k:] for line in out.splitlines()]
    counted = [[1.0, *map(float, row.values[:p])] for row in case.table.rows if row.values is not None]
    if len(found) != len(counted):
        return f"{len(found)} predictions for {len(counted)} rows"
    for number, (predictions, cells) in enumerate(zip(found, counted, strict=True), start=1):
        for target, met in enumerate(predictions):
            terms = [a * b for a, b in zip(_weights(case, target), cells, strict=True)]
            if abs(met - sum(terms)) > TOLERANCE * max(map(abs, terms)):
                return f"prediction {number} is {predictions}, not {sum(terms)}"
    return ""


def _fitted(case: Case) -> Ran:
    """Call ``reta.fit``; its errors become those that the command would show."""
    import reta

    options: dict[str, Any] = {name.replace("-", "_"): value for name, value in case.options.items()}
    if "missing_values" in options:
        options["missing_values"] = (options["missing_values"],)
    if case.name_features:
        options["features"] = case.table.features
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", reta.errors.RetaWarning)
            model = reta.fit(in_memory(case), targets=case.table.targets, **options)
    except reta.errors.RetaError as error:
        return Ran(error.exit_code, "", f"error: {error}")
    except BaseException:  # noqa: BLE001 - panics of Polars are no Exception
        return Ran(1, "", traceback.format_exc())
    return Ran(0, json.dumps({"coefficients": _rows(model)}), " ".join(note.text for note in model.notes))


def _rows(model: Any) -> list[dict[str, Any]]:
    rows = []
    for t, target in enumerate(model.target_names):
        estimates = [model.intercept_[t], *model.coef_[t]]
        for term, estimate in zip(["intercept", *model.feature_names], estimates, strict=True):
            rows.append({"target": target, "term": term, "estimate": float(estimate)})
    return rows


def _difference(found: dict[tuple[str, str], float | None], case: Case) -> str:
    """Return where the coefficients are not those of the rows that count."""
    try:
        expected = case.table.solution()
    except ZeroDivisionError:
        return ""
    if found.keys() != expected.keys():
        return f"other coefficients: {sorted(found.keys() ^ expected.keys())}"
    for key, value in expected.items():
        largest = max(abs(other) for (target, _), other in expected.items() if target == key[0])
        met = found[key]
        if met is None or not math.isclose(met, value, rel_tol=TOLERANCE, abs_tol=TOLERANCE * largest / 100):
            return f"{key} is {met}, not {value}"
    return ""


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    data = stream.detach().getvalue()  # type: ignore[attr-defined]
    return data.decode("utf-8", errors="replace")
