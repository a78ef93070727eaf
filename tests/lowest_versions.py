"""Print, for pip, the lowest version of all that reta accepts, as pyproject.toml has it; of PyTorch the pinned one.

python tests/lowest_versions.py > constraints.txt
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
AT_LEAST = re.compile(r"^([\w.-]+)>=([\d.]+)$")
PINNED = ("torch",)  # whose older builds for Linux come with gigabytes of GPU libraries only


def lowest_versions() -> list[str]:
    """Return ``name==version`` for every requirement at run time."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *(one for name in sorted(set(extras) - {"all", "dev"}) for one in extras[name])]
    bounds = [AT_LEAST.match(requirement) for requirement in asked]
    lowest = [f"{bound[1]}=={bound[2]}" for bound in bounds if bound is not None and bound[1] not in PINNED]
    return [*lowest, *(line for line in _constraints() if line.partition("==")[0] in PINNED)]


def _constraints() -> list[str]:
    return (REPOSITORY / "constraints.txt").read_text().splitlines()


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in lowest_versions())
