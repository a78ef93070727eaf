"""The tutorial's figures: those it printed, in float32, and the same computed again in float64."""

from __future__ import annotations

import json

import numpy as np
import pytest

import reta
from reta.descent import Trajectory, Update, certify
from reta.descent.surface import surface_of
from reta.errors import RetaWarning

COMPUTED = 1e-9
PRINTED = 1e-4  # float32, a hundred steps of it
TARGETS = ["apples", "oranges"]
NOISE = 4.0  # standard deviations of the order of the rows


@pytest.fixture(scope="module")
def figures(reference):
    return json.loads((reference / "tutorial" / "expected.json").read_text())


@pytest.fixture(scope="module")
def scratch(figures):
    return figures["from_scratch"]


def path_of(scratch, reference, **options):
    start = scratch["initial_weight"], scratch["initial_bias"]
    data = reference / "tutorial" / scratch["data"]
    return reta.trajectory(data, targets=TARGETS, lr=scratch["lr"], initial=start, **options)


@pytest.mark.parametrize("epoch", [0, 1, 2])
def test_the_first_steps(scratch, reference, epoch):
    path = path_of(scratch, reference)
    expected = scratch["computed"]["steps"][epoch]
    point, gradient = path.at(epoch), path.gradient(epoch)
    assert path.loss(epoch) == pytest.approx(expected["loss"], rel=COMPUTED)
    np.testing.assert_allclose(point.weight, expected["weight"], rtol=COMPUTED)
    np.testing.assert_allclose(point.bias, expected["bias"], rtol=COMPUTED)
    np.testing.assert_allclose(gradient.weight, expected["weight_grad"], rtol=COMPUTED)
    np.testing.assert_allclose(gradient.bias, expected["bias_grad"], rtol=COMPUTED)


def test_what_was_printed_of_them(scratch, reference):
    path, printed = path_of(scratch, reference), scratch["printed"]
    losses = [printed[name] for name in ("initial_loss", "loss_after_1_step", "loss_after_2_steps")]
    np.testing.assert_allclose(path.loss([0, 1, 2]), losses, rtol=PRINTED)
    np.testing.assert_allclose(path.gradient(0).weight, printed["initial_weight_grad"], rtol=PRINTED)
    np.testing.assert_allclose(path.gradient(0).bias, printed["initial_bias_grad"], rtol=PRINTED)


def after_two_steps(scratch, reference, **options):
    """The tutorial goes on from there for a hundred epochs more."""
    begun = path_of(scratch, reference)
    return Trajectory(begun.surface, Update(scratch["lr"], **options), begun.at(2))


def predictions_of(point, reference, scratch):
    X = np.loadtxt(reference / "tutorial" / scratch["data"], delimiter=",", skiprows=1)[:, :3]
    return X @ point.weight.T + point.bias


def test_a_hundred_epochs_with_gradients_reset(scratch, reference):
    path, computed = after_two_steps(scratch, reference), scratch["computed"]
    assert path.loss(100) == pytest.approx(computed["loss_after_100_more_epochs_gradients_zeroed"], rel=COMPUTED)
    predicted = predictions_of(path.at(100), reference, scratch)
    np.testing.assert_allclose(predicted, computed["predictions_gradients_zeroed"], rtol=COMPUTED)


def test_gradients_that_pile_up_are_momentum_1(scratch, reference):
    path = after_two_steps(scratch, reference, momentum=1.0)
    computed, printed = scratch["computed"], scratch["printed"]
    assert path.loss(100) == pytest.approx(computed["loss_after_100_more_epochs_gradients_accumulated"], rel=COMPUTED)
    assert path.loss(100) == pytest.approx(printed["loss_after_100_more_epochs"], rel=PRINTED)
    predicted = predictions_of(path.at(100), reference, scratch)
    np.testing.assert_allclose(predicted, computed["predictions_gradients_accumulated"], rtol=COMPUTED)
    np.testing.assert_allclose(predicted, printed["predictions_after_100_more_epochs"], rtol=PRINTED)


@pytest.mark.parametrize("part", ["from_scratch", "built_in"])
def test_the_surface(figures, reference, part):
    exact, data = figures[part]["exact"], reference / "tutorial" / figures[part]["data"]
    path = reta.trajectory(data, targets=TARGETS, lr=figures[part]["lr"])
    np.testing.assert_allclose(path.surface.curvature, exact["hessian_eigenvalues"], rtol=COMPUTED)
    assert path.largest_stable_lr == pytest.approx(exact["max_stable_lr"], rel=COMPUTED)
    assert path.surface.best_loss == pytest.approx(exact["loss"], rel=COMPUTED)
    end = path.at(10**12)
    np.testing.assert_allclose(end.weight, exact["weight"], rtol=COMPUTED)
    np.testing.assert_allclose(end.bias, exact["bias"], rtol=COMPUTED)


def test_reta_descend_goes_the_same_way(scratch, reference):
    data = reference / "tutorial" / scratch["data"]
    start = scratch["initial_weight"], scratch["initial_bias"]
    with pytest.warns(RetaWarning, match="not converged after 102 epochs"):
        run = reta.descend(data, targets=TARGETS, lr=scratch["lr"], epochs=102, initial=start)
    computed = scratch["computed"]
    losses = [each["loss"] for each in computed["steps"]]
    np.testing.assert_allclose(run.history["loss"][:3], losses, rtol=COMPUTED)
    zeroed = computed["loss_after_100_more_epochs_gradients_zeroed"]
    assert run.history["loss"][-1] == pytest.approx(zeroed, rel=COMPUTED)
    assert run.certificate.loss == pytest.approx(zeroed, rel=COMPUTED)


@pytest.mark.filterwarnings("ignore:not converged")
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_run_over_batches_predicts_what_shuffles_do(figures, reference, seed):
    told = figures["built_in"]
    run = reta.descend(
        reference / "tutorial" / told["data"],
        targets=TARGETS,
        lr=told["lr"],
        epochs=told["epochs"],
        batch_size=told["batch_size"],
        seed=seed,
        initial=(told["initial_weight"], told["initial_bias"]),
    )
    shuffles = told["computed"]["new_region_prediction_over_300_shuffles"]
    predicted = run.model.predict([told["printed"]["new_region"]])[0]
    away = np.abs(predicted - shuffles["mean"]) / shuffles["sd"]
    assert (away < NOISE).all()


def test_the_certificate_of_the_tutorial(scratch, reference):
    path = path_of(scratch, reference)
    told = path.certificate(102)
    assert str(told.slowest) == "almost pure intercept"
    assert round(told.epochs_needed / 1e6) == 56
    assert told.standardized_epochs == 16
    assert "intercept" in told.hardly_moved
    assert not told.converged
    again = certify(path.surface, path.update, parameters=path.parameters(102), start=path.start, epochs=102)
    assert again == told
    assert surface_of(reta.moments(reference / "tutorial" / scratch["data"], targets=TARGETS)).exact.n_samples == 5
