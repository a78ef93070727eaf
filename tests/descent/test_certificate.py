"""What a certificate says, beside the same computed from the rows."""

from __future__ import annotations

import numpy as np
import pytest

import reta
from reta.descent import Update, certify
from reta.descent.surface import surface_of
from reta.screens.certificate_screen import certificate_text
from reta.screens.language import Speech

CLOSE = 1e-9
A_THOUSANDTH = 1e-3  # what converged promises: so much of the targets' variance may be left to gain
TARGETS = ["apples", "oranges"]


@pytest.fixture(scope="module")
def rows():
    data = np.loadtxt(reta.datasets.crops_5(), delimiter=",", skiprows=1)
    return data[:, :3], data[:, 3:]


@pytest.fixture(scope="module")
def path():
    return reta.trajectory(reta.datasets.crops_5(), targets=TARGETS, lr=1e-5)


def test_every_number_from_the_rows(rows, path):
    X, Y = rows
    A = np.column_stack([X, np.ones(len(X))])
    hessian = A.T @ A / len(X)  # 2/k times, for k = 2
    optimum = np.linalg.lstsq(A, Y, rcond=None)[0]
    theta = np.zeros((4, 2))
    for _ in range(100):
        theta -= 1e-5 * (A.T @ (A @ theta - Y)) / len(X)
    curvature, axes = np.linalg.eigh(hessian)
    told = path.certificate(100)
    loss, best = (((A @ each - Y) ** 2).mean() for each in (theta, optimum))
    assert told.loss == pytest.approx(loss, rel=CLOSE)
    assert told.best_loss == pytest.approx(best, rel=CLOSE)
    assert told.gap == pytest.approx(loss - best, rel=CLOSE)
    assert told.null_loss == pytest.approx(Y.var(axis=0).mean(), rel=CLOSE)
    assert told.missing_r_squared == pytest.approx((loss - best) / Y.var(axis=0).mean(), rel=CLOSE)
    assert told.distance == pytest.approx(np.linalg.norm(theta - optimum), rel=CLOSE)
    assert told.largest_stable_lr == pytest.approx(2 / curvature[-1], rel=CLOSE)
    assert told.best_lr == pytest.approx(2 / (curvature[0] + curvature[-1]), rel=CLOSE)
    assert told.slowest_shrinks == pytest.approx(1e-5 * curvature[0], rel=1e-6)
    assert told.epochs_needed == pytest.approx(np.log(0.01) / np.log1p(-1e-5 * curvature[0]), rel=1e-6)
    assert told.effective_parameters == pytest.approx((1 - (1 - 1e-5 * curvature) ** 100).sum(), rel=CLOSE)
    parts = curvature[:, None] / 2 * (axes.T @ (theta - optimum)) ** 2
    assert told.costliest_share == pytest.approx(parts.sum(axis=1).max() / parts.sum(), rel=CLOSE)
    way = optimum
    assert dict(told.moved)["temp"] == pytest.approx((theta * way)[0].sum() / (way**2)[0].sum(), rel=1e-6)
    assert told.n_parameters == 4


def test_what_standardising_would_do(rows, path):
    X, _ = rows
    Z = np.column_stack([(X - X.mean(axis=0)) / X.std(axis=0), np.ones(len(X))])
    curvature = np.linalg.eigvalsh(Z.T @ Z / len(X))
    told = path.certificate(100)
    assert told.standardized_lr == pytest.approx(2 / (curvature[0] + curvature[-1]), rel=CLOSE)
    shrinks = (curvature[-1] - curvature[0]) / (curvature[-1] + curvature[0])
    assert told.standardized_epochs == round(np.log(0.01) / np.log(shrinks)) == 16
    standardised = reta.trajectory(reta.datasets.crops_5(), targets=TARGETS, standardize=True)
    assert standardised.certificate(1000).converged
    assert standardised.certificate(16).distance <= 0.011 * standardised.certificate(0).distance


def test_the_tutorial_in_english(path):
    told = path.certificate(100)
    text = str(told)
    assert str(told.slowest) == "almost pure intercept"
    assert round(told.epochs_needed / 1e6) == 56
    assert told.hardly_moved == ("intercept",)
    for part in ("almost pure intercept", "56.2 million epochs", "16 full-batch epochs", "hardly moved: intercept"):
        assert part in " ".join(text.split())
    assert not told.converged


def test_the_tutorial_in_portuguese(path):
    text = " ".join(certificate_text(path.certificate(100), Speech("pt-BR")).split())
    for part in ("quase só intercepto", "56,2 milhões de épocas", "16 épocas de lote completo", "quase parados"):
        assert part in text


def test_an_exact_start(path):
    told = reta.trajectory(
        reta.datasets.crops_5(), targets=TARGETS, lr=1e-5, initial=reta.fit(reta.datasets.crops_5(), targets=TARGETS)
    ).certificate(0)
    assert told.gap == pytest.approx(0.0, abs=1e-20)
    assert told.distance == pytest.approx(0.0, abs=1e-10)
    assert told.converged
    assert told.hardly_moved == ()
    assert "as good as it gets" in str(told)


def test_converged_is_a_thousandth_of_the_variance(path):
    epochs = np.arange(1, 400_000, 1_000)
    shares = path.gap(epochs) / path.surface.null_loss
    at = int(np.argmax(shares <= A_THOUSANDTH))
    assert 0 < at < len(epochs)
    assert path.certificate(int(epochs[at])).converged
    assert not path.certificate(int(epochs[at - 1])).converged


def test_a_run_of_unknown_learning_rate(path):
    told = certify(path.surface, Update(np.nan), parameters=path.parameters(100))
    assert told.moved == ()
    assert "full batches stay stable under" in str(told)


def test_a_rate_too_large_is_said_and_its_direction_never_shrinks(path):
    told = certify(path.surface, Update(2e-4), parameters=path.parameters(3), epochs=3)
    assert told.epochs_needed == np.inf
    assert told.slowest_shrinks < 0.0
    assert "too large" in str(told)
    assert "never shrinks" in str(told)


def test_batches_make_several_steps_an_epoch(path):
    one, ten = (
        certify(path.surface, path.update, parameters=path.start, epochs=10, steps_per_epoch=each) for each in (1, 10)
    )
    assert ten.epochs_needed == pytest.approx(one.epochs_needed / 10, rel=1e-6)
    assert ten.effective_parameters > one.effective_parameters


def test_directions_without_curvature_are_not_waited_for():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 1))
    surface = surface_of(reta.moments(np.hstack([x, x]), x + 0.1 * rng.normal(size=(20, 1))))
    start = np.array([[3.0, -3.0, 0.0]])
    told = certify(surface, Update(0.1), parameters=start + 0.0, start=start, epochs=0)
    assert np.isfinite(told.epochs_needed)
    assert told.distance < 3.0  # the way along x₀ − x₁ leads to no lower loss


def test_momentum_one_never_comes_to_rest():
    told = reta.trajectory(reta.datasets.crops_5(), targets=TARGETS, lr=1e-5, momentum=1.0).certificate(100)
    assert told.held_back_by == "momentum"
    assert told.largest_stable_lr == 0.0
    text = " ".join(str(told).split())
    assert "with this momentum a descent never comes to rest" in text
    assert "a momentum under 1" in text
    assert "under 0," not in text
    assert "o momento: nada freia" in told.text("pt-BR")


@pytest.mark.filterwarnings("ignore::reta.errors.RetaWarning")
def test_a_schedule_is_told_by_its_average_rate():
    run = reta.descend(reta.datasets.crops_5(), targets=TARGETS, lr=1e-5, epochs=50, schedule="cosine")
    told, rates = run.certificate, run.history["lr"][1:]
    assert told.lr == rates[-1]
    assert told.mean_lr == pytest.approx(rates.mean(), rel=CLOSE)
    curvature = reta.trajectory(reta.datasets.crops_5(), targets=TARGETS).surface.curvature
    assert told.epochs_needed == pytest.approx(np.log(0.01) / np.log1p(-told.mean_lr * curvature[0]), rel=1e-6)
    assert "in the last epoch" in str(told)
    assert "at the average learning rate" in " ".join(str(told).split())
    assert "na última época" in told.text("pt-BR")


@pytest.mark.filterwarnings("ignore::reta.errors.RetaWarning")
def test_what_keeps_a_run_from_the_best_when_no_direction_is_slow():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 2))
    y = X @ [2.0, -1.0] + 3.0 * rng.normal(size=400)
    noisy = reta.descend(X, y, batch_size=1, epochs=20).certificate
    assert not noisy.converged
    assert noisy.held_back_by == "batches"
    assert "noise of the batches" in str(noisy)
    assert "ruído dos lotes" in noisy.text("pt-BR")
    decayed = reta.descend(X, y, weight_decay=1.0, epochs=200).certificate
    assert decayed.held_back_by == "weight_decay"
    ridge = np.linalg.solve(X.T @ X + 200.0 * np.eye(2), X.T @ y)  # of the loss and half the decay's square
    free = np.linalg.lstsq(X, y, rcond=None)[0]
    without = reta.descend(X, y, weight_decay=1.0, epochs=200, fit_intercept=False, lr=0.1).certificate
    assert without.gap == pytest.approx(((y - X @ ridge) ** 2).mean() - ((y - X @ free) ** 2).mean(), rel=CLOSE)
    assert "the weight decay" in str(decayed)
    assert "decaimento" in decayed.text("pt-BR")
    early = reta.descend(X, y, batch_size=1, epochs=1, lr=1e-5).certificate
    assert early.held_back_by == "direction"


def test_constant_targets_are_reached():
    rng = np.random.default_rng(0)
    run = reta.descend(rng.normal(size=(50, 2)), np.full(50, 7.0))
    assert run.certificate.null_loss == 0.0
    assert run.certificate.zero_loss == pytest.approx(49.0)
    assert run.converged


def test_one_epoch_is_said_in_the_singular():
    rng = np.random.default_rng(0)
    told = reta.descend(rng.normal(size=(50, 1)), rng.normal(size=50)).certificate
    assert "a single epoch brings" in str(told)
    assert "uma única época" in told.text("pt-BR")


def test_a_loss_beyond_all_bounds_is_said():
    told = reta.trajectory(reta.datasets.crops_5(), targets=TARGETS, lr=1.0).certificate(1_000)
    assert "the run diverged" in str(told)
    assert "o treino divergiu" in told.text("pt-BR")
    assert "inf%" not in str(told)
