"""Twenty fits that write one model at once, as a parallel make does."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import reta
from reta.datasets import crops_15

if TYPE_CHECKING:
    from pathlib import Path

FITS = 20


def test_62_twenty_fits_to_one_output_all_succeed_and_one_wins_whole(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "reta", "fit", str(crops_15()), "--quiet", "-o", "m.reta.json", "--targets"]
    fits = [
        subprocess.Popen(
            [*command, ("apples", "oranges")[number % 2]],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(FITS)
    ]
    assert [fit.communicate()[1] for fit in fits] == [""] * FITS
    assert [fit.returncode for fit in fits] == [0] * FITS
    assert [path.name for path in tmp_path.iterdir()] == ["m.reta.json"]
    assert reta.load(tmp_path / "m.reta.json").target_names in (("apples",), ("oranges",))
