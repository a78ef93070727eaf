from __future__ import annotations

import gzip
import io
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
import pytest

from reta.errors import DataError, FileError, UsageError
from reta.tables.delimited import DelimitedTable
from reta.tables.table import ReadOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Open = Callable[..., DelimitedTable]

TINY = 64  # bytes a block: many blocks in a small file


class Read(NamedTuple):
    rows: list[tuple[Any, ...]]
    notes: list[tuple[str, str]]


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """``table(content, **options)`` writes crops.csv and opens it."""
    monkeypatch.chdir(tmp_path)

    def open_it(
        content: str | bytes, name: str = "crops.csv", block_bytes: int | None = None, **options: Any
    ) -> DelimitedTable:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        relative = path.relative_to(tmp_path)
        return DelimitedTable([relative], name, ReadOptions(**options), block_bytes=block_bytes)

    return open_it


def read(table: DelimitedTable, columns: list[str] | None = None, **keywords: Any) -> Read:
    wanted = [column.name for column in table.columns] if columns is None else columns
    frames = list(table.batches(wanted, **keywords))
    rows = [row for frame in frames for row in frame.rows()]
    return Read(rows, [(note.kind, note.text) for note in table.notes])


def kinds(table: DelimitedTable) -> list[tuple[str, str]]:
    return [(column.name, column.kind) for column in table.columns]


def test_a_plain_file_needs_no_word(table: Open) -> None:
    crops = table("temp,rainfall\n73,67\n91.5,-8.8e1\n")
    assert kinds(crops) == [("temp", "number"), ("rainfall", "number")]
    assert crops.rereadable
    assert crops.n_rows is None
    assert read(crops) == Read([(73.0, 67.0), (91.5, -88.0)], [])
    assert read(crops, ["rainfall"]).rows == [(67.0,), (-88.0,)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", r"^crops.csv is empty \(0 bytes\)$", id="1-empty"),
        pytest.param("\n \n", r"^crops.csv has only blank lines$", id="1-blank"),
        pytest.param("a,b\n", r"^crops.csv has a header but no rows$", id="2-header-only"),
        pytest.param("a,b,a\n1,2,3\n", r"two columns named `a`, at positions 1 and 3", id="3-duplicate"),
        pytest.param(
            "a,b\n1,2\nn/a,4\n5,6\n",
            r"^`a` holds 'n/a' in crops.csv, line 3: not a number\. "
            r"Name it with --missing-values n/a, take the column as levels with --categorical a, "
            r"or drop such rows with --bad-rows drop$",
            id="4-no-number",
        ),
        pytest.param(
            "a,b\n1,2\n,4\n5,NA\n,NaN\n",
            r"^missing values in crops.csv: `a` 2 \(first: line 3\), `b` 2 \(first: line 4\)\. .*--missing drop",
            id="6-missing",
        ),
        pytest.param("a,b\n1,2\n-inf,3\n", r"`a` holds '-inf' in crops.csv, line 3: not a finite number", id="7-inf"),
        pytest.param("a,b\n1,1e400\n", r"`b` holds '1e400' in crops.csv, line 2: too large for float64", id="8-huge"),
        pytest.param(
            "a;b\n1.234;2\n",
            r"`a` holds '1.234' in crops.csv, line 2: it could mean 1.234 or 1234.*--decimal \. or --decimal ,",
            id="10-ambiguous",
        ),
        pytest.param(
            'a,b\n1,"1,234"\n',
            r"`b` holds '1,234' in crops.csv, line 2: .* groups thousands, say --thousands ,",
            id="11-grouped",
        ),
        pytest.param("a,b\nR$ 10,1\n", r"line 2: the symbol 'R\$' is not part of a number", id="12-currency"),
        pytest.param("a,b\n1,10%\n", r"line 2: the symbol '%' is not part of a number", id="12-percent"),
        pytest.param(
            "a,b,c\n1,2,3\n\n4,5\n", r"^a row of 2 cells in crops.csv, line 4: there should be 3", id="16-short"
        ),
        pytest.param("a,b\n1,2\n3,4,5\n", r"^a row of 3 cells in crops.csv, line 3: there should be 2", id="17-long"),
        pytest.param('a,b\n1,2\n3,"4\n5,6\n', r"^an unclosed quote in crops.csv, line 3:", id="18-unclosed"),
        pytest.param(
            'a,b\n1,2\n3,"4\n5,"6"\n', r"^an unclosed or stray quote in crops.csv, line 3:", id="18-met-by-another"
        ),
        pytest.param('a,"b\n1,2\n', r"^an unclosed quote in crops.csv, line 1:", id="18-in-the-header"),
        pytest.param("a,b\n1,\0\n", r"^crops.csv holds binary data at byte 6:", id="19-nul"),
        pytest.param("a,b\n1,0x1F\n", r"`b` holds '0x1F' in crops.csv, line 2: hexadecimal", id="23-hexadecimal"),
        pytest.param(
            "a,b\n1,true\n2,maybe\n", r"`b` holds 'maybe' in crops.csv, line 3: neither true", id="26-boolean"
        ),
        pytest.param("a,b\n1,2\n3,2024-01-31\n", r"line 3: a date, not a number", id="25-date-among-numbers"),
        pytest.param("a,b\n1 234,2\n", r"line 2: .*--thousands ' '$", id="spaced-groups"),
        pytest.param(
            "a;b\n1;2,5\n3;4.75\n5;6,5\n", r"`b` holds '4.75' in .*, line 3: .*--decimal \.$", id="foreign-mark"
        ),
        pytest.param("a;b,c;d\nu;v,x;y\n", r"can be split at ',' and at ';' alike: .*--delimiter", id="two-delimiters"),
        pytest.param(b"PK\x03\x04rest", r"^crops.csv is no text table: it is a ZIP archive", id="archive"),
    ],
)
def test_bad_input_is_explained(table: Open, content: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        read(table(content))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "rows", "notes"),
    [
        pytest.param(
            "a;b\n1.234,56;2,5\n",
            [(1234.56, 2.5)],
            [("assumed", "delimiter ';'; decimal comma; '.' groups thousands")],
            id="9-marks-found-together",
        ),
        pytest.param(
            "a;b\n1.234;2,5\n",
            [(1234.0, 2.5)],
            [("assumed", "delimiter ';'; decimal comma; '.' groups thousands")],
            id="10-decided-by-another-cell",
        ),
        pytest.param("a,b\n1.234,2\n", [(1.234, 2.0)], [], id="10-comma-splits"),
        pytest.param(b"\xef\xbb\xbfa,b\n1,2\n", [(1.0, 2.0)], [], id="13-mark"),
        pytest.param("a,b\n1,2\n".encode("utf-16"), [(1.0, 2.0)], [("assumed", "read as UTF-16")], id="14-utf-16"),
        pytest.param("a,b\n1,2\n".encode("utf-16-be"), [(1.0, 2.0)], [("assumed", "read as UTF-16")], id="14-no-mark"),
        pytest.param("a,b\n\n1,2\n  \n3,4\n\n\n", [(1.0, 2.0), (3.0, 4.0)], [], id="20-blank-lines"),
        pytest.param(
            " a , b \n 1 ,2\n3,4\n",
            [(1.0, 2.0), (3.0, 4.0)],
            [("assumed", "spaces round column names left out"), ("assumed", "spaces round 1 cells left out")],
            id="21-spaces",
        ),
        pytest.param(
            "a,b\n1,9007199254740993\n2,9007199254740992\n3,9007199254740995\n",
            [(1.0, 2.0**53), (2.0, 2.0**53), (3.0, 2.0**53 + 4)],
            [("warning", "`b` holds 9007199254740993 in crops.csv, line 2: integers over 2^53 lose digits in float64")],
            id="24-wide-integer",
        ),
        pytest.param(
            "a,b\n1,true\n2,FALSE\n",
            [(1.0, 1.0), (2.0, 0.0)],
            [("encoded", "`b` is true or false: used as 1 and 0")],
            id="26-boolean",
        ),
        pytest.param("a,b\r\n1,2\r\n3,4\r\n", [(1.0, 2.0), (3.0, 4.0)], [], id="carriage-return-line-feed"),
        pytest.param(
            "a,b\r1,2\r3,4\r",
            [(1.0, 2.0), (3.0, 4.0)],
            [("assumed", "lines end in a carriage return")],
            id="carriage-return",
        ),
        pytest.param("sep=;\na;b\n1;2,5\n", [(1.0, 2.5)], [("assumed", "delimiter ';'; decimal comma")], id="sep-line"),
        pytest.param(
            "a,b,\n1,2,\n3,4,\n",
            [(1.0, 2.0), (3.0, 4.0)],
            [("assumed", "a column at the end without name or values left out")],
            id="trailing-delimiter",
        ),
        pytest.param('a,b\n1,5" pipe\n2,"6"" pipe"\n', [(1.0, '5" pipe'), (2.0, '6" pipe')], [], id="inch-marks"),
        pytest.param('a,b\n1, "x, y" \n2,z\n', [(1.0, "x, y"), (2.0, "z")], [], id="spaces-round-quotes"),
        pytest.param("x\n1,5\n2\n", [(1.5,), (2.0,)], [("assumed", "decimal comma")], id="one-column"),
    ],
)
def test_odd_input_is_read_and_what_was_assumed_is_said(
    table: Open, content: str | bytes, rows: list[tuple[Any, ...]], notes: list[tuple[str, str]]
) -> None:
    assert read(table(content)) == Read(rows, notes)


def test_a_brazilian_spreadsheet_export_just_works(table: Open) -> None:
    content = "umidade média;região;maçãs\r\n43,5;sul;1.056,25\r\n64;norte;81\r\n".encode("latin-1")
    crops = table(content)
    assert kinds(crops) == [("umidade média", "number"), ("região", "text"), ("maçãs", "number")]
    found = "read as Latin-1; delimiter ';'; decimal comma; '.' groups thousands"
    assert read(crops) == Read([(43.5, "sul", 1056.25), (64.0, "norte", 81.0)], [("assumed", found)])


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        ({"decimal": "."}, [(1.234, 2.0)]),
        ({"decimal": ","}, [(1234.0, 2.0)]),
        ({"thousands": "."}, [(1234.0, 2.0)]),
    ],
)
def test_an_option_decides_what_the_file_does_not(
    table: Open, options: dict[str, str], rows: list[tuple[float, ...]]
) -> None:
    assert read(table("a;b\n1.234;2\n", **options)).rows == rows


def test_thousands_are_taken_out_of_whole_groups_only(table: Open) -> None:
    assert read(table('a,b\n"1,234",1\n"-12,345,678.5",2\n', thousands=",")).rows == [(1234.0, 1.0), (-12345678.5, 2.0)]
    with pytest.raises(DataError, match="`a` holds '1,23' in crops.csv, line 2"):
        read(table('a,b\n"1,23",1\n', thousands=","))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"delimiter": ";;"}, "--delimiter ';;'"),
        ({"delimiter": '"'}, "--delimiter '\"'"),
        ({"decimal": "x"}, "--decimal 'x'"),
        ({"thousands": "1"}, "--thousands '1'"),
        ({"decimal": ",", "thousands": ","}, "both ','"),
        ({"encoding": "klingon"}, "--encoding klingon: no such encoding"),
        ({"encoding": "base64"}, "--encoding base64: this is no text encoding"),
    ],
)
def test_options_that_make_no_sense_are_refused(table: Open, options: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        table("a,b\n1,2\n", **options)


def test_a_numeric_first_row_is_warned_about_and_no_header_numbers_the_columns(table: Open) -> None:
    taken = read(table("1,2\n3,4\n"))
    assert taken.rows == [(3.0, 4.0)]
    assert taken.notes[0][0] == "warning"
    assert "--no-header" in taken.notes[0][1]
    crops = table("1,2\n3,4\n", header=False)
    assert kinds(crops) == [("column_1", "number"), ("column_2", "number")]
    assert read(crops) == Read([(1.0, 2.0), (3.0, 4.0)], [])


def test_text_and_dates_keep_their_kind_and_come_as_text(table: Open) -> None:
    crops = table("a,day,region\n1,2024-01-31, south\n2,31/12/2024,north\n")
    assert kinds(crops) == [("a", "number"), ("day", "date"), ("region", "text")]
    assert read(crops).rows == [(1.0, "2024-01-31", "south"), (2.0, "31/12/2024", "north")]


def test_numbers_asked_for_as_text_are_not_cast(table: Open) -> None:
    assert read(table("zip,y\n007,1\n 0123,2\n"), text=["zip"]).rows == [("007", 1.0), ("0123", 2.0)]


@pytest.mark.parametrize("block_bytes", [None, TINY])
def test_text_after_many_rows_is_found_on_its_line(table: Open, block_bytes: int | None) -> None:
    lines = [f"{row},{row / 4}" for row in range(20_000 if block_bytes is None else 500)]
    lines[-3] = "oops,1"
    with pytest.raises(DataError, match=f"`a` holds 'oops' in crops.csv, line {len(lines) - 1}:"):
        read(table("\n".join(["a,b", *lines]), block_bytes=block_bytes))


def test_lines_are_exact_after_blank_lines_and_quoted_line_ends(table: Open) -> None:
    content = 'a,b\n\n1,"two\nlines"\n\n\n2,"three\r\n\r\nlines"\nx,b\n'
    for block_bytes in (None, 1, TINY):
        with pytest.raises(DataError, match="`a` holds 'x' in crops.csv, line 10:"):
            read(table(content, block_bytes=block_bytes), ["a"])


def test_bad_rows_are_dropped_counted_and_the_first_is_named(table: Open) -> None:
    content = "a,b\n1,2\nx,3\n4\n5,6,7\n8,inf\n9,10\n"
    for block_bytes in (None, 1):
        assert read(table(content, block_bytes=block_bytes, bad_rows="drop")) == Read(
            [(1.0, 2.0), (9.0, 10.0)], [("dropped", "4 rows left out, unreadable (first: line 3)")]
        )


def test_only_cells_asked_for_are_judged_but_every_row_must_be_whole(table: Open) -> None:
    assert read(table("a,b,c\n1,x,inf\n2,3,4\n5,6,7\n"), ["a"]).rows == [(1.0,), (2.0,), (5.0,)]
    with pytest.raises(DataError, match="a row of 4 cells in crops.csv, line 3"):
        read(table("a,b,c\n1,2,3\n4,5,6,7\n"), ["a"])
    with pytest.raises(DataError, match="a row of 2 cells in crops.csv, line 3"):
        read(table("a,b,c\n1,2,3\n4,5\n"), ["a"])


def test_missing_values_by_policy(table: Open) -> None:
    content = "a,b,region\n1,2,south\n,4,north\n5,,NA\n7,-999,east\n"
    dropped = read(table(content, missing="drop", missing_values=("-999",)))
    assert dropped.rows == [(1.0, 2.0, "south")]
    counts = "`a` 1 (first: line 3), `b` 2 (first: line 4), `region` 1 (first: line 4)"
    assert dropped.notes == [("dropped", f"3 rows left out for missing values: {counts}")]
    mean = read(table(content, missing="mean"), may_miss=["a"])
    assert mean.rows == [(1.0, 2.0, "south"), (None, 4.0, "north"), (7.0, -999.0, "east")]
    allowed = read(table(content), may_miss=["a", "b", "region"])
    assert allowed.rows[2] == (5.0, None, None)


def test_missing_values_are_counted_to_the_end_before_the_error(table: Open) -> None:
    content = "a,b\n" + "1,2\n" * 50 + ",3\n" * 20 + "1,2\n" * 100
    given: list[pl.DataFrame] = []
    with pytest.raises(DataError, match=r"`a` 20 \(first: line 52\)"):
        given.extend(table(content, block_bytes=TINY).batches(["a"], batch_rows=5))
    assert sum(frame.height for frame in given) <= 50


def test_batches_have_the_exact_size_whatever_the_blocks(table: Open) -> None:
    content = "a\n" + "".join(f"{row}\n" for row in range(103))
    for block_bytes in (None, 1, 7, TINY):
        frames = list(table(content, block_bytes=block_bytes).batches(["a"], batch_rows=10))
        assert [frame.height for frame in frames] == [10] * 10 + [3]
        assert pl.concat(frames)["a"].to_list() == [float(row) for row in range(103)]


def test_paired_batches_keep_every_column_as_written(table: Open) -> None:
    crops = table('id,a,note\nx1, 1.50 ,"a, b"\nx2,bad,\nx3,2,NA\n', bad_rows="drop")
    (batch,) = crops.paired_batches(["a"])
    assert batch.clean.rows() == [(1.5,), (2.0,)]
    assert batch.original.rows() == [("x1", " 1.50 ", "a, b"), ("x3", "2", "NA")]
    assert batch.original.columns == ["id", "a", "note"]


def test_notes_of_one_pass_replace_those_of_the_last(table: Open) -> None:
    crops = table("a;b\n1;\n2;3\n", missing="drop")
    assert read(crops) == read(crops)


def test_standard_input_is_read_once() -> None:
    crops = DelimitedTable([io.BytesIO(b"a,b\n1,2\n")], "stdin", ReadOptions())
    assert not crops.rereadable
    assert read(crops).rows == [(1.0, 2.0)]
    with pytest.raises(UsageError, match="stdin can be read only once"):
        read(crops)


def test_standard_input_may_be_gzip_but_not_zstd(tmp_path: Path) -> None:
    packed = io.BytesIO(gzip.compress(b"a,b\n1,2\n"))
    assert read(DelimitedTable([packed], "stdin", ReadOptions())).rows == [(1.0, 2.0)]
    pl.DataFrame({"a": [1]}).write_csv(tmp_path / "a.csv.zst", compression="zstd")
    with (tmp_path / "a.csv.zst").open("rb") as stream, pytest.raises(FileError, match="zstd"):
        DelimitedTable([stream], "stdin", ReadOptions())


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_compressed_files_are_told_by_their_content(tmp_path: Path, compression: Any) -> None:
    frame = pl.DataFrame({"a": [float(row) for row in range(1000)], "b": [f"é{row}" for row in range(1000)]})
    path = tmp_path / "crops.csv"
    frame.write_csv(path, compression=compression, check_extension=False)
    table = DelimitedTable([path], "crops.csv", ReadOptions(), block_bytes=TINY)
    assert read(table).rows == frame.rows()


def test_truncated_gzip_says_how_far_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "crops.csv.gz"
    content = b"a,b\n" + b"1,2\n" * 50_000
    path.write_bytes(gzip.compress(content)[:-20])
    table = DelimitedTable([path], "crops.csv.gz", ReadOptions())
    with pytest.raises(FileError, match=r"crops.csv.gz is incomplete: its gzip data break off after [\d,]+ bytes"):
        read(table)


def test_later_bytes_that_are_not_utf8_are_found_on_their_line(table: Open) -> None:
    content = b"a,b\n" + b"1,x\n" * 20_000 + "2,região\n,x\n3,x\n".encode("latin-1")
    with pytest.raises(DataError, match=r"byte 0xE3 in crops.csv, line 20002: not UTF-8.*--encoding latin-1"):
        read(table(content))
    assert len(read(table(content, missing="drop"), ["a"]).rows) == 20_002
    kept = read(table(content, bad_rows="drop", missing="drop"))
    assert len(kept.rows) == 20_001
    assert kept.notes == [
        ("dropped", "1 row left out, unreadable (first: line 20002)"),
        ("dropped", "1 row left out for missing values: `a` 1 (first: line 20003)"),
    ]
    with pytest.raises(DataError, match="byte 0xE3"):
        list(table(content, missing="drop").paired_batches(["a"]))


def test_later_binary_data_are_found_on_their_line(table: Open) -> None:
    content = b"a,b\n" + b"1,x\n" * 20_000 + b"2,\0\n"
    with pytest.raises(DataError, match=r"`b` holds '\\x00' in crops.csv, line 20002: binary data"):
        read(table(content))


def test_a_mark_left_open_by_the_sample_is_not_guessed_later(table: Open) -> None:
    content = "a;b\n" + "1;2\n" * 20_000 + "3;1.234\n"
    with pytest.raises(DataError, match=r"`b` holds '1.234' in crops.csv, line 20002: it could mean"):
        read(table(content))


def test_a_point_in_a_file_with_decimal_commas_is_not_taken_for_one(table: Open) -> None:
    content = "a;b\n" + "1;2,5\n" * 20_000 + "3;1.5\n"
    with pytest.raises(DataError, match=r"`b` holds '1.5' in crops.csv, line 20002: .*--decimal \.$"):
        read(table(content))


def test_60_a_line_without_end_is_named_as_one(tmp_path: Path) -> None:
    path = tmp_path / "crops.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"a,b,y\n")
        for _ in range(150):
            file.write(b"1" * (1 << 20))
    with pytest.raises(DataError, match=r"an endless line in .*crops.csv.gz, line 2: it goes on for 64 MB and more"):
        DelimitedTable([path], str(path), ReadOptions())
