from __future__ import annotations

import pytest

from reta.wording import counted, listed


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["a"], "`a`"),
        (["a", "b"], "`a` and `b`"),
        (["a", "b", "c"], "`a`, `b` and `c`"),
        (list("abcdef"), "`a`, `b`, `c`, `d`, `e` and `f`"),
        (list("abcdefgh"), "`a`, `b`, `c`, `d`, `e`, `f` and 2 more"),
    ],
)
def test_lists(names, text):
    assert listed(names) == text


def test_counts():
    assert (counted(1, "row"), counted(1500, "row")) == ("1 row", "1,500 rows")
