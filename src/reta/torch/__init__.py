"""PyTorch: the training loop of the tutorial, a shorter road for plain parts, certificates, models from layers."""

from __future__ import annotations

from reta.torch.certify import certify
from reta.torch.convert import from_torch
from reta.torch.fit import fit

__all__ = ["certify", "fit", "from_torch"]
