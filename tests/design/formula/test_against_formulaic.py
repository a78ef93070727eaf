"""The same columns as formulaic, term by term, for formulas drawn from the grammar."""

from __future__ import annotations

import warnings

import formulaic
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reta.design import Encoder
from reta.design.formula import plan_formula
from reta.moment import MomentsBuilder
from reta.tables import open_table

ROWS = 40
SEED = 3
# Both multiply float64 columns once or twice; powers are rounded once in reta and at every step there.
VALUES = {"rtol": 1e-12, "atol": 1e-12}
# Centred sums of 40 rows of such columns, in another order.
SUMS = {"rtol": 1e-9, "atol": 1e-7}
BATCHES = [1, 6, 3, 30]
MOST_COLUMNS = 120

FUNCTIONS = {name: getattr(np, name) for name in ("sqrt", "abs", "log1p", "expm1", "sin", "cos", "tan")}
ATOMS = [
    "x",
    "z",
    "region",
    "soil",
    "C(code)",
    "log(z)",
    "I(x**2)",
    "poly(x, 3, raw=True)",
    "poly(z, 2, raw=True)",
    "sqrt(z + 1)",
    "I(3*x - z/2)",
]


def table() -> pl.DataFrame:
    """Numbers, text and codes; the levels come late, in no order."""
    rng = np.random.default_rng(SEED)
    return pl.DataFrame(
        {
            "x": rng.normal(size=ROWS),
            "z": rng.uniform(0.5, 4.0, size=ROWS),
            "region": ["south", *rng.choice(["west", "south", "north"], size=ROWS - 1)],
            "soil": ["sand"] * 3 + list(rng.choice(["clay", "sand"], size=ROWS - 3)),
            "code": [2] * 5 + rng.choice([3, 1, 2], size=ROWS - 5).tolist(),
            "y": rng.uniform(1.0, 2.0, size=ROWS),
        }
    )


FRAME = table()


def theirs(formula: str) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        matrix = formulaic.model_matrix(formula, FRAME.to_pandas(), context=FUNCTIONS)
    right = pd.DataFrame(getattr(matrix, "rhs", matrix))
    return right.drop(columns="Intercept", errors="ignore").to_numpy(dtype=float)


def encoded_in_batches(formula: str) -> tuple[Encoder, MomentsBuilder]:
    """Read the table in small batches, so that levels are met late."""
    plan = plan_formula(open_table(FRAME), formula)
    encoder = Encoder(plan.terms, {})
    builder = MomentsBuilder(encoder.names, plan.targets)
    frame = FRAME.with_columns(pl.col(plan.categorical).cast(pl.String)) if plan.categorical else FRAME
    start = 0
    for rows in BATCHES:
        batch = frame.slice(start, rows)
        columns = [column.rounded() if hasattr(column, "rounded") else column for column in encoder.encode(batch)]
        builder.pad(encoder.names)
        builder.update([*columns, *plan.target_values(batch)])
        start += rows
    return encoder, builder


def ours(formula: str) -> np.ndarray:
    encoder, builder = encoded_in_batches(formula)
    design = encoder.design({})
    levels = [factor.column for factor in design.categorical]
    matrix = design.matrix(FRAME.with_columns(pl.col(levels).cast(pl.String)) if levels else FRAME)
    selected = builder.moments().select(features=design.names)
    p = selected.n_features
    if p:
        np.testing.assert_allclose(selected.mean[:p], matrix.mean(axis=0), **SUMS)
        centred = matrix - matrix.mean(axis=0)
        np.testing.assert_allclose(selected.scatter_xx, centred.T @ centred, **SUMS)
    return matrix


def assert_the_same(formula: str, expected: np.ndarray) -> None:
    found = ours(formula)
    assert found.shape == expected.shape, formula
    np.testing.assert_allclose(found, expected, err_msg=formula, **VALUES)


@pytest.mark.parametrize(
    "right",
    [
        "x",
        "z + x",
        "x:z + x",
        "x*z",
        "region",
        "region - 1",
        "0 + region",
        "region + soil - 1",
        "region:soil",
        "region:soil - 1",
        "region*soil",
        "region*soil - 1",
        "region + region:soil",
        "soil + region:soil",
        "region:x",
        "x + region:x",
        "region*x - 1",
        "region/soil",
        "(region + soil)/x",
        "x/(region + soil)",
        "region*soil*C(code)",
        "region:soil:C(code)",
        "region:soil + soil:C(code)",
        "(x + z + region)**2",
        "(x + z + region)^2 - x:z",
        "(x + z + region + soil)**3",
        "poly(x, 4, raw=True)",
        "region:poly(x, 2, raw=True)",
        "poly(x, 2, raw=True):poly(z, 3, raw=True)",
        "log(z) + exp(x) + log10(z) + log2(z)",
        "I(x**2) + I(x*z) + I(-x + 2)",
        "I(2**x) + I(x/z)",
        "sqrt(z) + abs(x) + log1p(z) + expm1(x) + sin(x) + cos(x) + tan(x)",
        "log(I(z + 1)*2)",
        ".",
        ". - region",
        ".**2 - code:x",
        "x + 0 + 1",
        "x - 1 + 1",
        "-1 + x",
        "(x + region) - region:x - 1",
    ],
)
def test_the_columns_are_those_of_formulaic(right: str) -> None:
    assert_the_same(f"y ~ {right}", theirs(f"y ~ {right}"))


def joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(parts, st.sampled_from([" + ", ":", "*", "/"]), parts)
    return pair.map(lambda three: f"({three[0]}{three[1]}{three[2]})") | parts.map(lambda one: f"({one})**2")


SUMS_OF_TERMS = st.lists(
    st.recursive(st.sampled_from(ATOMS), joined, max_leaves=4) | st.sampled_from(ATOMS), min_size=1, max_size=4
).map(" + ".join)
ENDS = st.sampled_from(["", " - 1", " + 0", " + 1", " - x", " - region:x", " - (soil + z)**2 - 1"])


@settings(max_examples=80)
@given(terms=SUMS_OF_TERMS, end=ENDS)
def test_random_formulas_give_the_columns_of_formulaic(terms: str, end: str) -> None:
    formula = f"y ~ {terms}{end}"
    expected = theirs(formula)
    assume(0 < expected.shape[1] <= MOST_COLUMNS)
    assert_the_same(formula, expected)


@pytest.mark.parametrize("left", ["y + x", "log(y) + z", "sqrt(y)", "I(y/z) + log(z)"])
def test_targets_are_those_of_formulaic(left: str) -> None:
    formula = f"{left} ~ region"
    expected = pd.DataFrame(formulaic.model_matrix(formula, FRAME.to_pandas(), context=FUNCTIONS).lhs)
    plan = plan_formula(open_table(FRAME), formula)
    found = np.column_stack(plan.target_values(FRAME))
    assert plan.targets == tuple(str(name).replace(" / ", "/") for name in expected.columns)
    np.testing.assert_allclose(found, expected.to_numpy(dtype=float), **VALUES)
