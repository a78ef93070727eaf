"""One owner of BLAS's threads: what was found is put back, whoever leaves last."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

import reta
from reta import blas_threads
from reta.blas_threads import one_blas_thread
from reta.datasets import crops_15

if TYPE_CHECKING:
    from collections.abc import Iterator

FOUND = 3  # threads that a user chose; no number that reta would
SECONDS = 60
EIGHT, ROUNDS = 8, 3


def threads_of_blas() -> list[int]:
    return [library.get_num_threads() for library in blas_threads._blas_of_numpy()]


@pytest.fixture
def found() -> Iterator[list[int]]:
    """How many threads BLAS has before reta comes."""
    if not blas_threads._blas_of_numpy():
        pytest.skip("no BLAS whose threads can be set")
    with threadpool_limits(FOUND, user_api="blas"):
        yield threads_of_blas()


def test_inside_there_is_one_thread_and_then_what_was_found(found):
    assert found == [FOUND] * len(found)
    with one_blas_thread():
        assert set(threads_of_blas()) == {1}
        with one_blas_thread():
            pass
        assert set(threads_of_blas()) == {1}
    assert threads_of_blas() == found


def test_an_error_leaves_nothing_behind(found):
    with pytest.raises(ZeroDivisionError), one_blas_thread():
        _ = 1 // 0
    assert threads_of_blas() == found


def test_it_decorates_too(found):
    assert set(one_blas_thread()(threads_of_blas)()) == {1}
    assert threads_of_blas() == found


def test_the_first_to_leave_does_not_lift_the_limit_of_others(found):
    inside, may_leave = threading.Event(), threading.Event()

    def stay() -> None:
        with one_blas_thread():
            inside.set()
            may_leave.wait(SECONDS)

    other = threading.Thread(target=stay)
    with one_blas_thread():
        other.start()
        assert inside.wait(SECONDS)
    assert set(threads_of_blas()) == {1}
    may_leave.set()
    other.join(SECONDS)
    assert threads_of_blas() == found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # of other threads, which Python 3.12 counts
@pytest.mark.parametrize("mine", [False, True], ids=["other", "own"])
def test_a_child_forgets_the_threads_that_it_does_not_have(found, mine):
    inside, may_leave = threading.Event(), threading.Event()

    def stay() -> None:
        with one_blas_thread():
            inside.set()
            may_leave.wait(SECONDS)

    other = threading.Thread(target=stay)
    other.start()
    assert inside.wait(SECONDS)
    if mine:
        with one_blas_thread():
            in_child = _in_a_child(threads_of_blas)
    else:
        in_child = _in_a_child(threads_of_blas)
    may_leave.set()
    other.join(SECONDS)
    assert in_child == ([1] * len(found) if mine else found)
    assert threads_of_blas() == found


def test_blas_that_others_bring_is_left_alone(found, monkeypatch):
    class Library:
        def __init__(self, path):
            self.filepath = path

    own = next(iter(blas_threads._blas_of_numpy()))
    libraries = [Library("/elsewhere/scipy.libs/libscipy_openblas.so"), own]
    monkeypatch.setattr(ThreadpoolController, "select", lambda *_, **__: type("", (), {"lib_controllers": libraries}))
    shared = "numpy.libs" not in own.filepath and ".dylibs" not in own.filepath
    assert blas_threads._blas_of_numpy.__wrapped__() == (tuple(libraries) if shared else (own,))


def test_threads_that_have_limits_of_their_own_each_get_theirs_back(monkeypatch):
    numbers = threading.local()

    class OpenMP:
        threading_layer = "openmp"

        def get_num_threads(self):
            return getattr(numbers, "threads", FOUND)

        def set_num_threads(self, number):
            numbers.threads = number

    monkeypatch.setattr(blas_threads, "_blas_of_numpy", lambda: (OpenMP(),))

    def look() -> tuple[int, int]:
        with one_blas_thread():
            inside = OpenMP().get_num_threads()
        return inside, OpenMP().get_num_threads()

    with one_blas_thread(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(look).result(SECONDS) == (1, FOUND)
        assert OpenMP().get_num_threads() == 1
    assert OpenMP().get_num_threads() == FOUND


@pytest.mark.filterwarnings("ignore:not converged")
def test_eight_threads_at_once_give_the_bits_of_one_and_leave_blas_as_it_was(found):
    works = [work for work in _WORKS for _ in range(EIGHT // len(_WORKS))]
    alone = [work() for work in works]
    with ThreadPoolExecutor(EIGHT) as pool:
        for _ in range(ROUNDS):
            assert list(pool.map(lambda work: work(), works)) == alone
            assert threads_of_blas() == found


def _table(n: int, p: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(n + p)
    X = rng.normal(size=(n, p)) + 3.0
    return X, X[:, :2] - X[:, 2:4] + rng.normal(size=(n, 2))


NARROW, WIDE = _table(15_000, 8), _table(2_000, 110)


def _fit() -> bytes:
    model = reta.fit(*NARROW)
    return model.coef_.tobytes() + model.predict(NARROW[0], interval=0.9).upper.tobytes()


def _fit_wide() -> bytes:
    moments = reta.Moments.from_arrays(*WIDE, extended=False)
    return moments.scatter.tobytes() + reta.fit(moments).tidy().drop("target", "term").to_numpy().tobytes()


def _fit_file() -> bytes:
    return reta.fit(crops_15(), targets=["apples", "oranges"]).coef_.tobytes()


def _descend() -> bytes:
    run = reta.descend(*NARROW, epochs=2, batch_size=7_500, loss="huber", lr=1e-3, standardize=True)
    return run.model.coef_.tobytes()


_WORKS = [_fit, _fit_wide, _fit_file, _descend]


def _in_a_child(ask) -> list[int]:
    """Return the numbers that a forked child answers with."""
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.write(write, bytes(ask()))
        finally:
            os._exit(0)
    os.close(write)
    answer = os.read(read, 100)
    os.close(read)
    os.waitpid(child, 0)
    return list(answer)
