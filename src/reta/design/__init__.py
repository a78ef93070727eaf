"""Columns to a numeric matrix, and the same again at prediction."""

from reta.design.design import Design
from reta.design.encoder import MAX_LEVELS, Encoder
from reta.design.features import Features
from reta.design.plan import Plan, plan_columns
from reta.design.product import Product, Term
from reta.design.terms import Categorical, Numeric
from reta.design.transforms import Polynomial, Transform

__all__ = [
    "MAX_LEVELS",
    "Categorical",
    "Design",
    "Encoder",
    "Features",
    "Numeric",
    "Plan",
    "Polynomial",
    "Product",
    "Term",
    "Transform",
    "plan_columns",
]
