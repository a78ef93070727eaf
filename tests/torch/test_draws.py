"""An epoch's batches are those of a ``DataLoader`` with the same generators."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch.utils.data import DataLoader, RandomSampler, TensorDataset

from reta.torch import draws

ROWS = TensorDataset(torch.arange(17))


def loader(*, shuffle, drop_last, own):
    generator = torch.Generator().manual_seed(3) if own else None
    return DataLoader(ROWS, 4, shuffle=shuffle, drop_last=drop_last, generator=generator), generator


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("drop_last", [True, False])
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("known", [True, False])
def test_three_epochs(shuffle, drop_last, own, known, monkeypatch):
    if not known:
        monkeypatch.setattr(draws, "_draws_are_known", lambda: False)
    ours, our_generator = loader(shuffle=shuffle, drop_last=drop_last, own=own)
    theirs, their_generator = loader(shuffle=shuffle, drop_last=drop_last, own=own)
    torch.manual_seed(1)
    found = []
    for _ in range(3):
        order, starts = draws.epoch_batches(ours)
        found += [order[a:b].tolist() for a, b in pairwise(starts)]
    state = torch.get_rng_state()
    torch.manual_seed(1)
    assert found == [rows.tolist() for _ in range(3) for (rows,) in theirs]
    assert torch.equal(state, torch.get_rng_state())
    if own:
        assert torch.equal(our_generator.get_state(), their_generator.get_state())


def test_pytorch_still_draws_as_it_did_and_trying_leaves_no_trace():
    state = torch.get_rng_state()
    assert draws._draws_are_known.__wrapped__()
    assert torch.equal(state, torch.get_rng_state())


def test_another_way_to_draw_is_noticed(monkeypatch):
    monkeypatch.setattr(RandomSampler, "__iter__", lambda self: iter(range(len(self.data_source))))
    assert not draws._draws_are_known.__wrapped__()
