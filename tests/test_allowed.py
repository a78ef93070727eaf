"""Options that are none of those there are, and levels that are no share, are refused wherever they arrive."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import reta
from reta.errors import UsageError

OPTIONS = {"targets": "y", "features": ["a"]}
NOT_A_SHARE = [0.0, 1.0, 95.0, -0.5, float("nan")]


@pytest.fixture
def frame() -> pl.DataFrame:
    a, noise = np.random.default_rng(2).normal(size=(2, 20))
    return pl.DataFrame({"a": a, "y": 2 * a + noise})


@pytest.mark.parametrize("level", NOT_A_SHARE)
def test_a_level_that_is_no_share_is_refused(frame, level):
    model = reta.fit(frame, **OPTIONS)
    for ask in (
        lambda: model.tidy(level),
        lambda: model.summary(level),
        lambda: model.predict(frame, interval=level),
        lambda: model.prediction_region(frame, level=level),
    ):
        with pytest.raises(UsageError, match="is not between 0 and 1: give for example 0.95"):
            ask()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"missing": "keep"}, "missing='keep' is not known: give 'error', 'drop' or 'mean'"),
        ({"rank": "keep"}, "rank='keep' is not known: give 'drop', 'minimum_norm' or 'error'"),
        ({"bad_rows": "keep"}, "bad_rows='keep' is not known: give 'error' or 'drop'"),
        ({"lags": 2.5}, "--lags 2.5: give across how many rows"),
    ],
)
def test_a_fit_refuses_unknown_words(frame, options, words):
    with pytest.raises(UsageError, match=words):
        reta.fit(frame, **OPTIONS, **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "mean", "interval": 0.9}, "kind='mean' is not known: give 'prediction' or 'confidence'"),
        ({"unknown": "skip"}, "unknown='skip' is not known: give 'error' or 'baseline'"),
        ({"missing": "skip"}, "missing='skip' is not known"),
    ],
)
def test_a_prediction_refuses_unknown_words(frame, options, words):
    with pytest.raises(UsageError, match=words):
        reta.fit(frame, **OPTIONS).predict(frame, **options)


def test_other_doors_refuse_them_too(frame):
    moments = reta.moments(frame, **OPTIONS)
    with pytest.raises(UsageError, match="missing='keep'"):
        reta.fit(moments, missing="keep")
    with pytest.raises(UsageError, match="missing='keep'"):
        reta.moments(frame, missing="keep", **OPTIONS)
    with pytest.raises(UsageError, match="language='fr' is not known: give 'en' or 'pt-BR'"):
        reta.fit(moments).summary(language="fr")
