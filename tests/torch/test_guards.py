"""Whatever is not plain takes the ordinary loop, and ends with the bits of the plain one."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn
from torch.autograd import forward_ad
from torch.nn.utils import parametrize
from torch.optim.optimizer import register_optimizer_step_post_hook
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    Sampler,
    SequentialSampler,
    TensorDataset,
    default_collate,
)
from torch.utils.data._utils import collate

from reta.torch import shortcut

EPOCHS = 20


class OwnLinear(nn.Linear):
    pass


class OwnSGD(torch.optim.SGD):
    pass


class OwnSequential(nn.Sequential):
    pass


class OwnLoss(nn.MSELoss):
    pass


class OwnTensorDataset(TensorDataset):
    pass


class OwnLoader(DataLoader):
    pass


class Rows(Dataset):
    def __init__(self, tensors):
        self.tensors = tensors

    def __len__(self):
        return len(self.tensors[0])

    def __getitem__(self, i):
        return tuple(tensor[i] for tensor in self.tensors)


class Backwards(Sampler):
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __iter__(self):
        return iter(range(self.n - 1, -1, -1))


class OwnBatchSampler(BatchSampler):
    pass


class Doubled(nn.Module):
    def forward(self, weight):
        return 2 * weight


class Watching(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))


class SeenFunctions(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))


@contextmanager
def global_hook():
    handle = nn.modules.module.register_module_forward_hook(lambda *_call: None)
    yield
    handle.remove()


@contextmanager
def global_step_hook():
    handle = register_optimizer_step_post_hook(lambda *_call: None)
    yield
    handle.remove()


@contextmanager
def other_collation():
    known = collate.default_collate_fn_map
    before = known[torch.Tensor]
    known[torch.Tensor] = lambda batch, **_more: 2 * torch.stack(batch)
    yield
    known[torch.Tensor] = before


def with_model(model):
    def change(parts):
        parts.model = model(parts.model)
        parts.opt = torch.optim.SGD(parts.model.parameters(), lr=0.02)

    return change


def own_linear(linear):
    own = OwnLinear(3, 2, dtype=torch.float64)
    own.load_state_dict(linear.state_dict())
    return own


def transposed(linear):
    linear.weight = nn.Parameter(linear.weight.detach().T.contiguous().T)
    return linear


def parametrized(linear):
    parametrize.register_parametrization(linear, "weight", Doubled())
    return linear


def frozen_bias(linear):
    linear.bias.requires_grad_(False)
    return linear


def start_from_gradients(parts):
    for parameter in parts.model.parameters():
        parameter.grad = torch.ones_like(parameter)


def scaled_forward(parts):
    parts.model.forward = lambda x: 2 * nn.functional.linear(x, parts.model.weight, parts.model.bias)


def hooked_sequence(linear):
    model = nn.Sequential(linear)
    model.register_forward_hook(lambda _module, _args, out: 2 * out)
    return model


def hooked_inside(linear):
    linear.register_forward_hook(lambda _module, _args, out: 2 * out)
    return nn.Sequential(nn.Sequential(linear))


def scaled(function):
    return lambda *arguments: 2 * function(*arguments)


def hook_node(parts, register):
    """Hang a hook on the node that gathers the weights' gradient, and hold a graph that keeps the node."""
    parts.kept = 2 * parts.model.weight
    node = parts.kept.grad_fn.next_functions[0][0]
    if register == "register_hook":
        node.register_hook(lambda _inputs, _outputs: shrink(parts.model.bias))
    else:
        node.register_prehook(lambda gradients: tuple(2 * gradient for gradient in gradients))


def shrink(parameter):
    parameter.data.mul_(0.99)


def shifted_loss(shift, prediction, target):
    return ((prediction - target - shift) ** 2).mean()


def unfilled(opt):
    """Return a way to fill groups that leaves the bias out."""
    fill = opt._init_group

    def filled(group, *lists):
        return fill({**group, "params": group["params"][:1]}, *lists)

    return filled


def double_rows(parts):
    dataset = parts.loader.dataset
    dataset.__getitems__ = lambda rows: [tuple(2 * each for each in dataset[i]) for i in rows]


def backwards(loader):
    """Return batches last to first."""
    make = loader._get_iterator
    return lambda: iter(list(make())[::-1])


def with_opt(make):
    def change(parts):
        parts.opt = make(parts.model)

    return change


def with_attribute(part, name, value):
    return lambda parts: setattr(getattr(parts, part), name, value(parts))


def half_steps(parts):
    """Return a step that makes every second step only."""
    step, calls = parts.opt.step, []

    def stepped():
        calls.append(1)
        if len(calls) % 2:
            step()

    return stepped


def with_loss(loss_fn):
    return lambda parts: setattr(parts, "loss_fn", loss_fn)


def with_loader(make):
    def change(parts):
        parts.loader = make(parts.loader.dataset)

    return change


def hooked_loss(parts):
    parts.loss_fn = nn.MSELoss()
    parts.loss_fn.register_forward_hook(lambda _module, _args, loss: 2 * loss)


CHANGES = {
    "a subclass of Linear": with_model(own_linear),
    "a sequence of two": with_model(lambda linear: nn.Sequential(linear, nn.Identity())),
    "a subclass of the sequence": with_model(OwnSequential),
    "a hook of the sequence": with_model(hooked_sequence),
    "a hook inside a sequence": with_model(hooked_inside),
    "weights not contiguous": with_model(transposed),
    "a parametrization": with_model(parametrized),
    "a frozen bias": with_model(frozen_bias),
    "a forward of its own": scaled_forward,
    "a call of its own": with_attribute("model", "_call_impl", lambda parts: scaled(parts.model._call_impl)),
    "a hook of a node": lambda parts: hook_node(parts, "register_hook"),
    "a hook before a node": lambda parts: hook_node(parts, "register_prehook"),
    "gradients there at the start": start_from_gradients,
    "a forward hook": lambda parts: parts.model.register_forward_hook(lambda _m, _a, out: 2 * out),
    "a forward pre-hook": lambda parts: parts.model.register_forward_pre_hook(lambda _m, args: (2 * args[0],)),
    "a hook of a tensor": lambda parts: parts.model.weight.register_hook(lambda gradient: 2 * gradient),
    "a hook after accumulation": lambda parts: parts.model.weight.register_post_accumulate_grad_hook(lambda _p: None),
    "another loss": with_loss(nn.functional.soft_margin_loss),
    "a loss with a place taken": with_loss(partial(shifted_loss, 1.0)),
    "a loss with an infinite width": with_loss(nn.HuberLoss(delta=float("inf"))),
    "a subclass of the loss": with_loss(OwnLoss()),
    "a lambda": with_loss(lambda prediction, target: ((prediction - target) ** 2).mean()),
    "a hook of the loss": hooked_loss,
    "another optimiser": with_opt(lambda model: torch.optim.Adam(model.parameters(), lr=0.02)),
    "a subclass of SGD": with_opt(lambda model: OwnSGD(model.parameters(), lr=0.02)),
    "a fused optimiser": with_opt(lambda model: torch.optim.SGD(model.parameters(), lr=0.02, fused=True)),
    "the weights alone": with_opt(lambda model: torch.optim.SGD([model.weight], lr=0.02)),
    "one parameter more": with_opt(
        lambda model: torch.optim.SGD([*model.parameters(), nn.Parameter(torch.ones(1))], lr=0.02)
    ),
    "a hook before a step": lambda parts: parts.opt.register_step_pre_hook(lambda *_call: None),
    "a hook after a step": lambda parts: parts.opt.register_step_post_hook(lambda *_call: None),
    "a step of its own": with_attribute("opt", "step", half_steps),
    "a group of its own": with_attribute("opt", "_init_group", lambda parts: unfilled(parts.opt)),
    "a zero_grad of its own": with_attribute("opt", "zero_grad", lambda parts: parts.model.zero_grad),
    "an instance's rows": double_rows,
    "an instance's iterator": with_attribute("loader", "_get_iterator", lambda parts: backwards(parts.loader)),
    "a list of batches": with_loader(lambda data: [data[:10], data[10:]]),
    "a subclass of the loader": with_loader(lambda data: OwnLoader(data, 5, shuffle=True)),
    "another dataset": with_loader(lambda data: DataLoader(Rows(data.tensors), 5, shuffle=True)),
    "a subclass of the dataset": with_loader(lambda data: DataLoader(OwnTensorDataset(*data.tensors), 5)),
    "another sampler": with_loader(lambda data: DataLoader(data, 5, sampler=Backwards(23))),
    "another batch sampler": with_loader(
        lambda data: DataLoader(data, batch_sampler=OwnBatchSampler(SequentialSampler(data), 4, False))
    ),
    "a list of batches of rows": with_loader(lambda data: DataLoader(data, batch_sampler=[[0, 1], [5, 3, 2]])),
    "rows one by one": with_loader(lambda data: DataLoader(data, batch_size=None)),
    "another collation": with_loader(
        lambda data: DataLoader(data, 5, collate_fn=lambda rows: [2 * each for each in default_collate(rows)])
    ),
    "data that want a gradient": lambda parts: parts.loader.dataset.tensors[0].requires_grad_(),
    "negative rows": with_loader(
        lambda data: DataLoader(data, 5, sampler=torch.utils.data.SubsetRandomSampler([-1, 3, 2]))
    ),
}

SURROUNDINGS = {
    "a default device": lambda: torch.device("cpu"),
    "anomaly mode": lambda: torch.autograd.set_detect_anomaly(True),
    "autocast": lambda: torch.autocast("cpu", torch.bfloat16),
    "saved tensors": lambda: torch.autograd.graph.saved_tensors_hooks(lambda x: x, lambda x: x),
    "a dispatch mode": Watching,
    "another way to stack tensors": other_collation,
    "a global hook of modules": global_hook,
    "a global hook of steps": global_step_hook,
    "a function mode": SeenFunctions,
    "forward derivatives": forward_ad.dual_level,
    "a profiler": lambda: torch.autograd.profiler.profile(use_kineto=False),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_the_ordinary_road(change, made_up, same_run):
    def make():
        parts = made_up()
        torch.manual_seed(11)
        change(parts)
        return parts

    same_run(make, EPOCHS, tolerance=0, short=False)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_numbers_of_half_precision(dtype, made_up, same_run):
    same_run(lambda: made_up(dtype=dtype), EPOCHS, tolerance=0, short=False)


@pytest.mark.parametrize("surroundings", SURROUNDINGS.values(), ids=SURROUNDINGS.keys())
def test_unusual_surroundings(surroundings, made_up, same_run):
    with surroundings():
        same_run(made_up, EPOCHS, tolerance=0, short=False)


def one_memory(parts):
    memory = torch.zeros(8, dtype=torch.float64)
    parts.model.weight.data, parts.model.bias.data = memory[:6].view(2, 3), memory[4:6]


def learn_the_data(parts):
    parts.model.weight.data = parts.loader.dataset.tensors[0][:2]


def overlapping(parts):
    memory = np.zeros(8)
    parts.model.weight.data, parts.model.bias.data = (
        torch.from_numpy(memory[:6]).view(2, 3),
        torch.from_numpy(memory[5:7]),
    )


def learn_from_parameters(parts):
    memory = np.zeros(100)
    parts.model.bias.data = torch.from_numpy(memory[68:70])
    _X, Y = parts.loader.dataset.tensors
    parts.loader = DataLoader(TensorDataset(torch.from_numpy(memory[:69]).view(23, 3), Y), 5)


def buffer_of_another_kind(parts):
    parts.opt.state[parts.model.weight]["momentum_buffer"] = torch.zeros(2, 3, dtype=torch.float32)


NEVER_RUN = {
    "a backward hook": lambda parts: parts.model.register_full_backward_hook(lambda *_call: None),
    "a backward pre-hook": lambda parts: parts.model.register_full_backward_pre_hook(lambda *_call: None),
    "workers": with_loader(lambda data: DataLoader(data, 5, num_workers=1)),
    "pinned memory": with_loader(lambda data: DataLoader(data, 5, pin_memory=True)),
    "three tensors": with_loader(lambda data: DataLoader(TensorDataset(*data.tensors, data.tensors[0]), 5)),
    "targets in one dimension": with_loader(
        lambda data: DataLoader(TensorDataset(data.tensors[0], data.tensors[1][:, 0]), 5)
    ),
    "too few targets": with_loader(lambda data: DataLoader(TensorDataset(data.tensors[0], data.tensors[1][:, :1]), 5)),
    "data of another dtype": with_loader(lambda data: DataLoader(TensorDataset(*(t.float() for t in data.tensors)), 5)),
    "weights for more rows": with_loader(
        lambda data: DataLoader(data, 5, sampler=torch.utils.data.WeightedRandomSampler([1.0] * 24, 5))
    ),
    "an optimiser to differentiate": with_opt(
        lambda model: torch.optim.SGD(model.parameters(), lr=0.1, differentiable=True)
    ),
    "a learning rate to differentiate": with_opt(
        lambda model: torch.optim.SGD(model.parameters(), lr=torch.tensor(0.1, requires_grad=True))
    ),
    "parameters in one memory": one_memory,
    "parameters that overlap": overlapping,
    "parameters in the memory of the data": learn_the_data,
    "data that overlap with parameters": learn_from_parameters,
    "an infinite learning rate": with_opt(lambda model: torch.optim.SGD(model.parameters(), lr=float("inf"))),
    "a weighted loss": with_loss(partial(nn.functional.mse_loss, weight=torch.ones(5, 2))),
    "a loss without reduction": with_loss(nn.MSELoss(reduction="none")),
    "a function without reduction": with_loss(partial(nn.functional.l1_loss, reduction="none")),
    "an option of another loss": with_loss(partial(nn.functional.mse_loss, delta=1.0)),
    "batches of no whole size": lambda parts: setattr(parts.loader.batch_sampler, "batch_size", 2.5),
    "states that are not there": lambda parts: setattr(parts.opt, "state", {}),
    "a shared memory": lambda parts: parts.model.share_memory(),
    "a velocity of another dtype": buffer_of_another_kind,
}


@pytest.mark.parametrize("change", NEVER_RUN.values(), ids=NEVER_RUN.keys())
def test_not_for_the_short_road(change, made_up):
    parts = made_up()
    assert shortcut.plain_parts(*parts) is not None
    change(parts)
    assert shortcut.plain_parts(*parts) is None


def test_numbers_of_fewer_digits(made_up):
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        assert shortcut.plain_parts(*made_up(dtype=torch.float32)) is None
        assert shortcut.plain_parts(*made_up(dtype=torch.float64)) is not None
    finally:
        torch.set_float32_matmul_precision(before)


def test_inside_a_transformation_of_functions(made_up):
    parts, seen = made_up(), []

    def watched(x):
        seen.append(shortcut.plain_parts(*parts))
        return (x * x).sum()

    torch.func.grad(watched)(torch.ones(2))
    assert seen == [None]


def test_looking_for_hooks_leaves_none(made_up):
    parts = made_up()
    kept = 2 * parts.model.weight
    node = kept.grad_fn.next_functions[0][0]
    for _ in range(2):
        assert shortcut.plain_parts(*parts) is not None
    for register in (node.register_hook, node.register_prehook):
        handle = register(lambda *_gradients: None)
        assert len(handle.hooks_dict_ref()) == 1
        handle.remove()


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode, nullcontext])
def test_without_gradients_the_loop_fails_as_it_would(mode, made_up):
    parts = made_up()
    with mode():
        assert (shortcut.plain_parts(*parts) is not None) == (mode is nullcontext)
