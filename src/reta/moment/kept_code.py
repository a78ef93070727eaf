"""Compiled code kept on disk between processes: verified before it runs, compiled again where it is damaged."""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import warnings
from typing import TYPE_CHECKING, Any

import numba
from numba.core import caching

from reta.errors import RetaWarning

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["compiled_and_kept"]

_FunctionCache: Any = caching.FunctionCache
_IndexDataCacheFile: Any = caching.IndexDataCacheFile
_said: set[str] = set()


def compiled_and_kept(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """Compile on first call with Numba's ``options``, and keep the code where Numba finds a folder to write to.

    Notes
    -----
    Numba reads what it kept as it is: half a file ends in a traceback until somebody deletes it, and a changed byte may
    be machine code. Here each entry carries its SHA-256. Damage is said once a process, and costs a compilation, as
    does a folder that cannot be written to, or is full.
    """
    compiled: Callable[..., Any] = numba.njit(**options)(function)
    with contextlib.suppress(RuntimeError):  # no folder that could be written to
        compiled._cache = _VerifiedCache(function)  # type: ignore[attr-defined]  # noqa: SLF001 - as enable_caching does
    return compiled


class _VerifiedCache(_FunctionCache):  # type: ignore[misc]  # Numba's methods have no types
    """Numba's cache of one function, over files that are verified; nothing that it meets on disk is an error."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file = _VerifiedFile(
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=self._impl.locator.get_source_stamp(),
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except Exception as error:  # noqa: BLE001 - whatever damaged bytes raise
            self._say(error)
        with contextlib.suppress(OSError):
            self.flush()
        return None

    def save_overload(self, sig: Any, data: Any) -> None:
        with contextlib.suppress(OSError, EOFError, ValueError, pickle.UnpicklingError):
            super().save_overload(sig, data)

    def _say(self, error: Exception) -> None:
        if self._cache_path not in _said:
            _said.add(self._cache_path)
            told = str(error) or type(error).__name__
            text = f"the compiled code kept in {self._cache_path} is damaged ({told}): it was compiled again"
            warnings.warn(text, RetaWarning, stacklevel=2)


class _VerifiedFile(_IndexDataCacheFile):  # type: ignore[misc]  # the same
    """Entries beside their digests."""

    def save(self, key: Any, data: Any) -> None:
        raw = self._dump(data)
        super().save(key, (hashlib.sha256(raw).hexdigest(), raw))

    def load(self, key: Any) -> Any:
        entry = super().load(key)
        if not isinstance(entry, tuple) or len(entry) != 2 or not isinstance(entry[1], bytes):
            return None  # nothing, or an entry of Numba's own from before there were digests
        digest, raw = entry
        if hashlib.sha256(raw).hexdigest() != digest:
            raise ValueError("its checksum fails")
        return pickle.loads(raw)  # noqa: S301 - bytes that this program wrote, or so their digest says
