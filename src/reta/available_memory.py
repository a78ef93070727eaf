"""How much memory there is left, so that what cannot fit is refused before it is begun."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from reta.errors import DataError

__all__ = ["available_bytes", "require_memory", "told_bytes"]

ALWAYS_THERE = 100e6  # bytes: so few are not worth the time of asking

_GROUP = Path("/sys/fs/cgroup")
_WHAT_IS_LEFT = Path("/proc/meminfo")


def require_memory(needed: float, purpose: str, remedy: str) -> None:
    """Raise DataError where more memory is needed than there is.

    Parameters
    ----------
    needed
        Bytes, at least.
    purpose, remedy
        What needs them, and what would do instead: clauses of the message.
    """
    left = available_bytes() if needed > ALWAYS_THERE else None
    if left is not None and needed > left:
        raise DataError(f"{purpose} needs {told_bytes(needed)} of memory, and {told_bytes(left)} are free: {remedy}")


def available_bytes() -> float | None:
    """Return how many bytes this process may still ask for; ``None`` where the system does not tell.

    Notes
    -----
    The least of what the system has, swap included, of what the container allows, and of the process's own limits.
    """
    limits = [*_of_system(), *_of_container(), *_of_process()]
    return max(0.0, min(limits)) if limits else None


def told_bytes(count: float) -> str:
    """Return a size as people say it.

    >>> told_bytes(412_316_860_416), told_bytes(52_000_000)
    ('412 GB', '52 MB')
    """
    return f"{count / 1e9:,.3g} GB" if count >= 1e9 else f"{count / 1e6:,.0f} MB"


def _of_system() -> list[float]:
    try:
        lines = _WHAT_IS_LEFT.read_text().splitlines()
    except OSError:
        return _pages()
    kilobytes = {name: float(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines) if rest}
    if "MemAvailable" not in kilobytes:
        return _pages()
    return [1024 * (kilobytes["MemAvailable"] + kilobytes.get("SwapFree", 0.0))]


def _pages() -> list[float]:
    """Return all memory of the machine, where nobody says how much of it is free."""
    try:
        return [float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")]
    except (AttributeError, OSError, ValueError):
        return []


def _of_container() -> list[float]:
    try:
        limit, used = ((_GROUP / name).read_text().strip() for name in ("memory.max", "memory.current"))
        return [] if limit == "max" else [float(limit) - float(used)]
    except (OSError, ValueError):
        return []


def _of_process() -> list[float]:
    if sys.platform == "win32":
        return []
    import resource

    kinds = ((resource.RLIMIT_AS, "VmSize"), (resource.RLIMIT_DATA, "VmData"))
    limits = [(resource.getrlimit(kind)[0], name) for kind, name in kinds]
    return [limit - _used(name) for limit, name in limits if limit != resource.RLIM_INFINITY]


def _used(name: str) -> float:
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((1024.0 * float(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0.0)
