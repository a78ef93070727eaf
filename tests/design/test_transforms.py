"""Computed terms: powers unrounded, interactions column by column, the row named where no number comes out."""

from __future__ import annotations

import json
from fractions import Fraction

import mpmath
import numpy as np
import polars as pl
import pytest

from reta.design import Categorical, Design, Numeric, Polynomial, Product, Transform
from reta.design.expression import Constant, Operation, Source
from reta.double_double import DoubleDouble
from reta.errors import DataError

# Each of up to 9 multiplications of pairs is right to some 2⁻¹⁰⁴ of its size.
PAIRS = 2.0**-99
# What a 104-bit trial of this road gives (12.8), and powers that were rounded to floats (7.6), whatever solves.
FILIP_DIGITS = 12.0
FILIP_DIGITS_OF_FLOATS = 9.0
X = [-8.781464495, 0.1, 3.0, 1e-5, 12345.678, -7e9, 0.0]
TENTH = Polynomial(Source("x"), 10)
HALF = Transform(Operation("/", (Source("x"), Constant(2.0))))


def as_fraction(column: np.ndarray | DoubleDouble, row: int) -> Fraction:
    pair = DoubleDouble.of(column)
    return Fraction(float(pair.high[row])) + Fraction(float(pair.low[row]))


def test_powers_are_right_to_some_30_digits() -> None:
    features = Design((Numeric("z"), TENTH)).features(pl.DataFrame({"x": X, "z": X}))
    assert features.unrounded.tolist() == list(range(1, 11))
    columns = [features.column(at) for at in range(10)]
    assert TENTH.names[0] == "poly(x, 10)[1]"
    assert len(columns) == len(TENTH.names) == 10
    for power, column in enumerate(columns, start=1):
        for row, x in enumerate(X):
            exact = Fraction(x) ** power
            assert abs(as_fraction(column, row) - exact) <= PAIRS * abs(exact), (power, x)


def test_products_with_powers_are_right_to_some_30_digits_too() -> None:
    term = Product((Polynomial(Source("x"), 4), Numeric("z"), Polynomial(Source("z"), 3)))
    z = [0.3, -1.7, 1e4, 0.1, 3.3, 2.0, 7.0]
    frame = pl.DataFrame({"x": X, "z": z})
    columns = term.encode(frame)
    assert term.names[5] == "poly(x, 4)[2]:z:poly(z, 3)[2]"
    for row, (x, other) in enumerate(zip(X, z, strict=True)):
        exact = Fraction(x) ** 2 * Fraction(other) ** 3
        assert abs(as_fraction(columns[5], row) - exact) <= PAIRS * abs(exact)
        assert as_fraction(Product((TENTH, Numeric("z"))).encode(frame)[0], row) == Fraction(x) * Fraction(other)


def test_the_columns_of_filip_carry_its_answer(reference) -> None:
    problem = json.loads((reference / "nist" / "Filip.json").read_text())
    frame = pl.DataFrame({"x": [float(row) for row in problem["x"]]})
    y = [mpmath.mpf(cell) for cell in problem["y"]]
    assert least_digits(TENTH.encode(frame), y, problem["certified"]["coef"]) >= FILIP_DIGITS
    rounded = [DoubleDouble.of(column).rounded() for column in TENTH.encode(frame)]
    assert least_digits(rounded, y, problem["certified"]["coef"]) < FILIP_DIGITS_OF_FLOATS


def least_digits(columns: list[np.ndarray | DoubleDouble], y: list[mpmath.mpf], certified: list[str]) -> float:
    """Solve in 100 digits for an intercept and the columns; count the digits that agree."""
    with mpmath.workdps(100):
        pairs = [DoubleDouble.of(column) for column in columns]
        X = mpmath.matrix([[1, *(mpmath.mpf(p.high[i]) + mpmath.mpf(p.low[i]) for p in pairs)] for i in range(len(y))])
        found = mpmath.lu_solve(X.T * X, X.T * mpmath.matrix(y))
        wrong = max(abs(b / mpmath.mpf(c) - 1) for b, c in zip(found, certified, strict=True))
        return float(-mpmath.log10(wrong))


def test_the_matrix_is_rounded() -> None:
    design = Design((TENTH,))
    matrix = design.matrix(pl.DataFrame({"x": X}))
    assert matrix.shape == (len(X), 10)
    assert matrix[1, 2] == float(Fraction(0.1) ** 3)


def test_the_first_factor_changes_fastest() -> None:
    term = Product((Categorical("a", ("p", "q"), full=True), Categorical("b", ("r", "s", "t"))))
    assert term.names == ("a[p]:b[s]", "a[q]:b[s]", "a[p]:b[t]", "a[q]:b[t]")
    columns = term.encode(pl.DataFrame({"a": ["p", "q", "q"], "b": ["s", "t", "r"]}))
    assert np.array(columns).T.tolist() == [[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]


def test_an_unknown_level_is_the_baseline_where_the_baseline_has_a_column() -> None:
    full = Categorical("a", ("p", "q"), full=True)
    assert full.names == ("a[p]", "a[q]")
    assert np.array(full.encode(pl.DataFrame({"a": ["q", "p", "new"]}))).T.tolist() == [[0, 1], [1, 0], [1, 0]]


def test_gaps_are_filled_before_anything_is_computed() -> None:
    fills = {"x": 6.0}
    terms = (HALF.settled({}, fills), Product((Numeric("x", 6.0), Numeric("x", 6.0))))
    matrix = Design(terms).matrix(pl.DataFrame({"x": [None, 2.0]}))
    assert matrix.tolist() == [[3, 36], [1, 4]]


@pytest.mark.parametrize(
    ("term", "x", "message"),
    [
        (
            Transform(Operation("log", (Source("x"),))),
            0.0,
            r"^log\(x\) has no finite value in row 12 of those used, where `x` is 0.0: log takes positive numbers only",
        ),
        (Transform(Operation("sqrt", (Source("x"),))), -4.0, r"sqrt\(x\).*`x` is -4.0: sqrt takes no negative numbers"),
        (
            Transform(Operation("+", (Operation("/", (Constant(1.0), Source("x"))), Source("z")))),
            0.0,
            r"^1/x in I\(1/x \+ z\) has no finite value in row 12.*`x` is 0.0: the divisor is zero",
        ),
        (Transform(Operation("**", (Source("x"), Constant(0.5)))), -1.0, r"I\(x\*\*0.5\).*that power does not exist"),
        (Transform(Operation("exp", (Source("x"),))), 1e4, r"exp\(x\).*too large for float64"),
        (Polynomial(Source("x"), 3), 1e150, r"^poly\(x, 3\)\[3\] has no finite value in row 12.*too large for float64"),
        (
            Product((Numeric("x"), Numeric("z"))),
            1e300,
            r"^x:z has no finite value in row 12.*`x` is 1e\+300 and `z` is 1e\+200: too large",
        ),
    ],
)
def test_the_row_without_a_number_is_named(term: Transform, x: float, message: str) -> None:
    frame = pl.DataFrame({"x": [1.0, x], "z": [1.0, 1e200]})
    with pytest.raises(DataError, match=message) as caught:
        Design((term,)).matrix(frame, first_row=11)
    assert str(caught.value).endswith("Leave such rows out, or use another transformation")


def test_notes_say_what_became_of_levels() -> None:
    a, b = Categorical("a", ("p", "q")), Categorical("b", ("r",), full=True)
    design = Design((a, Product((Categorical("a", ("p", "q"), full=True), b)), Product((Numeric("x"), b))))
    assert design.columns == ("a", "b", "x")
    assert [factor.column for factor in design.categorical] == ["a", "b"]
    assert [note.text for note in design.describe()] == [
        "`a` has 2 levels; baseline 'p'",
        "`b` has 1 level, each with a column of its own",
    ]
