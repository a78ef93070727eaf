"""``reta fit --covariance``, ``--cluster`` and ``--lags``."""

from __future__ import annotations

import numpy as np
import pytest

CLOSE = {"rtol": 1e-9}  # the same sums in another order: a few units in the last place, times the condition of 15 rows
T_975_11 = 2.2009851600916384  # Student's t, 97.5%, 11 degrees of freedom (tables)

FARMS = "temp,yield,farm\n" + "".join(f"{t},{2 * t + (-1) ** t * t % 7},f{t % 4}\n" for t in range(1, 25))


def test_hc3_on_the_screen_and_as_json(reta, exact):
    run = reta("fit", "crops.csv", "-t", "apples,oranges", "--covariance", "hc3", "--json")
    document = run.document
    assert document["covariance"] == {
        "kind": "HC3",
        "degrees_of_freedom": 11,
        "cluster": None,
        "n_clusters": None,
        "lags": None,
    }
    assert document["passes"] == 2
    hat = exact.X @ exact.covariance
    left = 1 - (hat * exact.X).sum(axis=1)
    error = (exact.Y - exact.X @ exact.coef)[:, 0] / left
    spread = np.sqrt(np.diag((hat * error[:, None]).T @ (hat * error[:, None])))
    rows = document["coefficients"][:4]
    np.testing.assert_allclose([row["std_error"] for row in rows], spread, **CLOSE)
    width = [(row["conf_high"] - row["conf_low"]) / 2 for row in rows]
    np.testing.assert_allclose(width, T_975_11 * spread, **CLOSE)
    screen = reta("fit", "crops.csv", "-t", "apples,oranges", "--covariance", "HC3").out
    assert "  Errors     HC3, for residuals whose spread may differ from row to row\n" in screen
    assert "Errors" not in reta("fit", "crops.csv", "-t", "apples,oranges").out


def test_clusters_and_lags(reta, tmp_path):
    (tmp_path / "farms.csv").write_text(FARMS)
    run = reta("fit", "farms.csv", "-t", "yield", "--cluster", "farm", "-o", "m.reta.json")
    assert (run.code, "for rows alike within 4 clusters of farm" in run.out) == (0, True)
    assert "warning: `farm` has 4 clusters only" in run.err
    assert "for rows alike within 4 clusters of farm" in reta("show", "m.reta.json").out
    shown = reta("show", "m.reta.json", "--json").document
    assert shown["features"] == ["temp"]
    assert (shown["covariance"]["n_clusters"], shown["covariance"]["degrees_of_freedom"]) == (4, 3)
    portuguese = reta("fit", "farms.csv", "-t", "yield", "--features", "temp", "--lags", "2", "--lang", "pt-BR")
    assert "Erros       Newey-West, para linhas semelhantes entre 2 vizinhas" in portuguese.out


@pytest.mark.parametrize("options", [["--covariance", "HC3"], ["--cluster", "farm"], ["--lags", "3"]])
def test_standard_input_is_refused_before_it_is_read(reta, options):
    run = reta("fit", "-", "-t", "yield", *options, stdin=FARMS + "this is no row")
    assert run.code == 2
    assert run.err.count("\n") == 1
    assert "reads the data twice, and stdin can be read once only: save it to a file first" in run.err


def test_an_unknown_kind_is_a_usage_error(reta):
    run = reta("fit", "crops.csv", "-t", "apples,oranges", "--covariance", "HC9")
    assert run.code == 2
    assert "'HC9'" in run.err


def test_predictions_follow_the_covariance_of_the_model(reta):
    widths = {}
    for kind in ("classical", "HC3"):
        reta("fit", "crops.csv", "-t", "apples,oranges", "--covariance", kind, "-o", "m.reta.json")
        options = ("--interval", "0.95", "--kind", "confidence", "--json")
        row = reta("predict", "m.reta.json", "crops.csv", *options).document["predictions"][0]
        lower, upper = (
            next(value for name, value in row.items() if name.endswith(end)) for end in ("_lower", "_upper")
        )
        widths[kind] = upper - lower
    fits = reta("show", "m.reta.json", "--json").document["fit"]
    tested = reta("test", "m.reta.json", "--json").document
    assert tested["covariance"] == "HC3"
    assert "HC3, for residuals" in reta("test", "m.reta.json").out
    assert reta("test", "m.reta.json", "--joint", "--json").document["covariance"] == "classical"
    assert "classical: joint tests" in reta("test", "m.reta.json", "--joint").out
    assert widths["HC3"] != pytest.approx(widths["classical"], rel=1e-3)
    assert fits[0]["statistic"] == pytest.approx(tested["tests"][0]["statistic"], rel=1e-9)
