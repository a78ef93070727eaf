"""Joint prediction regions: where all targets of a new row fall together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from reta.allowed import require_coverage
from reta.blas_threads import one_blas_thread
from reta.errors import UsageError
from reta.inference import leverage
from reta.inference.regions import region_radius
from reta.model.covariance import residual_covariance
from reta.model.in_memory import feature_rows
from reta.model.residual_root import residual_root

if TYPE_CHECKING:
    from reta.model.predict import Predictor
    from reta.tables import ReadOptions
    from reta.types import BoolArray, FloatArray

__all__ = ["PredictionRegion", "prediction_region"]


@dataclass(frozen=True, slots=True, eq=False)
class PredictionRegion:
    """Ellipsoids, one for each of n rows, in the space of the k targets.

    A point y is inside that of a row where ``(y − center)ᵀ shape⁻¹ (y − center) ≤ radius²``.

    Attributes
    ----------
    targets
        Names of the k targets.
    level
        Probability that all targets of a new row fall inside together.
    centers
        Shape (n, k), target units: the predictions.
    shape
        Shape (k, k), target² × weight: the residual covariance, common to all rows.
    radius
        Shape (n,), without unit.
    """

    targets: tuple[str, ...]
    level: float
    centers: FloatArray
    shape: FloatArray
    radius: FloatArray

    @one_blas_thread()
    def contains(self, Y: Any) -> BoolArray:
        """Tell which rows' targets lie inside their ellipsoids.

        Parameters
        ----------
        Y
            Shape (n, k), or (n,) for one target: in the order of the rows and of ``targets``. Of a Polars or pandas
            frame the columns are taken by name.

        Returns
        -------
        BoolArray
            Shape (n,).

        Raises
        ------
        UsageError
            There is not one value for each row and target.
        """
        chosen: Any = Y[list(self.targets)] if hasattr(Y, "columns") else Y
        values = np.asarray(chosen, dtype=np.float64)
        values = values.reshape(-1, 1) if values.ndim == 1 and len(self.targets) == 1 else values
        if values.shape != self.centers.shape:
            raise UsageError(f"Y has shape {values.shape}: give one of {self.centers.shape}, rows × targets")
        scale = np.sqrt(np.diagonal(self.shape))
        root = np.linalg.cholesky(self.shape / scale[:, None] / scale)
        distance = np.linalg.solve(root, ((values - self.centers) / scale).T)
        return np.asarray(np.sqrt(np.square(distance).sum(axis=0)) <= self.radius)


@one_blas_thread()
def prediction_region(predictor: Predictor, rows: object, options: ReadOptions, level: float) -> PredictionRegion:
    """Return the joint regions of ``rows``; ``LinearModel.prediction_region`` explains them.

    Raises
    ------
    UsageError
        ``level`` is not between 0 and 1.
    DataError
        The rows cannot be used, or the residuals do not tell the targets apart.
    """
    require_coverage(level)
    model = predictor.model
    solution = model.solution
    residual_root(solution)
    features = feature_rows(predictor, rows, options)
    h = leverage(
        features.X, solution.inverse_root, solution.center, solution.weight_sum, fit_intercept=solution.fit_intercept
    )
    return PredictionRegion(
        targets=model.target_names,
        level=level,
        centers=model.predict_features(features),
        shape=residual_covariance(solution),
        radius=region_radius(h, len(model.target_names), solution.degrees_of_freedom, level, predictor.kind),
    )
