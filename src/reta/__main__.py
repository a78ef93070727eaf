"""``python -m reta`` is ``reta``."""

from __future__ import annotations

import sys

from reta.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
