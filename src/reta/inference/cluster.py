"""The covariance of the coefficients where rows of one cluster (a farm, a village) share what the model leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

    from reta.types import FloatArray

__all__ = ["ClusterScores"]


class ClusterScores:
    """Keeps one sum of scores ``Σ wᵢ eᵢ uᵢ`` for every cluster and target.

    Parameters
    ----------
    n_targets, n_coordinates
        k and d.

    Notes
    -----
    Memory is 8·G·k·d bytes for G clusters, whatever the number of rows; clusters may come in any order.

    References
    ----------
    Cameron and Miller (2015), "A practitioner's guide to cluster-robust inference", Journal of Human Resources 50.
    """

    def __init__(self, n_targets: int, n_coordinates: int) -> None:
        self._place: dict[Hashable, int] = {}
        self._sums = np.zeros((n_targets, 0, n_coordinates))

    @property
    def n_clusters(self) -> int:
        """Clusters met so far, G."""
        return len(self._place)

    def update(self, U: FloatArray, scores: FloatArray, keys: Sequence[Hashable], codes: NDArray[Any]) -> None:
        """Add rows.

        Parameters
        ----------
        U
            Shape (n, d), from ``row_coordinates``.
        scores
            Shape (n, k): weight × residual.
        keys
            The clusters among these rows, each once.
        codes
            Shape (n,): the place in ``keys`` of every row's cluster; each comes at least once.
        """
        if len(codes) == 0:
            return
        places = np.array([self._place.setdefault(key, len(self._place)) for key in keys])
        self._make_room()
        codes = codes.astype(np.min_scalar_type(len(keys)))  # narrow integers are sorted by counting
        order = np.argsort(codes, kind="stable")
        starts = np.searchsorted(codes[order], np.arange(len(keys)))
        columns, sorted_scores = U.T[:, order], scores.T[:, order]
        for total, own in zip(self._sums, sorted_scores, strict=True):
            total[places] += np.add.reduceat(columns * own, starts, axis=1).T

    def value(self) -> FloatArray:
        """Return ``Σ_g s_g s_gᵀ``, shape (k, d, d), target² × weight, s_g the sum of scores of one cluster."""
        sums = self._sums[:, : self.n_clusters]
        return np.asarray(sums.transpose(0, 2, 1) @ sums)

    def small_sample(self, n_samples: int, n_coefficients: int) -> float:
        """Return the factor of CR1: ``G / (G − 1) · (n − 1) / (n − m)``; for two clusters or more."""
        clusters = self.n_clusters
        return clusters / (clusters - 1) * (n_samples - 1) / (n_samples - n_coefficients)

    def _make_room(self) -> None:
        """Grow by half at least, so that a cluster a batch does not copy everything each time."""
        k, room, d = self._sums.shape
        if room < self.n_clusters:
            larger = np.zeros((k, max(self.n_clusters, room * 3 // 2), d))
            larger[:, :room] = self._sums
            self._sums = larger
