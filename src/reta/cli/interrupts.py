"""Ctrl-C while a pipe keeps the command waiting."""

from __future__ import annotations

import signal

__all__ = ["answer_ctrl_c"]


def answer_ctrl_c() -> None:
    """Let Ctrl-C end a read that waits for a pipe.

    Notes
    -----
    Importing Polars puts a handler of its own before Python's, and asks the system to resume whatever call the signal
    came into; a read from a pipe that has nothing to give would then never end. Call this once Polars is imported.
    """
    import polars as pl  # noqa: F401 - the handler must be there already

    if hasattr(signal, "siginterrupt"):
        signal.siginterrupt(signal.SIGINT, True)
