"""PyTorch: the training loop of the tutorial, a shorter road for plain parts, certificates, models from layers."""

from __future__ import annotations

from reta.torch.certify import certify
from reta.torch.fit import fit
from reta.torch_layer import from_torch

__all__ = ["certify", "fit", "from_torch"]
