"""JSON that means one thing only: no duplicate keys, no NaN, nothing oversize, and a checksum over the content."""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING, Any

from reta.errors import FileError
from reta.files import atomic_write, too_many_values

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["MAX_BYTES", "read_document", "write_document"]

MAX_BYTES = 256 * 2**20


def write_document(path: Path, kind: str, version: int, content: dict[str, Any]) -> None:
    """Write ``content`` as a document of this kind and version, with its SHA-256, all or nothing.

    Raises
    ------
    FileError
        The file cannot be written, or is too large to be read again; what was there before stays.
    """
    document = {"format": kind, "version": version, "sha256": _digest(content), "content": content}
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1).encode() + b"\n"
    if (excess := _excess(text)) is not None:
        raise FileError(f"{path} is not written: {excess}, and could not be read again. Fit fewer columns at a time")
    with atomic_write(path) as file:
        file.write(text)


def read_document(path: Path, kind: str, version: int) -> dict[str, Any]:
    """Return the content of a document that ``write_document`` wrote.

    Raises
    ------
    FileError
        The file is absent, oversize, no JSON, of another kind or version, or not what was written.
    """
    document = _parse(path)
    if not isinstance(document, dict) or document.get("format") != kind:
        raise FileError(f"{path} is not a {kind} file: give a file that reta wrote with -o")
    if document.get("version") != version:
        raise FileError(
            f"{path} has format version {document.get('version')!r}; this reta reads version {version}: "
            "fit again, or use the release that wrote it"
        )
    content = document.get("content")
    if not isinstance(content, dict) or document.get("sha256") != _digest(content):
        raise FileError(
            f"{path} does not match its own checksum: it was changed or damaged after it was written; fit again"
        )
    return content


def _parse(path: Path) -> Any:
    text = _bytes(path)
    if (excess := _excess(text)) is not None:
        raise FileError(f"{path} is too large for a model: {excess}. Give the file that `reta fit … -o` wrote")
    try:
        return json.loads(text.decode(), object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise FileError(f"{path} is not text in UTF-8 (byte {error.start}): not a file that reta wrote") from error
    except RecursionError as error:
        raise FileError(f"{path} is nested too deeply: not a file that reta wrote") from error
    except ValueError as error:
        raise FileError(f"{path} is not valid JSON ({error}): it is incomplete or was changed; fit again") from error


def _bytes(path: Path) -> bytes:
    """Return the content, or a little more than a document may have of what has no end."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise FileError(f"{path} does not exist: give the file that `reta fit … -o` wrote") from error
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from error


def _excess(text: bytes) -> str | None:
    """Return what a document has too much of, if anything."""
    if len(text) > MAX_BYTES:
        return f"it has more than the {MAX_BYTES:,} bytes allowed"
    return too_many_values(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"key '{key}' stands twice")
        found[key] = value
    return found


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large for float64")
    return number


def _digest(content: dict[str, Any]) -> str:
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
