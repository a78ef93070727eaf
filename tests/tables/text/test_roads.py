"""The quick road must give what the careful road gives, or decline."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reta.tables.text.blocks import Block
from reta.tables.text.careful_road import read_carefully
from reta.tables.text.dialect import MISSING_CELLS, Dialect
from reta.tables.text.plan import Plan, Role, Wanted
from reta.tables.text.quick_road import QuickRoad
from reta.tables.text.written import LINES, written_by_polars

PLAIN = ["1", "-2.5", "1e3", "007", ".5", "+4", "12.345", "-999.0"]
ODD = [
    "",
    "NA",
    "nan",
    "inf",
    "1e400",
    "x",
    " 1",
    "1 ",
    "\t1",
    "9007199254740993",
    "-9007199254740993",
    "1e20",
    "0x1F",
    "1,5",
    "é",
    "true",
]
ODDER = ["1_0", "1d5", "Infinity", "-", "1.", "--1", "\u00a01", "1\u00a0", "١", "False", "-999", '"1"', '" 1"', '""']


def plan(width: int, roles: dict[int, Role], **changes: object) -> Plan:
    wanted = tuple(Wanted(f"c{position}", position, role) for position, role in roles.items())
    settings_: dict[str, object] = {
        "label": "crops.csv",
        "lines_before": 1,
        "dialect": Dialect(),
        "width": width,
        "last_role": "text",
        "wanted": wanted,
        "missing_values": MISSING_CELLS | {"-999"},
        "null_words": frozenset({"-999"}),
        "policy": "drop",
    }
    return Plan(**{**settings_, **changes})


def block(*lines: str) -> Block:
    data = "".join(f"{line}\n" for line in lines).encode()
    return Block(data, quoted=b'"' in data)


ROWS = st.lists(
    st.lists(st.sampled_from(PLAIN * 6 + ODD + ODDER), min_size=3, max_size=3).map(",".join)
    | st.sampled_from(["", "1,2", "1,2,3,4", ",,", " ", "1,2,", "1,-9.99e2,", ",,,", "4,5,6,"]),
    min_size=1,
    max_size=5,
)
ROLES = st.sampled_from(
    [
        {0: "number", 1: "number", 2: "number"},
        {2: "number", 0: "number"},
        {1: "number"},
        {0: "text", 2: "number"},
        {1: "boolean", 0: "number"},
    ]
)
DIALECTS = st.sampled_from(
    [Dialect(), Dialect(decimal_decided=False), Dialect(decimal=","), Dialect(thousands=",", decimal_decided=True)]
)


COMPARED = ["n_lines", "problem", "bad_rows", "first_bad", "missing", "missing_rows", "stripped", "rounded"]


@settings(max_examples=300)
@given(ROWS, ROLES, DIALECTS, st.booleans(), st.sampled_from([(), (-999.0,)]), st.sampled_from([(), (2,), (1, 2)]))
def test_the_quick_road_agrees_or_declines(
    rows: list[str],
    roles: dict[int, Role],
    dialect: Dialect,
    drop: bool,
    sentinels: tuple[float, ...],
    empty: tuple[int, ...],
) -> None:
    wanted = {position: role for position, role in roles.items() if position not in empty} or {0: "number"}
    read = plan(3, wanted, dialect=dialect, drop_bad_rows=drop, sentinels=sentinels, empty=empty)
    road = QuickRoad(read)
    for _ in range(2):  # it reads more cells of a row after the last one was missing
        quick = road.read(block(*rows))
        if quick is None:
            continue
        careful = read_carefully(block(*rows), read)
        assert quick.clean.equals(careful.clean)
        assert quick.clean.schema == careful.clean.schema
        for name in (*COMPARED, "symbols", "rewritten", "empty"):
            assert getattr(quick, name) == getattr(careful, name), name


ORIGINALS = (("a", 0), ("b", 1), ("c", 2))
LABELLED = st.lists(
    st.tuples(
        st.sampled_from([*PLAIN, "NA", "", '"2"']),
        st.sampled_from(["x", "", " y ", '"q,r"', '"two\nlines"', '"say ""so"""', "é", "\x1e", "a\rb", "--"]),
        st.sampled_from([*PLAIN * 3, "x"]),
    ).map(",".join),
    min_size=1,
    max_size=4,
)


@settings(max_examples=300)
@given(LABELLED, st.booleans())
def test_rows_are_handed_on_by_both_roads_alike_in_cells_and_in_lines(rows: list[str], drop: bool) -> None:
    cells = plan(3, {0: "number", 2: "number"}, originals=ORIGINALS, drop_bad_rows=drop)
    careful = read_carefully(block(*rows), cells)
    if careful.problem is not None:
        return
    assert careful.original is not None
    written = written_by_polars(careful.original, ",")
    lines = replace(cells, as_lines=True)
    found = [read_carefully(block(*rows), lines), QuickRoad(lines).read(block(*rows))]
    for report in (one for one in found if one is not None):
        assert report.clean.equals(careful.clean)
        assert report.original is not None
        assert report.original.columns == [LINES]
        assert "".join(f"{line}\n" for line in report.original[LINES]) == written
    quick = QuickRoad(cells).read(block(*rows))
    assert quick is None or careful.original.equals(quick.original)


@pytest.mark.parametrize("quoted", [True, False])
def test_clean_rows_are_handed_on_by_the_quick_road(quoted: bool) -> None:
    label = '"a b"' if quoted else "a b"
    rows = block(*[f"1.5,{label},2", f"-3,{label},4e1"])
    for as_lines in (True, False):
        read = plan(3, {0: "number", 2: "number"}, originals=ORIGINALS, as_lines=as_lines)
        assert QuickRoad(read).read(rows) is not None


ALL: dict[int, Role] = {0: "number", 1: "number", 2: "number"}


@pytest.mark.parametrize(
    "lines",
    [
        ["1,2,3"],
        ["1,2,3", "4,,6"],
        ["-999,2,3"],
        ['"1",2,"3"'],
    ],
)
def test_the_quick_road_takes_what_is_ordinary(lines: list[str]) -> None:
    report = QuickRoad(plan(3, ALL)).read(block(*lines))
    assert report is not None
    assert report.clean.equals(read_carefully(block(*lines), plan(3, ALL)).clean)


def test_a_last_cell_that_is_missing_or_has_no_column_needs_no_second_look() -> None:
    lines = ["1,2,3", "4,5,", "6,7,8"]
    road = QuickRoad(plan(3, {0: "number", 2: "number"}))
    assert road.read(block(*lines)) is None  # only some cells were parsed
    report = road.read(block(*lines))
    assert report is not None
    assert (report.missing[0].line, report.missing_rows) == (2, 1)
    nameless = QuickRoad(plan(3, {0: "number", 1: "number"}, empty=(2,)))
    assert nameless.read(block("1,2,", "4,5,")) is not None
    for odd in ("1,2,3", "1,2", "1,2,,", ""):
        assert nameless.read(block("1,2,", odd)) is None


@pytest.mark.parametrize(
    ("lines", "roles"),
    [
        (["1,2,3", "4,5"], ALL),
        (["1,2,3", "4,5,6,7"], ALL),
        (["1,2,3", "4,5,6,7"], {0: "number"}),
        (["1,2,3", ""], {0: "number"}),
        (["1, 2,3"], ALL),
        (["1,\t2,3"], ALL),
        (["1,inf,3"], ALL),
        (["1,NaN,3"], ALL),
        (["1,2,3", "1,NaN,3"], ALL),
        (["1,1e400,3"], ALL),
        (["9007199254740993,2,3"], ALL),
        (["1,-9007199254740993,3"], ALL),
        ([",,", "1,2,3"], ALL),
        (["1,x,3"], ALL),
        (['1,"",3'], ALL),
    ],
)
def test_the_quick_road_declines_what_needs_a_second_look(lines: list[str], roles: dict[int, Role]) -> None:
    assert QuickRoad(plan(3, roles)).read(block(*lines)) is None


def test_after_declining_again_and_again_it_stops_trying() -> None:
    road = QuickRoad(plan(3, ALL))
    assert road.read(block("1,2,3")) is not None
    for _ in range(5):
        assert road.read(block("x,2,3")) is None
    assert road.read(block("1,2,3")) is None


def test_decimal_commas_take_the_quick_road_where_no_point_is_near() -> None:
    comma = plan(2, {0: "number", 1: "number"}, dialect=Dialect(delimiter=";", decimal=","))
    quick = QuickRoad(comma).read(block("1,5;2", "-3,25;4e2"))
    assert quick is not None
    assert quick.clean.rows() == [(1.5, 2.0), (-3.25, 400.0)]
    assert QuickRoad(comma).read(block("1,5;2.5")) is None


def test_the_earliest_problem_is_reported() -> None:
    report = read_carefully(block("1,2,3", "4,5", "x,6,7"), plan(3, ALL))
    assert report.problem is not None
    assert report.problem.message("crops.csv", 1).startswith("a row of 2 cells in crops.csv, line 3")
    report = read_carefully(block("1,2,y", "x,6,7", "4,5"), plan(3, ALL))
    assert report.problem is not None
    assert report.problem.message("crops.csv", 1).startswith("`c2` holds 'y' in crops.csv, line 2")


def test_bytes_that_are_no_text_are_a_problem_in_their_turn() -> None:
    foreign, short = b"1,2,\xe9\n", b"1,2\n"
    for data, subject in ((foreign + short, "byte 0xE9"), (short + foreign, "a row of 2 cells")):
        report = read_carefully(Block(data), plan(3, ALL))
        assert report.problem is not None
        assert (report.problem.line, report.problem.subject) == (1, subject)
        assert report.bad_rows == 2
