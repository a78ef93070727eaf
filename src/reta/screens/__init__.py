"""Results as text for people: what a screen says, in which language, to how many digits."""

from __future__ import annotations

__all__: list[str] = []
