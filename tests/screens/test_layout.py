from __future__ import annotations

from reta.screens.layout import Cells, Group, Span, facts, pack, paragraph, shortened, table
from reta.screens.terminal import plain_text

LABELS = Cells("", ("a", "long"))


def group(heading, width):
    return Group(heading, (Cells("x", ("1" * width, "2")), Cells("y", ("3", "4"))))


def text(lines):
    return [plain_text(line) for line in lines]


def test_a_table_aligns_headings_and_cells():
    assert text(table(LABELS, [group("apples", 3), group("pears", 1)])) == [
        "       apples   pears",
        "       ------   -----",
        "         x  y    x  y",
        "---------------------",
        "a      111  3    1  3",
        "long     2  4    2  4",
    ]


def test_a_group_without_heading_has_no_line_for_it():
    assert text(table(LABELS, [group("", 3)]))[0] == "         x  y"


def test_groups_that_do_not_fit_go_to_the_next_panel():
    groups = [group(name, 3) for name in "abcde"]
    assert [len(panel) for panel in pack(LABELS, groups, 4 + 2 * 9)] == [2, 2, 1]
    assert [len(panel) for panel in pack(LABELS, groups, 1)] == [1] * 5


def test_facts_wrap_within_their_column():
    pairs = [(Span("Source"), "one two three"), (Span("To"), "four")]
    assert text(facts(pairs, 18)) == ["Source   one two", "         three", "To       four"]


def test_a_word_longer_than_the_line_stays_whole():
    assert text(paragraph("a reta-fit-with-a-long-name b", 10)) == ["a", "reta-fit-with-a-long-name", "b"]


def test_wide_letters_count_twice():
    assert text(table(Cells("", ("産量", "ab")), [Group("", (Cells("x", ("1", "2")),))])) == [
        "       x",
        "--------",
        "産量   1",
        "ab     2",
    ]


def test_names_are_cut_and_cannot_move_the_cursor():
    assert shortened("x" * 40) == "x" * 29 + "..."
    assert shortened("a\x1b[2Jb\nc") == "a\\x1b[2Jb\\nc"
