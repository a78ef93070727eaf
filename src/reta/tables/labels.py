"""Labels that are numbers: ``1``, ``1.0`` and ``1.00`` are one level, whatever the source writes."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

from reta.types import Note

if TYPE_CHECKING:
    import polars as pl

__all__ = ["plain_label", "plain_labels", "rewritten_labels"]

_DECIMAL = r"^[+-]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?$"
_WITH_EXPONENT = r"^[+-]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,3})?$"
_SUSPECTS = r"^\+|[.eE]|^-0|[^\x00-\x7f]"  # what can be written in more ways than one
_LONGEST = 40  # digits written out; longer numbers keep their exponent


def plain_label(label: str, *, exponents: bool = False) -> str:
    """Return a label in the one spelling that it shares with equal numbers; text in Unicode's composed form.

    Leading zeros are kept, since ``007`` is a name; exponents too, unless the column is known to hold numbers.

    >>> [plain_label(label) for label in ("1.0", "+2", "-0.50", "007", "1e3", "São")]
    ['1', '2', '-0.5', '007', '1e3', 'São']
    >>> plain_label("1.50e3", exponents=True)
    '1500'
    """
    if not re.match(_WITH_EXPONENT if exponents else _DECIMAL, label):
        return label if label.isascii() else unicodedata.normalize("NFC", label)
    number = Decimal(label)
    if not number:
        return "0"
    plain = f"{number:f}"
    if len(plain) > _LONGEST:
        return str(number.normalize())
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def rewritten_labels(column: str, written: str, label: str) -> Note:
    """Say that labels of a column were rewritten, with an example."""
    return Note(
        "assumed", f"`{column}`: levels that are equal are one, however they are written ('{written}' is '{label}')"
    )


def plain_labels(labels: pl.Series, *, exponents: bool = False) -> tuple[pl.Series, tuple[str, str] | None]:
    """Rewrite the labels of a column.

    Parameters
    ----------
    labels
        String; null where missing.
    exponents
        Whether the column holds numbers, so that ``1e3`` is one.

    Returns
    -------
    plain, rewritten
        The labels, and one that was written otherwise, with what it became; ``None`` where none was.
    """
    several = labels.unique()
    suspects = several.filter(several.str.contains(_SUSPECTS)).drop_nulls()
    plain = {label: plain_label(label, exponents=exponents) for label in suspects.to_list()}
    changed = {label: new for label, new in plain.items() if new != label}
    if not changed:
        return labels, None
    first = labels[labels.is_in(list(changed)).arg_max() or 0]
    return labels.replace(list(changed), list(changed.values())), (first, changed[first])
