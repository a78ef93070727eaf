"""Whether PyTorch itself is in its usual state, and nobody watches or changes what its functions do."""

from __future__ import annotations

from typing import Any

import torch
from torch.autograd import forward_ad, graph
from torch.optim import optimizer

__all__ = ["are_plain_surroundings", "keeps_all_digits"]

_MODULE_HOOKS = (
    "_global_forward_hooks",
    "_global_forward_pre_hooks",
    "_global_backward_hooks",
    "_global_backward_pre_hooks",
)
_STEP_HOOKS = ("_global_optimizer_pre_hooks", "_global_optimizer_post_hooks")
_WATCHING = (  # functions of PyTorch's core that say no while nobody watches; not every version has them all
    "_len_torch_function_stack",
    "_len_torch_dispatch_stack",
    "_get_tracing_state",
    "_functorch.peek_interpreter_stack",
    "_autograd._profiler_enabled",
)


def are_plain_surroundings() -> bool:
    """Return whether a loop here would compute plain gradients on the processor, unwatched.

    A default device is a function mode, and so counted among those.
    """
    modules, optimizers = vars(torch.nn.modules.module), vars(optimizer)
    return (
        torch.is_grad_enabled()
        and not torch.is_inference_mode_enabled()
        and not torch.is_autocast_enabled("cpu")
        and not torch.is_anomaly_enabled()
        and not torch.compiler.is_compiling()
        and not any(modules.get(name) for name in _MODULE_HOOKS)
        and not any(optimizers.get(name) for name in _STEP_HOOKS)
        and not any(_asked(name) for name in _WATCHING)
        and vars(forward_ad).get("_current_level", -1) < 0
        and not _saves_tensors_otherwise()
    )


def keeps_all_digits(dtype: torch.dtype) -> bool:
    """Return whether numbers of this dtype are multiplied as such: processors may do float32 with fewer digits."""
    try:
        return dtype == torch.float64 or torch.get_float32_matmul_precision() != "medium"
    except RuntimeError:  # set in another way, backend by backend
        return False


def _asked(name: str) -> Any:
    """Return the answer of a function of PyTorch's core, None where there is none of the name."""
    function: Any = torch._C  # noqa: SLF001 - no public way to ask
    for part in name.split("."):
        function = getattr(function, part, None)
    return None if function is None else function()


def _saves_tensors_otherwise() -> bool:
    """Return whether there are hooks on the tensors that autograd saves: they cannot be forbidden where there are."""
    try:
        with graph.disable_saved_tensors_hooks(""):
            return False
    except RuntimeError:
        return True
