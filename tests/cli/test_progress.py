from __future__ import annotations

import io

from reta.cli.progress import Meter
from reta.screens.language import Speech


class Clock:
    """A clock that the test moves."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def lines_of(times_and_rows, **details):
    clock, stream = Clock(), io.StringIO()
    with Meter(stream, Speech("en"), clock=clock, **details) as meter:
        for seconds, rows in times_and_rows:
            clock.now = 100.0 + seconds
            meter.at(rows)
    return stream.getvalue().splitlines()


def test_short_work_says_nothing():
    assert lines_of([(0.1, 1000), (0.9, 9000)]) == []


def test_long_work_says_rows_and_rate_now_and_then():
    said = lines_of([(0.5, 500), (2.0, 2_000_000), (3.0, 3_000_000), (7.5, 9_000_000)])
    assert said == ["2,000,000 rows, 1,000,000 rows/s", "9,000,000 rows, 1,200,000 rows/s"]


def test_a_known_total_is_said():
    assert lines_of([(2.0, 100)], total=400) == ["100 of 400 rows, 50 rows/s"]


def test_a_silent_meter_is_silent():
    assert lines_of([(20.0, 100)], silent=True) == []


def test_a_terminal_gets_a_moving_line(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    clock, stream = Clock(), Terminal()
    with Meter(stream, Speech("pt-BR"), clock=clock) as meter:
        clock.now += 2
        meter.at(3000)
    assert "3.000 linhas, 1.500 linhas/s" in stream.getvalue()
    assert stream.getvalue().endswith("\x1b[2K"), "the line is wiped at the end"
