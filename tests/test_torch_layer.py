"""A layer becomes a model, and a model a layer, with the same numbers."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

import reta
from reta.errors import UsageError

NAMES, TARGETS = ["temp", "rainfall", "humidity"], ["apples", "oranges"]
SAME = 1e-12  # of predictions in float64: two orders of summing the same products


def layer(p=3, k=2, *, bias=True, dtype=torch.float64, seed=0):
    torch.manual_seed(seed)
    return nn.Linear(p, k, bias=bias, dtype=dtype)


def rows(n=40, p=3):
    return np.random.default_rng(1).normal(size=(n, p)) * 30 + 50


def numbers(part):
    return part.detach().double().numpy()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
@pytest.mark.parametrize("k", [1, 2])
def test_there_and_back_the_numbers_are_the_same(k, dtype, bias):
    linear = layer(k=k, bias=bias, dtype=dtype)
    model = reta.from_torch(linear)
    back = model.to_torch()
    np.testing.assert_array_equal(model.coef_, numbers(linear.weight))
    assert model.fit_intercept == bias
    assert (back.weight.dtype, back.in_features, back.out_features) == (torch.float64, 3, k)
    assert torch.equal(back.weight.to(dtype), linear.weight)
    assert (back.bias is None) == (not bias)
    if bias:
        assert torch.equal(back.bias.to(dtype), linear.bias)
    again = reta.from_torch(back)
    assert again.coef_.tobytes() == model.coef_.tobytes()
    assert again.intercept_.tobytes() == model.intercept_.tobytes()


@pytest.mark.parametrize("bias", [True, False])
def test_predictions_are_those_of_torch(bias):
    linear, X = layer(bias=bias), rows()
    with torch.no_grad():
        expected = linear(torch.from_numpy(X)).numpy()
    np.testing.assert_allclose(reta.from_torch(linear).predict(X), expected, rtol=SAME)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("k", [1, 2])
def test_the_layer_of_a_fit_predicts_like_the_fit(k, fit_intercept):
    X = rows()
    Y = X @ np.ones((3, k)) + np.random.default_rng(2).normal(size=(40, k))
    model = reta.fit(X, Y, fit_intercept=fit_intercept)
    linear = model.to_torch()
    with torch.no_grad():
        np.testing.assert_allclose(linear(torch.from_numpy(X)).numpy(), model.predict(X), rtol=SAME)


def test_the_layer_is_a_copy_that_can_be_trained():
    model = reta.from_torch(layer())
    kept = model.coef_.copy()
    linear = model.to_torch()
    assert linear.weight.requires_grad
    assert linear.bias.requires_grad
    with torch.no_grad():
        linear.weight.zero_()
        linear.bias.zero_()
    np.testing.assert_array_equal(model.coef_, kept)
    assert (model.intercept_ != 0).all()


def test_the_model_is_a_copy():
    linear = layer()
    model = reta.from_torch(linear)
    kept = model.coef_.copy()
    with torch.no_grad():
        linear.weight.zero_()
        linear.bias.zero_()
    np.testing.assert_array_equal(model.coef_, kept)
    assert (model.intercept_ != 0).all()


def test_no_random_number_is_drawn():
    linear = layer()
    before = torch.get_rng_state()
    reta.from_torch(linear).to_torch()
    assert torch.equal(torch.get_rng_state(), before)


def test_a_default_device_is_not_asked():
    model = reta.from_torch(layer())
    with torch.device("meta"):
        linear = model.to_torch()
    np.testing.assert_array_equal(numbers(linear.weight), model.coef_)


def test_names():
    model = reta.from_torch(layer(), NAMES, TARGETS)
    assert (model.feature_names, model.target_names) == (tuple(NAMES), tuple(TARGETS))
    assert reta.from_torch(layer()).feature_names == ("x0", "x1", "x2")
    assert reta.from_torch(layer()).target_names == ("y0", "y1")
    assert reta.from_torch(layer(k=1)).target_names == ("y",)
    assert reta.from_torch(layer(1, 1), "temp", "apples").feature_names == ("temp",)
    assert reta.from_torch(layer(), tuple(NAMES), np.array(TARGETS)).target_names == tuple(TARGETS)


def test_parametrized_layers_have_the_weights_they_compute_with():
    linear = nn.utils.parametrizations.weight_norm(layer())
    np.testing.assert_array_equal(reta.from_torch(linear).coef_, numbers(linear.weight))


class Squared(nn.Linear):
    """Holds weights like a linear layer, and is none."""

    def forward(self, x):
        return super().forward(x) ** 2


def spoilt(value, name="weight"):
    linear = layer()
    with torch.no_grad():
        getattr(linear, name).view(-1)[0] = value
    return linear


@pytest.mark.parametrize(
    ("linear", "names", "message"),
    [
        (spoilt(np.nan), (), "torch.nn.Linear holds NaN or infinity: nothing can be predicted with it"),
        (spoilt(np.inf, "bias"), (), "holds NaN or infinity"),
        (nn.Conv2d(1, 1, 1), (), "a torch.nn.Linear is meant, not Conv2d: hand over the layer itself"),
        (nn.Sequential(layer()), (), "not Sequential: hand over the layer itself"),
        (nn.Embedding(3, 2), (), "not Embedding"),
        (Squared(3, 2), (), "not Squared"),
        ({"weight": 1}, (), "not dict"),
        (None, (), "not NoneType"),
        (nn.Linear(3, 2, device="meta"), (), "Linear holds no numbers yet: run it once, or load its weights"),
        (nn.LazyLinear(2), (), "LazyLinear holds no numbers yet"),
        (
            nn.Linear(3, 2, dtype=torch.complex64),
            (),
            "Linear holds weights of torch.complex64: real numbers are needed",
        ),
        (layer(), (["a"],), "torch.nn.Linear has 3 features, but 1 name for them: give 3"),
        (layer(), (None, ["a", "b", "c"]), "torch.nn.Linear has 2 targets, but 3 names for them: give 2"),
        (layer(), (["a", "b", "a"],), "column `a` comes twice"),
        (layer(), (NAMES, ["temp", "x"]), "column `temp` is both feature and target"),
    ],
)
def test_what_is_no_linear_layer_is_refused_in_one_line(linear, names, message):
    with pytest.raises(UsageError, match=message) as caught:
        reta.from_torch(linear, *names)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("use", ["from reta import *", "help(reta)", "import inspect; inspect.getmembers(reta)"])
def test_without_pytorch_the_package_can_be_looked_at(use):
    code = f"import sys; sys.modules['torch'] = None\nimport reta\n{use}"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize(
    ("call", "purpose"),
    [
        ("reta.from_torch(None)", "a model from a PyTorch layer"),
        ("import reta.torch", "reta.torch"),
        ("from reta.torch import certify", "reta.torch"),
        ("reta.fit([[1.0], [2.0], [4.0]], [1.0, 2.0, 3.0]).to_torch()", "a PyTorch layer"),
    ],
)
def test_without_pytorch_one_line_says_what_to_install(call, purpose):
    code = f"import sys; sys.modules['torch'] = None\nimport reta\n{call}"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.splitlines()[-1] == (
        f"reta.errors.ExtraMissing: {purpose} needs an optional part: pip install 'reta[torch]'"
    )
