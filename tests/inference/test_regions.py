"""The radius of joint regions: Hotelling's T² against SciPy's F and Student's t."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from reta.inference.regions import region_radius

EXACT = 1e-10  # the accuracy of the F quantile


def test_one_target_gives_students_t():
    h = np.array([0.0, 0.1, 2.0])
    expected = scipy.stats.t.ppf(0.975, 17) * np.sqrt(1 + h)
    assert region_radius(h, 1, 17, 0.95) == pytest.approx(expected, rel=EXACT)


@pytest.mark.parametrize("k", [2, 5, 17])
def test_several_targets_give_hotellings_t_squared(k):
    h = np.array([0.3])
    bound = k * 17 / (18 - k) * scipy.stats.f.ppf(0.9, k, 18 - k)
    assert region_radius(h, k, 17, 0.9) ** 2 == pytest.approx(1.3 * bound, rel=EXACT)
    assert region_radius(h, k, 17, 0.9, "confidence") ** 2 == pytest.approx(0.3 * bound, rel=EXACT)


def test_many_rows_give_chi_squared():
    radius = region_radius(np.zeros(1), 3, 10**9, 0.95)
    assert radius**2 == pytest.approx(scipy.stats.chi2.ppf(0.95, 3), rel=1e-7)  # F is within some 1/df of its limit
