"""The axes of the loss in words: which parameters each is made of, and how fast a descent gets along it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from reta.descent.convergence import steps_until, unit_approach
from reta.descent.powers import log_rate
from reta.double_double import DoubleDouble

if TYPE_CHECKING:
    import polars as pl

    from reta.descent.surface import Surface
    from reta.descent.trajectory import Trajectory
    from reta.descent.update import Update
    from reta.types import FloatArray, Language

__all__ = ["HUNDREDTH", "Direction", "direction_frame", "direction_of", "steps_to_a_hundredth"]

HUNDREDTH = 0.01
ROUNDING = 1e-14
NEARLY_ALL = 0.95  # of the squared length: one parameter almost alone
MOST = 0.8
MOST_PARTS = 3
UNIT = unit_approach(DoubleDouble.of(np.ones(1)))


@dataclass(frozen=True, slots=True)
class Direction:
    """What an axis is made of.

    Attributes
    ----------
    kind
        ``"alone"``: one parameter, almost; ``"mostly"``: one before all; ``"together"``: several that rise together;
        ``"against"``: some that rise while others fall.
    rising, falling
        Names of the parameters that matter, the largest part first; ``falling`` for ``"against"`` only.
    """

    kind: Literal["alone", "mostly", "together", "against"]
    rising: tuple[str, ...]
    falling: tuple[str, ...] = ()

    def text(self, language: Language = "en") -> str:
        """Return it in words, ``"en"`` or ``"pt-BR"``."""
        from reta.screens.certificate_screen import direction_text
        from reta.screens.language import Speech

        return direction_text(self, Speech(language))

    def __str__(self) -> str:
        return self.text()


def direction_of(terms: tuple[str, ...], axis: FloatArray) -> Direction:
    """Return what a unit vector over ``terms`` is made of."""
    order = np.argsort(-np.abs(axis), kind="stable")
    shares = np.cumsum(axis[order] ** 2)
    first = terms[order[0]]
    if shares[0] >= NEARLY_ALL:
        return Direction("alone", (first,))
    if shares[0] >= MOST:
        return Direction("mostly", (first,))
    parts = order[: min(int(np.argmax(shares >= MOST)) + 1, MOST_PARTS)]
    signs = np.sign(axis[parts]) * np.sign(axis[parts[0]])
    rising = tuple(terms[at] for at, sign in zip(parts, signs, strict=True) if sign > 0)
    falling = tuple(terms[at] for at, sign in zip(parts, signs, strict=True) if sign < 0)
    return Direction("against", rising, falling) if falling else Direction("together", rising)


def steps_to_a_hundredth(pull: DoubleDouble, update: Update) -> FloatArray:
    """Return after how many whole steps each distance is, and stays, at a hundredth or nearer: (m,).

    Parameters
    ----------
    pull
        Shape (m,), in pairs: curvature and weight decay of each axis.
    update
        How steps are made.

    Returns
    -------
    ndarray
        At least 1; infinite where a distance never shrinks so far, or the learning rate is not known.
    """
    if np.isnan(update.lr):
        return np.full(len(pull), np.inf)
    if update.momentum:
        each = (unit_approach(pull[at : at + 1]) for at in range(len(pull)))
        return np.maximum([steps_until(axis, update, HUNDREDTH**2) for axis in each], 1.0)
    log_rates = log_rate(pull, update)
    with np.errstate(divide="ignore"):
        needed = np.log(HUNDREDTH) / log_rates
    whole = np.ceil(needed * (1.0 - ROUNDING))  # a quotient that is whole but for its rounding counts as that
    return np.asarray(np.where(log_rates < 0.0, np.maximum(whole, 1.0), np.inf))


def direction_frame(path: Trajectory, language: Language = "en") -> pl.DataFrame:
    """Return what ``Trajectory.directions`` promises."""
    import polars as pl

    surface: Surface = path.surface
    steepest_first = np.arange(len(surface.curvature))[::-1]
    epochs = steps_to_a_hundredth(surface.curvature_pair + path.update.weight_decay, path.update)[steepest_first]
    axes = surface.axes[:, steepest_first]
    return pl.DataFrame(
        {
            "direction": [direction_of(surface.terms, axis).text(language) for axis in axes.T],
            "curvature": surface.curvature[steepest_first],
            "rate": np.exp(path.log_rates[steepest_first]),
            "epochs": [float(n) if np.isfinite(n) else None for n in epochs],
            **{f"part_{name}": axes[at] for at, name in enumerate(surface.terms)},
        }
    )
