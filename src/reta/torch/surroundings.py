"""Whether PyTorch itself is in its usual state, and nobody watches or changes what its functions do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["are_plain_surroundings"]

_GLOBAL_HOOKS = (
    "_global_forward_hooks",
    "_global_forward_pre_hooks",
    "_global_backward_hooks",
    "_global_backward_pre_hooks",
)


def are_plain_surroundings() -> bool:
    """Return whether a loop here would compute plain gradients on the processor, unwatched.

    A default device is a function mode, and so counted among those.
    """
    modules = vars(torch.nn.modules.module)
    return (
        torch.is_grad_enabled()
        and not torch.is_inference_mode_enabled()
        and not torch.is_autocast_enabled("cpu")
        and not torch.is_anomaly_enabled()
        and not any(modules.get(name) for name in _GLOBAL_HOOKS)
        and not _asked("_len_torch_function_stack")
        and not _asked("_len_torch_dispatch_stack")
        and not _saves_tensors_otherwise()
    )


def _asked(name: str) -> Any:
    """Return the answer of a function of PyTorch's core; None where this version has none of the name."""
    function: Callable[[], Any] | None = getattr(torch._C, name, None)  # noqa: SLF001 - no public way to ask
    return None if function is None else function()


def _saves_tensors_otherwise() -> bool:
    autograd = getattr(torch._C, "_autograd", None)  # noqa: SLF001 - as above
    top = getattr(autograd, "_top_saved_tensors_default_hooks", None)
    return top is not None and top(False) is not None
