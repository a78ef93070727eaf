"""A function of PyTorch that a program has replaced for all takes the ordinary loop, whichever it is."""

from __future__ import annotations

import functools
import inspect
import sys
from importlib import import_module
from pathlib import Path
from unittest import mock

import pytest
import torch
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, TensorDataset
from torch.utils.data._utils import collate

from reta.torch import shortcut

EPOCHS = 12
SGD_MODULE = import_module("torch.optim.sgd")
PATCHES = {
    "the layer's forward": (nn.Linear, "forward"),
    "a call added to the layer": (nn.Linear, "__call__"),
    "a call of any module": (nn.Module, "__call__"),
    "what a call calls": (nn.Module, "_call_impl"),
    "linear": (nn.functional, "linear"),
    "the squared error": (nn.functional, "mse_loss"),
    "the squared error's core": (torch._C._nn, "mse_loss"),
    "backward": (torch.Tensor, "backward"),
    "backward of anything": (torch.autograd, "backward"),
    "an addition in place": (torch.Tensor, "add_"),
    "an addition in place to a parameter": (nn.Parameter, "add_"),
    "the optimiser's step": (torch.optim.SGD, "step"),
    "the optimiser's steps": (SGD_MODULE, "sgd"),
    "one by one": (SGD_MODULE, "_single_tensor_sgd"),
    "no gradients": (torch.optim.Optimizer, "zero_grad"),
    "no gradients, added": (torch.optim.SGD, "zero_grad"),
    "a row": (TensorDataset, "__getitem__"),
    "rows, added": (TensorDataset, "__getitems__"),
    "an index": (torch.Tensor, "__getitem__"),
    "the loader's epoch": (DataLoader, "__iter__"),
    "the loader's batch": (torch.utils.data.dataloader._SingleProcessDataLoaderIter, "_next_data"),
    "the sampler's order": (torch.utils.data.RandomSampler, "__iter__"),
    "the batches": (BatchSampler, "__iter__"),
    "the collation": (collate, "collate"),
    "stack": (torch, "stack"),
}


def watched(owner, name, calls):
    """Return the function by another that counts; rows are got one by one where the class has no way of its own."""
    function = getattr(owner, name, None) or (lambda dataset, rows: [dataset[i] for i in rows])
    if owner is nn.Linear and name == "__call__":
        function = nn.Module.__call__

    @functools.wraps(function)
    def counted(*arguments, **options):
        calls.append(name)
        return function(*arguments, **options)

    return counted


@pytest.mark.parametrize("patch", PATCHES.values(), ids=PATCHES.keys())
def test_a_function_of_pytorch_replaced_for_all(patch, made_up, same_run, plain_loop):
    owner, name = patch
    calls = []
    with mock.patch.object(owner, name, watched(owner, name, calls), create=True):
        same_run(made_up, EPOCHS, tolerance=0, short=False)
    both = len(calls)
    assert both
    with mock.patch.object(owner, name, watched(owner, name, calls), create=True):
        plain_loop(EPOCHS, *made_up())
    assert len(calls) == 1.5 * both  # as many by our loop as by the plain one


@pytest.mark.parametrize(
    ("owner", "name"), [(nn.Linear, "forward"), (torch.optim.SGD, "step"), (nn.functional, "mse_loss")]
)
def test_what_a_mock_replaces(owner, name, made_up):
    with mock.patch.object(owner, name):
        assert shortcut.plain_parts(*made_up()) is None
    assert shortcut.plain_parts(*made_up()) is not None


def test_another_function_of_pytorch_under_the_name(made_up, monkeypatch):
    monkeypatch.setattr(nn.functional, "mse_loss", nn.functional.l1_loss)
    assert shortcut.plain_parts(*made_up()) is None


def test_code_replaced_inside_a_function(made_up, monkeypatch):
    def forward(self, input):  # noqa: A002 - PyTorch's name
        return 2 * nn.functional.linear(input, self.weight, self.bias)

    monkeypatch.setattr(nn.Linear.forward, "__code__", forward.__code__)
    assert shortcut.plain_parts(*made_up()) is None


def test_what_pytorch_s_compiler_wraps_is_still_pytorch_s(made_up, monkeypatch):
    wrapped = torch.compiler.disable(torch.optim.SGD._init_group)
    monkeypatch.setattr(torch.optim.SGD, "_init_group", wrapped)
    assert shortcut.plain_parts(*made_up()) is not None
    monkeypatch.setattr(torch.optim.SGD, "_init_group", torch.compiler.disable(lambda *_arguments: None))
    assert shortcut.plain_parts(*made_up()) is None


def called_by(loop, parts):
    """Return where a loop finds the functions of PyTorch that it calls, as (module, names on the way)."""
    found, root = set(), str(Path(torch.__file__).parent)

    def note(frame, event, _argument):
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(root) and "<" not in code.co_qualname:
            names, caller = code.co_qualname.split("."), frame.f_back.f_globals
            imported = len(names) == 1 and names[0] in caller and caller["__name__"].startswith("torch.")
            found.add(((caller if imported else frame.f_globals)["__name__"], *names))

    sys.setprofile(note)
    try:
        loop(2, *parts)
    finally:
        sys.setprofile(None)
    return found


# These decide nothing about the numbers: they ask after a state, as the guards do themselves, or note for a profiler.
ASIDE = (
    *("torch._compile", "torch._dynamo", "torch._jit_internal", "torch._ops", "torch._VF", "torch.compiler"),
    *("torch.distributed", "torch.jit", "torch.overrides", "torch.profiler", "torch.autograd.profiler"),
    *(
        "torch.autograd.grad_mode",
        "torch.utils._contextlib",
        "torch.utils._foreach_utils",
        "torch.utils.data._utils.worker",
    ),
)
HOW = [
    {},
    {"sgd": {"lr": 0.01, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}},
    {"sgd": {"lr": 0.01, "momentum": 0.9, "foreach": True, "maximize": True}},
    {"sgd": {"lr": torch.tensor(0.01, dtype=torch.float64)}, "shuffle": False},
]


@pytest.mark.parametrize("how", HOW, ids=str)
def test_every_function_that_the_loop_calls_is_guarded(how, made_up, plain_loop, monkeypatch):
    called, parts = called_by(plain_loop, made_up(**how)), made_up(**how)
    assert len(called) > 30
    assert shortcut.plain_parts(*parts) is not None
    unguarded = []
    for module, *names in sorted(each for each in called if not each[0].startswith(ASIDE)):
        owner = functools.reduce(getattr, names[:-1], sys.modules[module])
        function = inspect.getattr_static(owner, names[-1])
        if isinstance(function, property | staticmethod):
            continue
        with monkeypatch.context() as patched:
            patched.setattr(owner, names[-1], functools.wraps(function)(lambda *_arguments: None))
            if shortcut.plain_parts(*parts) is not None:
                unguarded.append((module, *names))
    assert unguarded == []
