"""Choosing, renaming and adding columns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reta.errors import UsageError
from reta.moment import Moments


@pytest.fixture
def m():
    rng = np.random.default_rng(1)
    return Moments.from_arrays(
        rng.normal(size=(30, 3)), rng.normal(size=(30, 2)), features=["a", "b", "c"], targets=["y", "z"]
    )


def test_what_is_not_given_stays_unless_the_other_list_takes_it(m):
    assert m.select(features=["c", "a"]).names == ("c", "a", "y", "z")
    assert m.select(targets=["z"]).names == ("a", "b", "c", "z")
    assert m.select(targets=["b"]).features == ("a", "c")
    assert m.select(features=["a", "y"]).targets == ("z",)
    assert m.select() == m


def test_the_numbers_go_with_their_names(m):
    m = replace(m, missing=np.arange(5), mean_low=1e-20 * np.arange(5), scatter_low=1e-20 * m.scatter)
    chosen = m.select(features=["z", "b"], targets=["a"])
    order = [4, 1, 0]
    np.testing.assert_array_equal(chosen.missing, order)
    np.testing.assert_array_equal(chosen.mean_low, m.mean_low[order])
    np.testing.assert_array_equal(chosen.scatter_low, m.scatter_low[np.ix_(order, order)])
    np.testing.assert_array_equal(chosen.minimum, m.minimum[order])
    np.testing.assert_array_equal(chosen.mean, m.mean[order])
    np.testing.assert_array_equal(chosen.scatter, m.scatter[np.ix_(order, order)])
    np.testing.assert_array_equal(chosen.maximum, m.maximum[order])


def test_a_name_that_is_not_there(m):
    with pytest.raises(UsageError, match="there is no column `d`, only `a`, `b`, `c`, `y`, `z`"):
        m.select(features=["a", "d"])
    rainfall = m.renamed({"a": "rainfall"})
    with pytest.raises(UsageError, match=r"there is no column `rainfal`: did you mean `rainfall`\?"):
        rainfall.select(features=["rainfal"])
    with pytest.raises(UsageError, match="there is no column `q`"):
        m.renamed({"q": "r"})


def test_a_name_twice(m):
    with pytest.raises(UsageError, match="column `a` comes twice"):
        m.select(features=["a", "a"])
    with pytest.raises(UsageError, match="column `a` is both feature and target"):
        m.select(features=["a"], targets=["a"])
    with pytest.raises(UsageError, match="column `b` comes twice"):
        m.renamed({"a": "b"})


def test_renaming_changes_names_alone(m):
    other = m.renamed({"a": "b", "b": "a"})
    assert other.features == ("b", "a", "c")
    assert other.renamed({"a": "b", "b": "a"}) == m


def test_padding_is_as_if_the_columns_had_been_there_as_zeros():
    rng = np.random.default_rng(2)
    X, Y = rng.normal(size=(30, 2)), rng.normal(size=(30, 1))
    with_zeros = np.stack([np.zeros(30), X[:, 0], np.zeros(30), X[:, 1]], axis=1)
    wanted = Moments.from_arrays(with_zeros, Y, features=["n", "a", "m", "b"], targets=["y"])
    padded = Moments.from_arrays(X, Y, features=["a", "b"], targets=["y"]).padded(["n", "a", "m", "b"])
    assert padded.names == wanted.names
    np.testing.assert_array_equal(padded.minimum, wanted.minimum)
    np.testing.assert_array_equal(padded.mean, wanted.mean)
    np.testing.assert_allclose(padded.scatter, wanted.scatter, rtol=1e-13)  # the order of BLAS sums differs
    np.testing.assert_array_equal(padded.scatter == 0, wanted.scatter == 0)


def test_padding_nothing_stays_empty():
    assert Moments.empty(["a"], ["y"]).padded(["b", "a"]) == Moments.empty(["b", "a"], ["y"])


def test_padding_keeps_every_column(m):
    with pytest.raises(UsageError, match="padding cannot leave out `b`"):
        m.padded(["a", "c", "new"])
    with pytest.raises(UsageError, match="column `y` is both feature and target"):
        m.padded(["a", "b", "c", "y"])


class Name(str):
    """A name that counts how often any is compared with another."""

    __slots__ = ()
    __hash__ = str.__hash__
    compared = 0

    def __eq__(self, other):
        Name.compared += 1
        return str.__eq__(self, other)


def test_many_names_are_not_compared_with_all_others():
    names = [Name(f"c{i}") for i in range(600)]
    wide = Moments.empty(names[:300], names[300:])
    Name.compared = 0
    again = [Name(str(name)) for name in names]
    wide.select(features=again[:300]).select(targets=again[300:]).padded(again[:300])
    wide.renamed({name: name + "_" for name in again})
    assert Name.compared <= 40 * len(names)  # a list gone through for every name makes hundreds
