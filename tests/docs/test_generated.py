"""The generated reference pages say what the code says."""

from __future__ import annotations

import subprocess
import sys


def test_the_generated_pages_are_up_to_date(repository):
    command = [sys.executable, str(repository / "docs" / "generate.py"), "--check"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
