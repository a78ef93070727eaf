from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from reta.tables.text.parallel import in_order

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_results_keep_the_order_of_the_items() -> None:
    assert list(in_order(lambda item: item * item, range(100))) == [item * item for item in range(100)]
    assert list(in_order(str, [])) == []


def test_a_single_item_needs_no_thread() -> None:
    assert list(in_order(lambda _: threading.current_thread(), [1])) == [threading.main_thread()]


def test_few_items_are_taken_ahead() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for item in range(1000):
            taken += 1
            yield item

    results = in_order(str, items())
    assert next(results) == "0"
    assert taken < 20
    results.close()
    assert taken < 20


def test_an_error_comes_in_its_turn() -> None:
    def work(item: int) -> int:
        if item == 5:
            raise ValueError("five")
        return item

    got = []
    with pytest.raises(ValueError, match="five"):
        got.extend(in_order(work, range(100)))
    results = in_order(work, range(100))
    assert [next(results) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="five"):
        next(results)


@pytest.mark.parametrize("good", [0, 1, 2, 7])
def test_what_came_before_a_failing_item_is_handed_on_first(good: int) -> None:
    def items() -> Iterator[int]:
        yield from range(good)
        raise ValueError("no more")

    got: list[str] = []
    with pytest.raises(ValueError, match="no more"):
        got.extend(in_order(str, items()))
    results = in_order(str, items())
    assert [next(results) for _ in range(good)] == [str(item) for item in range(good)]
    with pytest.raises(ValueError, match="no more"):
        next(results)
