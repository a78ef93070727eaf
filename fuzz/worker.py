"""A process of its own for the cases, so that a crash, a hang or a glut of memory is seen and survived.

Reads lines ``SEED`` or ``SEED damage,damage`` and answers each with a line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from pathlib import Path

from fuzz.choose import outcome

MEMORY_ALLOWED = 3 << 30  # bytes of data: what a case may ask for is a few megabytes


def main() -> None:
    """Answer until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # nothing else may come between the answers
    _limit_memory()
    for line in sys.stdin:
        seed, _, names = line.strip().partition(" ")
        with tempfile.TemporaryDirectory(prefix="reta-fuzz-") as folder:
            try:
                wrong = outcome(int(seed), Path(folder), names.split(",") if names else None)
            except BaseException:  # noqa: BLE001 - whatever it is, it is the finding
                wrong = traceback.format_exc()
        print(json.dumps({"wrong": wrong.replace(folder, "."), "megabytes": _peak()}), file=answers)


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_ALLOWED, MEMORY_ALLOWED))


def _peak() -> int:
    """Return the most memory in use so far, in megabytes; 0 where the system does not tell of this process alone."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) >> 10 for line in lines if line.startswith("VmHWM:")), 0)


if __name__ == "__main__":
    main()
