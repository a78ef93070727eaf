"""Moments on disk: what is written is read back, by others too, and nothing else is taken."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from reta.errors import DataError, FileError, UsageError
from reta.moment import Moments, read_moments, write_moments


@pytest.fixture
def moments():
    rng = np.random.default_rng(0)
    m = Moments.from_arrays(
        rng.normal(size=(50, 2)),
        rng.normal(size=50),
        rng.uniform(size=50),
        features=["umidade média", "b"],
        targets=["y"],
    )
    return replace(m, missing=np.array([2, 0, 0]))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.moments"


@pytest.fixture
def header_of(path, moments):
    """The header of a good file, and a function that writes the file again with another header or other data."""
    moments.save(path)
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")

    def rewrite(header=None, data=raw[8 + length :]):
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        path.write_bytes(len(text).to_bytes(8, "little") + text + data)

    return json.loads(raw[8 : 8 + length]), raw[8 + length :], rewrite


def test_saved_is_loaded(path, moments):
    moments.save(path)
    assert Moments.load(str(path)) == moments


@pytest.mark.parametrize("names", [([], []), (["a"], []), (["a"], ["y"])])
def test_the_empty_statistic_too(path, names):
    m = replace(Moments.empty(*names), missing=np.arange(len(names[0] + names[1])))
    m.save(path)
    assert Moments.load(path) == m


def test_any_reader_of_safetensors_reads_it(path, moments):
    moments.save(path)
    tensors = load_file(path)
    assert set(tensors) == {"mean", "mean_low", "scatter", "scatter_low", "minimum", "maximum", "missing"}
    for name, array in tensors.items():
        np.testing.assert_array_equal(array, getattr(moments, name))
    with safe_open(path, "numpy") as file:
        metadata = file.metadata()
    assert json.loads(metadata["features"]) == ["umidade média", "b"]
    assert (metadata["n_samples"], float(metadata["weight_sum"])) == ("50", moments.weight_sum)
    assert float(metadata["log_weight_sum"]) == moments.log_weight_sum
    assert int.from_bytes(path.read_bytes()[:8], "little") % 8 == 0


def test_a_file_without_the_logarithms_of_weights_leaves_them_unknown(header_of, path, moments):
    rewrite_as_version_2(header_of, "log_weight_sum")
    loaded = Moments.load(path)
    assert np.isnan(loaded.log_weight_sum)
    assert loaded == replace(moments, log_weight_sum=np.nan)
    assert np.isnan((loaded + moments).log_weight_sum)
    loaded.save(path)
    assert Moments.load(path) == loaded


def rewrite_as_version_2(header_of, *lacking):
    """Write the file again as it was before there was a checksum."""
    header, _, rewrite = header_of
    for key in ("sha256", *lacking):
        del header["__metadata__"][key]
    rewrite(changed(header, "__metadata__", "version", to="2"))


def test_a_file_from_before_the_checksum_is_read(header_of, path, moments):
    rewrite_as_version_2(header_of)
    assert Moments.load(path) == moments


def test_the_checksum_cannot_be_left_out(header_of, path):
    header, _, rewrite = header_of
    rewrite(changed(header, "__metadata__", "version", to="2"))
    with pytest.raises(FileError, match="it does not match its own checksum: it was changed or damaged"):
        Moments.load(path)
    del header["__metadata__"]["sha256"]
    rewrite(changed(header, "__metadata__", "version", to="3"))
    with pytest.raises(FileError, match="it does not match its own checksum"):
        Moments.load(path)


def test_a_file_that_another_writer_arranged_is_read(path, moments):
    moments.save(path)
    with safe_open(path, "numpy") as file:
        metadata = file.metadata()
    save_file(load_file(path), path, metadata=metadata)
    assert Moments.load(path) == moments


def test_further_metadata_travel_along(path, moments):
    write_moments(path, moments, metadata={"design": "é"})
    assert read_moments(path) == (moments, {"design": "é"})
    with pytest.raises(UsageError, match="metadata key 'version' is the file's own"):
        write_moments(path, moments, metadata={"version": "2"})


def test_numbers_that_are_not_finite_are_not_saved(path):
    with pytest.raises(DataError, match="cannot be saved: 'mean' holds a number that is not finite"):
        Moments.from_arrays([[1.0], [np.nan]]).save(path)
    assert not path.exists()


def test_a_file_that_is_not_there(path, tmp_path):
    with pytest.raises(FileError, match=r"cannot read .*a\.moments: No such file"):
        Moments.load(path)
    with pytest.raises(FileError, match="Is a directory"):
        Moments.load(tmp_path)


def test_every_truncation_is_noticed(path, moments):
    moments.save(path)
    raw = path.read_bytes()
    for length in [0, 1, 7, 8, 9, 100, len(raw) // 2, len(raw) - 8, len(raw) - 1]:
        path.write_bytes(raw[:length])
        with pytest.raises(FileError, match=r"is not taken for moments: (it ends after|its arrays take)"):
            Moments.load(path)


def test_bytes_too_many_are_noticed(path, moments):
    moments.save(path)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(FileError, match="its arrays take 265 bytes where its header says 264"):
        Moments.load(path)


def test_an_enormous_header_is_not_read(path):
    path.write_bytes((10**15).to_bytes(8, "little") + b"{}")
    with pytest.raises(FileError, match="its header would take 1000000000000000 bytes, more than 100000000"):
        Moments.load(path)


def test_60_a_header_of_too_many_values_is_not_parsed(header_of, path):
    _, _, rewrite = header_of
    rewrite(b"[" + b"[]," * 15_000_000 + b"[]]")
    with pytest.raises(FileError, match="its header is too large: it has 30,000,002 values, more than the 20,000,000"):
        Moments.load(path)


def changed(header, *keys, to):
    place = header
    for key in keys[:-1]:
        place = place[key]
    if to is None:
        del place[keys[-1]]
    else:
        place[keys[-1]] = to
    return header


@pytest.mark.parametrize(
    ("keys", "to", "reason"),
    [
        (["__metadata__"], None, "its format is None, not 'reta moments'"),
        (["__metadata__"], ["format"], "its metadata are no map of text"),
        (["__metadata__", "n_samples"], 50, "its metadata are no map of text"),
        (["__metadata__", "format"], "pt", "its format is 'pt'"),
        (["__metadata__", "version"], "1", "its version is '1'; this reta reads version 3"),
        (["__metadata__", "targets"], None, "its metadata lack 'targets'"),
        (["__metadata__", "targets"], '["b"]', "column `b` is both feature and target"),
        (["__metadata__", "targets"], '["y", "z"]', r"'mean' is float64 of shape \(3,\) for 4 columns"),
        (["__metadata__", "targets"], '{"y": 1}', "is no list of names"),
        (["__metadata__", "targets"], '["y"', "a list of names is no proper JSON"),
        (["__metadata__", "n_samples"], "-1", "its row count is '-1'"),
        (["__metadata__", "n_samples"], "5e1", "its row count is '5e1'"),
        (["__metadata__", "n_samples"], "0", "there are no rows, and yet numbers"),
        (["__metadata__", "weight_sum"], "nan", "its 'weight_sum' is 'nan'"),
        (["__metadata__", "weight_sum"], "1_0.0", "its 'weight_sum' is '1_0.0'"),
        (["__metadata__", "log_weight_sum"], "nan", "its 'log_weight_sum' is 'nan'"),
        (["__metadata__", "log_weight_sum"], "-inf", "its 'log_weight_sum' is '-inf'"),
        (["__metadata__", "weight_sum"], "-1.0", "50 rows weigh -1.0"),
        (["mean"], None, "its arrays overlap or leave gaps"),
        (["mean"], [], "the entry of 'mean' is malformed"),
        (["mean", "dtype"], "F32", "'mean' has the type 'F32'"),
        (["mean", "dtype"], "I64", "'mean' is int64 of shape"),
        (["mean", "shape"], [2], r"the offsets \[0, 24\] of 'mean' do not fit its shape \[2\]"),
        (["mean", "shape"], [3.0], "the entry of 'mean' is malformed"),
        (["mean", "shape"], [1, 3], r"'mean' is float64 of shape \(1, 3\)"),
        (["mean", "data_offsets"], [8, 32], "its arrays overlap or leave gaps"),
        (["mean", "data_offsets"], [-24, 0], "the entry of 'mean' is malformed"),
        (["mean", "data_offsets"], [0, 24, 24], "the entry of 'mean' is malformed"),
        (["mean", "more"], 1, "the entry of 'mean' is malformed"),
    ],
)
def test_headers_that_are_refused(header_of, path, keys, to, reason):
    header, _, rewrite = header_of
    rewrite(changed(header, *keys, to=to))
    with pytest.raises(FileError, match=reason):
        Moments.load(path)


def test_headers_that_are_no_json(header_of, path):
    header, _, rewrite = header_of
    text = json.dumps(header)
    for bad, reason in [
        (text.replace('"mean":', '"mean": 0, "mean":', 1), "a key comes twice"),
        (text.replace('"shape": [3]', '"shape": [NaN]', 1), "NaN is not allowed"),
        ("[" * 100_000, "no proper JSON"),
        ("[]", "its header is no JSON object"),
        ("\0", "no proper JSON"),
    ]:
        rewrite(bad.encode())
        with pytest.raises(FileError, match=reason):
            Moments.load(path)
    rewrite(text.encode("utf-16"))
    with pytest.raises(FileError, match="not taken for moments"):
        Moments.load(path)


@pytest.mark.parametrize(
    ("cell", "value", "reason"),
    [
        (("mean", 0), np.nan, "'mean' holds a number that is not finite"),
        (("mean_low", 0), np.inf, "'mean_low' holds a number that is not finite"),
        (("scatter", 0, 1), np.nan, "'scatter' holds a number that is not finite"),
        (("scatter", 0, 1), 1e9, "'scatter' is not symmetric"),
        (("scatter", 1, 1), -1.0, "'scatter' is not symmetric, or negative on its diagonal"),
        (("minimum", 2), 99.0, "a minimum exceeds its maximum"),
        (("maximum", 2), np.inf, "'maximum' holds a number that is not finite"),
        (("missing", 1), -1, "'missing' has a negative count"),
    ],
)
def test_numbers_that_are_refused(path, moments, cell, value, reason):
    moments.save(path)
    with safe_open(path, "numpy") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    tensors[cell[0]][cell[1:]] = value
    save_file(tensors, path, metadata=metadata)
    with pytest.raises(FileError, match=reason):
        Moments.load(path)


def test_50_any_changed_byte_is_refused(path, moments):
    """Every byte of the file, by one bit and by all: what is read is what was written, or nothing is."""
    moments.save(path)
    raw = path.read_bytes()
    for place in range(len(raw)):
        for change in (1 << place % 8, 0xFF):
            path.write_bytes(raw[:place] + bytes([raw[place] ^ change]) + raw[place + 1 :])
            try:
                loaded = Moments.load(path)
            except FileError:
                continue
            assert (loaded, chr(raw[place])) == (moments, " "), "white space between the header's words may change"
