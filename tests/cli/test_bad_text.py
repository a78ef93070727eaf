"""Text files and command lines as people have them, each through the command line.

The numbers are those of the list of bad inputs that reta promises to deal with; those from 48 on came from attacks.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest

TOLERANCE = 1e-9  # exact fits and independent solutions agree to rounding; this leaves room for the condition
ROWS = [(1.5, 2.0, 3.1), (2.25, 1.0, 4.9), (3.0, 5.5, 6.2), (4.75, 4.0, 9.4), (5.5, 7.0, 11.8), (7.0, 6.5, 14.1)]
GOOD = "a,b,y\n" + "".join(f"{a},{b},{y}\n" for a, b, y in ROWS)


def write(name: str, content: str | bytes) -> str:
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    return name


def lines_of(objects: list[dict[str, object]]) -> str:
    return "".join(f"{json.dumps(each)}\n" for each in objects)


def solved(rows=ROWS) -> list[float]:
    """The coefficients, intercept first, by another road."""
    A = np.array([[1.0, *row[:-1]] for row in rows])
    return np.linalg.lstsq(A, np.array([row[-1] for row in rows]), rcond=None)[0].tolist()


@pytest.fixture
def fit(reta):
    """``fit(source, …)``: the coefficients of y, and what was said on the way."""

    def run(source, *options, stdin=""):
        ran = reta("fit", source, "--targets", "y", *options, "--json", stdin=stdin)
        assert ran.code == 0, ran.err
        return [row["estimate"] for row in ran.document["coefficients"]], ran.err

    return run


@pytest.fixture
def refused(reta):
    """``refused(code, message, …)``: one line that says so, and nothing left behind."""

    def run(code, message, *arguments, stdin=""):
        before = set(Path().rglob("*"))
        ran = reta(*arguments, stdin=stdin)
        assert ran.code == code, ran.out + ran.err
        errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
        assert len(errors) == 1
        assert ran.err.endswith(f"{errors[0]}\n")
        assert re.search(message, errors[0]), errors[0]
        assert set(Path().rglob("*")) == before

    return run


SENTINELS = [
    ("a,b,y\n1.5,-999.0,3\n", "-999"),
    ("a,b,y\n1.5,-9.99e2,3\n", "-999"),
    ("a,b,y\n1.5,-999,3\n", "-999.00"),
    ('a,b,y\n1.5," -999.0",3\n', "-999"),
]


@pytest.mark.parametrize(("start", "word"), SENTINELS)
def test_48_numbers_that_mean_no_value_are_compared_as_numbers(fit, start, word):
    source = write("x.csv", start + GOOD.partition("\n")[2])
    found, said = fit(source, "--missing-values", word, "--missing", "drop")
    assert found == pytest.approx(solved(), rel=TOLERANCE)
    assert "1 row left out for missing values: `b` 1 (first: line 2)" in said


def test_48_with_a_decimal_comma_too(fit):
    body = GOOD.replace(",", ";").replace(".", ",")
    source = write("x.csv", body + "3,5;-999,0;4\n-9,99e2;1;4\n")
    found, said = fit(source, "--missing-values", "-999", "--missing", "drop")
    assert found == pytest.approx(solved(), rel=TOLERANCE)
    assert "`a` 1 (first: line 9), `b` 1 (first: line 8)" in said


def test_48_where_nothing_else_has_a_decimal_comma(fit):
    source = write("x.csv", "a;y\n1;1\n-999,0;2\n3;3\n4;5\n5;4\n")
    found, said = fit(source, "--missing-values=-999", "--missing", "drop")
    assert found == pytest.approx(solved([(1.0, 1.0), (3.0, 3.0), (4.0, 5.0), (5.0, 4.0)]), rel=TOLERANCE)
    assert "`a` 1 (first: line 3)" in said


def test_48_a_number_with_a_decimal_comma_is_not_taken_for_two(reta, refused):
    source = write("x.csv", GOOD)
    message = r"'-999,0' may be one number or two: write -999 for one"
    refused(2, message, "fit", source, "-t", "y", "--missing-values", "-999,0")
    words = ("--missing-values", "-999", "--missing-values", "0", "--missing", "drop")
    assert reta("fit", source, "-t", "y", *words).code == 0
    assert reta("fit", source, "-t", "y", "--missing-values", "98,99", "--missing", "drop").code == 0


LEVELS = {
    "csv": "d,x,y\n1,2,3\n1.0,3,4\n2,4,6\n2.00,5,1\n+1,6,7\n2,7,1\n",
    "comma.csv": "d;x;y\n1,0;2,0;3\n1;3;4\n2;4;6\n2,00;5;1\n1;6;7\n2;7;1\n",
    "ndjson": lines_of(
        [{"d": d, "x": x, "y": y} for d, x, y in [(1, 2, 3), (1.0, 3, 4), (2, 4, 6), (2.0, 5, 1), (1, 6, 7), (2, 7, 1)]]
    ),
}


@pytest.mark.parametrize("kind", LEVELS)
def test_49_levels_that_are_the_same_number_are_one(reta, kind):
    ran = reta("fit", write(f"x.{kind}", LEVELS[kind]), "y ~ C(d) + x", "--json", "-o", "m.json")
    assert [row["term"] for row in ran.document["coefficients"]] == ["intercept", "d[2]", "x"]
    if kind != "ndjson":
        assert "`d`: levels that are equal are one, however they are written ('1" in ran.err
    for other in ("d,x\n1.0,2\n2.0,3\n", "d,x\n1,2\n2,3\n", "d;x\n1,0;2,0\n2,0;3,0\n"):
        predicted = reta("predict", "m.json", write("new.csv", other), "--quiet")
        assert predicted.code == 0, predicted.err
        numbers = [line.replace(",", ".").rpartition(";")[2].rpartition(".") for line in predicted.out.splitlines()[1:]]
        assert len(numbers) == 2
    pl.DataFrame({"d": [1.0, 2.0, None], "x": [2.0, 3.0, 4.0]}).write_parquet("new.parquet")
    assert reta("predict", "m.json", "new.parquet", "--missing", "drop", "--quiet").code == 0


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no /dev/fd")
def test_51_pipes_without_a_suffix_are_read_whole(tmp_path):
    write(str(tmp_path / "x.csv"), GOOD)
    write(str(tmp_path / "x.ndjson"), pl.read_csv(GOOD.encode()).write_ndjson())
    command = f"{sys.executable} -m reta fit <(cat x.csv) <(cat x.csv) --targets y --json"
    for line in (command, command.replace(".csv", ".ndjson")):
        ran = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True)
        document = json.loads(ran.stdout)
        assert document["n_samples"] == 2 * len(ROWS)
        assert [row["estimate"] for row in document["coefficients"]] == pytest.approx(solved(), rel=TOLERANCE)


def test_51_standard_input_is_no_part_beside_files(refused):
    refused(2, r"standard input \('-'\) cannot be one part", "fit", "-", write("x.csv", GOOD), "--targets", "y")


STRAY = r"column 4 holds '7' in x.csv, line {}: the column has no name and is empty elsewhere.*--bad-rows drop"


@pytest.mark.parametrize("repeats", [1, 4000])
def test_52_a_cell_without_a_column_is_named_with_its_line(refused, fit, repeats):
    body = "".join(f"{a},{b},{y},\n" for a, b, y in ROWS) * repeats
    source = write("x.csv", f"a,b,y,\n{body}1,2,3,7\n")
    refused(3, STRAY.format(2 + len(ROWS) * repeats), "fit", source, "--targets", "y")
    found, said = fit(source, "--bad-rows", "drop")
    assert found == pytest.approx(solved(), rel=TOLERANCE)
    assert f"1 row left out, unreadable (first: line {2 + len(ROWS) * repeats})" in said
    write("x.csv", f"a,b,y\n{body}1,2,3,7\n")  # the delimiter too many stands in the rows only
    refused(3, STRAY.format(2 + len(ROWS) * repeats), "fit", source, "--targets", "y")


OBJECTS = [{"a": a, "b": b, "y": y} for a, b, y in ROWS]
MORE = [{"a": 1.5 + i % 7, "b": i % 5, "y": i % 11} for i in range(1200)]


def test_53_a_key_that_comes_late_is_a_column(reta, fit, refused):
    late = write("late.ndjson", lines_of([*MORE, *({**row, "c": i % 3} for i, row in enumerate(MORE))]))
    rows = [(row["a"], row["b"], i % 3, row["y"]) for i, row in enumerate(MORE)]
    assert fit(late, "--missing", "drop")[0] == pytest.approx(solved(rows), rel=1e-6)
    assert fit(late, "--features", "a,b,c", "--missing", "drop")[0] == pytest.approx(solved(rows), rel=1e-6)
    assert reta("fit", late, "y ~ c", "--missing", "drop").code == 0
    refused(3, r"missing values in late.ndjson: `c` 1,200 \(first: line 1\)", "fit", late, "--targets", "y")
    text = Path("late.ndjson").read_text()
    refused(3, r"`c` came to light after.*save it to a file.*--features", "fit", "-", "-t", "y", stdin=text)
    assert len(fit("-", "--features", "a,b", stdin=text)[0]) == 3


def test_53_keys_of_a_second_part_are_columns(fit, refused):
    write("p1.ndjson", lines_of(OBJECTS))
    write("p2.ndjson", lines_of([{**each, "z": 1} for each in OBJECTS]))
    refused(3, r"missing values in 2 files .*`z` 6 \(first: p1.ndjson, line 1\)", "fit", "p*.ndjson", "-t", "y")
    _, said = fit("p*.ndjson", "--exclude", "z")
    assert "p2.ndjson differs from p1.ndjson: with `z` besides" in said


FAULTS = [
    ('{"a": 1, "b": 2, "a": 3, "y": 1}', r"line {}: the key `a` comes twice"),
    ('{"a": true, "b": 2, "y": 1}', r"`a` holds 'true' in x.ndjson, line {}: not a number"),
    ('{"a": {"u": 1}, "b": 2, "y": 1}', r"`a` holds '\{\"u\": 1\}' in x.ndjson, line {}: not a number"),
    ('{"a": [1, 2], "b": 2, "y": 1}', r"`a` holds '\[1, 2\]' in x.ndjson, line {}: not a number"),
    ('{"a": 1, "b": 2, "y": 1} {}', r"line {}: .* is not a JSON object"),
    ('{"a": 1, "b": 2, "y": 01}', r"line {}: .* is not a JSON object"),
    ('{"a": 1e999, "b": 2, "y": 1}', r"`a` holds '?1e999'? in x.ndjson, line {}: "),
]


@pytest.mark.parametrize(("line", "message"), FAULTS)
@pytest.mark.parametrize("above", [3, 1100])
def test_53_what_is_wrong_in_a_line_is_named_with_it(refused, line, message, above):
    """Among the first thousand lines, and after them, a blank one on the way."""
    lines = lines_of(MORE).splitlines()
    source = write("x.ndjson", "\n".join([*lines[:above], "", line, *lines[above:]]) + "\n")
    refused(3, message.replace("{}", str(above + 2)), "fit", source, "--targets", "y")


def test_53_a_repeated_key_hides_behind_no_null(refused):
    """The parser takes the first of two keys; a null among them, and a line that lacks a key, keep the count right."""
    lines = lines_of([{**each, "b": None} for each in MORE]).splitlines()
    for twice in ('{"a": 1, "a": null, "y": 3}', '{"a" : 1, "a": 2, "b": 3, "y": 3}'):
        source = write("x.ndjson", "\n".join([*lines, twice]) + "\n")
        refused(3, rf"line {len(lines) + 1}: the key `a` comes twice", "fit", source, "-t", "y", "--features", "a")


def test_53_objects_are_told_from_text_wherever_they_come_from(fit):
    text = lines_of(OBJECTS)
    packed = gzip.compress(text.encode())
    files = {
        "bom": b"\xef\xbb\xbf" + text.encode(),
        "bom.ndjson": b"\xef\xbb\xbf" + text.encode(),
        "wide.ndjson": text.encode("utf-16"),
        "packed.gz": packed,
        "packed": packed,
    }
    for name, content in files.items():
        assert fit(write(name, content))[0] == pytest.approx(solved(), rel=TOLERANCE), name
    pl.DataFrame(OBJECTS).write_csv("x.csv")
    assert fit("-", stdin=text)[0] == pytest.approx(solved(), rel=TOLERANCE)
    pa = pytest.importorskip("pyarrow")
    with pa.CompressedOutputStream("x.ndjson.zst", "zstd") as file:
        file.write(text.encode())
    assert fit("x.ndjson.zst")[0] == pytest.approx(solved(), rel=TOLERANCE)


def test_53_rows_to_predict_keep_their_own_types(reta, fit):
    fit(write("x.csv", GOOD), "-o", "m.json")
    new = lines_of([{"a": 1, "b": 2, "id": "x"}] * 1100 + [{"a": 2.5, "b": 3, "id": 7, "late": 1}])
    ran = reta("predict", "m.json", write("new.ndjson", new), "--to", "ndjson")
    first, last = (json.loads(ran.out.splitlines()[at]) for at in (0, -1))
    assert (first["id"], first["late"], last["id"], last["late"]) == ("x", None, "7", 1)


FRACTIONS = [
    ("a;b;y\n1,000;2;3\n2,500;3;5\n1,5;4;4\n", ("--thousands", ","), "1,5", 4),
    ('a,b,y\n"1,000",2,3\n"2,500",3,5\n"1,5",4,4\n', ("--thousands", ","), "1,5", 4),
    ("a;b;y\n1.000,5;2;3\n0.123;3;5\n2.500,5;4;4\n", ("--thousands", ".", "--decimal", ","), "0.123", 3),
]


@pytest.mark.parametrize(("content", "options", "cell", "line"), FRACTIONS)
def test_54_a_fraction_is_no_group_of_thousands(refused, content, options, cell, line):
    message = rf"`a` holds '{cell}' in x.csv, line {line}: not a number"
    refused(3, message, "fit", write("x.csv", content), "-t", "y", *options)


def test_55_each_file_is_read_once_and_it_is_said(reta, fit):
    write("x.csv", GOOD)
    Path("link.csv").symlink_to("x.csv")
    for sources, note in [(("x.csv",), "x.csv is named twice"), (("link.csv",), "link.csv is the same file as x.csv")]:
        ran = reta("fit", "x.csv", *sources, "--targets", "y", "--json")
        assert ran.document["n_samples"] == len(ROWS)
        assert f"{note}: each file is read once" in ran.err
    Path("loop/in").mkdir(parents=True)
    Path("loop/in/x.csv").write_text(GOOD)
    for name in ("again", "and_again"):
        Path("loop/in", name).symlink_to("../../loop")
    ran = reta("fit", "loop/**/*.csv", "--targets", "y", "--json")
    assert ran.document["n_samples"] == len(ROWS)


class Changing:
    """A stream of batches during which a file is changed."""

    def __init__(self, change):
        self.change, self.done = change, False

    def __call__(self, _rows):
        if not self.done:
            self.done = True
            self.change()


CHANGES = {
    "cut": lambda path: os.truncate(path, path.stat().st_size // 2),
    "grown": lambda path: path.write_text(path.read_text() + "1,2,3\n"),
    "replaced": lambda path: (path.with_name("new").write_text(path.read_text()), path.with_name("new").replace(path)),
}


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
@pytest.mark.parametrize("change", CHANGES)
def test_57_a_file_that_changes_while_it_is_read_is_refused(tmp_path, change, kind):
    import reta
    from reta.errors import FileError

    path = tmp_path / f"x.{kind}"
    frame = pl.DataFrame({"a": np.arange(1e6) % 7, "y": np.arange(1e6) % 11})
    path.write_text(frame.write_csv() if kind == "csv" else frame.write_ndjson())
    change_it = Changing(lambda: CHANGES[change](path))
    with pytest.raises(
        FileError, match=rf"x.{kind} changed while it was read \([\d,]+ bytes at first, [\d,]+ bytes now\)"
    ):
        reta.fit(path, targets="y", on_rows=change_it)
    assert change_it.done


def test_59_a_header_longer_than_the_first_look_is_read(fit, reta):
    names = [f"a_rather_long_name_{j}" for j in range(2500)]
    rows = [[i * (j + 1) % 97 for j in range(2500)] for i in range(5)]
    text = "\n".join(",".join(map(str, line)) for line in [names, *rows]) + "\n"
    ran = reta("fit", write("wide.csv", text), "-t", names[2], "--features", names[0], "--json")
    assert ran.document["n_samples"] == 5
    for part in range(4):
        write(f"part{part}.csv", "\n".join(",".join(map(str, line[:700])) for line in [names, *rows]) + "\n")
    ran = reta("fit", "part*.csv", "-t", names[2], "--features", names[0], "--json")
    assert ran.document["n_samples"] == 20
    cell = '"' + "a long note\n" * 20_000 + '"'
    body = "".join(f"{a},{b},{cell if not i else 'x'},{y}\n" for i, (a, b, y) in enumerate(ROWS))
    assert fit(write("note.csv", f"a,b,note,y\n{body}"), "--features", "a,b")[0] == pytest.approx(
        solved(), rel=TOLERANCE
    )


ODD = [
    (("--encoding", "punycode"), 2, r"--encoding punycode: this is no text encoding"),
    (("--encoding", "idna"), 2, r"--encoding idna: this is no text encoding"),
    (("--encoding", "undefined"), 2, r"--encoding undefined: this is no text encoding"),
    (("--encoding", "utf-16"), 3, r"is not UTF-16 from byte"),
]


@pytest.mark.parametrize(("options", "code", "message"), ODD)
def test_64_encodings_of_other_things_are_one_line(refused, options, code, message):
    refused(code, message, "fit", write("x.csv", GOOD), "--targets", "y", *options)


def test_64_files_in_odd_encodings_and_with_odd_names(fit, refused):
    refused(3, r"x.csv, line 1: 'sep=é' names no delimiter", "fit", write("x.csv", "sep=é\n" + GOOD), "-t", "y")
    assert fit("x.csv", "--delimiter", ",")[0] == pytest.approx(solved(), rel=TOLERANCE)
    for encoding in ("utf-16-le", "utf-16-be"):
        assert fit(write("x.csv", GOOD.encode(encoding)))[0] == pytest.approx(solved(), rel=TOLERANCE)
    assert fit(write("~name.csv", GOOD))[0] == pytest.approx(solved(), rel=TOLERANCE)
    name = os.fsdecode(b"caf\xe9.csv")
    assert fit(write(name, GOOD), "-o", os.fsdecode(b"m\xe9.json"))[0] == pytest.approx(solved(), rel=TOLERANCE)
    name = os.fsdecode(b"caf\xe9.parquet")
    pl.DataFrame(OBJECTS).write_parquet("x.parquet")
    Path("x.parquet").rename(name)
    refused(4, r"caf\\udce9.parquet has a name that is no text", "fit", name, "-t", "y")
    pa = pytest.importorskip("pyarrow")
    with pa.CompressedOutputStream("x.csv.zst", "zstd") as file:
        file.write(GOOD.encode("utf-16"))
    refused(4, r"x.csv.zst holds no UTF-8 text: unpack it first", "fit", "x.csv.zst", "-t", "y")


def test_65_no_screen_shows_a_raw_control_character(reta):
    evil = "\x1b[31m"
    source = write(f"e{evil}.csv", GOOD.replace("a,b,y", f"a{evil},b\x07,y{evil}"))
    target, model = f"y{evil}", f"m{evil}.json"
    commands = [
        ("fit", source, "-t", target),
        ("fit", source, "-t", target, "-o", model),
        ("show", model),
        ("evaluate", model, source),
        ("diagnose", model, source),
        ("test", model, f"`a{evil}` = 0"),
        ("descend", source, "-t", target),
        ("moments", "build", source, "-t", target, "-o", f"s{evil}.moments"),
        ("fit", source, "-t", "nothing"),
        ("fit", f"no{evil}", "-t", target),
    ]
    for command in commands:
        ran = reta(*command)
        assert not {"\x1b", "\x07"} & set(ran.out + ran.err), command
    ran = reta("fit", source, "-t", target)
    again = next(line for line in ran.out.splitlines() if "keep this model" in line)
    assert r"reta fit $'e\x1b[31m.csv' -t $'y\x1b[31m' -o $'e\x1b[31m.reta.json'" in again


def test_67_names_add_up_and_what_is_written_once_is_named_once(reta, refused):
    source = write("x.csv", GOOD)
    assert reta("fit", source, "-t", "a", "-t", "y", "--json").document["targets"] == ["a", "y"]
    ran = reta("fit", source, "-t", "y", "--features", "a", "--features", "b", "--json")
    assert [row["term"] for row in ran.document["coefficients"]] == ["intercept", "a", "b"]
    refused(2, r"--output is given 2 times: give it once", "fit", source, "-t", "y", "-o", "a.json", "-o", "b.json")
    descend = ("descend", source, "-t", "y", "--batch-size", "2")
    refused(2, r"--checkpoint x.csv would overwrite x.csv, which is being read", *descend, "--checkpoint", source)
    refused(2, r"-o and --checkpoint both name a.descent", *descend, "--checkpoint", "a.descent", "-o", "a.descent")
    refused(2, r"-o x.csv would overwrite x.csv", "fit", "x*.csv", "-t", "y", "-o", source)
    assert Path(source).read_text() == GOOD


EXPORT = (
    "Relatório 2024;;\n;;\na;b;y\n1,5;R$ 2.300,27;3,1\n2,25;R$ 4,00;4,9\n3;R$ 5,00;6,2\n4,75;R$ 4,00;9,4\n;;\n;;;;\n"
)


def test_68_exports_of_spreadsheets(fit, refused):
    source = write("x.csv", EXPORT)
    titles = "the first 2 lines look like titles above the header: if so, say --skip-rows 2"
    refused(2, rf"no column `y` in x.csv.*{titles}", "fit", source, "-t", "y")
    refused(3, r"the symbol 'R\$' is not part of a number.*--symbols", "fit", source, "-t", "y", "--skip-rows", "2")
    found, said = fit(source, "--skip-rows", "2", "--symbols")
    rows = [(1.5, 2300.27, 3.1), (2.25, 4, 4.9), (3, 5, 6.2), (4.75, 4, 9.4)]
    assert found == pytest.approx(solved(rows), rel=TOLERANCE)
    assert "`b`: 'R$' left out of 4 cells" in said
    assert "2 lines of empty cells left out (first: line 8)" in said
    refused(3, r"x.csv has 9 lines: --skip-rows 20 leaves nothing", "fit", source, "-t", "y", "--skip-rows", "20")


UNITS = [
    ("10%", "12%", "5%", "7%", None),
    ("10 kg", "12 kg", "5 kg", "7 kg", None),
    ("US$10", "US$12", "US$5", "US$7", None),
    ("10%", "0.12", "5%", "7%", r"`a` has '%' in x.csv, line 2 and no symbol in x.csv, line 3"),
    ("$10", "€12", "$5", "$7", r"`a` has '\$' in x.csv, line 2 and '€' in x.csv, line 3.*--categorical a"),
]


@pytest.mark.parametrize("cells", UNITS)
def test_68_units_are_left_out_where_all_cells_have_the_same(fit, refused, cells):
    *cells, message = cells
    rows = [(10, 3), (12, 4), (5, 2), (7, 3.5)]
    body = "".join(f"{cell},{y}\n" for cell, (_, y) in zip(cells, rows, strict=True))
    source = write("x.csv", f"a,y\n{body}")
    if message is None:
        assert fit(source, "--symbols")[0] == pytest.approx(solved(rows), rel=TOLERANCE)
    else:
        refused(3, message, "fit", source, "-t", "y", "--symbols")


STRANGE = [
    ("٣", r"'٣' is a digit of another script. Write it as 3"),
    ("１２", r"'１' is a digit of another script. Write it as 1"),
    ("−5", r"'−' is a dash and no minus sign. Write '-'"),
    ("1_000", r"not a number. If '_' groups thousands, say --thousands _"),
]


@pytest.mark.parametrize(("cell", "reason"), STRANGE)
@pytest.mark.parametrize("all_of_them", [False, True])
def test_69_strange_numbers_are_named_as_what_they_are(refused, cell, reason, all_of_them):
    others = [cell] * 3 if all_of_them else ["1", "2", "3"]
    body = "".join(f"{other},{y}\n" for other, y in zip([cell, *others], (3, 4, 5, 7), strict=True))
    refused(3, rf"`a` holds '{cell}' in x.csv, line 2: {reason}", "fit", write("x.csv", f"a,y\n{body}"), "-t", "y")


def test_69_names_are_compared_in_their_composed_form(reta, fit, refused):
    composed, apart = (unicodedata.normalize(form, "ação") for form in ("NFC", "NFD"))
    write("nfc.csv", GOOD.replace("a,b", f"{composed},b"))
    write("nfd.csv", GOOD.replace("a,b", f"{apart},b"))
    pl.read_csv("nfd.csv").write_parquet("nfd.parquet")
    write("nfd.ndjson", pl.read_csv("nfd.csv").write_ndjson())
    for name in ("nfc.csv", "nfd.csv", "nfd.parquet", "nfd.ndjson"):
        for asked in (composed, apart):
            assert fit(name, "--features", f"{asked},b", "-o", "m.json")[0] == pytest.approx(solved(), rel=TOLERANCE)
            for other in ("nfc.csv", "nfd.csv", "nfd.parquet", "nfd.ndjson"):
                assert reta("predict", "m.json", other, "--quiet").code == 0
    assert reta("fit", "nfd.csv", f"y ~ {composed}").code == 0
    refused(3, r"two columns named `ação`", "fit", write("x.csv", f"{composed},{apart},y\n1,2,3\n"), "-t", "y")


def test_69_archives_are_named(refused):
    for name in ("x.zip", "x"):
        with zipfile.ZipFile(name, "w") as archive:
            archive.writestr("x.csv", GOOD)
        refused(3, rf"{name} is packed by ZIP: unpack it", "fit", name, "-t", "y")


@pytest.mark.parametrize("level", ["95", "0,95", "95%", "0.95"])
def test_70_coverage_as_people_write_it(reta, level):
    source = write("x.csv", GOOD)
    plain = reta("fit", source, "-t", "y", "--json", "-o", "m.json").document
    assert reta("fit", source, "-t", "y", "--level", level, "--json").document["coefficients"] == plain["coefficients"]
    assert (
        reta("predict", "m.json", source, "--interval", level).out
        == reta("predict", "m.json", source, "--interval", "0.95").out
    )


@pytest.mark.parametrize("language", ["pt", "pt_BR", "pt-BR", "PT"])
def test_70_languages_by_any_tag_before_or_after_the_command(reta, language):
    fit = ("fit", write("x.csv", GOOD), "-t", "y")
    assert reta(*fit, "--lang", language).out.startswith("Modelo linear de y")
    assert reta("--lang", language, *fit).out.startswith("Modelo linear de y")


def test_70_numbers_with_a_decimal_comma(reta):
    loss = ("descend", write("x.csv", GOOD), "-t", "y", "--loss", "huber", "--epochs", "3", "--quiet", "--json")
    comma = reta(*loss, "--delta", "0,5", "--momentum", "0,5").document
    point = reta(*loss, "--delta", "0.5", "--momentum", "0.5").document
    assert comma["coefficients"] == point["coefficients"]


@pytest.mark.parametrize(
    "words", [("y", "~", "a", "+", "b"), ("y~a", "+", "b"), ("y", "~a+b"), ("y", "HOME", "a", "+b")]
)
def test_70_a_formula_without_quotes_is_put_together_and_said(reta, words):
    words = [str(Path.home()) if word == "HOME" else word for word in words]
    ran = reta("fit", write("x.csv", GOOD), *words)
    assert ran.code == 0, ran.err
    assert re.search(rf"the formula was put together from {len(words)} words: 'y ?~ ?a ?\+ ?b'", ran.err)
    assert re.search(r"keep this model    reta fit x.csv '?y ?~ ?a ?\+ ?b'? -o", ran.out)


def test_70_what_a_shell_made_of_a_formula_is_seen(refused):
    source = write("x.csv", GOOD)
    refused(
        2,
        r"'x.csv' stands after the formula y ~ a: put the formula in quotes",
        "fit",
        source,
        "y",
        "~",
        "a",
        "x.csv",
        "b",
    )


R_TABLES = [
    '"a","b","y"\n' + "".join(f'"{i}",{a},{b},{y}\n' for i, (a, b, y) in enumerate(ROWS)),
    '"a" "b" "y"\n' + "".join(f'"{i}" {a} {b} {y}\n' for i, (a, b, y) in enumerate(ROWS)),
    "a\tb\ty\n" + "".join(f"row{i}\t{a}\t{b}\t{y}\n" for i, (a, b, y) in enumerate(ROWS)),
]


@pytest.mark.parametrize("table", R_TABLES)
def test_71_names_of_rows_are_left_out_and_said(fit, table):
    found, said = fit(write("x.txt", table))
    assert found == pytest.approx(solved(), rel=TOLERANCE)
    assert "the header is one name short of the rows: their first cells are taken for row names, and left out" in said


def test_71_first_cells_that_repeat_are_no_names(refused):
    table = "a,b,y\n" + "".join(f"1,{a},{b},{y}\n" for a, b, y in ROWS)
    refused(3, r"a row of 4 cells in x.csv, line 2: there should be 3", "fit", write("x.csv", table), "-t", "y")


def test_72_a_column_of_numbers_with_a_few_words_may_be_levels(reta, refused):
    source = write("x.csv", "year,y\n1973,2\n1974,3\n1973a,4\n1974,5\nlocal,6\n1973,7\n")
    refused(3, r"`year` holds '1973a' in x.csv, line 4: not a number.*--categorical year", "fit", source, "-t", "y")
    ran = reta("fit", source, "-t", "y", "--categorical", "year", "--json")
    assert [row["term"] for row in ran.document["coefficients"]][1:] == ["year[1973a]", "year[1974]", "year[local]"]


HEADERS = ["a,b,y", "a,b,y\r\n", "\ufeffa,b,y\n\n\n", "a;b;y\n;;\n;;\n"]


@pytest.mark.parametrize("content", HEADERS)
def test_2_a_header_alone_is_said_however_it_is_written(refused, content):
    source = write("x.csv", content)
    refused(3, r"x.csv has a header but no rows$", "fit", source, "-t", "y")
    refused(3, r"stdin has a header but no rows$", "fit", "-", "-t", "y", stdin=content)
    Path("x.csv.gz").write_bytes(gzip.compress(content.encode()))
    refused(3, r"x.csv.gz has a header but no rows$", "fit", "x.csv.gz", "-t", "y")
    write("z.csv", content)
    refused(3, r"2 files \(.*\): every file has a header but no rows$", "fit", "x.csv", "z.csv", "-t", "y")


def test_2_one_row_of_numbers_may_be_data(refused):
    message = r"x.csv has a header but no rows; its numbers may be data: if so, say --no-header"
    refused(3, message, "fit", write("x.csv", "1,2,3\n"), "-t", "3")


MOMENTS = ["2024-01-0{}", "2024-01-0{}T10:00:00", "0{}/02/2024", "10:3{}", "1:0{}:30", "{}:15 pm"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_25_dates_and_times_are_never_a_number_by_surprise(refused, moment):
    body = "".join(f"{moment.format(i)},{i},{moment.format(i + 1)},{i * i}\n" for i in range(1, 7))
    message = r"`d` and `the end` in x.csv hold dates.*days or hours since a start.*--exclude 'd,the end'"
    refused(3, message, "fit", write("x.csv", f"d,b,the end,y\n{body}"), "-t", "y")
    numbers = "".join(f"{i},{i * i}\n" for i in range(9))
    source = write("x.csv", f"b,y\n{numbers}{moment.format(3)},1\n")
    refused(3, r"`b` holds .*line 11: a (date|time), not a number", "fit", source, "-t", "y")


FARMS = [(f"farm {i}", i, "nsw"[i % 3], f"n{i % 40}", i % 7, i * i % 13) for i in range(60)]
FARMS_TEXT = "name,id,region,field,x,y\n" + "".join(",".join(map(str, row)) + "\n" for row in FARMS)


@pytest.mark.parametrize("formula", [False, True])
def test_27_few_levels_are_taken_and_names_are_named_at_once(reta, refused, formula):
    source = write("x.csv", FARMS_TEXT)
    asked = ("y ~ .",) if formula else ("-t", "y")
    message = (
        r"`name` and `field` hold text with too many values to be levels \(`name` has more than 50 values in 60 rows"
    )
    refused(3, rf"{message}, 'farm 0' among them\): leave them out with --exclude name,field", "fit", source, *asked)
    ran = reta("fit", source, *asked, "--exclude", "name,field", "--json")
    assert [row["term"] for row in ran.document["coefficients"]] == ["intercept", "id", "region[s]", "region[w]", "x"]
    assert "`region` holds text: taken as levels" in ran.err
    assert "`region` has 3 levels; baseline 'n'" in ran.err
    ran = reta("fit", source, "-t", "y", "--categorical", "field", "--exclude", "name,id", "--json")
    assert sum(row["term"].startswith("field[") for row in ran.document["coefficients"]) == 39


def test_27_a_name_far_below_stops_too(refused):
    body = "".join(f"{'nsw'[i % 3]},{i}\n" for i in range(70_000)) + "".join(f"farm {i},{i}\n" for i in range(60))
    refused(3, r"`g` holds text.*--exclude g", "fit", write("x.csv", f"g,y\n{body}"), "-t", "y")


def test_27_numbers_with_units_are_pointed_out(refused):
    body = "".join(f"{i} kg,{i}\n" for i in range(5))
    refused(3, r"for numbers with units, say --symbols", "fit", write("x.csv", f"g,y\n{body}"), "-t", "y")


def test_27_what_moments_hold_is_excluded_too(reta):
    source = write("x.csv", FARMS_TEXT)
    assert reta("moments", "build", source, "-t", "y", "--exclude", "name,field", "-o", "x.moments").code == 0
    ran = reta("fit", "x.moments", "--exclude", "region", "--json")
    assert [row["term"] for row in ran.document["coefficients"]] == ["intercept", "id", "x"]
    assert reta("fit", "x.moments", "--exclude", "wind").code == 2


def test_44_a_level_of_weightless_rows_alone_is_no_level(reta):
    body = "u,2,3.1,1\nv,1,4.9,0\nu,5.5,6.2,2\nw,5,6,1\nw,5.5,6.5,1\nu,3,4,1\n"
    ran = reta("fit", write("x.csv", f"g,b,y,w\n{body}"), "-t", "y", "--weights", "w", "--json", "-o", "m.json")
    assert [row["term"] for row in ran.document["coefficients"]] == ["intercept", "g[w]", "b"]
    ran = reta("predict", "m.json", write("new.csv", "g,b\nv,2\n"))
    assert ran.code == 3
    assert "`g` holds 'v', not among the levels of the training data (u, w)" in ran.err


def test_every_option_of_reading_is_a_keyword_in_python(reta):
    import reta as package
    from reta.errors import UsageError

    write("x.csv", EXPORT)
    model = package.fit("x.csv", targets="y", skip_rows=2, symbols=True, missing_values=-999, exclude="b")
    assert model.feature_names == ("a",)
    with pytest.raises(UsageError, match=r"skip_rows=-1: give a whole number of lines, from 0"):
        package.fit("x.csv", targets="y", skip_rows=-1)
    with pytest.raises(UsageError, match=r"--skip-rows does not apply to data in memory"):
        package.fit({"a": [1, 2], "y": [3, 4]}, targets="y", skip_rows=1)
