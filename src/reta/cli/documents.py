"""Models and moments as JSON documents, every number in full."""

from __future__ import annotations

import math
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from reta import Moments
    from reta.descent import Certificate
    from reta.fitting.descend import Run
    from reta.model import LinearModel
    from reta.types import Note

__all__ = ["model_document", "moments_document", "note_records", "run_document"]


def model_document(model: LinearModel, level: float, saved: Path | None) -> dict[str, Any]:
    """Return what the screen of a model shows, and what it leaves out.

    Parameters
    ----------
    model
        What was fitted or loaded.
    level
        Coverage of the confidence intervals.
    saved
        The file that holds the model, if one does.
    """
    return {
        "source": model.provenance.source,
        "targets": model.target_names,
        "features": model.feature_names,
        "n_samples": model.n_samples,
        "degrees_of_freedom": model.degrees_of_freedom,
        "fit_intercept": model.fit_intercept,
        "level": level,
        "covariance": _covariance(model),
        "coefficients": model.tidy(level).rows(named=True),
        "fit": model.glance().rows(named=True),
        "r_squared_about": "mean" if model.fit_intercept else "zero",
        "solver": model.solver,
        "passes": model.passes,
        "rank": model.rank,
        "dropped": model.dropped,
        "condition": model.condition,
        "precision": model.precision,
        "digits": model.digits,
        "overlap": [{"features": group.features, "vif": group.vif} for group in model.features_together()],
        "notes": note_records(model.notes),
        "saved": None if saved is None else str(saved),
    }


def run_document(run: Run, saved: Path | None) -> dict[str, Any]:
    """Return what the screen of a descent shows, every epoch on record included."""
    certificate = run.certificate
    return {
        **model_document(run.model, 0.95, saved),
        "converged": run.converged,
        "stopped_early": run.stopped_early,
        "certificate": None if certificate is None else _certificate(certificate),
        "least_loss": None if run.least_loss is None else asdict(run.least_loss),
        "history": run.history.rows(named=True),
    }


def _certificate(certificate: Certificate) -> dict[str, Any]:
    told = {field.name: getattr(certificate, field.name) for field in fields(certificate)}
    directions = {name: str(told[name]) for name in ("brake", "last", "slowest", "costliest")}
    noise = None if certificate.noise is None else asdict(certificate.noise)
    return {**told, **directions, "noise": noise, "gap": certificate.gap, "moved": dict(certificate.moved)}


def _covariance(model: LinearModel) -> dict[str, Any]:
    """Return where the errors of the coefficients come from."""
    robust = model.robust
    return {
        "kind": model.covariance,
        "degrees_of_freedom": model.degrees_of_freedom if robust is None else robust.degrees_of_freedom,
        "cluster": None if robust is None else robust.cluster,
        "n_clusters": None if robust is None else robust.n_clusters,
        "lags": None if robust is None else robust.lags,
    }


def moments_document(moments: Moments, saved: Path, notes: Sequence[Note]) -> dict[str, Any]:
    """Return moments as plain data, ``scatter`` included."""
    return {
        "features": moments.features,
        "targets": moments.targets,
        "n_samples": moments.n_samples,
        "weight_sum": moments.weight_sum,
        "log_weight_sum": None if math.isnan(moments.log_weight_sum) else moments.log_weight_sum,
        "mean": moments.mean.tolist(),
        "minimum": moments.minimum.tolist(),
        "maximum": moments.maximum.tolist(),
        "missing": moments.missing.tolist(),
        "scatter": moments.scatter.tolist(),
        "notes": note_records(notes),
        "saved": str(saved),
    }


def note_records(notes: Iterable[Note]) -> list[dict[str, str]]:
    """Return notes as objects."""
    return [{"kind": note.kind, "text": note.text} for note in notes]
