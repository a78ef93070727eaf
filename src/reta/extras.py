"""Parts that may be absent, or there and broken: either is one line that names the part and the remedy."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from reta.errors import ExtraBroken, ExtraMissing

__all__ = ["load_extra"]


def load_extra(module: str, purpose: str, *, extra: str) -> Any:
    """Import a module of an optional part.

    Parameters
    ----------
    module
        ``fastexcel``, ``adbc_driver_postgresql.dbapi``.
    purpose
        What it is for, as the error says it: ``reading sheet.xlsx``.
    extra
        What to ask pip for.

    Raises
    ------
    ExtraMissing
        It is not installed, or something that it needs is not.
    ExtraBroken
        It is, and does not load.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ExtraMissing(purpose, extra) from error
    except Exception as error:  # whatever it raises while it loads, such as the lack of a library of the system
        raise ExtraBroken(purpose, module.partition(".")[0], error) from error
