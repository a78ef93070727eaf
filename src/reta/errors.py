"""The errors and warnings of reta.

Every message is one line: what is wrong, where, the value met, and what to do::

    RetaError
    ├── UsageError      also ValueError        the call or the options make no sense     exit 2
    ├── ExtraMissing    also ImportError       an optional dependency is not installed   exit 2
    │   └── ExtraBroken                        it is installed, and does not load
    ├── DataError       also ValueError        the data cannot be used as they are       exit 3
    ├── FileError       also OSError           a file, folder or database fails          exit 4
    └── NumericalError  also ArithmeticError   no trustworthy number can be given        exit 5
    RetaWarning         also UserWarning       the result stands, but look at this
"""

from __future__ import annotations

__all__ = [
    "DataError",
    "ExtraBroken",
    "ExtraMissing",
    "FileError",
    "NumericalError",
    "RetaError",
    "RetaWarning",
    "UsageError",
]


class RetaError(Exception):
    """Root of every error that reta raises on purpose."""

    exit_code = 1


class UsageError(RetaError, ValueError):
    """The call or the options make no sense, whatever the data."""

    exit_code = 2


class ExtraMissing(RetaError, ImportError):
    """An optional dependency is needed and absent."""

    exit_code = 2

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(f"{purpose} needs an optional part: pip install 'reta[{extra}]'")


class ExtraBroken(ExtraMissing):
    """An optional dependency is needed, and there, and does not load."""

    def __init__(self, purpose: str, package: str, error: Exception) -> None:
        lines = str(error).strip().splitlines() or [""]
        ImportError.__init__(
            self,
            f"{purpose} needs {package}, which is installed and does not load: {type(error).__name__}: {lines[0]}. "
            f"Install it anew: pip install --force-reinstall {package}",
        )


class DataError(RetaError, ValueError):
    """The data cannot be used as they are."""

    exit_code = 3


class FileError(RetaError, OSError):
    """A file, a folder or a database cannot be read or written."""

    exit_code = 4

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class NumericalError(RetaError, ArithmeticError):
    """No trustworthy number can be given."""

    exit_code = 5


class RetaWarning(UserWarning):
    """The result stands, but something about it needs a look."""
