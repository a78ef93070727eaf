"""Certificates of PyTorch models, against NumPy's least squares and eigenvalues."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import polars as pl
import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, RandomSampler, TensorDataset

from reta.datasets import crops_15
from reta.errors import DataError, UsageError
from reta.torch import certify, fit, loader_moments

CLOSE = 1e-9  # NumPy's side, in float64: products of well-conditioned columns
LINEAR_ONLY = r"one nn.Linear is meant, alone or in an nn.Sequential beside nn.Identity and nn.Flatten, not "


def tables(n=23, p=3, k=2, dtype=torch.float64):
    generator = torch.Generator().manual_seed(3)
    X = torch.randn(n, p, generator=generator, dtype=torch.float64) * 3 + 2
    Y = X @ torch.randn(p, k, generator=generator, dtype=torch.float64) + 5
    Y += torch.randn(n, k, generator=generator, dtype=torch.float64)
    return X.to(dtype), Y.to(dtype)


def loader(X, Y, batch_size=5, **options):
    return DataLoader(TensorDataset(X, Y), batch_size, **options)


def linear(p=3, k=2, **options):
    torch.manual_seed(0)
    return nn.Linear(p, k, **{"dtype": torch.float64, **options})


def by_numpy(X, Y, layer):
    """Return loss, best loss and the largest stable learning rate: 2 over the largest eigenvalue of (2/k) AᵀA/n."""
    X, Y = (part.double().numpy() for part in (X, Y))
    weight = layer.weight.detach().double().numpy()
    bias = None if layer.bias is None else layer.bias.detach().double().numpy()
    A = X if bias is None else np.column_stack([X, np.ones(len(X))])
    theta = weight.T if bias is None else np.vstack([weight.T, bias])
    best = np.linalg.lstsq(A, Y, rcond=None)[0]
    curvature = np.linalg.eigvalsh(2 / Y.shape[1] * A.T @ A / len(X))
    return ((Y - A @ theta) ** 2).mean(), ((Y - A @ best) ** 2).mean(), 2 / curvature[-1]


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("shuffle", [True, False])
def test_it_agrees_with_numpy(k, dtype, bias, shuffle):
    X, Y = tables(k=k, dtype=dtype)
    layer = linear(k=k, dtype=dtype, bias=bias)
    loss, best, stable = by_numpy(X, Y, layer)
    certificate = certify(layer, loader(X, Y, shuffle=shuffle), torch.optim.SGD(layer.parameters(), lr=0.01))
    np.testing.assert_allclose(certificate.loss, loss, rtol=CLOSE)
    np.testing.assert_allclose(certificate.best_loss, best, rtol=CLOSE)
    np.testing.assert_allclose(certificate.gap, loss - best, rtol=CLOSE)
    np.testing.assert_allclose(certificate.largest_stable_lr, stable, rtol=CLOSE)
    assert (certificate.lr, certificate.steps_per_epoch, certificate.epochs) == (0.01, 5, 0)


def test_the_loss_is_the_one_that_torch_computes():
    X, Y = tables()
    layer = linear()
    with torch.no_grad():
        loss = functional.mse_loss(layer(X), Y).item()
    np.testing.assert_allclose(certify(layer, loader(X, Y)).loss, loss, rtol=CLOSE)


def test_at_the_optimum_nothing_is_left_to_gain():
    X, Y = tables()
    layer = linear()
    best = np.linalg.lstsq(np.column_stack([X, np.ones(len(X))]), Y.numpy(), rcond=None)[0]
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(best[:3].T))
        layer.bias.copy_(torch.from_numpy(best[3]))
    certificate = certify(layer, loader(X, Y))
    assert certificate.converged
    assert abs(certificate.gap) < 1e-12


def test_a_learning_rate_just_over_the_limit_diverges_and_one_just_under_does_not():
    """The other witness of the limit: full batches, stepped."""
    X, Y = tables()
    data = loader(X, Y, batch_size=len(X))
    limit = certify(linear(), data).largest_stable_lr
    losses = []
    for lr in (0.95 * limit, 1.05 * limit):
        layer = linear()
        opt = torch.optim.SGD(layer.parameters(), lr=lr)
        with contextlib.redirect_stdout(io.StringIO()):
            fit(200, layer, functional.mse_loss, opt, data)
        losses.append(certify(layer, data).gap)
    assert losses[0] < 1.0
    assert losses[1] > 1e3


def crops():
    table = pl.read_csv(crops_15())
    X = torch.tensor(table.select("temp", "rainfall", "humidity").rows(), dtype=torch.float32)
    return X, torch.tensor(table.select("apples", "oranges").rows(), dtype=torch.float32)


def test_the_tutorial_s_run_would_take_millions_of_epochs():
    X, Y = crops()
    torch.manual_seed(0)
    data = loader(X, Y, shuffle=True)
    model = nn.Linear(3, 2)
    opt = torch.optim.SGD(model.parameters(), lr=1e-5)
    with contextlib.redirect_stdout(io.StringIO()):
        fit(100, model, functional.mse_loss, opt, data)
    certificate = certify(model, data, opt, epochs=100)
    loss, best, stable = by_numpy(X, Y, model)
    np.testing.assert_allclose((certificate.loss, certificate.best_loss), (loss, best), rtol=CLOSE)
    np.testing.assert_allclose(certificate.largest_stable_lr, stable, rtol=CLOSE)
    A = np.column_stack([X.double().numpy(), np.ones(15)])
    slowest = np.linalg.eigvalsh(A.T @ A / 15)[0]
    epochs = np.log(0.01) / np.log1p(-1e-5 * slowest) / 3
    np.testing.assert_allclose(certificate.epochs_needed, epochs, rtol=1e-6)
    text = " ".join(str(certificate).split())
    assert "18.9 million epochs bring it to a hundredth" in text
    assert "the best possible on these rows is 0.90945" in text
    assert "18,9 milhões de épocas" in " ".join(certificate.text("pt-BR").split())


def test_momentum_and_weight_decay_are_those_of_the_optimiser():
    X, Y = tables()
    layer, data = linear(), loader(X, Y)
    curvature = 2 / by_numpy(X, Y, layer)[2]
    for momentum, decay in ((0.9, 0.0), (0.0, 0.5), (0.5, 0.25)):
        opt = torch.optim.SGD(layer.parameters(), lr=0.01, momentum=momentum, weight_decay=decay)
        found = certify(layer, data, opt).largest_stable_lr
        np.testing.assert_allclose(found, 2 * (1 + momentum) / (curvature + decay), rtol=CLOSE)


def test_nesterov_and_a_learning_rate_that_is_a_tensor():
    layer = linear()
    lr = torch.tensor(0.01, dtype=torch.float64)
    data = loader(*tables())
    plain = torch.optim.SGD(layer.parameters(), lr=0.01, momentum=0.9)
    opt = torch.optim.SGD(layer.parameters(), lr=lr, momentum=0.9, nesterov=True)
    assert certify(layer, data, opt).lr == 0.01
    assert certify(layer, data, opt).largest_stable_lr < certify(layer, data, plain).largest_stable_lr


@pytest.mark.parametrize("opt", [torch.optim.Adam, torch.optim.LBFGS, None])
def test_of_any_other_optimiser_only_the_gap_is_told(opt):
    layer, data = linear(), loader(*tables())
    certificate = certify(layer, data, opt and opt(layer.parameters(), lr=1e3))
    assert np.isnan(certificate.lr)
    assert certificate.loss == certify(layer, data).loss
    for text in (str(certificate), certificate.text("pt-BR")):
        assert "1000" not in text
        assert "nan" not in text.lower()


def test_the_learning_rate_is_the_one_of_the_layer_s_group():
    layer, other = linear(), nn.Linear(1, 1)
    groups = [{"params": other.parameters(), "lr": 1.0}, {"params": layer.parameters(), "lr": 0.02}]
    assert certify(layer, loader(*tables()), torch.optim.SGD(groups)).lr == 0.02


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("through_sampler", [True, False])
def test_no_generator_is_touched(shared, through_sampler):
    X, Y = tables()
    own = None if shared else torch.Generator().manual_seed(7)
    how = {"sampler": RandomSampler(range(len(X)), generator=own)} if through_sampler else {"shuffle": True}
    data = loader(X, Y, generator=None if through_sampler else own, **how)
    layer = linear()
    before, own_before = torch.get_rng_state(), own and own.get_state()
    certify(layer, data)
    assert torch.equal(torch.get_rng_state(), before)
    assert own is None or torch.equal(own.get_state(), own_before)
    torch.manual_seed(1)
    first = [batch[0] for batch in data]
    torch.manual_seed(1)
    if own is not None:
        own.set_state(own_before)
    certify(layer, data)
    assert all(torch.equal(a, b[0]) for a, b in zip(first, data, strict=True))


def test_nor_where_the_batches_do_not_fit():
    own = torch.Generator().manual_seed(7)
    layer = linear(p=2)
    own_before, before = own.get_state(), torch.get_rng_state()
    for generator in (own, None):
        with pytest.raises(UsageError, match="do not fit"):
            certify(layer, loader(*tables(), shuffle=True, generator=generator))
    assert torch.equal(own.get_state(), own_before)
    assert torch.equal(torch.get_rng_state(), before)


def test_parameters_gradients_and_mode_are_left_alone():
    layer, data = linear(), loader(*tables())
    before = layer.weight.detach().clone()
    certify(layer, data, torch.optim.SGD(layer.parameters(), lr=0.1))
    assert torch.equal(layer.weight, before)
    assert layer.weight.grad is None
    assert layer.training


def test_a_sequential_of_one_linear_layer():
    X, Y = tables(n=24, p=4, k=1)
    layer = linear(4, 1)
    expected = certify(layer, loader(X, Y))
    images = X.reshape(24, 2, 2)
    model = nn.Sequential(nn.Identity(), nn.Sequential(nn.Flatten(), layer), nn.Identity())
    assert certify(model, loader(images, Y)).loss == expected.loss
    assert certify(nn.Sequential(layer, nn.Flatten(0)), loader(X, Y[:, 0])).loss == expected.loss


def test_one_dimensional_targets_are_one_column():
    X, Y = tables(k=1)
    layer = linear(k=1)
    certificate = certify(layer, loader(X, Y[:, 0]))
    np.testing.assert_allclose(certificate.loss, by_numpy(X, Y, layer)[0], rtol=CLOSE)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = linear()

    def forward(self, x):
        return self.layer(x) ** 2


class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer, self.scale = linear(), nn.Parameter(torch.ones(1))


TWICE = linear(3, 3)


@pytest.mark.parametrize(
    ("model", "found"),
    [
        (nn.Sequential(linear(), nn.ReLU()), "ReLU"),
        (nn.Sequential(nn.Dropout(), linear()), "Dropout"),
        (nn.Sequential(linear(), nn.Linear(2, 2)), "2 linear layers"),
        (nn.Sequential(TWICE, TWICE), "2 linear layers"),
        (nn.Sequential(nn.BatchNorm1d(3), linear()), "BatchNorm1d"),
        (nn.Sequential(nn.Flatten()), "0 linear layers"),
        (nn.Sequential(), "0 linear layers"),
        (Net(), "Net"),
        (Scaled(), "Scaled"),
        (nn.Conv1d(3, 2, 1), "Conv1d"),
        ("model", "str"),
    ],
)
def test_what_is_no_linear_model_is_refused(model, found):
    with pytest.raises(UsageError, match=f"{LINEAR_ONLY}{found}: ") as caught:
        certify(model, loader(*tables()))
    assert "\n" not in str(caught.value)


def test_layers_without_numbers_are_refused():
    data = loader(*tables())
    with pytest.raises(UsageError, match="LazyLinear holds no numbers yet"):
        certify(nn.LazyLinear(2), data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (loader(*tables(k=1)), r"batches of shapes \(5, 3\) and \(5, 1\) do not fit a layer of 3 to 2"),
        (loader(*tables(p=2)), r"batches of shapes \(5, 2\) and \(5, 2\) do not fit a layer of 3 to 2"),
        (DataLoader(TensorDataset(*tables()), None), r"batches of shapes \(3,\) and \(2,\) do not fit"),
        (loader(tables()[0], tables()[1][:, 0]), r"batches of shapes \(5, 3\) and \(5,\) do not fit"),
        (DataLoader(TensorDataset(tables()[0]), 5), "batches of 1 parts: pairs"),
        (DataLoader(TensorDataset(*tables(), tables()[1]), 5), "batches of 3 parts: pairs"),
        (DataLoader(tables()[0], 2), r"batches of Tensor: pairs \(features, targets\) are meant"),
        (5, r"a loader of batches \(features, targets\) is meant, not int"),
    ],
)
def test_batches_that_do_not_fit_are_refused(data, message):
    with pytest.raises(UsageError, match=message) as caught:
        certify(linear(), data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [[], loader(*(part[:0] for part in tables()))])
def test_a_loader_without_rows(data):
    with pytest.raises(DataError, match="the loader has no rows: there is nothing to certify"):
        certify(linear(), data)


def test_rows_that_hold_nan():
    X, Y = tables()
    X[4, 1] = np.nan
    with pytest.raises(DataError, match="`x1` holds NaN or infinity"):
        certify(linear(), loader(X, Y))


def test_a_run_that_diverged_is_told_what_would_have_worked():
    layer = linear()
    with torch.no_grad():
        layer.weight[0, 0] = np.nan
    data = loader(*tables())
    certificate = certify(layer, data)
    assert certificate.gap == np.inf
    assert certificate.largest_stable_lr == certify(linear(), data).largest_stable_lr
    for text, word in ((str(certificate), "diverged"), (certificate.text("pt-BR"), "divergiu")):
        assert word in text
        assert "nan" not in text.lower()
        assert "inf%" not in text


@pytest.mark.parametrize(
    ("opt", "message"),
    [
        (lambda layer: "sgd", "opt is str: give an optimiser of torch.optim, or leave it out"),
        (lambda layer: torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0), "does not step this layer"),
        (lambda layer: torch.optim.SGD([layer.weight], lr=1.0), "does not step this layer's weights and biases"),
        (lambda layer: torch.optim.SGD(layer.parameters(), lr=1.0, maximize=True), "maximizes the loss"),
        (
            lambda layer: torch.optim.SGD([{"params": [layer.weight], "weight_decay": 1.0}, {"params": [layer.bias]}]),
            "opt steps weights and biases differently: leave it out",
        ),
    ],
)
def test_optimisers_of_which_nothing_can_be_told_are_refused(opt, message):
    layer = linear()
    with pytest.raises(UsageError, match=message) as caught:
        certify(layer, loader(*tables()), opt(layer))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("epochs", [-1, 2.5, "3", True])
def test_epochs_that_are_no_count(epochs):
    with pytest.raises(UsageError, match=f"epochs is {epochs!r}: give a whole number, 0 or more"):
        certify(linear(), loader(*tables()), epochs=epochs)


def test_any_batches_will_do_even_a_generator():
    X, Y = tables()
    whole = certify(linear(), [(X, Y)])
    parts = certify(linear(), ((x, y) for x, y in loader(X, Y, batch_size=4)))
    assert (whole.steps_per_epoch, parts.steps_per_epoch) == (1, 6)
    assert (parts.loss, parts.best_loss) == (whole.loss, whole.best_loss)


def test_blocks_of_batches_add_up(monkeypatch):
    X, Y = tables()
    whole = certify(linear(), loader(X, Y))
    monkeypatch.setattr(loader_moments, "BLOCK_ROWS", 8)
    parts = certify(linear(), loader(X, Y))
    assert parts.steps_per_epoch == whole.steps_per_epoch
    np.testing.assert_allclose((parts.loss, parts.best_loss), (whole.loss, whole.best_loss), rtol=CLOSE)
