"""Losses and slopes against autograd."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from reta.descent import Loss, element_losses, element_slopes
from reta.errors import UsageError

ROUNDING = 1e-15  # one operation or two on numbers near 1
RESIDUALS = np.array([-3.0, -1.5, -1.0, -0.2, 0.0, 0.3, 1.0, 1.25, 8.0])
LOSSES = [Loss("mse"), Loss("huber"), Loss("huber", 0.25), Loss("absolute"), Loss("quantile"), Loss("quantile", 0.9)]


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_values_and_slopes_are_those_of_autograd(loss, torch_loss):
    prediction = torch.from_numpy(RESIDUALS.copy()).requires_grad_()
    value = torch_loss(loss, prediction, torch.zeros(len(RESIDUALS), dtype=torch.float64))
    value.backward()
    n = len(RESIDUALS)
    assert element_losses(loss, RESIDUALS).mean() == pytest.approx(value.item(), rel=ROUNDING)
    assert element_slopes(loss, RESIDUALS) / n == pytest.approx(prediction.grad.numpy(), rel=ROUNDING, abs=ROUNDING)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_slopes_are_differences_of_values(loss):
    step = 1e-6
    smooth = RESIDUALS[~np.isin(np.abs(RESIDUALS), (0.0, 1.0, 0.25))]
    rise = element_losses(loss, smooth + step) - element_losses(loss, smooth - step)
    assert rise / (2 * step) == pytest.approx(element_slopes(loss, smooth), abs=1e-8)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_nan_and_float32_stay_what_they_are(loss):
    residual = np.array([np.nan, 1.0], dtype=np.float32)
    for function in (element_losses, element_slopes):
        assert np.isnan(function(loss, residual)[0])
        assert function(loss, residual).dtype == np.float32


@pytest.mark.parametrize(
    ("name", "parameter", "way_out"),
    [
        ("huber", 0.0, "above 0"),
        ("huber", np.inf, "above 0"),
        ("quantile", 1.0, "between 0 and 1"),
        ("hinge", None, "choose"),
    ],
)
def test_a_parameter_that_makes_no_sense(name, parameter, way_out):
    with pytest.raises(UsageError, match=way_out):
        Loss(name, parameter)
