"""Who plays which part, and what a user is told when the parts do not fit."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import polars as pl
import pytest

from reta.design import plan_columns
from reta.design.formula import plan_formula
from reta.errors import DataError, UsageError
from reta.tables import Table, open_table
from reta.tables.table import Column


@pytest.fixture
def table() -> Table:
    return open_table(
        pl.DataFrame(
            {
                "temp": [1.0, 2.0],
                "region": ["a", "b"],
                "day": [date(2026, 1, 1), date(2026, 1, 2)],
                "soil": pl.Series(["x", "y"], dtype=pl.Categorical),
                "wet": [True, False],
                "apples": [3.0, 4.0],
                "oranges": [5.0, 6.0],
            }
        )
    )


def test_every_other_column_is_a_feature(table: Table) -> None:
    plan = plan_columns(table, targets=["apples"], features=None, categorical=["region", "day"], weights="oranges")
    assert plan.features == ("temp", "region", "day", "soil", "wet")
    assert plan.numeric == ("temp", "wet")
    assert plan.columns == (*plan.features, "apples", "oranges")


def test_a_categorical_dtype_is_taken_as_levels_and_said(table: Table) -> None:
    plan = plan_columns(table, targets=["apples"], features=["temp", "soil"])
    assert plan.categorical == ("soil",)
    assert [note.text for note in plan.notes] == ["`soil` is categorical in the data: taken as levels"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"targets": []}, r"no target given.*--targets.*temp, region"),
        ({"targets": ["aples"]}, r"no column `aples`.*did you mean `apples`\?"),
        ({"targets": ["APPLES"]}, r"did you mean `apples`\?"),
        ({"targets": ["apples"], "features": ["temp", "apples"]}, r"`apples` is both a target and a feature"),
        ({"targets": ["apples", "apples"]}, r"`apples` is named twice among the targets"),
        ({"targets": ["apples"], "features": ["temp", "temp"]}, r"`temp` is named twice among the features"),
        ({"targets": ["apples"], "features": ["temp"], "weights": "temp"}, r"`temp` cannot be the weights and"),
        ({"targets": ["apples"], "features": ["temp"], "categorical": ["soil"]}, r"`soil` is declared categorical but"),
        ({"targets": ["apples"], "features": ["temp"], "weights": "w"}, r"no column `w`"),
    ],
)
def test_parts_that_do_not_fit_are_usage_errors(table: Table, asked: dict[str, list[str]], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        plan_columns(table, **asked)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"targets": ["apples"], "features": ["day"]}, r"`day` .*holds dates.*days or hours since a start"),
        ({"targets": ["region"], "features": ["temp"]}, r"target `region` .*holds text"),
    ],
)
def test_columns_that_are_no_numbers_are_data_errors(table: Table, asked: dict[str, list[str]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        plan_columns(table, **asked)


def test_text_becomes_levels_and_is_remembered_where_nobody_named_it(table: Table) -> None:
    named = plan_columns(table, targets=["apples"], features=["region"])
    assert (named.categorical, named.unasked) == (("region",), ())
    plan = plan_columns(table, targets=["apples"], exclude=["day"])
    assert (plan.categorical, plan.unasked) == (("region", "soil"), ("region",))
    assert [note.text for note in plan.notes] == [
        "`region` holds text: taken as levels",
        "`soil` is categorical in the data: taken as levels",
    ]
    for formula in ("apples ~ . - day", "apples ~ temp * . - day - temp:day"):
        assert plan_formula(table, formula).unasked == ("region",)
    assert plan_formula(table, "apples ~ .", exclude=["day", "region"]).unasked == ()
    assert plan_formula(table, "apples ~ . + region - day").unasked == ()
    assert plan_formula(table, "apples ~ . + C(region) - day").unasked == ()


def test_what_is_excluded_is_there_and_plays_no_other_part(table: Table) -> None:
    plan = plan_columns(table, targets=["apples"], exclude=["day", "region", "soil", "wet"])
    assert plan.features == ("temp", "oranges")
    for asked in ({"exclude": ["apples"]}, {"features": ["temp"], "exclude": ["temp"]}):
        with pytest.raises(UsageError, match=r"is named and excluded too"):
            plan_columns(table, targets=["apples"], **asked)
    for plan_of in (plan_columns, plan_formula):
        asked = {"targets": ["apples"]} if plan_of is plan_columns else {"formula": "apples ~ temp"}
        with pytest.raises(UsageError, match=r"no column `dya` .*did you mean `day`\?"):
            plan_of(table, **asked, exclude=["dya"])


def test_all_columns_of_dates_are_named_at_once(table: Table) -> None:
    frame = pl.DataFrame({"day": [date(2026, 1, 1)], "the end": [date(2026, 1, 2)], "x": [1.0], "y": [2.0]})
    with pytest.raises(DataError, match=r"`day` and `the end` .*hold dates.*--exclude 'day,the end'"):
        plan_columns(open_table(frame), targets=["y"])


def test_a_feature_may_be_declared_where_it_is_named(table: Table) -> None:
    plan = plan_columns(table, targets=["apples"], features=["temp", "C(region)"])
    assert (plan.features, plan.categorical) == (("temp", "region"), ("region",))


def test_a_header_of_numbers_is_suspected(table: Table) -> None:
    numbers = open_table(pl.DataFrame({"1.5": [1.0], "2": [3.0]}))
    with pytest.raises(UsageError, match=r"no column `y` .*look like data.*--no-header"):
        plan_columns(numbers, targets=["y"])


@pytest.mark.parametrize(("name", "held"), [("region", "text"), ("day", "dates"), ("soil", "levels")])
def test_weights_are_numbers(table: Table, name: str, held: str) -> None:
    message = f"`{name}` in .* holds {held}, so it cannot be the weights: they are numbers"
    with pytest.raises(DataError, match=message):
        plan_columns(table, targets=["apples"], features=["temp"], weights=name)
    with pytest.raises(DataError, match=message):
        plan_formula(table, "apples ~ temp", weights=name)
    assert plan_columns(table, targets=["apples"], features=["temp"], weights="wet").weights == "wet"


MOST_COMPARISONS = 40  # of a name with others; a list gone through for every name makes hundreds of them


class Name(str):
    """A name that counts how often any is compared with another."""

    __slots__ = ()
    __hash__ = str.__hash__
    compared = 0

    def __eq__(self, other: object) -> bool:
        Name.compared += 1
        return str.__eq__(self, other)


@pytest.mark.parametrize("given", [{}, {"features": 300}, {"categorical": 300}, {"exclude": 300}])
def test_many_names_are_not_compared_with_all_others(given: dict[str, int]) -> None:
    def names(start: int, stop: int) -> list[str]:
        return [Name(f"c{i}") for i in range(start, stop)]

    many = SimpleNamespace(
        columns=[Column(name, "number") for name in names(0, 1000)], description="a wide table", notes=[]
    )
    Name.compared = 0
    options = {part: names(1000 - count, 1000) for part, count in given.items()}
    plan = plan_columns(many, targets=names(0, 500), **options)
    assert len((*plan.terms, *plan.numeric, *plan.columns)) >= 1000
    assert Name.compared <= 1000 * MOST_COMPARISONS
