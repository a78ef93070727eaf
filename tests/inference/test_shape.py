"""Skewness and kurtosis in parts, and the order of rows, against scipy and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.stattools import durbin_watson

from reta.inference import shape
from reta.inference.durbin_watson import DurbinWatson

SAME_SUM = 1e-11  # relative: fourth powers merged in parts, about a mean of 40 standard deviations


@pytest.fixture
def values():
    random = np.random.default_rng(4)
    return np.column_stack([random.exponential(size=120) + 40.0, random.normal(size=120)])


PARTS = [(0, 1), (1, 1), (1, 2), (2, 70), (70, 120)]


def test_the_shape_in_parts(values):
    found = shape.ResidualShape(2)
    for start, stop in PARTS:
        found.update(values[start:stop])
    assert found.n_samples == 120
    np.testing.assert_allclose(found.skewness, stats.skew(values), rtol=SAME_SUM)
    np.testing.assert_allclose(found.kurtosis, stats.kurtosis(values, fisher=False), rtol=SAME_SUM)
    for k in range(2):
        expected = stats.jarque_bera(values[:, k])
        statistic, p_value = shape.jarque_bera(120, found.skewness[k], found.kurtosis[k])
        assert statistic == pytest.approx(expected.statistic, rel=SAME_SUM)
        assert p_value == pytest.approx(expected.pvalue, rel=1e-9)


def test_the_order_in_parts(values):
    found = DurbinWatson(2)
    for start, stop in PARTS:
        found.update(values[start:stop])
    np.testing.assert_allclose(found.value(), durbin_watson(values), rtol=SAME_SUM)


def test_what_does_not_vary_has_no_shape():
    found, order = shape.ResidualShape(1), DurbinWatson(1)
    for one in (found, order):
        one.update(np.zeros((3, 1)))
    assert np.isnan([found.skewness[0], found.kurtosis[0], order.value()[0]]).all()
