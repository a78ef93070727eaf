"""Columns to a numeric matrix, and the same again at prediction."""

from reta.design.design import Design
from reta.design.encoder import MAX_LEVELS, Encoder
from reta.design.plan import Plan, plan_columns
from reta.design.terms import Categorical, Numeric, Term

__all__ = ["MAX_LEVELS", "Categorical", "Design", "Encoder", "Numeric", "Plan", "Term", "plan_columns"]
