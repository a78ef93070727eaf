"""Items that a thread makes before they are asked for."""

from __future__ import annotations

import threading
import time

import pytest

from reta.cli.ahead import ahead


def test_all_items_come_in_order():
    with ahead(iter(range(100))) as items:
        assert list(items) == list(range(100))
    with ahead(iter(())) as items:
        assert list(items) == []


def test_few_are_made_before_they_are_asked_for():
    made = []

    def source():
        for item in range(1000):
            made.append(item)
            yield item

    with ahead(source(), most=2) as items:
        assert next(items) == 0
        time.sleep(0.3)
        assert 2 <= len(made) <= 4
    assert len(made) <= 5
    assert threading.active_count() == 1 or not any("make" in thread.name for thread in threading.enumerate())


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])  # Polars raises the latter in any thread
def test_an_error_comes_in_its_turn(error):
    def source():
        yield from range(3)
        raise error("no more")

    with ahead(source()) as items:
        assert [next(items) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(error, match="no more"):
            next(items)
