"""All tests draw the same examples in every run."""

from __future__ import annotations

from hypothesis import settings


def test_one_profile_serves_all_tests() -> None:
    assert settings().derandomize
    assert settings().deadline is None
    assert settings().database is None
