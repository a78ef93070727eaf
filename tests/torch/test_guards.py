"""Whatever is not plain takes the ordinary loop, and ends with the bits of the plain one."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize
from torch.optim.optimizer import register_optimizer_step_post_hook
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
    "a sequence": with_model(nn.Sequential),
    "weights not contiguous": with_model(transposed),
    "a parametrization": with_model(parametrized),
    "a frozen bias": with_model(frozen_bias),
    "a forward of its own": scaled_forward,
    "gradients there at the start": start_from_gradients,
    "a forward hook": lambda parts: parts.model.register_forward_hook(lambda _m, _a, out: 2 * out),
    "a forward pre-hook": lambda parts: parts.model.register_forward_pre_hook(lambda _m, args: (2 * args[0],)),
    "a hook of a tensor": lambda parts: parts.model.weight.register_hook(lambda gradient: 2 * gradient),
    "a hook after accumulation": lambda parts: parts.model.weight.register_post_accumulate_grad_hook(lambda _p: None),
    "another loss": with_loss(nn.functional.huber_loss),
    "a sum of squares": with_loss(nn.MSELoss(reduction="sum")),
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
    "a zero_grad of its own": with_attribute("opt", "zero_grad", lambda parts: parts.model.zero_grad),
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
    "parameters in the memory of the data": learn_the_data,
    "a shared memory": lambda parts: parts.model.share_memory(),
    "a velocity of another dtype": buffer_of_another_kind,
}


@pytest.mark.parametrize("change", NEVER_RUN.values(), ids=NEVER_RUN.keys())
def test_not_for_the_short_road(change, made_up):
    parts = made_up()
    assert shortcut.plain_parts(*parts) is not None
    change(parts)
    assert shortcut.plain_parts(*parts) is None


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode, nullcontext])
def test_without_gradients_the_loop_fails_as_it_would(mode, made_up):
    parts = made_up()
    with mode():
        assert (shortcut.plain_parts(*parts) is not None) == (mode is nullcontext)
