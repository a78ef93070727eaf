"""What a certificate says, beside the same computed from the rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import reta
from reta.descent import Update, certify
from reta.descent.surface import surface_of
from reta.errors import NumericalError
from reta.screens.certificate_screen import certificate_text
from reta.screens.language import Speech
from reta.screens.numerals import rounded_down

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
    assert told.slowest_shrinks == pytest.approx(1e-5 * curvature[0], rel=1e-6)
    assert told.epochs_needed == pytest.approx(np.log(0.01) / np.log1p(-1e-5 * curvature[0]), rel=1e-6)
    assert told.epochs_needed == np.ceil(told.epochs_needed)
    assert told.effective_parameters == pytest.approx((1 - (1 - 1e-5 * curvature) ** 100).sum(), rel=CLOSE)
    parts = curvature[:, None] / 2 * (axes.T @ (theta - optimum)) ** 2
    assert told.costliest_share == pytest.approx(parts.sum(axis=1).max() / parts.sum(), rel=CLOSE)
    assert told.brake_shrinks == pytest.approx(1e-5 * curvature[np.argmax(parts.sum(axis=1))], rel=CLOSE)
    assert told.slowest_share == pytest.approx(parts.sum(axis=1)[0] / parts.sum(), rel=1e-6)
    way = optimum
    assert dict(told.moved)["temp"] == pytest.approx((theta * way)[0].sum() / (way**2)[0].sum(), rel=1e-6)
    assert told.n_parameters == 4


def test_what_standardising_would_do(rows, path):
    X, _ = rows
    Z = np.column_stack([(X - X.mean(axis=0)) / X.std(axis=0), np.ones(len(X))])
    curvature = np.linalg.eigvalsh(Z.T @ Z / len(X))
    told = path.certificate(100)
    best = 2 / (curvature[0] + curvature[-1])
    assert best * 0.99 < told.standardized_lr <= best
    assert told.standardized_epochs == np.ceil(np.log(0.01) / np.log(1 - told.standardized_lr * curvature[0])) == 16
    standardised = reta.trajectory(reta.datasets.crops_5(), targets=TARGETS, standardize=True, lr=told.standardized_lr)
    assert standardised.certificate(1000).converged
    left = standardised.distances([0, 15, 16])
    assert (np.abs(left[2]) <= 0.01 * np.abs(left[0])).all()
    assert not (np.abs(left[1]) <= 0.01 * np.abs(left[0])).all()


def test_the_tutorial_in_english(path):
    told = path.certificate(100)
    text = str(told)
    assert str(told.slowest) == "almost pure intercept"
    assert round(told.epochs_needed / 1e6) == 56
    assert told.hardly_moved == ("intercept",)
    for part in (
        "Held back by the direction “temp against rainfall”: an epoch takes 0.63% off the distance along it",
        "at this learning rate a run has converged after 1,645 epochs, “mostly humidity” being the last to arrive",
        "Slowest for the coefficients, the direction “almost pure intercept”",
        "56.3 million epochs bring it to a hundredth; of what is still to gain it holds 0.020%",
        "0.000109 converges soonest, in 151 epochs",
        "16 full-batch epochs",
        "hardly moved: intercept",
    ):
        assert part in " ".join(text.split())
    assert not told.converged


def test_the_tutorial_in_portuguese(path):
    text = " ".join(certificate_text(path.certificate(100), Speech("pt-BR")).split())
    for part in (
        "Freada por a direção “temp contra rainfall”",
        "converge depois de 1.645 épocas, e “principalmente humidity” é a última a chegar",
        "quase só intercepto",
        "56,3 milhões de épocas",
        "0,000109 converge antes de todas, em 151 épocas",
        "16 épocas de lote completo",
        "quase parados",
    ):
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
    assert told.epochs_to_converge == np.inf
    assert "the distance along it grows" in " ".join(str(told).split())


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


def test_the_brake_is_what_costs_most_and_another_may_be_the_last(path):
    told = [path.certificate(epoch) for epoch in (0, 100, 1000, 1644, 1645)]
    assert {each.epochs_to_converge for each in told} == {1645}
    assert [each.converged for each in told] == [False, False, False, False, True]
    brakes = ["rainfall and temp together", "temp against rainfall", *["mostly humidity"] * 3]
    assert [str(each.brake) for each in told] == brakes
    assert {str(each.last) for each in told} == {"mostly humidity"}
    assert {str(each.slowest) for each in told} == {"almost pure intercept"}
    assert {(each.held_back_by, each.counted, each.noise) for each in told} == {("direction", "exactly", None)}
    assert "being the last to arrive" not in " ".join(str(told[3]).split())


def test_as_good_as_it_gets_is_said_where_it_is(path):
    converged = path.certificate(1645)
    assert converged.converged
    assert not converged.as_good_as_it_gets
    text = " ".join(str(converged).split())
    assert "converged, 1.190 still to gain, 0.100% of the targets' variance" in text
    assert "as good as it gets" not in text
    assert "convergiu, faltam 1,190" in converged.text("pt-BR")
    arrived = path.certificate(10**9)
    assert arrived.as_good_as_it_gets
    loss, best = (f"{number:.5g}" for number in (arrived.loss, arrived.best_loss))
    assert loss == best
    perfect = reta.trajectory(np.arange(6.0)[:, None], 2.0 * np.arange(6.0)[:, None], lr=0.05)
    assert not perfect.certificate(200).as_good_as_it_gets
    assert perfect.certificate(100_000).as_good_as_it_gets


def test_where_a_start_is_not_known_epochs_go_on_from_here(path):
    told = certify(path.surface, path.update, parameters=path.parameters(100), epochs=100)
    assert told.epochs_to_converge == 1645
    assert told.best_epochs < path.certificate(100).best_epochs
    schedule = certify(
        path.surface, Update(1e-7), parameters=path.parameters(100), start=path.start, epochs=100, mean_lr=1e-5
    )
    assert schedule.epochs_to_converge == 1645
    assert schedule.best_epochs == path.certificate(100).best_epochs


METHODS = {
    "plain": {},
    "momentum": {"momentum": 0.9},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "decay": {"weight_decay": 1e-4},
    "decay and momentum": {"weight_decay": 1e-4, "momentum": 0.5},
}


def stepped(X, Y, update, epochs):
    """Return the loss after every one of so many full-batch epochs from zeros, by a plain loop over the rows."""
    A = np.column_stack([X, np.ones(len(X))])
    theta, velocity, losses = np.zeros((A.shape[1], Y.shape[1])), None, []
    for _ in range(epochs + 1):
        wrong = A @ theta - Y
        losses.append((wrong**2).mean())
        step = 2.0 * A.T @ wrong / wrong.size + update.weight_decay * theta
        if update.momentum:
            velocity = step.copy() if velocity is None else update.momentum * velocity + step
            step = step + update.momentum * velocity if update.nesterov else velocity
        theta -= update.lr * step
    return np.array(losses)


def drawn_rows(seed):
    rng = np.random.default_rng(seed)
    n, p, k = int(rng.integers(3, 40)), int(rng.integers(1, 5)), int(rng.integers(1, 3))
    X = rng.normal(size=(n, p)) * 10 ** rng.uniform(-0.5, 0.5, p) + rng.normal(size=p)
    return X, X @ rng.normal(size=(p, k)) + rng.normal(size=k) + rng.normal(size=(n, k)) * rng.choice([0.0, 1.0])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(5))
def test_what_is_proposed_does_what_is_said(method, seed):
    """Loops over the rows at the rate that the certificate proposes, and at the one in use, converge when it says."""
    X, Y = drawn_rows(seed)
    start = reta.trajectory(X, Y, **METHODS[method])
    update = Update(0.2 * start.largest_stable_lr, **METHODS[method])
    told = reta.trajectory(X, Y, lr=update.lr, **METHODS[method]).certificate(3)
    enough = told.best_loss + A_THOUSANDTH * told.null_loss
    for lr, epochs in ((told.best_lr, told.best_epochs), (update.lr, told.epochs_to_converge)):
        assert 0 < epochs < 5_000
        losses = stepped(X, Y, replace(update, lr=lr), int(epochs) + 200)
        assert losses[int(epochs) - 1] > enough * (1.0 - CLOSE)
        assert (losses[int(epochs) :] <= enough * (1.0 + CLOSE)).all()
    assert told.best_epochs <= told.epochs_to_converge
    assert f"{told.best_lr:.3g}" in str(told)


@pytest.mark.filterwarnings("ignore::reta.errors.RetaWarning")
@pytest.mark.parametrize("batch", [1, 4, 7])
@pytest.mark.parametrize("momentum", [0.0, 0.8])
def test_what_is_proposed_for_batches_converges(batch, momentum):
    rng = np.random.default_rng(batch)
    X = rng.normal(size=(30, 3)) + 1.0
    Y = X @ rng.normal(size=(3, 2)) * 3.0 + rng.normal(size=(30, 2))
    told = reta.descend(X, Y, batch_size=batch, momentum=momentum, epochs=1, standardize=True).certificate
    assert told.noise.exact
    assert told.best_counted == "on average"
    assert told.best_lr < told.noise.quiet_lr < told.noise.largest_lr
    options = {"lr": told.best_lr, "batch_size": batch, "momentum": momentum, "standardize": True}
    runs = [reta.descend(X, Y, epochs=int(told.best_epochs), seed=seed, **options) for seed in range(12)]
    assert np.mean([run.certificate.missing_r_squared for run in runs]) <= A_THOUSANDTH / 2.0
    assert np.mean([run.converged for run in runs]) >= 0.75
    assert {run.certificate.epochs_to_converge for run in runs} == {told.best_epochs}
    assert f"{told.best_lr:.3g} converges within about {int(told.best_epochs)} epoch" in " ".join(str(told).split())


@pytest.mark.filterwarnings("ignore::reta.errors.RetaWarning")
def test_a_rate_beyond_the_batches_limit_is_said():
    rng = np.random.default_rng(0)
    X = rng.standard_t(3, size=(60, 3))
    y = X @ [1.0, 2.0, -1.0] + rng.normal(size=60)
    full = reta.descend(X, y, epochs=0, lr=1e-9, batch_size=1).certificate
    assert full.noise.largest_lr < 0.5 * full.largest_stable_lr
    between = np.sqrt(full.noise.largest_lr * full.largest_stable_lr)
    told = reta.descend(X, y, epochs=0, lr=between, batch_size=1).certificate
    assert told.noise.floor == np.inf
    assert told.held_back_by == "batches"
    text = " ".join(str(told).split())
    assert "is too large: on these rows such batches bring the optimum nearer on average under" in text
    assert "the noise of the batches grows, on average without bound" in text
    assert f"with a learning rate under {rounded_down(told.noise.quiet_lr):.3g}" in text
    assert "cresce, em média sem limite" in told.text("pt-BR")


@pytest.mark.filterwarnings("ignore::reta.errors.RetaWarning")
def test_of_batches_in_a_fixed_order_nothing_is_guessed():
    data = {"targets": TARGETS, "batch_size": 5, "lr": 1e-5, "epochs": 3}
    fixed = reta.descend(reta.datasets.crops_15(), shuffle=False, **data).certificate
    assert fixed.noise is None
    assert fixed.counted == "at least"
    assert "of the noise of these batches nothing is known" in " ".join(str(fixed).split())
    drawn = reta.descend(reta.datasets.crops_15(), **data).certificate
    assert drawn.counted == "on average"
    assert drawn.noise.largest_lr < drawn.largest_stable_lr
    assert "above the best on average" in " ".join(str(drawn).split())
    whole = reta.descend(reta.datasets.crops_15(), targets=TARGETS, batch_size=15, lr=1e-5, epochs=3).certificate
    assert (whole.noise, whole.counted) == (None, "exactly")


@pytest.mark.filterwarnings("ignore::reta.errors.RetaWarning")
def test_beyond_twenty_features_bounds_are_called_so():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 24))
    y = X @ rng.normal(size=24) * 2.0 + rng.normal(size=90)
    told = reta.descend(X, y, batch_size=9, epochs=1).certificate
    assert not told.noise.exact
    assert told.counted == told.best_counted == "at least"
    text = " ".join(str(told).split())
    assert "bring the optimum nearer on average at least under" in text
    assert "or more" in text
    assert told.noise.floor > 0.0


def test_parameters_in_use_where_momentum_makes_steps_larger(path):
    told = reta.trajectory(reta.datasets.crops_15(), targets=TARGETS, standardize=True, lr=0.8, momentum=0.9)
    assert told.certificate(300).effective_parameters == pytest.approx(4.0, abs=1e-4)


@pytest.mark.filterwarnings("ignore::reta.errors.RetaWarning")
@pytest.mark.parametrize(
    ("X", "y"),
    [
        (np.ones((1, 1)), np.ones(1)),
        (np.ones((2, 1)), np.array([1.0, 2.0])),
        (np.eye(3), np.zeros(3)),
        (np.zeros((4, 2)), np.arange(4.0)),
        (np.arange(12.0).reshape(2, 6), np.array([1.0, 5.0])),
        (np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]), np.array([1.0, 2.0, 2.0])),
        (np.arange(5.0)[:, None], np.full(5, 3.0)),
        (np.arange(5.0)[:, None] * 1e100, np.arange(5.0)),
    ],
)
@pytest.mark.parametrize("batch", [None, 1, 2])
@pytest.mark.parametrize("momentum", [0.0, 0.9, 1.0])
def test_poor_rows_have_a_certificate_in_plain_words(X, y, batch, momentum):
    try:
        told = reta.descend(X, y, batch_size=batch, momentum=momentum, epochs=2).certificate
    except NumericalError:
        return
    for language in ("en", "pt-BR"):
        assert "nan" not in told.text(language).lower()
        assert "inf" not in told.text(language).lower()
