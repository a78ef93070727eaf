"""Crop yields by region: the tutorial's two tables.

Each row is a region: mean temperature (°F), rainfall (mm), humidity (%), and what it yields of apples and oranges
(tons).
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["crops_5", "crops_15"]


def crops_5() -> Path:
    """Path of the five-region table.

    Returns
    -------
    Path
        A CSV file with the columns ``temp, rainfall, humidity, apples, oranges``.

    Examples
    --------
    >>> crops_5().read_text().splitlines()[1]
    '73,67,43,56,70'
    """
    return _shipped("crops_5.csv")


def crops_15() -> Path:
    """Path of the fifteen-region table: those five, and ten more that differ from them by a unit here and there.

    Returns
    -------
    Path
        A CSV file with the columns ``temp, rainfall, humidity, apples, oranges``.

    Examples
    --------
    >>> len(crops_15().read_text().splitlines())
    16
    """
    return _shipped("crops_15.csv")


def _shipped(name: str) -> Path:
    from importlib.resources import files

    return Path(str(files(__package__).joinpath(name)))
