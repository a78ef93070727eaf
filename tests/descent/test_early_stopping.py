"""Rows kept aside and patience."""

from __future__ import annotations

import numpy as np
import pytest

from reta.descent import MSE, Loss
from reta.descent.early_stopping import Watch, mean_loss
from reta.descent.shuffling import Rows

ROWS = Rows(np.array([[1.0], [2.0]]), np.array([[1.0], [5.0]]))


def test_the_mean_loss_by_hand():
    weighted = Rows(ROWS.X, ROWS.Y, np.array([3.0, 1.0]))
    theta = np.array([[1.0, 1.0]])  # residuals 1 and −2
    assert mean_loss(ROWS, theta, MSE) == pytest.approx(2.5)
    assert mean_loss(weighted, theta, MSE) == pytest.approx((3 * 1 + 4) / 4)
    assert mean_loss(ROWS, theta, Loss("absolute")) == pytest.approx(1.5)
    assert mean_loss(ROWS, theta[:, :1], MSE) == pytest.approx((0 + 9) / 2)


def test_it_remembers_the_best_and_runs_out_of_patience():
    watch = Watch(ROWS, MSE, patience=2)
    kept = np.array([[2.0, 0.5]])
    for epoch, theta in enumerate([np.zeros((1, 2)), kept, np.array([[9.0, 0.0]]), np.array([[8.0, 0.0]])]):
        assert not watch.is_over(epoch - 1)
        watch.at(epoch, theta)
        theta[:] = 7.0  # what it remembers is a copy
    assert watch.best_epoch == 1
    assert watch.best.tolist() == [[2.0, 0.5]]
    assert watch.is_over(3)


def test_a_loss_that_is_no_number_is_never_better():
    watch = Watch(ROWS, MSE, patience=2)
    watch.at(0, np.ones((1, 2)))
    watch.at(1, np.full((1, 2), np.nan))
    assert watch.best_epoch == 0
