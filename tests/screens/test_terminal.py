from __future__ import annotations

import io
import os

import pytest

from reta.screens.layout import Span
from reta.screens.terminal import is_styled, width_of, write_lines


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("environment", "styled"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm"}, True),
    ],
)
def test_colours_only_where_they_are_welcome(environment, styled):
    assert is_styled(Terminal(), environment) is styled
    assert is_styled(io.StringIO(), environment) is False


def test_the_width_is_the_terminal_s_or_a_hundred():
    assert width_of(io.StringIO(), {}) == 100
    assert width_of(io.StringIO(), {"COLUMNS": "72"}) == 72
    assert width_of(io.StringIO(), {"COLUMNS": "3"}) == 60
    assert width_of(io.StringIO(), {"COLUMNS": "wide"}) == 100
    assert width_of(Terminal(), {}) == 100


def test_plain_text_has_no_escape_codes_and_its_own_signs_in_ascii():
    stream = io.StringIO()
    write_lines([(Span("R² ", "heading"), Span("──", "muted"), Span("  "))], stream)
    assert stream.getvalue() == "R2 --\n"


def test_a_terminal_gets_colours(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    write_lines([(Span("R²", "title"), Span(" [bold] 42"))], stream)
    assert "\x1b[" in stream.getvalue()
    assert "R²" in stream.getvalue()
    assert " [bold] 42" in stream.getvalue(), "square brackets are text, not markup"
    assert os.linesep not in stream.getvalue()[:-1]
