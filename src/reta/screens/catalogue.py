"""Every phrase of the screens, in English and in Portuguese."""

from __future__ import annotations

__all__ = ["CATALOGUE"]

CATALOGUE: dict[str, tuple[str, str]] = {
    "model_of": ("Linear model of {targets}", "Modelo linear de {targets}"),
    "evaluation_of": ("{model} put to the test on {source}", "{model} posto à prova com {source}"),
    "moments_of": ("Moments of {rows}", "Momentos de {rows}"),
    "and": ("and", "e"),
    "more": ("{listed} and {n} more", "{listed} e mais {n}"),
    # What was fitted
    "source": ("Source", "Fonte"),
    "rows": ("Rows", "Linhas"),
    "targets": ("Targets", "Alvos"),
    "features": ("Features", "Atributos"),
    "method": ("Method", "Método"),
    "saved": ("Saved", "Salvo em"),
    "weight_sum": ("Weights", "Pesos"),
    "n_row": ("{n} row", "{n} linha"),
    "n_rows": ("{n} rows", "{n} linhas"),
    "n_target": ("{n} target", "{n} alvo"),
    "n_targets": ("{n} targets", "{n} alvos"),
    "n_degree": ("{n} degree of freedom left", "resta {n} grau de liberdade"),
    "n_degrees": ("{n} degrees of freedom left", "restam {n} graus de liberdade"),
    "no_degrees": ("no degree of freedom left", "não resta grau de liberdade"),
    "n_pass": ("{n} pass over the data", "{n} leitura dos dados"),
    "n_passs": ("{n} passes over the data", "{n} leituras dos dados"),
    "no_pass": ("from saved moments", "a partir de momentos salvos"),
    "least_squares": ("least squares", "mínimos quadrados"),
    "by": ("by", "por"),
    "with_intercept": ("with intercept", "com intercepto"),
    "without_intercept": ("without intercept", "sem intercepto"),
    "sum_of": ("sum {value}", "soma {value}"),
    # Coefficients
    "coefficients": (
        "Coefficients with {level}% confidence intervals",
        "Coeficientes com intervalos de confiança de {level}%",
    ),
    "intercept": ("intercept", "intercepto"),
    "estimate": ("estimate", "estimativa"),
    "std_error": ("std. error", "erro padrão"),
    "interval": ("{level}% interval", "intervalo de {level}%"),
    "p_value": ("p", "p"),
    "errors": ("Errors", "Erros"),
    "errors_unequal": (
        "{kind}, for residuals whose spread may differ from row to row",
        "{kind}, para resíduos cuja dispersão pode variar de linha para linha",
    ),
    "errors_cluster": (
        "for rows alike within {n} clusters of {column}",
        "para linhas semelhantes dentro de {n} grupos de {column}",
    ),
    "errors_newey_west": (
        "Newey-West, for rows alike across {n} neighbours",
        "Newey-West, para linhas semelhantes entre {n} vizinhas",
    ),
    "from_to": ("{low} to {high}", "{low} a {high}"),
    "left_out_terms": ("{n} more terms: {how}", "mais {n} termos: {how}"),
    "left_out_targets": ("{n} more targets: {how}", "mais {n} alvos: {how}"),
    "how_json": ("add --json to see all", "acrescente --json para ver tudo"),
    "how_show": ("{command} shows all", "{command} mostra tudo"),
    # Quality
    "fit": ("Fit", "Ajuste"),
    "r_squared": ("R²", "R²"),
    "adj_r_squared": ("adjusted R²", "R² ajustado"),
    "sigma": ("residual std. error", "erro padrão residual"),
    "rmse": ("RMSE", "REQM"),
    "mae": ("MAE", "EAM"),
    "n_used": ("rows", "linhas"),
    "evaluation_explained": (
        (
            "RMSE is the root of the mean squared error, MAE the mean absolute error, both in the target's own unit; "
            "R² compares with always predicting the mean of these rows."
        ),
        (
            "REQM é a raiz do erro quadrático médio, EAM o erro absoluto médio, ambos na unidade do alvo; "
            "R² compara com prever sempre a média destas linhas."
        ),
    ),
    # Notes and trust
    "notes": ("Notes", "Observações"),
    "note_assumed": ("assumed", "suposto"),
    "note_encoded": ("encoded", "codificado"),
    "note_dropped": ("dropped", "descartado"),
    "note_warning": ("warning", "atenção"),
    "trust": ("Trust", "Confiança"),
    "condition": ("Condition", "Condição"),
    "apart": ("{condition}: the features are easy to tell apart", "{condition}: os atributos se distinguem bem"),
    "alike": ("{condition}: some features resemble one another", "{condition}: alguns atributos se parecem"),
    "near": (
        "{condition}: some features nearly repeat one another, which widens their intervals",
        "{condition}: alguns atributos quase se repetem, o que alarga seus intervalos",
    ),
    "digits": ("Digits", "Dígitos"),
    "n_digit": ("at least {n} of every coefficient can be trusted", "ao menos {n} de cada coeficiente é confiável"),
    "n_digits": ("at least {n} of every coefficient can be trusted", "ao menos {n} de cada coeficiente são confiáveis"),
    "no_digits": ("none is sure in at least one coefficient", "nenhum é seguro em ao menos um coeficiente"),
    # Moments
    "columns": ("Columns", "Colunas"),
    "role": ("role", "papel"),
    "target": ("target", "alvo"),
    "feature": ("feature", "atributo"),
    "mean": ("mean", "média"),
    "minimum": ("minimum", "mínimo"),
    "maximum": ("maximum", "máximo"),
    "missing": ("missing", "ausentes"),
    # What next
    "next": ("Next", "A seguir"),
    "to_keep": ("keep this model", "guardar este modelo"),
    "to_predict": ("predict new rows", "prever novas linhas"),
    "to_test": ("test it on other rows", "testar com outras linhas"),
    "to_fit": ("fit a model", "ajustar um modelo"),
    "to_merge": ("add more rows", "somar mais linhas"),
    # Progress
    "progress": ("{rows} rows, {rate} rows/s", "{rows} linhas, {rate} linhas/s"),
    "progress_of": ("{rows} of {total} rows, {rate} rows/s", "{rows} de {total} linhas, {rate} linhas/s"),
    "written": ("{rows} written to {path}", "{rows} gravadas em {path}"),
}
