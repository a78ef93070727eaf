"""The record of a run."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from reta.descent.history import COLUMNS, History, epochs_to_record


def test_the_frame_has_nulls_for_what_nobody_knows():
    history = History()
    history.add(0, 0.1, 5.0)
    history.add(1, 0.1, 4.0, gap=1.0, gradient_norm=2.0, validation_loss=3.0)
    frame = history.frame()
    assert frame.columns == list(COLUMNS)
    assert frame["epoch"].dtype == pl.Int64
    assert frame["gap"].to_list() == [None, 1.0]
    assert history.column("loss").tolist() == [5.0, 4.0]


@pytest.mark.parametrize("epochs", [0, 1, 10_000])
def test_every_epoch_of_a_short_run(epochs):
    assert epochs_to_record(epochs).tolist() == list(range(epochs + 1))


@pytest.mark.parametrize("epochs", [10_001, 10**9, 10**15])
def test_some_epochs_of_a_long_one(epochs):
    listed = epochs_to_record(epochs)
    assert len(listed) <= 1_001
    assert listed[0] == 0
    assert listed[-1] == epochs
    assert (np.diff(listed) > 0).all()
    assert (listed == np.floor(listed)).all()
