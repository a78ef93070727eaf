"""The short road against the plain loop, from equal seeds: parameters, optimiser, generators and printed lines."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import polars as pl
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, SubsetRandomSampler, TensorDataset, WeightedRandomSampler

from reta.datasets import crops_15
from reta.torch import fit, shortcut

TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5}  # of the largest parameter: rounding alone differs
EXACT = TOLERANCE[torch.float64]
MOMENTUM = {"lr": 0.02, "momentum": 0.9}
UPDATES = [
    {"lr": 0.02},
    MOMENTUM,
    {**MOMENTUM, "nesterov": True},
    {**MOMENTUM, "dampening": 0.5},
    {"lr": 0.02, "weight_decay": 0.1},
    {"lr": 0.02, "momentum": 0.5, "weight_decay": 0.1, "dampening": 0.1},
    {"lr": torch.tensor(0.02, dtype=torch.float64)},
    {"lr": 1e-4, "maximize": True},
    {"lr": 0.02, "foreach": True, "momentum": 0.9},
]
LOADERS = [
    {"shuffle": False},
    {"own_generator": True},
    {"drop_last": True},
    {"drop_last": True, "own_generator": True, "batch_size": 23},
    {"batch_size": 1},
    {"batch_size": 23},
    {"batch_size": 100},
    {"shuffle": False, "drop_last": True, "own_generator": True},
]


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize(("p", "k"), [(1, 1), (1, 5), (3, 2), (4, 1), (5, 3), (20, 5)])
def test_shapes(p, k, dtype, road, made_up, same_run):
    # Lines are compared in float64 only: float32's loss is rounded otherwise in its seventh digit.
    epochs = 100 if dtype == torch.float64 else 9
    same_run(partial(made_up, p=p, k=k, dtype=dtype), epochs, tolerance=TOLERANCE[dtype], short=True)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("sgd", UPDATES, ids=str)
def test_updates(sgd, bias, road, made_up, same_run):
    same_run(partial(made_up, sgd=sgd, bias=bias), tolerance=EXACT, short=True)


@pytest.mark.parametrize("loader", LOADERS, ids=str)
def test_loaders(loader, road, made_up, same_run):
    same_run(partial(made_up, sgd=MOMENTUM, **loader), tolerance=EXACT, short=True)


@pytest.mark.parametrize("sgd", UPDATES[:5], ids=str)
def test_float32_after_a_hundred_epochs(sgd, road, made_up, plain_loop):
    ours, theirs = (made_up(dtype=torch.float32, sgd=sgd) for _ in range(2))
    for parts, train in ((ours, fit), (theirs, plain_loop)):
        torch.manual_seed(5)
        train(100, *parts)
    scale = max(each.detach().abs().max().item() for each in theirs.model.parameters())
    for found, expected in zip(ours.model.parameters(), theirs.model.parameters(), strict=True):
        assert (found - expected).abs().max() <= TOLERANCE[torch.float32] * scale


@pytest.mark.parametrize(
    "sampler",
    [
        lambda: SubsetRandomSampler([4, 2, 2, 19, 0, 7]),
        lambda: SubsetRandomSampler(range(3, 20), generator=torch.Generator().manual_seed(3)),
        lambda: WeightedRandomSampler([0.1, 0.5, 0.4, 1.0], 17),
        lambda: torch.utils.data.RandomSampler(range(23), replacement=True, num_samples=70),
        lambda: torch.utils.data.RandomSampler(range(23), num_samples=50),
    ],
)
def test_samplers_of_pytorch(sampler, road, made_up, same_run):
    def make():
        chosen = sampler()
        parts = made_up(shuffle=None, sampler=chosen)
        if isinstance(chosen, torch.utils.data.RandomSampler):
            chosen.data_source = parts.loader.dataset
        return parts

    same_run(make, tolerance=EXACT, short=True)


def test_groups_that_step_differently(road, made_up, same_run):
    def make():
        parts = made_up()
        groups = [{"params": [parts.model.bias], "lr": 0.1}, {"params": [parts.model.weight], "momentum": 0.5}]
        parts.opt = torch.optim.SGD(groups, lr=0.01)
        return parts

    same_run(make, tolerance=EXACT, short=True)


LOSSES = {
    "mse module": nn.MSELoss(),
    "mse module, sum": nn.MSELoss(reduction="sum"),
    "mse function, sum": partial(nn.functional.mse_loss, reduction="sum"),
    "l1 module": nn.L1Loss(),
    "l1 module, sum": nn.L1Loss(reduction="sum"),
    "l1 function": nn.functional.l1_loss,
    "huber module": nn.HuberLoss(),
    "huber module, sum": nn.HuberLoss(delta=0.3, reduction="sum"),
    "huber function, wide": partial(nn.functional.huber_loss, delta=2),
    "huber function": nn.functional.huber_loss,
    "smooth l1 module": nn.SmoothL1Loss(),
    "smooth l1 module, narrow": nn.SmoothL1Loss(beta=0.2),
    "smooth l1 function, sum": partial(nn.functional.smooth_l1_loss, reduction="sum", beta=3.0),
    "smooth l1 function": nn.functional.smooth_l1_loss,
}


@pytest.mark.parametrize("loss_fn", LOSSES.values(), ids=LOSSES.keys())
def test_losses(loss_fn, road, made_up, same_run):
    def make():
        parts = made_up(sgd={"lr": 0.003, "momentum": 0.5})
        parts.loss_fn = loss_fn
        return parts

    same_run(make, tolerance=EXACT, short=True)


@pytest.mark.parametrize("nested", [False, True])
def test_a_sequence_of_one_layer(nested, road, made_up, same_run):
    def make():
        parts = made_up(sgd=MOMENTUM)
        parts.model = nn.Sequential(nn.Sequential(parts.model) if nested else parts.model)
        return parts

    same_run(make, tolerance=EXACT, short=True)


@pytest.mark.parametrize("sgd", [{"lr": 0.02}, {"lr": 0.02, "momentum": 0.9}, {"lr": 0.02, "foreach": True}], ids=str)
def test_groups_in_another_order(sgd, made_up, same_run):
    def make():
        parts = made_up()
        parts.opt = torch.optim.SGD([parts.model.bias, parts.model.weight], **sgd)
        return parts

    same_run(make, 7, tolerance=EXACT, short=True)


def test_epochs_are_the_same_one_by_one(made_up, monkeypatch):
    together, alone = (made_up(sgd=MOMENTUM, own_generator=True, drop_last=True) for _ in range(2))
    fit(25, *together)
    monkeypatch.setattr(shortcut, "_ROWS", 1)
    fit(25, *alone)
    assert torch.equal(together.model.weight, alone.model.weight)
    assert torch.equal(together.generator.get_state(), alone.generator.get_state())


def test_velocities_that_were_there_go_on(road, made_up, same_run, plain_loop):
    def make():
        parts = made_up(sgd=MOMENTUM)
        torch.manual_seed(1)
        plain_loop(3, *parts)
        parts.kept = parts.opt.state[parts.model.weight]["momentum_buffer"]
        return parts

    ours, _theirs = same_run(make, tolerance=EXACT, short=True)
    assert ours.opt.state[ours.model.weight]["momentum_buffer"] is ours.kept


def test_a_scheduler_learns_of_the_steps(road, made_up, same_run):
    def make():
        parts = made_up(sgd=MOMENTUM)
        parts.scheduler = torch.optim.lr_scheduler.StepLR(parts.opt, 1)
        return parts

    ours, _theirs = same_run(make, tolerance=EXACT, short=True)
    ours.scheduler.step()  # warns, and so fails here, where no step was seen


def test_rows_that_do_not_lie_together(road, made_up, same_run):
    def make():
        parts = made_up()
        X, Y = parts.loader.dataset.tensors
        parts.loader = DataLoader(TensorDataset(X.T.contiguous().T, Y[:, [0, 0, 1]][:, ::2]), 5, shuffle=True)
        return parts

    same_run(make, tolerance=EXACT, short=True)


def test_parameters_keep_their_place_and_autograd_knows(made_up):
    parts = made_up()
    weight, place = parts.model.weight, parts.model.weight.data_ptr()
    before = (weight * weight).sum()
    fit(1, *parts)
    assert parts.model.weight is weight
    assert weight.data_ptr() == place
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        before.backward()


def test_no_epoch_changes_nothing(made_up, shortcuts, capsys):
    parts = made_up(sgd=MOMENTUM)
    before = parts.model.weight.detach().clone()
    state = torch.get_rng_state()
    assert fit(0, *parts) is None
    assert torch.equal(before, parts.model.weight)
    assert torch.equal(state, torch.get_rng_state())
    assert parts.opt.state_dict()["state"] == {}
    assert capsys.readouterr().out == ""


def test_what_was_done_before_an_interrupt_stays(made_up, monkeypatch):
    parts, run_batches, epochs = made_up(sgd=MOMENTUM), shortcut.run_batches, []

    def interrupted(parameters, X, Y, order, starts, *how, **more):
        epochs.append(order)
        if len(epochs) == 3:
            run_batches(parameters, X, Y, order, starts[:3], *how, **more)
            raise KeyboardInterrupt
        return run_batches(parameters, X, Y, order, starts, *how, **more)

    monkeypatch.setattr(shortcut, "_ROWS", 1)  # one epoch at a time
    monkeypatch.setattr(shortcut, "run_batches", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fit(10, *parts)
    expected = made_up(sgd=MOMENTUM)
    X, Y = expected.loader.dataset.tensors
    steps = [batch for order in epochs for batch in np.split(order, range(5, 23, 5))][:12]
    for rows in steps:
        expected.loss_fn(expected.model(X[rows]), Y[rows]).backward()
        expected.opt.step()
        expected.opt.zero_grad()
    assert (parts.model.weight - expected.model.weight).abs().max() < EXACT
    buffers = [each.opt.state[each.model.weight]["momentum_buffer"] for each in (parts, expected)]
    assert (buffers[0] - buffers[1]).abs().max() < EXACT


def tutorial(expected, seed):
    table = pl.read_csv(crops_15())
    X, Y = (torch.from_numpy(table.select(names).to_numpy().astype(np.float64)) for names in _columns(table))
    model = nn.Linear(3, 2, dtype=torch.float64)
    with torch.no_grad():
        model.weight.copy_(torch.tensor(expected["initial_weight"]))
        model.bias.copy_(torch.tensor(expected["initial_bias"]))
    torch.manual_seed(seed)
    loader = DataLoader(TensorDataset(X, Y), expected["batch_size"], shuffle=True)
    return model, nn.functional.mse_loss, torch.optim.SGD(model.parameters(), lr=expected["lr"]), loader


def _columns(table):
    targets = ["apples", "oranges"]
    return [name for name in table.columns if name not in (*targets, "region")], targets


@pytest.mark.parametrize("seed", range(3))
def test_the_figures_of_the_tutorial(seed, road, reference, shortcuts, capsys):
    expected = json.loads((reference / "tutorial" / "expected.json").read_text())["built_in"]
    parts = tutorial(expected, seed)
    model, loss_fn, _opt, loader = parts
    assert loss_fn(model(loader.dataset.tensors[0]), loader.dataset.tensors[1]).item() == pytest.approx(
        6275.4, abs=0.05
    )
    fit(expected["epochs"], *parts)
    assert shortcuts == [100]
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(",")[0] for line in lines] == [f"Epoch [{epoch}/100]" for epoch in range(10, 101, 10)]
    found = model(torch.tensor([[75.0, 63.0, 44.0]], dtype=torch.float64))[0].tolist()
    over = expected["computed"]["new_region_prediction_over_300_shuffles"]
    for value, mean, sd in zip(found, over["mean"], over["sd"], strict=True):
        assert abs(value - mean) < 4 * sd
