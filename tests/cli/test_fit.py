from __future__ import annotations

import json

import numpy as np
import pytest

# The same sums in another order: a few units in the last place, times the condition of 15 rows.
CLOSE = {"rtol": 1e-9}
T_975_11 = 2.2009851600916384  # Student's t, 97.5%, 11 degrees of freedom (tables)

FIT = ("fit", "crops.csv", "--targets", "apples,oranges")


def test_the_document_has_the_exact_solution(reta, exact):
    document = reta(*FIT, "--json").document
    rows = document["coefficients"]
    assert [row["term"] for row in rows[:4]] == ["intercept", "temp", "rainfall", "humidity"]
    assert [row["target"] for row in rows] == ["apples"] * 4 + ["oranges"] * 4
    estimates = np.array([row["estimate"] for row in rows]).reshape(2, 4).T
    np.testing.assert_allclose(estimates, exact.coef, **CLOSE)
    errors = np.sqrt(np.outer(np.diag(exact.covariance), exact.sigma**2))
    np.testing.assert_allclose(np.array([row["std_error"] for row in rows]).reshape(2, 4).T, errors, **CLOSE)
    highs = np.array([row["conf_high"] for row in rows]).reshape(2, 4).T
    np.testing.assert_allclose(highs, exact.coef + T_975_11 * errors, **CLOSE)
    np.testing.assert_allclose([row["sigma"] for row in document["fit"]], exact.sigma, **CLOSE)
    assert (document["n_samples"], document["degrees_of_freedom"]) == (15, 11)
    assert document["saved"] is None


def test_the_screen_shows_the_same_numbers_to_the_digits_they_deserve(reta, exact):
    screen = reta(*FIT).out
    temp = exact.coef[1]
    assert next(line for line in screen.splitlines() if line.split()[:1] == ["temp"]).split() == [
        "temp",
        f"{temp[0]:.3f}",
        "-0.484",
        "to",
        "-0.359",
        f"{temp[1]:.3f}",
        "-0.302",
        "to",
        "-0.192",
    ]
    assert "crops.csv" in screen
    assert "15 (11 degrees of freedom left)" in screen
    condition = np.linalg.cond(np.corrcoef(exact.X[:, 1:], rowvar=False))
    assert f"easy to tell apart (condition {condition:.1f})" in screen


def test_the_screen_is_plain_ascii_of_at_most_a_hundred_characters(reta):
    screen = reta(*FIT).out
    assert screen.isascii()
    assert max(map(len, screen.splitlines())) <= 100


def test_without_output_nothing_is_written_and_the_screen_says_how_to_save(reta, tmp_path):
    run = reta(*FIT)
    assert [path.name for path in tmp_path.iterdir()] == ["crops.csv"]
    assert "reta fit crops.csv --targets apples,oranges -o crops.reta.json" in run.out


def test_with_output_the_model_is_there_and_the_screen_says_where(reta, tmp_path):
    run = reta(*FIT, "-o", "my crops.reta.json")
    assert json.loads((tmp_path / "my crops.reta.json").read_text())
    assert "reta predict 'my crops.reta.json' NEW.csv --interval 0.95" in run.out


def test_the_suggested_command_works(reta, tmp_path):
    suggested = next(line for line in reta(*FIT).out.splitlines() if line.endswith("-o crops.reta.json"))
    assert reta(*suggested.split("reta ", 1)[1].split()).code == 0
    assert (tmp_path / "crops.reta.json").exists()


def test_portuguese_labels_and_decimal_commas(reta):
    screen = reta(*FIT, "--lang", "pt-BR").out
    for phrase in (
        "Modelo linear de apples e oranges",
        "restam 11 graus de liberdade",
        "intercepto",
        "-0,422",
        "A seguir",
    ):
        assert phrase in screen
    assert "Coefficients" not in screen


def test_the_locale_chooses_the_language(reta, monkeypatch):
    monkeypatch.setenv("LANG", "pt_BR.UTF-8")
    assert "Coeficientes" in reta(*FIT).out


def test_level_is_the_intervals_coverage(reta, exact):
    narrow = reta(*FIT, "--level", "0.5", "--json").document["coefficients"][1]
    wide = reta(*FIT, "--json").document["coefficients"][1]
    assert narrow["conf_high"] - narrow["conf_low"] < 0.4 * (wide["conf_high"] - wide["conf_low"])
    assert "50% interval" in reta(*FIT, "--level", "0.5").out


def test_no_intercept(reta, exact):
    rows = reta(*FIT, "--no-intercept", "--json").document["coefficients"]
    coef = np.linalg.lstsq(exact.X[:, 1:], exact.Y, rcond=None)[0]
    estimates = {(row["target"], row["term"]): row["estimate"] for row in rows}
    np.testing.assert_allclose(
        [estimates["apples", name] for name in ("temp", "rainfall", "humidity")], coef[:, 0], **CLOSE
    )


def test_features_can_be_chosen(reta):
    assert reta("fit", "crops.csv", "-t", "apples", "--features", "temp, rainfall", "--json").document["features"] == [
        "temp",
        "rainfall",
    ]


def test_standard_input(reta, tmp_path):
    text = (tmp_path / "crops.csv").read_text()
    from_pipe = reta("fit", "-", "-t", "apples", "--features", "temp", "--json", stdin=text).document
    from_file = reta("fit", "crops.csv", "-t", "apples", "--features", "temp", "--json").document
    assert from_pipe["coefficients"] == from_file["coefficients"]


def test_several_files_are_one_table(reta, tmp_path):
    header, *rows = (tmp_path / "crops.csv").read_text().splitlines(keepends=True)
    (tmp_path / "part-1.csv").write_text("".join([header, *rows[:7]]))
    (tmp_path / "part-2.csv").write_text("".join([header, *rows[7:]]))
    whole = reta(*FIT, "--json").document["coefficients"]
    for data in (("part-1.csv", "part-2.csv"), ("part-*.csv",)):
        parts = reta("fit", *data, "--targets", "apples,oranges", "--json").document["coefficients"]
        np.testing.assert_allclose([row["estimate"] for row in parts], [row["estimate"] for row in whole], **CLOSE)


def test_names_with_commas_stand_in_quotes(reta, tmp_path):
    (tmp_path / "farm.csv").write_text('x,"yield, kg"\n1,2\n2,4.5\n3,5.5\n4,8.5\n')
    assert reta("fit", "farm.csv", "--targets", '"yield, kg"', "--json").document["targets"] == ["yield, kg"]


def test_notes_are_in_the_screen_the_document_and_on_stderr(reta, tmp_path):
    (tmp_path / "farm.csv").write_text("region;x;y\nnorth;1,5;2\nsouth;2,5;4,5\nnorth;3;5,5\nsouth;4;8,5\nnorth;5;9\n")
    arguments = ("fit", "farm.csv", "--targets", "y", "--categorical", "region")
    run = reta(*arguments)
    assert run.code == 0
    encoded = "`region` has 2 levels; baseline 'north'"
    assert encoded in " ".join(run.out.split())
    assert f"note: {encoded}\n" in run.err
    assert {"kind": "encoded", "text": encoded} in reta(*arguments, "--json").document["notes"]


def test_quiet_says_nothing_beside_the_result(reta, tmp_path):
    (tmp_path / "farm.csv").write_text("a;b;y\n1,5;3;2\n2,5;5;4,5\n3;6;5,5\n4;8;8,5\n5;10;9\n")
    loud = reta("fit", "farm.csv", "--targets", "y")
    assert "note: `b` = 2·`a`, so `b` was dropped" in loud.err
    quiet = reta("fit", "farm.csv", "--targets", "y", "--quiet")
    assert quiet.err == ""
    assert quiet.out.splitlines()[0] == loud.out.splitlines()[0]


def test_a_note_is_said_once_though_it_was_raised_as_a_warning_too(reta, tmp_path):
    (tmp_path / "farm.csv").write_text("a,b,y\n1.5,3,2\n2.5,5,4.5\n3,6,5.5\n4,8,8.5\n5,10,9\n")
    lines = [line.split(": ", 1)[1] for line in reta("fit", "farm.csv", "--targets", "y").err.splitlines()]
    assert lines
    assert len(lines) == len(set(lines))


@pytest.fixture
def wide_table(tmp_path):
    rng = np.random.default_rng(7)
    names = [f"x{i}" for i in range(30)] + [f"y{i}" for i in range(25)]
    rows = rng.normal(size=(80, 55))
    lines = [",".join(names), *(",".join(f"{cell:.6f}" for cell in row) for row in rows)]
    (tmp_path / "wide.csv").write_text("\n".join(lines) + "\n")
    return ",".join(names[30:])


def test_a_long_table_is_cut_and_says_so(reta, wide_table):
    screen = reta("fit", "wide.csv", "--targets", wide_table).out
    assert "Linear model of 25 targets" in screen
    assert "11 more terms: add --json to see all" in screen
    assert len(screen.splitlines()) < 100
    saved = reta("fit", "wide.csv", "--targets", wide_table, "-o", "wide.reta.json").out
    assert "11 more terms: reta show wide.reta.json shows all" in saved
    everything = reta("show", "wide.reta.json").out
    assert "more terms" not in everything
    assert "y24" in everything
    assert "x29" in everything


def test_the_input_is_never_overwritten(reta, tmp_path):
    before = (tmp_path / "crops.csv").read_bytes()
    run = reta(*FIT, "-o", "./crops.csv")
    assert run.code == 2
    assert "would overwrite crops.csv" in run.err
    assert (tmp_path / "crops.csv").read_bytes() == before
