"""The model file: what is saved is loaded, and nothing else is."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

import reta
from reta import LinearModel
from reta.errors import FileError
from reta.model import strict_json

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def saved(regions: pl.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "m.reta.json"
    reta.fit(regions, targets="y", categorical=["region"]).save(path)
    return path


def test_saved_is_loaded_to_the_bit(regions: pl.DataFrame, saved: Path) -> None:
    model = reta.fit(regions, targets="y", categorical=["region"])
    loaded = reta.load(saved)
    assert loaded.design == model.design
    assert loaded.notes == model.notes
    assert loaded.provenance == model.provenance
    claims = ("digits", "coef_digits", "intercept_digits")
    for name in [*(field.name for field in fields(model.solution) if field.name != "claims"), *claims]:
        assert np.array_equal(getattr(loaded.solution, name), getattr(model.solution, name)), name
    assert loaded.predict(regions, interval=0.95).equals(model.predict(regions, interval=0.95))


def test_dropped_columns_survive(frame: pl.DataFrame, tmp_path: Path) -> None:
    doubled = frame.with_columns(d=pl.col("a") * 2, e=pl.lit(5.0))
    with pytest.warns(reta.errors.RetaWarning):
        model = reta.fit(doubled, targets="y", features=["a", "d", "b", "e"])
    model.save(tmp_path / "m.json")
    loaded = reta.load(tmp_path / "m.json")
    assert loaded.dropped == ("d", "e")
    assert loaded.tidy().equals(model.tidy())


def rewritten(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the content of a file and give it a valid checksum again."""
    content = json.loads(path.read_text())["content"]
    change(content)
    strict_json.write_document(path, "reta linear model", 1, content)


@pytest.mark.parametrize(
    ("passes", "options", "known"),
    [(1, {}, True), (1, {"weights": "w"}, False), (0, {}, False)],
)
def test_the_first_files_knew_of_weights_only_what_their_options_tell(
    saved: Path, passes: int, options: dict[str, str], known: bool
) -> None:
    def age(content: dict[str, Any]) -> None:
        content["solution"].pop("log_weight_sum")
        content["provenance"].update(passes=passes, options=options)

    before = reta.load(saved).glance()
    rewritten(saved, age)
    after = reta.load(saved)
    assert after.glance()["aic"].to_list() == (before["aic"].to_list() if known else [None])
    after.save(saved)
    assert reta.load(saved).glance().equals(after.glance())


DAMAGED = [
    (lambda text: text[:-40], "not valid JSON"),
    (lambda text: text.replace('"version": 1', '"version": 2'), "format version 2"),
    (lambda text: text.replace('"format": "reta', '"format": "some'), "is not a reta linear model file"),
    (lambda text: text.replace('"version": 1', '"version": 1, "version": 1'), "'version' stands twice"),
    (lambda text: text.replace('"version": 1', '"version": NaN'), "NaN is no JSON number"),
    (lambda text: text.replace('"version": 1', '"version": 1e999'), "1e999 is too large"),
    (lambda text: text.replace('"north"', '"nord"'), "does not match its own checksum"),
    (lambda text: "[" * 100_000, "nested too deeply|not valid JSON"),
    (lambda text: "[]", "is not a reta linear model file"),
]


@pytest.mark.parametrize(("damage", "message"), DAMAGED)
def test_damaged_files_are_refused(saved: Path, damage: Callable[[str], str], message: str) -> None:
    saved.write_text(damage(saved.read_text()))
    with pytest.raises(FileError, match=message):
        reta.load(saved)


CHANGED: list[Callable[[dict[str, Any]], object]] = [
    lambda content: content.pop("terms"),
    lambda content: content.update(extra=1),
    lambda content: content["solution"]["coef"].append([1.0]),
    lambda content: content["solution"].update(kept=[1, 1, 1]),
    lambda content: content["terms"][0].update(kind="magic"),
    lambda content: content["terms"].reverse(),
    lambda content: content.update(missing="maybe"),
    lambda content: content["notes"].append({"kind": "shout", "text": "x"}),
    lambda content: content["provenance"].update(secret="x"),
    lambda content: content.update(minimum=None),
    lambda content: content["solution"].update(condition=None),
]


@pytest.mark.parametrize("change", CHANGED)
def test_content_that_is_no_model_is_refused_even_with_a_valid_checksum(
    saved: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    rewritten(saved, change)
    with pytest.raises(FileError, match="does not hold a model as reta writes it"):
        reta.load(saved)


def test_oversize_binary_and_absent_files_are_refused(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileError, match="does not exist"):
        reta.load(tmp_path / "absent.json")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileError, match="not text in UTF-8"):
        reta.load(tmp_path / "binary")
    with pytest.raises(FileError, match="cannot be read"):
        reta.load(tmp_path)
    monkeypatch.setattr(strict_json, "MAX_BYTES", 100)
    with pytest.raises(FileError, match="more than the 100"):
        reta.load(saved)


def test_60_terms_that_make_too_many_columns_are_refused_before_any_has_a_name(saved: Path) -> None:
    """Five factors of 200 levels make 312 billion columns, in a file of 20 kilobytes."""

    def cross(content: dict[str, Any]) -> None:
        levels = [str(level) for level in range(200)]
        factors = [{"kind": "categorical", "column": name, "levels": levels} for name in "abcde"]
        content["terms"] = [{"kind": "product", "factors": factors}]

    rewritten(saved, cross)
    with pytest.raises(FileError, match=r"terms of 312,079,600,999 columns for 3 features"):
        reta.load(saved)
    expression = {"kind": "polynomial", "expression": ["column", "a"], "degree": 10**12, "fills": {}}
    rewritten(saved, lambda content: content.update(terms=[expression]))
    with pytest.raises(FileError, match=r"does not hold a model"):
        reta.load(saved)


def test_60_a_document_of_too_many_values_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    """Two bytes of ``[]`` become sixty in memory."""
    path = tmp_path / "m.reta.json"
    path.write_bytes(b"[" + b"[]," * 25_000_000 + b"[]]")
    with pytest.raises(
        FileError, match=r"is too large for a model: it has 50,000,002 values, more than the 20,000,000"
    ):
        reta.load(path)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a device of Unix")
def test_60_a_document_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "MAX_BYTES", 1 << 20)
    with pytest.raises(FileError, match=r"it has more than the 1,048,576 bytes allowed"):
        reta.load("/dev/zero")


def test_60_a_model_that_could_not_be_read_again_is_not_written(
    saved: Path, model: LinearModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = saved.read_bytes()
    monkeypatch.setattr(strict_json, "MAX_BYTES", 100)
    with pytest.raises(
        FileError, match=r"is not written: it has more than the 100 bytes allowed, .*Fit fewer columns at a time"
    ):
        model.save(saved)
    assert saved.read_bytes() == before


def test_the_documented_keys_are_the_files_keys(saved: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/model-file.md").read_text()
    content = json.loads(saved.read_text())["content"]
    for key in (*content, *content["solution"]):
        assert f"`{key}`" in page


def test_a_model_is_a_value(model: LinearModel) -> None:
    with pytest.raises(AttributeError):
        model.missing = "drop"
