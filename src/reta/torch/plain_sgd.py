"""Whether an optimiser is ``torch.optim.SGD`` with nothing attached; what it keeps, and how it steps."""

from __future__ import annotations

from collections import defaultdict
from math import isfinite
from typing import TYPE_CHECKING, Any

import torch
from torch.optim import SGD

from reta.descent import Update
from reta.torch.plain_model import is_plain_tensor
from reta.torch.untouched import is_own_function

if TYPE_CHECKING:
    from reta.types import RealArray

__all__ = ["is_plain_sgd", "mark_stepped", "update_of", "velocity_of"]

_HOOKS = ("_optimizer_step_pre_hooks", "_optimizer_step_post_hooks")
_SCALING = ("grad_scale", "found_inf")  # of torch.amp.GradScaler
_NUMBERS = ("momentum", "dampening", "weight_decay")
_BUFFER = "momentum_buffer"
_CALLED = ("zero_grad", "_init_group", "profile_hook_step", "_optimizer_step_code", "_cuda_graph_capture_health_check")
_COUNTING = {  # how schedulers of this and of older versions see to it that a first step is noticed
    "_wrapped_by_lr_sched": "LRScheduler.__init__.<locals>.patch_track_step_called.<locals>.wrap_step.<locals>.wrapper",
    "_with_counter": "LRScheduler.__init__.<locals>.with_counter.<locals>.wrapper",
}


def is_plain_sgd(opt: object, linear: Any) -> bool:
    """Return whether ``opt`` is exactly SGD and holds the parameters of the layer, each once and no other."""
    if type(opt) is not SGD or not _is_bare(opt):
        return False
    held = [parameter for group in opt.param_groups for parameter in group["params"]]
    own = [parameter for parameter in (linear.weight, linear.bias) if parameter is not None]
    return (
        sorted(map(id, held)) == sorted(map(id, own))
        and all(_is_plain_group(group) for group in opt.param_groups)
        and all(_is_plain_buffer(opt, parameter) for parameter in own)
    )


def update_of(opt: SGD, parameter: torch.Tensor) -> Update:
    """Return how ``opt`` steps this parameter."""
    group = next(group for group in opt.param_groups if any(each is parameter for each in group["params"]))
    numbers = {name: float(group[name]) for name in ("lr", *_NUMBERS)}
    return Update(**numbers, nesterov=bool(group["nesterov"]), maximize=bool(group["maximize"]))


def velocity_of(opt: SGD, parameter: torch.Tensor) -> RealArray | None:
    """Return the momentum buffer, in the optimiser's memory; None where there is none yet."""
    buffer = _buffer(opt, parameter)
    return None if buffer is None else buffer.numpy()


def mark_stepped(opt: SGD, velocities: dict[torch.Tensor, RealArray | None], steps: int) -> None:
    """Leave what PyTorch keeps beside the numbers as so many steps of its own would.

    Parameters
    ----------
    opt
        Whose parameters and velocities have changed in place.
    velocities
        As they are now, by parameter. One that has appeared is kept in its memory: later steps change both.
    steps
        At least one.
    """
    for group in opt.param_groups:
        for parameter in group["params"]:
            _advance(parameter, steps)
            if group["momentum"] != 0:
                _mark_velocity(opt, parameter, velocities[parameter], steps)
    step = vars(opt).get("step")
    if hasattr(step, "_with_counter"):
        vars(opt)["_step_count"] += steps
    elif step is not None:
        vars(opt)["_opt_called"] = True


def _mark_velocity(opt: SGD, parameter: torch.Tensor, velocity: RealArray | None, steps: int) -> None:
    if velocity is None:  # interrupted before the first step
        return
    buffer, times = _buffer(opt, parameter), steps
    if buffer is None:  # the first step makes it, and every later one changes it twice
        opt.state[parameter][_BUFFER] = buffer = torch.from_numpy(velocity)
        times -= 1
    _advance(buffer, 2 * times)


def _advance(tensor: torch.Tensor, times: int) -> None:
    """Tell autograd that numbers have changed in place so often."""
    version = tensor._version + times  # noqa: SLF001 - what autograd goes by has no public name
    setter: Any = torch._C._autograd._unsafe_set_version_counter  # noqa: SLF001 - the public way counts one by one
    try:
        setter((tensor,), (version,))
    except TypeError:  # before PyTorch 2.6
        setter(tensor, version)


def _buffer(opt: SGD, parameter: torch.Tensor) -> torch.Tensor | None:
    buffer: torch.Tensor | None = opt.state[parameter].get(_BUFFER) if parameter in opt.state else None
    return buffer


def _is_bare(opt: SGD) -> bool:
    return (
        not any(name in vars(opt) for name in _CALLED)
        and _is_own_step(opt)
        and not any(getattr(opt, name, None) for name in _HOOKS)
        and not any(hasattr(opt, name) for name in _SCALING)
        and type(opt.state) is defaultdict
    )


def _is_own_step(opt: SGD) -> bool:
    """Return whether a step is SGD's, at most counted by a learning-rate scheduler."""
    step = vars(opt).get("step")
    return step is None or any(
        hasattr(step, mark) and is_own_function(step, name) and is_own_function(step.__wrapped__, "SGD.step")
        for mark, name in _COUNTING.items()
    )


def _is_plain_group(group: dict[str, Any]) -> bool:
    lr = group["lr"]
    if type(lr) is torch.Tensor:
        plain_lr = lr.device.type == "cpu" and lr.numel() == 1 and not (lr.requires_grad or lr.is_complex())
    else:
        plain_lr = isinstance(lr, int | float)
    numbers = all(isinstance(group[name], int | float) and isfinite(group[name]) for name in _NUMBERS)
    return plain_lr and isfinite(lr) and numbers and not group.get("differentiable") and not group.get("fused")


def _is_plain_buffer(opt: SGD, parameter: torch.Tensor) -> bool:
    buffer = _buffer(opt, parameter)
    return buffer is None or (
        type(buffer) is torch.Tensor
        and is_plain_tensor(buffer)
        and not buffer.requires_grad
        and (buffer.shape, buffer.dtype) == (parameter.shape, parameter.dtype)
        and buffer.is_contiguous()
    )
