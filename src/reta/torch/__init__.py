"""PyTorch: the tutorial's training loop with a shorter road for plain parts, certificates, and models from its layers."""

from __future__ import annotations

from reta.torch.certify import certify
from reta.torch.convert import from_torch
from reta.torch.fit import fit

__all__ = ["certify", "fit", "from_torch"]
