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
    ran = _fitted(case) if case.form in MEMORY else _commanded(case, folder)
    found = None
    if ran.code == 0:
        found = {(row["target"], row["term"]): row["estimate"] for row in json.loads(ran.out)["coefficients"]}
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
    return option not in ("delimiter", "encoding") or case.form == "text"


def _commanded(case: Case, folder: Path) -> Ran:
    path = written(case, folder)
    arguments = ["fit", str(path), "--targets", ",".join(case.table.targets), "--json"]
    if case.name_features:
        arguments += ["--features", ",".join(case.table.features)]
    for name, value in case.options.items():
        arguments.append(f"--{name}={value}")
    return run(arguments)


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
