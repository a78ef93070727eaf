"""Damages to what reta writes itself: models, moments, checkpoints. They carry checksums: right, or refused."""

from __future__ import annotations

import functools
import json
import tempfile
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from fuzz.raw import _flip, _with_garbage
from fuzz.verdict import judged, run

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KINDS", "saved_verdict"]

ROWS = "a,b,y\n" + "".join(f"{i % 7},{(i * i) % 11},{2 * (i % 7) - (i * i) % 11 + (i % 3) / 4}\n" for i in range(40))
DESCENT = ["--targets", "y", "--lr", "0.01", "--batch-size", "5", "--checkpoint", "run.descent", "--json"]
COMMANDS: dict[str, tuple[list[list[str]], str, list[str]]] = {
    "model": (
        [["fit", "rows.csv", "--targets", "y", "--covariance", "hc3", "-o", "m.reta.json"]],
        "m.reta.json",
        ["predict", "m.reta.json", "rows.csv", "--interval", "0.9"],
    ),
    "moments": (
        [["moments", "build", "rows.csv", "--targets", "y", "-o", "m.moments"]],
        "m.moments",
        ["fit", "m.moments", "--json"],
    ),
    "checkpoint": (
        [["descend", "rows.csv", *DESCENT, "--epochs", "2"]],
        "run.descent",
        ["descend", "rows.csv", *DESCENT, "--epochs", "4", "--resume"],
    ),
}
KINDS = tuple(COMMANDS)


def saved_verdict(kind: str, seed: int, folder: Path) -> str:
    """Return what is wrong with how reta took a damaged file of its own; nothing where it is as it should be."""
    intact, expected = _intact(kind)
    _, name, use = COMMANDS[kind]
    (folder / "rows.csv").write_text(ROWS)
    (folder / name).write_bytes(_damaged(intact, Random(f"{seed}/{kind}")))
    ran = _run_in(folder, use)
    return judged(ran, "right or refused", lambda: "" if ran.out == expected else f"other numbers: {ran.out[:500]}")


@functools.cache
def _intact(kind: str) -> tuple[bytes, str]:
    """Return the file as it should be, and what comes of it."""
    before, name, use = COMMANDS[kind]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "rows.csv").write_text(ROWS)
        for arguments in before:
            _run_in(folder, arguments)
        data = (folder / name).read_bytes()
        ran = _run_in(folder, use)
        if "error" in ran.err:
            raise RuntimeError(ran.err)
        return data, ran.out


def _run_in(folder: Path, arguments: list[str]):
    import contextlib

    with contextlib.chdir(folder):
        return run(arguments)


def _damaged(data: bytes, rng: Random) -> bytes:
    kinds: list[Callable[[], bytes]] = [
        lambda: _flip(data, rng),
        lambda: data[: rng.randrange(len(data))],
        lambda: _with_garbage(data, rng),
        lambda: _swapped(data, rng),
        lambda: _other_digit(data, rng),
        lambda: _other_json(data, rng),
    ]
    return rng.choice(kinds)()


def _swapped(data: bytes, rng: Random) -> bytes:
    first, second = sorted(rng.sample(range(len(data)), 2))
    size = min(rng.choice([1, 8, 64]), second - first)
    return (
        data[:first]
        + data[second : second + size]
        + data[first + size : second]
        + data[first : first + size]
        + data[second + size :]
    )


def _other_digit(data: bytes, rng: Random) -> bytes:
    places = [place for place, byte in enumerate(data) if chr(byte).isdigit()]
    place = rng.choice(places)
    return data[:place] + str(rng.randrange(10)).encode() + data[place + 1 :]


def _other_json(data: bytes, rng: Random) -> bytes:
    """Change a value somewhere in a JSON document, if it is one."""
    try:
        document = json.loads(data)
    except ValueError:
        return _flip(data, rng)
    here = document
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        key = rng.choice(keys)
        if not isinstance(here[key], dict | list) or not here[key] or rng.random() < 0.2:
            here[key] = rng.choice([None, True, "", -1, 1e308, [], {}, "x" * 1000, 10**400, [[]]])
            return json.dumps(document).encode()
        here = here[key]
