"""``reta.descend`` beside exact answers, other libraries' robust fits, and plain loops."""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize

import reta
from reta.errors import NumericalError, RetaWarning, UsageError
from reta.screens.numerals import rounded_down

SOLVED = 1e-6  # of the coefficients, after epochs enough to converge
ROBUST = 2e-3  # of the objective above its minimum: steps of a falling size come to rest there
EPOCHS = 3_000


def rows(*, n=60, p=3, k=2, seed=0, offset=2.0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + offset
    return X, X @ rng.normal(size=(p, k)) + rng.normal(size=k) + 0.3 * rng.normal(size=(n, k))


def quietly(*args, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetaWarning)
        return reta.descend(*args, **options)


@pytest.mark.parametrize(
    "shape",
    [{}, {"p": 1, "k": 1}, {"n": 6, "p": 4}, {"p": 12, "k": 5}, {"offset": 1e4}, {"n": 3, "p": 1}],
    ids=repr,
)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_it_comes_to_the_least_squares_answer(shape, fit_intercept):
    X, Y = rows(**shape)
    run = reta.descend(X, Y, epochs=10**15, fit_intercept=fit_intercept)
    exact = reta.fit(X, Y, fit_intercept=fit_intercept)
    np.testing.assert_allclose(run.model.coef_, exact.coef_, rtol=SOLVED)
    np.testing.assert_allclose(run.model.intercept_, exact.intercept_, rtol=SOLVED)
    assert run.converged
    assert run.history.height <= 1_001
    assert run.history["loss"].to_numpy()[-1] == pytest.approx(run.certificate.best_loss)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"momentum": 0.9},
        {"momentum": 0.9, "nesterov": True},
        {"momentum": 0.5, "nesterov": True},
        *({"schedule": name} for name in ("constant", "cosine", "exponential", "inverse", "step")),
        {"batch_size": 7, "epochs": 400, "schedule": "exponential"},
        {"batch_size": 7, "epochs": 400, "schedule": "exponential", "momentum": 0.9, "nesterov": True},
        {"batch_size": 60},
    ],
    ids=repr,
)
def test_every_way_of_stepping_comes_close(options):
    X, Y = rows()
    run = reta.descend(X, Y, **{"epochs": EPOCHS, **options})
    assert run.converged
    np.testing.assert_allclose(run.model.coef_, reta.fit(X, Y).coef_, atol=0.02)


@pytest.mark.parametrize("schedule", ["cosine", "exponential", "inverse", "step"])
def test_a_schedule_beside_the_loop(schedule):
    X, Y = rows()
    run = quietly(X, Y, lr=0.05, epochs=9, schedule=schedule, momentum=0.5)
    t = np.arange(9) / 9
    shares = {
        "cosine": (1 + np.cos(np.pi * t)) / 2,
        "exponential": 0.01**t,
        "inverse": 1 / (1 + 9 * t),
        "step": np.repeat([1, 0.1, 0.01], 3),
    }[schedule]
    A = np.column_stack([X, np.ones(len(X))])
    theta, velocity, losses = np.zeros((4, 2)), None, []
    for share in shares:
        losses.append(((A @ theta - Y) ** 2).mean())
        gradient = A.T @ (A @ theta - Y) / len(X)
        velocity = gradient if velocity is None else 0.5 * velocity + gradient
        theta -= 0.05 * share * velocity
    np.testing.assert_allclose(run.model.coef_, theta[:3].T, rtol=1e-10)
    np.testing.assert_allclose(run.history["loss"][:-1], losses, rtol=1e-10)
    np.testing.assert_allclose(run.history["lr"][1:], 0.05 * shares, rtol=1e-12)
    assert run.certificate.lr == pytest.approx(0.05 * shares[-1])
    curvature = np.linalg.eigvalsh(A.T @ A / len(X))
    left, velocity = np.ones(4), np.zeros(4)  # at the average rate
    for _ in shares:
        velocity = 0.5 * velocity + curvature * left
        left = left - 0.05 * shares.mean() * velocity
    used = (1 - left).clip(0, 1).sum()
    assert run.certificate.effective_parameters == pytest.approx(used, rel=1e-6)


@pytest.mark.parametrize("batch_size", [7, 20, None])
@pytest.mark.parametrize("loss", ["mse", "huber", "quantile"])
def test_rows_in_their_order_beside_a_plain_loop(batch_size, loss):
    X, Y = rows()
    weights = np.random.default_rng(3).uniform(0.2, 2.0, len(X))
    run = quietly(
        X, Y, weights=weights, loss=loss, quantile=0.3, lr=0.01, epochs=3, batch_size=batch_size, shuffle=False
    )
    shares = weights / weights.mean()
    weight, bias = np.zeros((2, 3)), np.zeros(2)
    for _ in range(3):
        for at in range(0, len(X), batch_size or len(X)):
            batch = slice(at, at + (batch_size or len(X)))
            rest = X[batch] @ weight.T + bias - Y[batch]
            slope = {"mse": 2 * rest, "huber": np.clip(rest, -1, 1), "quantile": np.where(rest > 0, 0.7, -0.3)}[loss]
            slope = slope * shares[batch, None] / rest.size
            weight, bias = weight - 0.01 * slope.T @ X[batch], bias - 0.01 * slope.sum(axis=0)
    np.testing.assert_allclose(run.model.coef_, weight, rtol=1e-9)
    np.testing.assert_allclose(run.model.intercept_, bias, rtol=1e-9)


def objective(loss, X, y, theta, weights=None):
    rest = X @ theta[:-1] + theta[-1] - y
    each = {
        "huber": lambda: np.where(np.abs(rest) <= 0.5, rest**2 / 2, 0.5 * (np.abs(rest) - 0.25)),
        "absolute": lambda: np.abs(rest),
        "quantile": lambda: np.maximum(-0.8 * rest, 0.2 * rest),
    }[loss]()
    return np.average(each, weights=weights)


def heavy_tails():
    X, Y = rows(n=300, k=1)
    return X, Y + np.random.default_rng(9).standard_t(1.5, size=Y.shape)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", ["huber", "absolute", "quantile"])
@pytest.mark.parametrize("batch_size", [None, 25])
def test_robust_losses_come_near_their_minimum(loss, weighted, batch_size):
    X, Y = heavy_tails()
    weights = np.random.default_rng(4).uniform(0.2, 2.0, len(X)) if weighted else None
    run = quietly(X, Y, weights=weights, loss=loss, delta=0.5, quantile=0.8, epochs=EPOCHS // 3,
                  batch_size=batch_size, schedule="cosine")  # fmt: skip
    found = np.append(run.model.coef_[0], run.model.intercept_[0])
    start = reta.fit(X, Y)
    best = minimize(
        lambda theta: objective(loss, X, Y[:, 0], theta, weights),
        np.append(start.coef_[0], start.intercept_[0]),
        method="Nelder-Mead",
        options={"maxiter": 20_000, "maxfev": 20_000, "xatol": 1e-9, "fatol": 1e-13},
    )
    assert objective(loss, X, Y[:, 0], found, weights) <= best.fun * (1 + ROBUST)
    assert run.certificate is None
    assert run.least_loss.loss == pytest.approx(objective(loss, X, Y[:, 0], found, weights))
    assert run.least_loss.at_least <= best.fun <= run.least_loss.loss * (1 + 1e-6)
    assert run.converged == (run.least_loss.loss - best.fun <= 1e-3 * run.least_loss.null_loss)


def test_the_quantile_is_that_of_statsmodels():
    X, Y = heavy_tails()
    run = reta.descend(X, Y, loss="quantile", quantile=0.8, epochs=EPOCHS)
    theirs = sm.QuantReg(Y[:, 0], np.column_stack([X, np.ones(len(X))])).fit(q=0.8, max_iter=10_000)
    found = np.append(run.model.coef_[0], run.model.intercept_[0])
    assert objective("quantile", X, Y[:, 0], found) <= objective("quantile", X, Y[:, 0], theirs.params) * (1 + ROBUST)
    np.testing.assert_allclose(found, theirs.params, atol=0.5)


def test_weight_decay_is_ridge_on_all_of_them():
    X, Y = rows()
    run = quietly(X, Y, lr=0.05, weight_decay=0.3, epochs=10**6)
    A = np.column_stack([X, np.ones(len(X))])
    end = np.linalg.solve(A.T @ A / len(X) + 0.3 * np.eye(4), A.T @ Y / len(X))
    np.testing.assert_allclose(run.model.coef_, end[:3].T, rtol=1e-9)


def test_tables_formulas_categories_and_missing_values(frame):
    some = frame.with_columns(b=pl.when(pl.int_range(pl.len()) % 9 == 0).then(None).otherwise("b"))
    formula = "y + z ~ a + b + C(region)"
    for options in (
        {"formula": formula, "missing": "drop"},
        {"targets": ["y", "z"], "categorical": ["region"], "missing": "mean"},
    ):
        run = quietly(some, epochs=10**7, **options)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RetaWarning)
            exact = reta.fit(some, **options)
        assert run.model.n_samples == exact.n_samples
        assert run.model.feature_names == exact.feature_names
        np.testing.assert_allclose(run.model.coef_, exact.coef_, rtol=1e-6)
        batches = quietly(some, epochs=200, batch_size=20, schedule="exponential", **options)
        np.testing.assert_allclose(batches.model.coef_, exact.coef_, atol=0.15)


def test_rows_without_weight_are_absent():
    X, Y = rows()
    weights = np.where(np.arange(len(X)) % 3, 1.0, 0.0)
    whole = quietly(X, Y, weights=weights, batch_size=8, lr=0.01, epochs=3, shuffle=False)
    part = quietly(X[weights > 0], Y[weights > 0], batch_size=8, lr=0.01, epochs=3, shuffle=False)
    np.testing.assert_allclose(whole.model.coef_, part.model.coef_, rtol=1e-12)


def test_a_warm_start_from_a_model_or_a_pair(frame):
    options = {"targets": ["y", "z"], "features": ["a", "b", "c"], "lr": 0.05}
    whole = quietly(frame, epochs=30, **options)
    half = quietly(frame, epochs=10, **options).model
    for initial in (half, (half.coef_, half.intercept_)):
        rest = quietly(frame, epochs=20, initial=initial, **options)
        np.testing.assert_allclose(rest.model.coef_, whole.model.coef_, rtol=1e-10)
    turned = reta.fit(frame, targets=["z", "y"], features=["c", "b", "a"])
    run = reta.descend(frame, epochs=0, initial=turned, **options)
    np.testing.assert_allclose(run.model.coef_, turned.coef_[::-1, ::-1], rtol=1e-12)
    assert run.certificate.gap == pytest.approx(0.0, abs=1e-12)
    assert run.certificate.epochs == 0
    assert run.converged


@pytest.mark.parametrize("batch_size", [None, 5])
def test_a_perfect_fit_is_no_divergence(batch_size):
    X = np.arange(20.0)[:, None]
    Y = 2 * X + 1
    run = reta.descend(X, Y, initial=([[2.0]], [1.0]), lr=1e-3, weight_decay=0.01, epochs=20, batch_size=batch_size)
    assert run.converged
    assert 1.9 < run.model.coef_[0, 0] < 2.0


@pytest.mark.parametrize("batch_size", [None, 10])
def test_early_stopping_gives_the_best_epoch(batch_size):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(60, 30))
    Y = X[:, :1] + 2.0 * rng.normal(size=(60, 1))
    options = {"lr": 0.02, "batch_size": batch_size, "validation": 0.4, "seed": 5}
    run = quietly(X, Y, epochs=2_000, patience=20, **options)
    aside = run.history["validation_loss"].to_numpy()
    best = int(np.argmin(aside))
    assert run.stopped_early
    assert 0 < best == len(aside) - 21
    again = quietly(X, Y, epochs=best, patience=20, **options)
    np.testing.assert_array_equal(again.model.coef_, run.model.coef_)
    assert run.model.n_samples + 20 < 60
    assert quietly(X, Y, epochs=5, **{**options, "seed": 6}).model.n_samples != 60
    assert run.certificate.epochs == best


def test_moments_do_for_full_batches():
    X, Y = rows()
    moments = reta.moments(X, Y)
    run = quietly(moments, lr=0.01, epochs=50)
    np.testing.assert_allclose(run.model.coef_, quietly(X, Y, lr=0.01, epochs=50).model.coef_, rtol=1e-12)
    for options in ({"batch_size": 5}, {"loss": "huber"}, {"validation": 0.2}):
        with pytest.raises(UsageError, match="moments hold no rows"):
            reta.descend(moments, **options)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"lr": 0}, "lr=0: a number above 0"),
        ({"lr": -1.0}, "lr=-1.0: a number above 0"),
        ({"lr": np.nan}, "lr=nan: a number above 0"),
        ({"lr": np.inf}, "lr=inf: a number above 0"),
        ({"lr": "x"}, "lr='x': a number above 0"),
        ({"lr": None}, "lr=None: a number above 0"),
        ({"epochs": -1}, "epochs=-1: a whole number from 0"),
        ({"epochs": 1.5}, "epochs=1.5: a whole number"),
        ({"batch_size": 0}, "batch_size=0: a whole number from 1"),
        ({"momentum": -0.1}, "momentum=-0.1: a number from 0"),
        ({"momentum": "x"}, "momentum='x': a number from 0"),
        ({"weight_decay": np.nan}, "weight_decay=nan: a number from 0"),
        ({"nesterov": True}, "nesterov looks ahead"),
        ({"validation": 1.0}, "validation=1.0: a share"),
        ({"validation": -0.1}, "validation=-0.1: a share"),
        ({"validation": np.nan}, "validation=nan: a share"),
        ({"validation": 1e-9}, "leaves no row to validate"),
        ({"patience": 0}, "patience=0"),
        ({"seed": -1}, "seed=-1"),
        ({"buffer_rows": 0}, "buffer_rows=0"),
        ({"schedule": "linear"}, "schedule='linear': choose among constant, cosine"),
        ({"loss": "mae"}, "no loss is called 'mae'"),
        ({"loss": "huber", "delta": 0}, "delta"),
        ({"loss": "quantile", "quantile": 1}, "quantile"),
        ({"resume": True}, "say which file"),
        ({"initial": (np.zeros((3, 2)), np.zeros(2))}, r"\(3, 2\) and biases of shape \(2,\); \(2, 3\)"),
        ({"initial": np.zeros((1, 3))}, "a pair of weights"),
        ({"initial": (np.full((2, 3), np.nan), np.zeros(2))}, "NaN or infinity"),
        ({"initial": (np.ones((2, 3)), np.ones(2)), "fit_intercept": False}, "has an intercept"),
    ],
    ids=repr,
)
def test_options_that_make_no_sense(options, match):
    with pytest.raises(UsageError, match=match) as caught:
        reta.descend(*rows(), **options)
    assert "\n" not in str(caught.value)


def test_a_start_of_other_columns(frame):
    other = reta.fit(frame, targets=["y", "z"], features=["a", "b"])
    with pytest.raises(UsageError, match="initial is a model with features a, b; a, b, c are meant"):
        reta.descend(frame, targets=["y", "z"], features=["a", "b", "c"], initial=other)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"momentum": 0.9},
        {"momentum": 0.9, "nesterov": True},
        {"schedule": "cosine"},
        {"batch_size": 5},
        {"batch_size": 5, "momentum": 0.9},
        {"loss": "huber"},
        {"loss": "huber", "batch_size": 5},
        {"loss": "absolute"},
        {"loss": "quantile", "batch_size": 5},
    ],
    ids=repr,
)
@pytest.mark.parametrize("times", [60.0, 2e7])
def test_a_rate_too_large_stops_and_its_proposal_works(options, times):
    times *= 1.0 if options.get("loss", "mse") == "mse" else 1e5  # bounded slopes bounce long before they diverge
    X, Y = rows(offset=30.0)
    stable = reta.trajectory(X, Y).largest_stable_lr
    with pytest.raises(NumericalError, match=r"the loss rises from .* in epoch \d+: lr=.* is too large") as caught:
        reta.descend(X, Y, lr=times * stable, epochs=100, **options)
    message = str(caught.value)
    assert "\n" not in message
    if options.get("loss", "mse") == "mse":
        stable = reta.trajectory(X, Y, **momenta(options)).largest_stable_lr
        assert f"stable under {rounded_down(stable):.3g}. " in message
    proposal = float(message.partition("Try lr=")[2].partition(",")[0])
    run = quietly(X, Y, lr=proposal, epochs=100, **options)
    losses = run.history["loss"].to_numpy()
    assert losses[-1] < losses[0]


def momenta(options):
    return {name: value for name, value in options.items() if name in ("momentum", "nesterov")}


def test_the_first_rise_is_where_it_stops():
    X, Y = rows()
    stable = reta.trajectory(X, Y).largest_stable_lr
    losses = reta.trajectory(X, Y, lr=1.01 * stable).loss(np.arange(2_000))
    first = int(np.argmax(np.diff(losses) > 0)) + 1
    assert first > 1
    with pytest.raises(NumericalError, match=rf"in epoch {first}: "):
        reta.descend(X, Y, lr=1.01 * stable, epochs=2_000)
    assert not quietly(X, Y, lr=1.01 * stable, epochs=first - 1).stopped_early


def test_a_rate_too_small_is_not_converged():
    X, Y = rows()
    with pytest.warns(RetaWarning, match=r"not converged after 10 epochs: the loss is .*, and .* is possible"):
        run = reta.descend(X, Y, lr=1e-6, epochs=10)
    assert run.converged is False
    assert run.certificate.epochs_needed > 10


def test_momentum_of_1_swings_and_is_no_divergence():
    X, Y = rows()
    assert np.isfinite(quietly(X, Y, lr=1e-3, momentum=1.0, epochs=500).model.coef_).all()


def test_no_epochs_is_the_start():
    run = quietly(*rows(), epochs=0, batch_size=7, initial=(np.ones((2, 3)), np.ones(2)))
    np.testing.assert_allclose(run.model.coef_, 1.0, rtol=1e-12)
    assert run.history["epoch"].to_list() == [0]


@pytest.mark.parametrize("epochs", [1, 2, 5, 20])
@pytest.mark.parametrize("loss", ["absolute", "quantile", "huber"])
@pytest.mark.parametrize("standardize", [True, False])
def test_few_epochs_do_not_overshoot(epochs, loss, standardize):
    X, Y = rows(offset=50.0)
    losses = quietly(X, Y, loss=loss, epochs=epochs, standardize=standardize).history["loss"].to_numpy()
    assert losses[-1] < losses[0]


def test_a_kink_without_standardising_is_stable():
    X, Y = rows(offset=1e3)
    run = quietly(X, Y, loss="absolute", standardize=False, epochs=500)
    losses = run.history["loss"].to_numpy()
    assert losses[-1] < 0.5 * losses[0]


def test_the_way_of_a_single_target_over_batches_is_measured_from_its_start():
    X, Y = rows(k=1)
    run = quietly(X, Y[:, 0], batch_size=10, epochs=300, schedule="exponential")
    moved = dict(run.certificate.moved)
    np.testing.assert_allclose(list(moved.values()), 1.0, atol=0.01)
    assert run.certificate.hardly_moved == ()
    begun = np.ones((1, 3)), np.ones(1)
    quietly(X, Y[:, 0], batch_size=10, epochs=3, lr=1e-3, initial=begun)
    assert (begun[0] == 1.0).all()


@pytest.mark.parametrize("batch_size", [None, 10])
@pytest.mark.parametrize("loss", ["mse", "huber"])
def test_a_learning_rate_chosen_for_a_weight_decay_is_stable(loss, batch_size):
    X, Y = rows()
    run = quietly(X, Y, weight_decay=1e5, batch_size=batch_size, loss=loss, epochs=30)
    assert np.abs(run.model.coef_).max() < 1e-3


def test_a_momentum_over_one_is_what_the_error_is_about():
    X, Y = rows()
    with pytest.raises(
        NumericalError, match=r"with momentum=1\.5 no learning rate comes to rest\. Try a momentum under 1"
    ):
        reta.descend(X, Y, momentum=1.5)


def test_a_long_full_batch_schedule_lists_some_epochs_and_says_how_far_it_is():
    X, Y = rows()
    seen = []
    long = quietly(
        X, Y, lr=0.01, epochs=12_000, schedule="step", on_epoch=lambda epoch, loss: seen.append((epoch, loss))
    )
    assert long.history.height <= 1_001
    assert long.history["epoch"].to_list()[:3] == [0, 1, 2]
    assert [epoch for epoch, _ in seen] == long.history["epoch"].to_list()[1:]
    assert [loss for _, loss in seen] == long.history["loss"].to_list()[1:]
    quietly(X, Y, lr=0.01, epochs=100, schedule="step", on_epoch=lambda *_: seen.clear())
    assert seen  # short ones take no time: nothing to say


def test_a_batch_larger_than_the_buffer_is_said():
    X, Y = rows()
    run = quietly(X, Y, loss="huber", epochs=3, buffer_rows=20)
    assert any("a batch of 60 rows is held in memory whole" in note.text for note in run.model.notes)
    fine = quietly(X, Y, loss="huber", epochs=3, buffer_rows=20, batch_size=5)
    assert not any("held in memory" in note.text for note in fine.model.notes)


def test_columns_that_cannot_be_told_apart_are_named():
    X, Y = rows()
    frame = pl.DataFrame({"a": X[:, 0], "twice": 2.0 * X[:, 0], "k": np.full(len(X), 5.0), "y": Y[:, 0]})
    texts = [note.text for note in quietly(frame, targets="y", epochs=50).model.notes]
    assert any("`twice` = 2·`a`" in text and "depends on the start" in text for text in texts)
    assert any("`k` is 5 in every row" in text for text in texts)
    with pytest.warns(RetaWarning, match="2 rows cannot settle 4 coefficients: infinitely many"):
        reta.descend(frame[:2], targets="y", epochs=1_000)


def test_the_method_names_every_option_that_shapes_a_run():
    X, Y = rows()
    run = quietly(X, Y, lr=1e-3, momentum=0.9, nesterov=True, weight_decay=0.1, schedule="step", epochs=7)
    told = "lr 0.001, schedule step, epochs 7, momentum 0.9, nesterov, weight_decay 0.1"
    assert told in " ".join(run.model.summary().split())


@pytest.mark.parametrize("name", ["shuffle", "standardize"])
def test_words_are_no_switches(name):
    X, Y = rows()
    with pytest.raises(UsageError, match=f"{name}='no': True or False is meant"):
        reta.descend(X, Y, batch_size=5, **{name: "no"})


def test_a_run_shows_itself_in_one_line():
    X, Y = rows()
    assert repr(quietly(X, Y, lr=1e-4, epochs=12)) == "Run of 12 epochs: not converged"
    assert repr(quietly(X, Y, loss="huber", epochs=2)) == "Run of 2 epochs: not converged"
    assert repr(reta.descend(X, Y, loss="huber", epochs=300)) == "Run of 300 epochs: converged"
