"""Whether an optimiser is ``torch.optim.SGD`` with nothing attached; what it keeps, and how it steps."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import torch
from torch.optim import SGD

from reta.descent import Update
from reta.torch.plain_model import is_plain_tensor

if TYPE_CHECKING:
    from reta.types import RealArray

__all__ = ["is_plain_sgd", "mark_stepped", "store_velocity", "update_of", "velocity_of"]

_HOOKS = ("_optimizer_step_pre_hooks", "_optimizer_step_post_hooks")
_SCALING = ("grad_scale", "found_inf")  # of torch.amp.GradScaler
_NUMBERS = ("momentum", "dampening", "weight_decay")
_BUFFER = "momentum_buffer"


def is_plain_sgd(opt: object, model: Any) -> bool:
    """Return whether ``opt`` is exactly SGD and holds the parameters of ``model``, each once and no other."""
    if type(opt) is not SGD or not _is_bare(opt):
        return False
    held = [parameter for group in opt.param_groups for parameter in group["params"]]
    own = [parameter for parameter in (model.weight, model.bias) if parameter is not None]
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


def store_velocity(opt: SGD, parameter: torch.Tensor, velocity: RealArray | None) -> None:
    """Keep a velocity that has appeared; one that was there has changed in place."""
    if velocity is not None and _buffer(opt, parameter) is None:
        opt.state[parameter][_BUFFER] = torch.from_numpy(velocity)  # one memory: later steps change both


def mark_stepped(opt: SGD) -> None:
    """Tell a scheduler that watches for the first step that there was one."""
    if "step" in vars(opt):
        vars(opt)["_opt_called"] = True


def _buffer(opt: SGD, parameter: torch.Tensor) -> torch.Tensor | None:
    buffer: torch.Tensor | None = opt.state[parameter].get(_BUFFER) if parameter in opt.state else None
    return buffer


def _is_bare(opt: SGD) -> bool:
    everywhere = vars(import_module("torch.optim.optimizer"))
    return (
        "zero_grad" not in vars(opt)
        and _is_own_step(opt)
        and not any(getattr(opt, name, None) for name in _HOOKS)
        and not any(hasattr(opt, name) for name in _SCALING)
        and not any(everywhere.get(name) for name in ("_global_optimizer_pre_hooks", "_global_optimizer_post_hooks"))
    )


def _is_own_step(opt: SGD) -> bool:
    """Return whether a step is SGD's, at most watched by a learning-rate scheduler."""
    step = vars(opt).get("step")
    return step is None or (hasattr(step, "_wrapped_by_lr_sched") and getattr(step, "__wrapped__", None) is SGD.step)


def _is_plain_group(group: dict[str, Any]) -> bool:
    lr = group["lr"]
    if isinstance(lr, torch.Tensor):
        plain_lr = lr.device.type == "cpu" and not lr.requires_grad
    else:
        plain_lr = isinstance(lr, int | float)
    numbers = all(isinstance(group[name], int | float) for name in _NUMBERS)
    return plain_lr and numbers and not group.get("differentiable") and not group.get("fused")


def _is_plain_buffer(opt: SGD, parameter: torch.Tensor) -> bool:
    buffer = _buffer(opt, parameter)
    return buffer is None or (
        type(buffer) is torch.Tensor
        and is_plain_tensor(buffer)
        and not buffer.requires_grad
        and (buffer.shape, buffer.dtype) == (parameter.shape, parameter.dtype)
        and buffer.is_contiguous()
    )
