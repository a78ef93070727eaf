from __future__ import annotations

import csv
import io
import json

import numpy as np
import polars as pl
import pytest

# The same sums in another order: a few units in the last place, times the condition of 15 rows.
CLOSE = {"rtol": 1e-9}
T_975_11 = 2.2009851600916384  # Student's t, 97.5%, 11 degrees of freedom (tables)

NEW = 'temp,rainfall,humidity,place\n75,63,44,Avaré\n 091.50 ,88,64,"Rio, RJ"\n'
NEW_X = np.array([[1.0, 75, 63, 44], [1.0, 91.5, 88, 64]])


@pytest.fixture
def model(reta, tmp_path):
    assert reta("fit", "crops.csv", "--targets", "apples,oranges", "-o", "crops.reta.json").code == 0
    (tmp_path / "new.csv").write_text(NEW)
    return "crops.reta.json"


def table(text):
    header, *rows = csv.reader(io.StringIO(text))
    return header, rows


def test_predictions_follow_the_rows_as_they_are_written(reta, model, exact):
    run = reta("predict", model, "new.csv")
    header, rows = table(run.out)
    assert header == ["temp", "rainfall", "humidity", "place", "apples", "oranges"]
    assert [row[:4] for row in rows] == [["75", "63", "44", "Avaré"], [" 091.50 ", "88", "64", "Rio, RJ"]]
    np.testing.assert_allclose(np.array([row[4:] for row in rows], float), NEW_X @ exact.coef, **CLOSE)


def test_prediction_and_confidence_intervals(reta, model, exact):
    leverage = np.einsum("ij,jk,ik->i", NEW_X, exact.covariance, NEW_X)[:, None]
    for kind, variance in (("prediction", 1 + leverage), ("confidence", leverage)):
        header, rows = table(reta("predict", model, "new.csv", "--interval", "0.95", "--kind", kind).out)
        assert header[4:7] == ["apples", "apples_lower", "apples_upper"]
        numbers = np.array([row[4:] for row in rows], float).reshape(2, 2, 3)
        half = T_975_11 * exact.sigma * np.sqrt(variance)
        np.testing.assert_allclose(numbers[:, :, 0] - numbers[:, :, 1], half, **CLOSE)
        np.testing.assert_allclose(numbers[:, :, 2] - numbers[:, :, 0], half, **CLOSE)


def test_the_rows_of_the_fit_keep_their_targets(reta, model, exact):
    run = reta("predict", model, "crops.csv", "--interval", "0.9")
    header, rows = table(run.out)
    assert header[3:7] == ["apples", "oranges", "apples_predicted", "apples_predicted_lower"]
    np.testing.assert_allclose([float(row[5]) for row in rows], exact.X @ exact.coef[:, 0], **CLOSE)
    assert "its prediction is called `apples_predicted`, and likewise for 1 more" in run.err


def test_codes_that_no_number_spells_stay_as_they_are(reta, model, tmp_path):
    rows = (tmp_path / "new.csv").read_text().splitlines()
    codes = ["zip,id,size", *("01234,12345678901234567,7" for _ in rows[1:])]
    (tmp_path / "new.csv").write_text("".join(f"{row},{code}\n" for row, code in zip(rows, codes, strict=True)))
    first = json.loads(reta("predict", model, "new.csv", "--to", "ndjson").out.splitlines()[0])
    assert (first["zip"], first["id"], first["size"]) == ("01234", "12345678901234567", 7)


def test_ndjson_has_numbers_where_the_model_has_numbers(reta, model, exact):
    lines = reta("predict", model, "new.csv", "--to", "ndjson").out.splitlines()
    first, second = map(json.loads, lines)
    assert first["temp"] == 75.0
    assert second["place"] == "Rio, RJ"
    np.testing.assert_allclose(second["apples"], NEW_X[1] @ exact.coef[:, 0], **CLOSE)


TYPED = """temp,rainfall,humidity,plot,price,checked,code,note
75,63,44,12,1.5,true,A1,
91,88,64,13,,FALSE,7,ok
74,66,50,007,-2e3,True,8,12
"""


@pytest.mark.parametrize("command", ["predict", "augment"])
@pytest.mark.parametrize("to", ["ndjson", "parquet", "json"])
def test_columns_that_the_model_does_not_use_keep_their_kind(reta, tmp_path, command, to):
    """Numbers and flags come as such; a column with one word among its numbers is text, as its author meant it."""
    lines = TYPED.replace("note\n", "note,apples\n").splitlines()
    rows = [lines[0], *(f"{line},{50 + i}" for i, line in enumerate(lines[1:]))]
    (tmp_path / "new.csv").write_text("\n".join(rows))
    assert reta("fit", "new.csv", "--targets", "apples", "--features", "temp", "-o", "m.reta.json").code == 0
    if to == "json":
        frame = pl.DataFrame(
            reta(command, "m.reta.json", "new.csv", "--json").document[
                "rows" if command == "augment" else "predictions"
            ]
        )
    else:
        assert reta(command, "m.reta.json", "new.csv", "--to", to, "-o", "out").code == 0
        frame = (pl.read_ndjson if to == "ndjson" else pl.read_parquet)(tmp_path / "out")
    assert frame["plot"].to_list() == [12.0, 13.0, 7.0]
    assert frame["price"].to_list() == [1.5, None, -2000.0]
    assert frame["checked"].to_list() == [True, False, True]
    assert frame["code"].to_list() == ["A1", "7", "8"]
    assert frame["note"].to_list() == ["", "ok", "12"]
    assert frame["temp"].to_list() == [75.0, 91.0, 74.0]
    if to == "parquet":
        assert frame.schema["plot"] == frame.schema["temp"] == pl.Float64


def test_a_late_word_among_numbers_that_are_handed_on_is_named(reta, model, tmp_path):
    rows = [f"75,63,44,{i}" for i in range(20_000)]
    rows[19_000] = "75,63,44,12b"
    (tmp_path / "new.csv").write_text("\n".join(["temp,rainfall,humidity,plot", *rows]))
    run = reta("predict", model, "new.csv", "-o", "out.parquet")
    assert run.code == 3
    assert "`plot` holds '12b' in new.csv, line 19002" in run.err
    assert not (tmp_path / "out.parquet").exists()
    assert reta("predict", model, "new.csv", "-o", "out.csv").code == 0


@pytest.mark.parametrize("name", ["out.csv", "out.ndjson", "out.jsonl", "out.parquet"])
def test_the_file_s_name_says_the_format(reta, model, exact, tmp_path, name):
    run = reta("predict", model, "new.csv", "-o", name)
    assert (run.code, run.out) == (0, "")
    assert f"note: 2 rows written to {name}\n" in run.err
    read = {"csv": pl.read_csv, "ndjson": pl.read_ndjson, "jsonl": pl.read_ndjson, "parquet": pl.read_parquet}
    frame = read[name.partition(".")[2]](tmp_path / name)
    np.testing.assert_allclose(frame["oranges"].to_numpy(), NEW_X @ exact.coef[:, 1], **CLOSE)
    assert {path.name for path in tmp_path.iterdir()} == {"crops.csv", "crops.reta.json", "new.csv", name}


def test_an_unknown_format_is_refused_before_anything_is_written(reta, model, tmp_path):
    run = reta("predict", model, "new.csv", "-o", "out.xyz")
    assert run.code == 2
    assert "'.xyz' is no format to write" in run.err
    assert not (tmp_path / "out.xyz").exists()


def test_json_is_one_document_with_the_notes(reta, model, exact):
    document = reta("predict", model, "new.csv", "--json").document
    np.testing.assert_allclose([row["apples"] for row in document["predictions"]], NEW_X @ exact.coef[:, 0], **CLOSE)
    assert document["predictions"][1]["temp"] == 91.5
    assert document["n_rows"] == 2
    assert reta("predict", model, "new.csv", "--json", "-o", "out.csv").document["output"] == "out.csv"


def test_extrapolation_is_said(reta, model):
    run = reta("predict", model, "-", stdin="temp,rainfall,humidity\n200,63,44\n")
    assert run.code == 0
    assert "warning: extrapolation" in run.err
    assert reta("predict", model, "-", "--quiet", stdin="temp,rainfall,humidity\n200,63,44\n").err == ""


def test_missing_values_stop_unless_told_otherwise(reta, model):
    rows = "temp,rainfall,humidity\n75,,44\n91,88,64\n"
    run = reta("predict", model, "-", stdin=rows)
    assert run.code == 3
    assert "rainfall" in run.err
    assert len(table(reta("predict", model, "-", "--missing", "drop", stdin=rows).out)[1]) == 1
    assert len(table(reta("predict", model, "-", "--missing", "mean", stdin=rows).out)[1]) == 2


def test_the_input_and_the_model_are_never_overwritten(reta, model, tmp_path):
    for output in ("new.csv", model):
        run = reta("predict", model, "new.csv", "-o", output, "--to", "csv")
        assert run.code == 2
        assert f"would overwrite {output}" in run.err
    assert (tmp_path / "new.csv").read_text() == NEW


def test_a_brazilian_table_comes_out_as_it_went_in(reta, model, exact, tmp_path):
    (tmp_path / "novo.csv").write_text(
        "lugar;temp;rainfall;humidity\nAvaré;75,0;63,0;44,0\nItu;91,5;88,0;64,0\n", "latin-1"
    )
    run = reta("predict", model, "novo.csv")
    lines = [line.split(";") for line in run.out.splitlines()]
    assert lines[0] == ["lugar", "temp", "rainfall", "humidity", "apples", "oranges"]
    assert lines[1][:4] == ["Avaré", "75,0", "63,0", "44,0"]
    apples = [float(line[4].replace(",", ".")) for line in lines[1:]]
    np.testing.assert_allclose(apples, NEW_X @ exact.coef[:, 0], **CLOSE)
