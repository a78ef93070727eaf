"""Every quantity of inference, against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest

from reta.inference import half_widths, leverage, residual_variance

WELL_CONDITIONED = 1e-8  # relative; statsmodels works through a pseudo-inverse, good to some 1e-12 here
FAR_TAIL = 1e-290  # below this statsmodels' p values lose their digits


def test_the_coefficient_table(case, evidence):
    table, _ = evidence(case.solution(), 0.9)
    for k in range(2):
        peer = case.peer(k)
        low, high = peer.conf_int(0.1).T
        np.testing.assert_allclose(table.estimate[k], peer.params, rtol=WELL_CONDITIONED)
        np.testing.assert_allclose(table.std_error[k], peer.bse, rtol=WELL_CONDITIONED)
        np.testing.assert_allclose(table.statistic[k], peer.tvalues, rtol=WELL_CONDITIONED)
        np.testing.assert_allclose(table.p_value[k], peer.pvalues, rtol=WELL_CONDITIONED, atol=FAR_TAIL)
        np.testing.assert_allclose(
            table.conf_low[k], low, rtol=WELL_CONDITIONED, atol=WELL_CONDITIONED * peer.bse.min()
        )
        np.testing.assert_allclose(
            table.conf_high[k], high, rtol=WELL_CONDITIONED, atol=WELL_CONDITIONED * peer.bse.min()
        )


def test_the_quality_of_the_fit(case, evidence):
    _, quality = evidence(case.solution())
    for k in range(2):
        peer = case.peer(k)
        assert quality.r_squared[k] == pytest.approx(peer.rsquared, rel=WELL_CONDITIONED)
        assert quality.adjusted_r_squared[k] == pytest.approx(peer.rsquared_adj, rel=WELL_CONDITIONED)
        assert quality.residual_standard_error[k] == pytest.approx(np.sqrt(peer.scale), rel=WELL_CONDITIONED)
        assert quality.f_statistic[k] == pytest.approx(peer.fvalue, rel=WELL_CONDITIONED)
        assert quality.f_p_value[k] == pytest.approx(peer.f_pvalue, rel=WELL_CONDITIONED, abs=FAR_TAIL)
    assert (quality.df_model, quality.df_residual) == (peer.df_model, peer.df_resid)


@pytest.mark.parametrize("kind", ["confidence", "prediction"])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_intervals_for_new_rows(case, kind, level):
    solution = case.solution()
    h = leverage(
        case.new, solution.inverse_root, solution.center, solution.weight_sum, fit_intercept=solution.fit_intercept
    )
    variance = residual_variance(solution.residual_scatter, solution.degrees_of_freedom)
    half = half_widths(h, variance, solution.degrees_of_freedom, level, kind)
    prediction = case.new @ solution.coef.T + solution.intercept
    for k in range(2):
        frame = case.peer(k).get_prediction(case.design(case.new)).summary_frame(alpha=1.0 - level)
        side = "mean_ci" if kind == "confidence" else "obs_ci"
        size = np.abs(frame["mean"]).max()
        np.testing.assert_allclose(prediction[:, k], frame["mean"], rtol=WELL_CONDITIONED, atol=WELL_CONDITIONED * size)
        np.testing.assert_allclose(
            half[:, k], (frame[f"{side}_upper"] - frame[f"{side}_lower"]) / 2, rtol=WELL_CONDITIONED
        )
