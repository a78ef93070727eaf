"""The tutorial: two notebooks with the same content, in English and in Portuguese."""

from __future__ import annotations

from reta.tutorial.notebooks import notebook_name, notebook_text

__all__ = ["notebook_name", "notebook_text"]
