"""Formulas: the Wilkinson notation that R and formulaic share, from text to a plan."""

from reta.design.formula.plan import plan_formula

__all__ = ["plan_formula"]
