from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reta.tables.text.blocks import Block, cut_blocks, skip_lines
from reta.tables.text.quotes import Fault, whole_records
from reta.tables.text.records import find_records

CELLS = st.text(alphabet='ab,;"\n 1é', max_size=6)
TABLES = st.lists(st.lists(CELLS, min_size=2, max_size=3), min_size=1, max_size=8)


def written(rows: list[list[str]], line_end: str = "\n") -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator=line_end).writerows(rows)
    return stream.getvalue().encode()


def parsed(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@settings(max_examples=60)
@given(TABLES, st.integers(1, 40), st.sampled_from(["\n", "\r\n"]))
def test_blocks_hold_whole_records_however_the_bytes_arrive(rows: list[list[str]], size: int, line_end: str) -> None:
    data = written(rows, line_end)
    blocks = list(cut_blocks(pieces(data, size), ","))
    assert b"".join(block.data for block in blocks) == data
    assert [row for block in blocks for row in parsed(block.data)] == rows
    assert not any(block.fault for block in blocks)


@settings(max_examples=60)
@given(TABLES)
def test_records_are_where_a_csv_reader_finds_them(rows: list[list[str]]) -> None:
    data = written(rows)
    records = find_records(Block(data, quoted=b'"' in data), ",")
    assert records.cells.tolist() == [len(row) for row in rows]
    reader = csv.reader(io.StringIO(data.decode(), newline=""))
    after = [reader.line_num + 1 for _ in reader]
    assert records.lines.tolist() == [1, *after[:-1]]
    assert records.n_lines == data.count(b"\n")
    cut = [data[start:end] for start, end in zip(records.starts, records.ends, strict=True)]
    assert [parsed(record)[0] for record in cut] == rows


def test_records_of_spaces_and_delimiters_are_blank() -> None:
    data = b"1,2\n\n \r\n,\n , ,\t\r\n,4,\n3,4\n"
    records = find_records(Block(data), ",")
    assert records.blank.tolist() == [False, True, True, True, True, False, False]
    assert records.take(data, ~records.blank) == b"1,2\n,4,\n3,4\n"
    assert records.take(data, records.cells == 99) == b""


def test_a_block_of_nothing_has_no_records() -> None:
    records = find_records(Block(b""), ",")
    assert (records.starts.size, records.n_lines) == (0, 0)


def test_quotes_inside_quotes_keep_delimiters_and_line_ends() -> None:
    data = b'1,"a,""b""\n,c"\n2,d\n'
    records = find_records(Block(data, quoted=True), ",")
    assert records.cells.tolist() == [2, 2]
    assert records.lines.tolist() == [1, 3]


@pytest.mark.parametrize(
    ("irregular", "regular"),
    [
        (b'1,5" pipe\n2,6"\n', b'1,"5"" pipe"\n2,"6"""\n'),
        (b'1, "a, b" \n2,c\n', b'1,"a, b"\n2,c\n'),
        (b'1,5" pipe\r\n', b'1,"5"" pipe"\n'),
        (b'1,"a" \r\n2,"b"\r\n', b'1,"a"\n2,"b"\n'),
        (b'x"y,"a\nb"\n', b'"x""y","a\nb"\n'),
    ],
)
def test_irregular_quotes_are_made_regular_however_the_bytes_arrive(irregular: bytes, regular: bytes) -> None:
    for size in (1, 3, 7, 100):
        tidied = b"".join(block.data for block in cut_blocks(pieces(irregular, size), ","))
        assert tidied.replace(b"\r\n", b"\n") == regular


@pytest.mark.parametrize(
    ("data", "records", "fault"),
    [
        (b'1,2\n3,"4\n5,6\n', b"1,2\n", Fault("unclosed", 0)),
        (b'1,2\n3\n,"4\n5,6', b"1,2\n3\n", Fault("unclosed", 0)),
        (b'1,2\n"a\nb","c\n', b"1,2\n", Fault("unclosed", 1)),
        (b'1,2\n3,"4\n5,"6"\n', b"1,2\n", Fault("inner", 0)),
        (b'1,"2"x\n', b"", Fault("inner", 0)),
    ],
)
def test_a_lost_quote_is_found_where_it_opened(data: bytes, records: bytes, fault: Fault) -> None:
    for size in (1, 4, 100):
        blocks = list(cut_blocks(pieces(data, size), ","))
        assert b"".join(block.data for block in blocks) == records
        assert [block.fault for block in blocks if block.fault] == [fault]


def test_an_unclosed_quote_or_an_endless_line_does_not_swallow_the_file() -> None:
    taken = 0

    def endless(first: bytes) -> object:
        nonlocal taken
        yield first
        while True:
            taken += 1
            yield b"3,4\n" * 10 if b'"' in first else b"3,4," * 10

    for first, kind in ((b'1,"2\n', "unclosed"), (b"1,2,", "endless")):
        (block,) = cut_blocks(endless(first), ",", longest=1000)
        assert block.fault is not None
        assert block.fault.kind == kind
    assert taken < 100


def test_a_last_line_without_end_gets_one() -> None:
    assert list(cut_blocks([b"1,2\n3,4"], ",")) == [Block(b"1,2\n"), Block(b"3,4\n")]
    assert list(cut_blocks([], ",")) == []


def test_other_bytes_between_quotes_do_not_make_them_regular() -> None:
    assert whole_records(b'"a"\rx,1\n', ",").fault == Fault("inner", 0)


def test_lines_are_skipped_across_chunks() -> None:
    assert b"".join(skip_lines([b"a\n", b"b", b"c\nd\ne"], 2)) == b"d\ne"
    assert list(skip_lines([b"a\nb\n"], 0)) == [b"a\nb\n"]
    assert list(skip_lines([b"a\n"], 1)) == []
