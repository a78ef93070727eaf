"""What a test of the residuals means, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reta.inference.outcome import Outcome
    from reta.screens.language import Speech

__all__ = ["verdict"]

DOUBTFUL = 0.05
ALIKE = 1.5
ALTERNATING = 2.5


def verdict(test: str, outcome: Outcome, speech: Speech) -> str:
    """Return what the outcome of a test means, or why there is none.

    Parameters
    ----------
    test
        ``"breusch_pagan"``, ``"white"``, ``"reset"``, ``"durbin_watson"``, ``"jarque_bera"``, ``"skewness"``,
        ``"kurtosis"``, ``"press"`` or ``"loo_r_squared"``.
    outcome
        Of that test.
    speech
        Language.
    """
    if outcome.obstacle:
        return speech.say(f"obstacle_{outcome.obstacle}")
    if test == "durbin_watson":
        return speech.say(_order(outcome.statistic))
    meaning = {"breusch_pagan": "spread", "white": "spread"}.get(test, test)
    if meaning in {"spread", "reset", "jarque_bera"}:
        return speech.say(f"{meaning}_{'found' if outcome.p_value < DOUBTFUL else 'absent'}")
    return speech.say(f"{meaning}_means")


def _order(statistic: float) -> str:
    if statistic < ALIKE:
        return "order_alike"
    return "order_alternating" if statistic > ALTERNATING else "order_absent"
