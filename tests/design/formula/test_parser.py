"""What a user is told about a formula that cannot be read, and what may be left unsaid."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from reta.design import Categorical, Numeric, Plan
from reta.design.formula import plan_formula
from reta.errors import DataError, UsageError
from reta.tables import Table, open_table


@pytest.fixture
def table() -> Table:
    return open_table(
        pl.DataFrame(
            {
                "temp": [1.0, 2.0],
                "rainfall": [3.0, 5.0],
                "region": ["a", "b"],
                "day": [date(2026, 1, 1), date(2026, 1, 2)],
                "wet": [True, False],
                "soil type": pl.Series(["x", "y"], dtype=pl.Categorical),
                "apples": [3.0, 4.0],
            }
        )
    )


MISREAD = [
    ("apples", r"'apples' has no ~: write targets ~ features"),
    ("apples ~", r"nothing is right of ~.* at its end$"),
    ("~ temp", r"nothing is left of ~.* at character 1, before '~ temp'"),
    ("apples ~ temp +", r"something is missing at its end"),
    ("apples ~ temp + * rainfall", r"'\*' makes no sense at character 17, before '\* rainfall'"),
    ("apples ~ temp rainfall", r"an operator is missing at character 15, before 'rainfall'; join terms by \+ or :"),
    ("apples ~ (temp", r"a parenthesis is opened and not closed at character 10, before '\(temp'; add the missing \)"),
    ("apples ~ temp)", r"a parenthesis is closed that was never opened at character 14, before '\)'"),
    ("apples ~ log()", r"something is missing at character 14"),
    ("apples ~ temp ~ wet", r"there is a second ~ at character 15"),
    ("apples ~ `soil", r"a backtick is opened and not closed at character 10"),
    ("apples ~ temp & wet", r"'&' is not known at character 15, before '& wet'"),
    ("apples ~ (temp | wet)", r"`\|` is not known at character 16"),
    ("apples ~ temp %in% wet", r"`%in%` is not known at character 15.*write a:b"),
    ("apples ~ C(region, 'a')", r"quotes are not known at character 20"),
    ("apples ~ tmep", r"no column `tmep` at character 10, before 'tmep'; .*has temp, rainfall.*did you mean `temp`\?"),
    ("aples ~ temp", r"no column `aples` at character 1.*did you mean `apples`\?"),
    (
        "apples ~ lg(temp)",
        r"no function lg\(\) at character 10, before 'lg\(temp\)'; did you mean log\(\)\? Known are C",
    ),
    ("apples ~ np.log(temp)", r"no function np.log\(\).*did you mean log\(\)"),
    ("apples ~ ns(temp, 3)", r"no function ns\(\).*there are no splines"),
    ("cbind(apples, temp) ~ wet", r"no function cbind\(\) at character 1.*join targets by \+"),
    ("apples ~ log(temp, 2)", r"log\(\) takes one thing at character 10.*as in log\(x\)"),
    ("apples ~ poly(temp, 0)", r"the degree of poly\(\) is no whole number from 1 to 1,000 at character 10"),
    ("apples ~ poly(temp, 1.5)", r"the degree of poly\(\) is no whole number"),
    ("apples ~ poly(temp, -2)", r"the degree of poly\(\) is no whole number"),
    ("apples ~ poly(temp, wet)", r"the degree of poly\(\) is no whole number"),
    ("apples ~ poly(temp)", r"poly\(\) takes what to raise and the highest power.*as in poly\(x, 3\)"),
    ("apples ~ poly(temp, 2, raw=False)", r"poly\(\) is x, x\^2, … themselves.*leave out raw="),
    ("apples ~ poly(temp, 2, degree=3)", r"poly\(\) takes what to raise"),
    ("apples ~ I(3)", r"I\(\) of no column is no term at character 10"),
    ("apples ~ C(temp + wet)", r"C\(\) takes the name of one column"),
    ("apples ~ log(C(region))", r"C\(\) makes no sense inside of a function at character 14"),
    ("apples ~ log(temp:wet)", r"':' makes no sense inside of a function at character 18"),
    ("apples ~ log(.)", r"the dot makes no sense inside of a function"),
    ("apples ~ I(temp*1e999)", r"1e999 is too large for float64 at character 17"),
    ("apples ~ 2 + temp", r"2 is no term at character 10, before '2 \+ temp'; only 1 \(the intercept\) and 0"),
    ("apples ~ temp:1", r"0 or 1 with ':' makes no sense at character 14"),
    ("apples ~ temp*-wet", r"a minus makes no sense at character 15, before '-wet'"),
    ("apples ~ (temp - 1)**2", r"0 or 1 with '\*\*' makes no sense"),
    ("apples ~ temp^2.5", r"the power of a sum is no positive integer at character 14.*I\(x\*\*2\)"),
    ("apples ~ temp - temp - 1", r"no column is left to explain anything at its end"),
    ("apples ~ 1", r"no column is left to explain anything at its end; name one besides the intercept"),
    ("apples - temp ~ wet", r"this is no target at character 1.*joined by \+"),
    ("C(wet) ~ temp", r"this is no target at character 1"),
    ("apples + apples ~ temp", r"`apples` is named twice among the targets"),
    ("apples ~ temp + log(apples)", r"`apples` stands on both sides of ~"),
    ("apples ~ temp + C(temp)", r"`temp` is used both as a number and as levels"),
    ("apples ~ " + "(" * 60 + "temp" + ")" * 60, r"more than 50 parentheses or powers are open"),
    ("apples ~ I(" + "+".join(["temp"] * 200) + ")", r"more than 100 operators work on one another"),
]


@pytest.mark.parametrize(("formula", "message"), MISREAD)
def test_what_cannot_be_read_is_said_in_one_line_with_the_place(table: Table, formula: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        plan_formula(table, formula)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("apples ~ day", r"`day` in Polars DataFrame holds dates.*leave the column out \(- day\)"),
        ("apples ~ .", r"`day` in Polars DataFrame holds dates"),
        (
            "apples ~ log(region)",
            r"`region` in Polars DataFrame holds text, which has no arithmetic: use region by itself",
        ),
        ("apples ~ I(`soil type` + 1)", r"`soil type` in Polars DataFrame holds levels.*use `soil type` by itself"),
        ("region ~ temp", r"target `region` in Polars DataFrame holds text: a target must be a number"),
        ("day ~ temp", r"`day` in Polars DataFrame holds dates"),
        ("log(region) ~ temp", r"`region` in Polars DataFrame holds text"),
    ],
)
def test_columns_that_cannot_be_computed_with_are_data_errors(table: Table, formula: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        plan_formula(table, formula)


@pytest.mark.parametrize(("weights", "message"), [("temp", "cannot be the weights and in"), ("w", "no column `w`")])
def test_weights_are_a_column_of_their_own(table: Table, weights: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        plan_formula(table, "apples ~ temp", weights=weights)


def test_a_formula_of_several_lines_is_told_in_one(table: Table) -> None:
    assert plan_formula(table, "apples ~ temp\n  + rainfall").features == ("temp", "rainfall")
    with pytest.raises(UsageError, match=r"'apples ~ temp   \+ tmep': no column `tmep` at character 19, before 'tmep'"):
        plan_formula(table, "apples ~ temp\n\t + tmep")


def test_many_terms_are_refused_before_they_are_made(table: Table) -> None:
    wide = open_table(pl.DataFrame({f"x{j}": [1.0] for j in range(60)} | {"y": [1.0]}))
    with pytest.raises(UsageError, match=r"more than 1,000 terms are made at character 6, before '\*\*2'"):
        plan_formula(wide, "y ~ .**2")
    assert len(plan_formula(wide, "y ~ .").features) == 60


def names_of(plan: Plan) -> tuple[str, ...]:
    return tuple(name for term in plan.terms for name in term.names or (term.label,))


def test_a_formula_of_columns_is_the_plan_that_the_options_give(table: Table) -> None:
    plan = plan_formula(table, "apples ~ temp + wet + C(region)")
    assert plan.plain
    assert plan.terms == (Numeric("temp"), Numeric("wet"), Categorical("region", ()))
    assert (plan.features, plan.categorical, plan.notes) == (("temp", "wet", "region"), ("region",), ())


def test_text_is_taken_as_levels_and_said(table: Table) -> None:
    plan = plan_formula(table, "apples ~ region + `soil type`:temp")
    assert plan.categorical == ("region", "soil type")
    assert [note.text for note in plan.notes] == [
        "`region` holds text: taken as levels",
        "`soil type` is categorical in the data: taken as levels",
    ]


def test_the_dot_leaves_out_targets_weights_and_what_is_taken_away(table: Table) -> None:
    plan = plan_formula(table, "log(apples) ~ . - day - wet", weights="rainfall")
    assert plan.features == ("temp", "region", "soil type")
    assert plan.columns == ("temp", "region", "soil type", "apples", "rainfall")


@pytest.mark.parametrize(
    ("right", "names"),
    [
        ("I( temp ^ 2*3 )", ("I(temp**2*3)",)),
        ("I(temp ** 2)", ("I(temp**2)",)),
        ("I(temp**2) + I(temp^2)", ("I(temp**2)",)),
        ("I(-(temp + wet)*2)", ("I(-(temp + wet)*2)",)),
        ("I((-temp)**2)", ("I((-temp)**2)",)),
        ("I(-temp**2)", ("I(-temp**2)",)),
        ("I(temp - (wet - rainfall))", ("I(temp - (wet - rainfall))",)),
        ("I((temp**2)**wet)", ("I((temp**2)**wet)",)),
        ("I(temp**2**wet)", ("I(temp**2**wet)",)),
        ("I(temp/(wet/2))", ("I(temp/(wet/2))",)),
        ("I(temp*-2)", ("I(temp*(-2))",)),
        ("I(temp/.1 + 1e300)", ("I(temp/0.1 + 1e+300)",)),
        ("log(temp + .5e1)", ("log(temp + 5)",)),
        ("log(I(temp))", ("log(temp)",)),
        ("I(log(temp))", ("log(temp)",)),
        ("poly(temp, 2, raw=TRUE)", ("poly(temp, 2)[1]", "poly(temp, 2)[2]")),
        ("poly(log(temp), degree=1)", ("poly(log(temp), 1)[1]",)),
        ("temp:wet + wet:temp", ("temp:wet",)),
        ("temp*wet - temp", ("wet", "temp:wet")),
        ("wet + - temp + temp", ("wet", "temp")),
    ],
)
def test_one_spelling_for_every_way_to_write_a_term(table: Table, right: str, names: tuple[str, ...]) -> None:
    plan = plan_formula(table, f"apples ~ {right}")
    assert names_of(plan) == names
    again = plan_formula(table, f"apples ~ {' + '.join(term.label for term in plan.terms)}")
    assert again.terms == plan.terms
