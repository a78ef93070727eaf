"""What ``fit`` refuses, and that it prints and imports no more than promised."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from reta.errors import RetaWarning, UsageError
from reta.torch import fit


@pytest.mark.parametrize("num_epochs", [-1, 2.0, "10", True, None])
def test_a_number_of_epochs_that_is_none(num_epochs, made_up):
    with pytest.raises(UsageError, match="num_epochs is .*: give a whole number, 0 or more"):
        fit(num_epochs, *made_up())


def test_a_count_of_numpy_is_one(made_up, capsys):
    fit(np.int64(10), *made_up())
    assert capsys.readouterr().out.startswith("Epoch [10/10], Loss: ")


@pytest.mark.parametrize("num_epochs", [torch.tensor(10), torch.tensor([10]), np.int64(10)], ids=str)
@pytest.mark.parametrize("wrapped", [True, False])
def test_a_number_of_epochs_is_what_a_range_takes(num_epochs, wrapped, made_up, plain_loop, capsys):
    printed = []
    for train in (fit, plain_loop):
        parts = made_up()
        parts.loader = list(parts.loader) if wrapped else parts.loader
        torch.manual_seed(1)
        train(num_epochs, *parts)
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] != ""


def test_an_iterator_trains_one_epoch_and_the_others_see_nothing(made_up, plain_loop, capsys):
    ours, theirs = made_up(), made_up()
    batches = list(ours.loader)
    fit(23, ours.model, ours.loss_fn, ours.opt, (batch for batch in batches))
    printed = capsys.readouterr().out
    plain_loop(23, theirs.model, theirs.loss_fn, theirs.opt, iter(batches))
    assert printed == capsys.readouterr().out
    assert printed.count("\n") == 2
    assert torch.equal(ours.model.weight, theirs.model.weight)


def test_a_loader_may_have_its_first_batch_in_a_later_epoch(made_up):
    parts, epochs = made_up(), iter([[], [], list(made_up().loader), []])

    class Late:
        def __iter__(self):
            return iter(next(epochs))

    before = parts.model.weight.detach().clone()
    fit(4, parts.model, parts.loss_fn, parts.opt, Late())
    assert not torch.equal(before, parts.model.weight)


@pytest.mark.parametrize("wrapped", [True, False])
def test_without_a_standard_output_lines_go_nowhere(wrapped, made_up, monkeypatch):
    parts = made_up()
    monkeypatch.setattr(sys, "stdout", None)
    fit(10, parts.model, parts.loss_fn, parts.opt, list(parts.loader) if wrapped else parts.loader)


class Backward:
    """A loss of one's own: all that a loop asks of it before its tenth epoch."""

    def __init__(self, loss):
        self.backward = loss.backward


def test_a_loss_is_asked_for_its_number_only_where_it_is_printed(made_up, plain_loop):
    ours, theirs = made_up(), made_up()
    for train, parts in ((fit, ours), (plain_loop, theirs)):
        torch.manual_seed(1)
        train(9, parts.model, lambda *of: Backward(nn.functional.mse_loss(*of)), parts.opt, parts.loader)
    assert torch.equal(ours.model.weight, theirs.model.weight)
    with pytest.raises(AttributeError, match="item"):
        fit(10, ours.model, lambda *of: Backward(nn.functional.mse_loss(*of)), ours.opt, ours.loader)


def test_an_end_of_iteration_inside_a_loss_reaches_the_caller(made_up):
    def stop(_prediction, _target):
        raise StopIteration

    parts = made_up()
    with pytest.raises(StopIteration):
        fit(1, parts.model, stop, parts.opt, parts.loader)


@pytest.mark.parametrize("short", [True, False])
def test_no_batch(short, made_up):
    parts = made_up(n=3, drop_last=True)
    if not short:
        parts.model = nn.Sequential(parts.model, nn.Identity())
    with pytest.raises(UsageError, match="train_dl gives no batch"):
        fit(5, *parts)


def test_the_call_of_the_tutorial_by_keyword(made_up):
    parts = made_up()
    assert fit(num_epochs=1, model=parts.model, loss_fn=parts.loss_fn, opt=parts.opt, train_dl=parts.loader) is None


def test_batches_that_are_no_pairs_give_the_loop_s_own_error(made_up):
    parts = made_up()
    with pytest.raises(ValueError, match="unpack"):
        fit(1, parts.model, parts.loss_fn, parts.opt, [(torch.ones(1, 3),)])


def test_without_pytorch_one_line_says_what_to_install():
    code = "import sys; sys.modules['torch'] = None\nimport reta.torch"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.splitlines()[-1] == (
        "reta.errors.ExtraMissing: reta.torch needs an optional part: pip install 'reta[torch]'"
    )


def test_little_work_compiles_nothing():
    code = """
import sys, torch
from torch.utils.data import DataLoader, TensorDataset
from reta.torch import fit
model = torch.nn.Linear(3, 2)
data = DataLoader(TensorDataset(torch.rand(15, 3), torch.rand(15, 2)), 5, shuffle=True)
fit(9, model, torch.nn.functional.mse_loss, torch.optim.SGD(model.parameters(), lr=0.1), data)
print(sorted({'numba', 'polars', 'scipy'} & set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("[]\n", "")


@pytest.mark.parametrize("wrapped", [False, True], ids=["short cut", "loop"])
def test_a_loss_that_is_no_longer_finite_is_said(wrapped):
    X = torch.arange(1.0, 9.0)[:, None]
    linear = torch.nn.Linear(1, 1)
    model = torch.nn.Sequential(linear, torch.nn.Identity()) if wrapped else linear
    sgd = torch.optim.SGD(model.parameters(), lr=10.0)
    loader = DataLoader(TensorDataset(X, X), batch_size=4)
    with pytest.warns(RetaWarning, match="learning rate is too large"):
        fit(60, model, torch.nn.functional.mse_loss, sgd, loader)
