from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from reta.errors import DataError
from reta.tables.table import ReadOptions
from reta.tables.text.probe import Probe, kind_of_shapes, probe


def probed(content: str | bytes, *, complete: bool = True, **options: Any) -> Probe:
    sample = content if isinstance(content, bytes) else content.encode()
    return probe(sample, complete, ReadOptions(**options), "crops.csv")


def marks(found: Probe) -> tuple[str, str, str | None, bool]:
    dialect = found.dialect
    return dialect.delimiter, dialect.decimal, dialect.thousands, dialect.decimal_decided


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b\n1,2\n", (",", ".", None, True)),
        ("a,b\n1.5,2.25\n", (",", ".", None, True)),
        ("a;b\n1.5;2\n", (";", ".", None, True)),
        ("a;b\n1,5;2\n", (";", ",", None, True)),
        ("a;b\n1;2\n", (";", ".", None, False)),
        ("a\tb\n1,5\tx\n", ("\t", ",", None, True)),
        ("a|b\n1|2.5\n", ("|", ".", None, True)),
        ("1,5;2,5\n3,5;4,5\n", (";", ",", None, True)),
        ("temp, C;rain, mm\n10,5;20,3\n", (";", ",", None, True)),
        ('a,b\n"1,5","2,75"\n', (",", ",", None, True)),
        ('a,b\n"1,234.5",2\n', (",", ".", ",", True)),
        ('a,b\n"1,234",2.5\n', (",", ".", None, True)),
        ("a;b\n1.234.567;2\n", (";", ",", ".", True)),
        ("a;b\n1.234;0.123\n", (";", ".", None, True)),
        ("a;b\n1.234;2.5,x\n", (";", ".", None, False)),
        ("a;b\n1,5;2.5\n3,5;4\n", (";", ",", None, True)),
        ("a;b\n1,5;2.5\n3,5;1.234\n", (";", ",", None, True)),
        ("x\n1.5\n", (",", ".", None, True)),
        ("x\n1.234\n", (",", ".", None, False)),
        ("version;x\n1.2.3;1,5\n1.2.4;2,5\n", (";", ",", None, True)),
    ],
)
def test_delimiter_and_marks_are_found_together(content: str, expected: tuple[str, str, str | None, bool]) -> None:
    assert marks(probed(content)) == expected


def test_a_title_line_does_not_hide_the_delimiter() -> None:
    assert marks(probed("Harvest\na;b;c\n1;2,5;3\n"))[0] == ";"


def test_options_are_kept() -> None:
    found = probed("a;b\n1,5;2\n", delimiter=",", decimal=".")
    assert marks(found)[:2] == (",", ".")
    assert found.header.names == ("a;b",)
    assert found.notes == ()


@pytest.mark.parametrize(
    ("content", "encoding", "note"),
    [
        ("a,é\n1,2\n".encode(), "utf-8", None),
        ("a,é\n1,2\n".encode("utf-8-sig"), "utf-8", None),
        ("a,é\n1,2\n".encode("latin-1"), "latin-1", "read as Latin-1"),
        ("a,€\n1,2\n".encode("cp1252"), "cp1252", "read as Windows-1252"),
        ("a,é\n1,2\n".encode("utf-16"), "utf-16", "read as UTF-16"),
        ("a,é\n1,2\n".encode("utf-16-le"), "utf-16-le", "read as UTF-16"),
        ("a,é\n1,2\n".encode("utf-32"), "utf-32", "read as UTF-32"),
    ],
)
def test_encoding_is_found_and_said(content: bytes, encoding: str, note: str | None) -> None:
    found = probed(content)
    assert found.dialect.encoding == encoding
    assert [text.text for text in found.notes] == ([] if note is None else [note])
    assert found.header.names[0] == "a"


def test_a_character_cut_by_the_end_of_the_sample_is_no_other_encoding() -> None:
    cut = "a,b\n1,2\n3,é".encode()[:-1]
    assert probed(cut, complete=False).dialect.encoding == "utf-8"
    assert probed(cut, complete=True).dialect.encoding == "latin-1"


def test_an_encoding_that_does_not_fit_is_refused() -> None:
    with pytest.raises(DataError, match="crops.csv is not ASCII from byte 2 on: .*--encoding"):
        probed("a,é\n1,2\n", encoding="ascii")


def test_header_names_are_cleaned_and_nameless_columns_numbered() -> None:
    found = probed('"", temp ,"rain\n fall",\n1,2,3,4\n')
    assert found.header.names == ("column_1", "temp", "rain fall", "column_4")
    assert found.lines_before_data == 2
    assert [note.text for note in found.notes] == [
        "column 1 has no name: called `column_1`",
        "column 4 has no name: called `column_4`",
        "spaces round column names left out",
    ]


def test_lines_before_the_data_are_counted() -> None:
    assert probed("\n\nsep=,\n").lines_before_data == 3
    assert probed("sep=;\n\na;b\n1;2\n").lines_before_data == 3
    assert probed("1,2\n", header=False).lines_before_data == 0


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2.5", "x"], "number"),
        (["1", "x"], "number"),
        (["1", "x", "y"], "text"),
        (["10%", "12%"], "number"),
        (["0x1F"], "number"),
        (["true", "FALSE", "?"], "boolean"),
        (["2024-01-31", "31/12/2024", "1.2.99"], "date"),
        (["2024-01-31T10:20:30Z"], "date"),
        (["20240131"], "number"),
        (["south"], "text"),
        (["", "NA"], "number"),
    ],
)
def test_a_column_is_what_half_of_its_cells_are(cells: list[str], kind: str) -> None:
    found = probed("a|b\n" + "".join(f"{cell}|0\n" for cell in cells))
    assert kind_of_shapes(found.shapes[0]) == kind
    assert kind_of_shapes(Counter()) == "number"


def test_words_for_missing_that_occur_are_noted() -> None:
    assert probed("a,b\n1,NA\n-999,\n", missing_values=("-999", "none")).null_words == {"NA", "-999"}


def test_a_row_cut_by_the_end_of_the_sample_is_left_out() -> None:
    assert probed("a,b\n1,2\n3,oo", complete=False).shapes[1] == {"integer": 1}
    assert probed("a,b\n1,2\n3,oo", complete=True).shapes[1] == {"integer": 1, "text": 1}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a;y\n1;1\n-999,0;2\n3;3\n", ","),
        ('a,y\n1,1\n"-999,0",2\n3,3\n', ","),
        ("a;y\n1;1\n-999.0;2\n3;3\n", "."),
        ("a;y\n1.5;1\n-999,0;2\n3;3\n", "."),
        ("a;y\n1,5;1\n-999.0;2\n-999.0;3\n", ","),
        ("a;v\n1;1,5\n2;x\n3;z\n-999;w\n", "."),
    ],
)
def test_a_number_that_means_no_value_shows_the_decimal_comma_where_nothing_else_does(
    content: str, expected: str
) -> None:
    assert marks(probed(content, missing_values=("-999",)))[1] == expected
