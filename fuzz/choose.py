"""From a seed to what happens: everything follows from the number, so that a failure can be repeated."""

from __future__ import annotations

from importlib.util import find_spec
from random import Random
from typing import TYPE_CHECKING

from fuzz.case import FILES, FORMS, Case
from fuzz.cells import CELL_DAMAGES
from fuzz.raw import RAW_DAMAGES
from fuzz.saved import KINDS, saved_verdict
from fuzz.text import TEXT_DAMAGES
from fuzz.verdict import verdict

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["chosen", "outcome"]

DAMAGES = sorted([*CELL_DAMAGES, *TEXT_DAMAGES, *RAW_DAMAGES], key=lambda damage: damage.order)
SAVED_IN = 8  # cases out of so many are about files of reta's own
PREDICTING_IN = 5  # those of the others that are files
MOST_DAMAGES = 4


def chosen(seed: int) -> tuple[str, list[str]]:
    """Return the form of a case and the names of its damages."""
    rng = Random(f"{seed}/choice")
    if rng.randrange(SAVED_IN) == 0:
        return rng.choice(KINDS), []
    form = rng.choice(FORMS + ("text",) * len(FORMS))
    fitting = [damage.name for damage in DAMAGES if form in damage.forms]
    return form, rng.sample(fitting, rng.randint(0, min(MOST_DAMAGES, len(fitting))))


def outcome(seed: int, folder: Path, only: list[str] | None = None) -> str:
    """Return what is wrong with a case; nothing where it is as it should be.

    Parameters
    ----------
    seed
        Of the case.
    folder
        Empty; files are written there.
    only
        The damages to keep of those that the seed chooses.
    """
    form, names = chosen(seed)
    if form == "xlsx" and find_spec("fastexcel") is None:
        return ""
    if form in KINDS:
        return saved_verdict(form, seed, folder)
    case = Case.of_seed(seed, form)
    if form in FILES and Random(f"{seed}/use").randrange(PREDICTING_IN) == 0:
        case.predicting = True
        case.table.numbers, case.table.spoilable = list(case.table.features), list(case.table.features)
    for damage in DAMAGES:
        if damage.name in names and (only is None or damage.name in only):
            case.promises(damage.do(case, Random(f"{seed}/{damage.name}")))
            case.damages.append(damage.name)
    return verdict(case, folder)
