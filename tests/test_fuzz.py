"""A slice of the fuzzer: dirty sources and damaged files, from seeds that never change; `make fuzz` goes on."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CASES = 1_200  # some twenty seconds on one core


def test_reta_is_right_or_refuses_in_one_line(repository: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "fuzz", "--cases", str(CASES)],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_failure_is_told_with_what_repeats_it(repository: Path) -> None:
    """Who finds nothing must be able to find something, and to tell which damages it takes."""
    script = (
        "import sys; import fuzz.verdict, fuzz.__main__ as main;"
        "main.Worker.wrong = lambda self, seed, only=None: 'broken' if only is None or 'cut' in only else '';"
        "sys.argv = ['fuzz', '--cases', '2', '--seed', '768']; sys.exit(main.main())"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=repository, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "again with: python -m fuzz --case 768 --only cut" in ran.stdout
