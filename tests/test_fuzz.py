"""A slice of the fuzzer: dirty sources and damaged files, from seeds that never change; `make fuzz` goes on."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BROKEN_WHERE_CUT = """
import sys
import fuzz.__main__ as main
main.Worker.wrong = lambda self, seed, only=None: "broken" if "cut" in (only or main.chosen(seed)[1]) else ""
sys.argv = ["fuzz", "--cases", "200", "--most-failures", "1"]
sys.exit(main.main())
"""
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


def test_means_in_gaps_are_no_failure(repository: Path) -> None:
    """Gaps that nobody asked to drop, and a needless option that fills them: another fit than the planted one."""
    asked = [sys.executable, "-m", "fuzz", "--case", "4611", "--only", "missing_cells,needless_options"]
    ran = subprocess.run(asked, cwd=repository, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "text missing_cells dialect needless_options: as it should be\n")


def test_a_failure_is_told_with_what_repeats_it(repository: Path) -> None:
    """Who finds nothing must be able to find something, and to tell which damages it takes."""
    ran = subprocess.run(
        [sys.executable, "-c", BROKEN_WHERE_CUT], cwd=repository, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1, ran.stderr
    assert re.search(r"again with: python -m fuzz --case \d+ --only cut\n", ran.stdout)
