"""Contenders in turn, each in a process of its own; medians and their ratios."""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PAUSE_S = 0.1

# The high-water mark of this program alone: ru_maxrss would count what the process was before it became this program.
REPORT = """
import json, pathlib, re, sys
peak_kb = int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
print(json.dumps({"seconds": seconds, "peak_mb": peak_kb / 1024}), file=sys.stderr)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians over the rounds."""

    seconds: float
    peak_mb: float


def race(contenders: dict[str, str], *arguments: str, rounds: int = 5) -> dict[str, Measured]:
    """Run each program, which must set ``seconds``, once a round; return medians by name."""
    runs: dict[str, list[Measured]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, program in contenders.items():
            runs[name].append(_run(program + REPORT, *arguments))
    return {
        name: Measured(statistics.median(m.seconds for m in all_), statistics.median(m.peak_mb for m in all_))
        for name, all_ in runs.items()
    }


def seconds(call: Callable[[], object]) -> float:
    """Run once and return the wall time, once the threads of the contender before have gone to sleep."""
    time.sleep(PAUSE_S)
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def machine(*packages: str) -> str:
    """Name the machine and the versions that a result holds for."""
    listed = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"{platform.machine()}, {_cores()} cores, Python {platform.python_version()}, {listed}"


def _cores() -> int:
    import os

    return len(os.sched_getaffinity(0))


def _run(program: str, *arguments: str) -> Measured:
    done = subprocess.run([sys.executable, "-c", program, *arguments], check=True, capture_output=True, text=True)
    return Measured(**json.loads(done.stderr.splitlines()[-1]))
