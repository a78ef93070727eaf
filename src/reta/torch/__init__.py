"""The tutorial's training loop for PyTorch, and a shorter road where model and loader are plain."""

from __future__ import annotations

from reta.torch.fit import fit

__all__ = ["fit"]
