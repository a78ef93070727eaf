"""A step beside the formulas, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from reta.descent import Update
from reta.descent.update import apply_update


def two_steps(update):
    """Return θ after two steps from 1 with gradients 3 and 5."""
    theta, velocity = np.array([1.0]), None
    for gradient in (3.0, 5.0):
        velocity = apply_update(update, theta, velocity, np.array([gradient]))
    return theta[0], velocity


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        (Update(0.5), 1 - 0.5 * 3 - 0.5 * 5),
        (Update(0.5, maximize=True), 1 + 0.5 * 3 + 0.5 * 5),
        (Update(0.5, momentum=0.5), 1 - 0.5 * 3 - 0.5 * (1.5 + 5)),
        (Update(0.5, momentum=0.5, dampening=0.25), 1 - 0.5 * 3 - 0.5 * (1.5 + 0.75 * 5)),
        (Update(0.5, momentum=0.5, nesterov=True), 1 - 0.5 * (3 + 1.5) - 0.5 * (5 + 0.5 * 6.5)),
        (Update(0.5, weight_decay=2.0), -1.5 - 0.5 * (5 - 3)),
    ],
)
def test_two_steps(update, expected):
    theta, velocity = two_steps(update)
    assert theta == expected
    assert (velocity is None) == (update.momentum == 0)


def test_the_gradient_is_left_as_it_was():
    gradient = np.array([3.0])
    velocity = apply_update(Update(0.5, momentum=0.9, maximize=True), np.array([1.0]), None, gradient)
    velocity += 1
    assert gradient.tolist() == [3.0]
