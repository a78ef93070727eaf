"""The plain PyTorch loop, and sets of parts that ``fit`` is tried with."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest

try:
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    from reta.torch import fit, shortcut

    FIT = import_module("reta.torch.fit")
except ModuleNotFoundError as error:  # the hook that skips sees the modules beside, which fail alike, and not this one
    if error.name != "torch":
        raise


@dataclass
class Parts:
    """What a loop takes, and the generator of the loader where it has one of its own."""

    model: Any
    loss_fn: Any
    opt: Any
    loader: Any
    generator: torch.Generator | None = None

    def __iter__(self):
        return iter((self.model, self.loss_fn, self.opt, self.loader))


def plain_loop(num_epochs, model, loss_fn, opt, train_dl):
    """Train as the tutorial does."""
    for epoch in range(num_epochs):
        for xb, yb in train_dl:
            loss = loss_fn(model(xb), yb)
            loss.backward()
            opt.step()
            opt.zero_grad()
        if (epoch + 1) % 10 == 0:
            print(f"Epoch [{epoch + 1}/{num_epochs}], Loss: {loss.item():.4f}")


def made_up(*, n=23, p=3, k=2, dtype=None, bias=True, batch_size=5, own_generator=False, seed=0, sgd=None, **loader):
    """Return equal parts for equal arguments."""
    torch.manual_seed(seed)
    dtype = dtype or torch.float64
    X = torch.randn(n, p, dtype=dtype)
    Y = X @ torch.randn(p, k, dtype=dtype) + 0.1 * torch.randn(n, k, dtype=dtype)
    model = nn.Linear(p, k, bias=bias, dtype=dtype)
    generator = torch.Generator().manual_seed(7) if own_generator else None
    data = DataLoader(TensorDataset(X, Y), batch_size, generator=generator, **{"shuffle": True, **loader})
    opt = torch.optim.SGD(model.parameters(), **(sgd or {"lr": 0.02}))
    return Parts(model, nn.functional.mse_loss, opt, data, generator)


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    """Let tests side by side not wait for one another's threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(name="made_up", scope="session")
def _made_up():
    """``made_up(n=…, sgd={…}, shuffle=…, …)``, a function."""
    return made_up


@pytest.fixture(name="plain_loop", scope="session")
def _plain_loop():
    """The loop of the tutorial, a function with the parameters of ``fit``."""
    return plain_loop


@pytest.fixture
def shortcuts(monkeypatch):
    """Epochs that ``fit`` asks of the short road, counted call by call."""
    asked = []

    def counted(num_epochs, *parts):
        asked.append(num_epochs)
        return shortcut.train_plain(num_epochs, *parts)

    monkeypatch.setattr(FIT, "train_plain", counted)
    return asked


@pytest.fixture(params=["numpy", "compiled", "blas"])
def road(request, monkeypatch):
    """Each of the roads of the descent in turn, whatever the size of the work."""
    monkeypatch.setattr(shortcut, "road_for", lambda *_size: request.param)
    return request.param


@pytest.fixture
def same_run(capsys, shortcuts):
    """``same_run(make, num_epochs, …)``: train by ``fit`` and by the plain loop from equal parts, and compare."""

    def compared(make, num_epochs=100, *, tolerance, short):
        torch.manual_seed(99)
        ours = make()
        torch.manual_seed(5)
        fit(num_epochs, *ours)
        state, printed = torch.get_rng_state(), capsys.readouterr().out
        assert bool(shortcuts) == short
        theirs = make()
        torch.manual_seed(5)
        plain_loop(num_epochs, *theirs)
        assert torch.equal(state, torch.get_rng_state())
        assert printed == capsys.readouterr().out
        _assert_same_model(ours, theirs, tolerance)
        _assert_same_state(ours, theirs, tolerance)
        return ours, theirs

    return compared


def _assert_same_model(ours, theirs, tolerance):
    scale = max(each.detach().abs().max().item() for each in theirs.model.parameters())
    for found, expected in zip(ours.model.parameters(), theirs.model.parameters(), strict=True):
        assert found.requires_grad == expected.requires_grad
        assert found._version == expected._version
        assert (found.grad is None) == (expected.grad is None)
        assert (found - expected).abs().max() <= tolerance * scale


def _assert_same_state(ours, theirs, tolerance):
    if ours.generator is not None:
        assert torch.equal(ours.generator.get_state(), theirs.generator.get_state())
    found, expected = ours.opt.state_dict(), theirs.opt.state_dict()
    assert found["param_groups"] == expected["param_groups"]
    assert list(found["state"]) == list(expected["state"])
    assert found["state"].keys() == expected["state"].keys()
    for key, kept in expected["state"].items():
        assert found["state"][key].keys() == kept.keys()
        for name, value in kept.items():
            other = found["state"][key][name]
            assert (other is None) == (value is None)
            if torch.is_tensor(value):
                assert other._version == value._version
            if value is not None:
                assert other.dtype == value.dtype
                assert (other - value).abs().max() <= tolerance * max(1.0, value.abs().max().item())
    assert getattr(ours.opt, "_opt_called", None) == getattr(theirs.opt, "_opt_called", None)
    steps = [list(each.opt.state) for each in (ours, theirs)]
    assert [parameter.shape for parameter in steps[0]] == [parameter.shape for parameter in steps[1]]
