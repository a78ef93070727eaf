"""The fitted model, its predictions and its file."""

from reta.model.collinearity import Overlap, Together
from reta.model.file import load_model
from reta.model.in_memory import Intervals
from reta.model.linear_model import LinearModel
from reta.model.predict import Predictor, predict_batches
from reta.model.provenance import Provenance, fingerprint, versions
from reta.model.warn import warn_of

__all__ = [
    "Intervals",
    "LinearModel",
    "Overlap",
    "Predictor",
    "Provenance",
    "Together",
    "fingerprint",
    "load_model",
    "predict_batches",
    "versions",
    "warn_of",
]
