"""Every phrase of the screens, in English and in Portuguese."""

from __future__ import annotations

from reta.screens.descent_catalogue import DESCENT

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
    "formula": ("Formula", "Fórmula"),
    "kept_of": ("{listed}; {n} of them dropped, see Notes", "{listed}; {n} deles descartados, ver Observações"),
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
    "extended": ("in extended precision", "em precisão estendida"),
    "float64": ("in float64", "em float64"),
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
    "errors_joint": (
        "classical: joint tests take the same spread for every row",
        "clássicos: os testes conjuntos supõem a mesma dispersão em todas as linhas",
    ),
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
    "r_squared_about_zero": ("R² about zero", "R² em torno de zero"),
    "adj_r_squared_about_zero": ("adjusted R² about zero", "R² ajustado em torno de zero"),
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
    "evaluation_explained_about_zero": (
        (
            "RMSE is the root of the mean squared error, MAE the mean absolute error, both in the target's own unit; "
            "the model has no intercept, so R² compares with always predicting zero, as that of its fit does."
        ),
        (
            "REQM é a raiz do erro quadrático médio, EAM o erro absoluto médio, ambos na unidade do alvo; o modelo "
            "não tem intercepto: R² compara com prever sempre zero, como o do seu ajuste."
        ),
    ),
    # Tests of the residuals
    "diagnosis_of": ("{model} and the rows of {source}", "{model} e as linhas de {source}"),
    "tests_of": ("Tests of the residuals of {target}", "Testes dos resíduos de {target}"),
    "breusch_pagan": ("Breusch-Pagan", "Breusch-Pagan"),
    "white": ("White", "White"),
    "reset": ("RESET", "RESET"),
    "durbin_watson": ("Durbin-Watson", "Durbin-Watson"),
    "jarque_bera": ("Jarque-Bera", "Jarque-Bera"),
    "skewness": ("skewness", "assimetria"),
    "kurtosis": ("kurtosis", "curtose"),
    "press": ("PRESS", "PRESS"),
    "loo_r_squared": ("leave-one-out R²", "R² deixando uma fora"),
    "spread_absent": (
        "no sign that the spread of the residuals follows the features",
        "nenhum sinal de que a dispersão dos resíduos siga os atributos",
    ),
    "spread_found": (
        "the spread of the residuals follows the features: prefer the errors of --covariance HC3",
        "a dispersão dos resíduos segue os atributos: prefira os erros de --covariance HC3",
    ),
    "reset_absent": ("no sign of a missing curve or product", "nenhum sinal de curva ou produto ausente"),
    "reset_found": (
        "something is missing: a curve, or a product of features",
        "falta algo: uma curva, ou um produto de atributos",
    ),
    "order_absent": (
        "not far from 2: no sign that neighbouring rows resemble one another",
        "não longe de 2: nenhum sinal de que linhas vizinhas se pareçam",
    ),
    "order_alike": (
        "well under 2: neighbouring rows resemble one another; if they are in the order of time, see --lags",
        "bem abaixo de 2: linhas vizinhas se parecem; se estão na ordem do tempo, veja --lags",
    ),
    "order_alternating": (
        "well over 2: neighbouring rows alternate; if they are in the order of time, see --lags",
        "bem acima de 2: linhas vizinhas se alternam; se estão na ordem do tempo, veja --lags",
    ),
    "jarque_bera_absent": ("no sign against normal residuals", "nenhum sinal contra resíduos normais"),
    "jarque_bera_found": (
        "the residuals are not normal: intervals for single new rows are rough",
        "os resíduos não são normais: intervalos para novas linhas são aproximados",
    ),
    "skewness_means": ("0 where both tails are alike", "0 onde as duas caudas são iguais"),
    "kurtosis_means": ("3 for a normal distribution, more with heavy tails", "3 na normal, mais com caudas pesadas"),
    "press_means": (
        "squared errors in all, each row predicted by a fit without it",
        "total dos erros ao quadrado, cada linha prevista por um ajuste sem ela",
    ),
    "loo_r_squared_means": (
        "share explained where each row is predicted by a fit without it",
        "parte explicada onde cada linha é prevista por um ajuste sem ela",
    ),
    "obstacle_no_degrees": (
        "no degree of freedom is left: the residuals say nothing",
        "não resta grau de liberdade: os resíduos não dizem nada",
    ),
    "obstacle_perfect_fit": (
        "the fit is perfect: what is left is rounding",
        "o ajuste é perfeito: o que resta é arredondamento",
    ),
    "obstacle_leverage_one": (
        "a row has leverage 1: no fit without it can predict it",
        "uma linha tem alavancagem 1: nenhum ajuste sem ela a prevê",
    ),
    "obstacle_too_few_rows": ("too few rows for this test", "linhas de menos para este teste"),
    "obstacle_too_many_products": (
        "too many products of features for this test",
        "produtos de atributos demais para este teste",
    ),
    "obstacle_no_features": ("there is no feature to test with", "não há atributo com que testar"),
    "obstacle_nothing_added": (
        "powers of the fitted values add nothing to these features",
        "potências dos valores ajustados nada acrescentam a estes atributos",
    ),
    "obstacle_perfect_with_powers": (
        "powers of the fitted values make the fit perfect: a curve is missing",
        "potências dos valores ajustados tornam o ajuste perfeito: falta uma curva",
    ),
    "obstacle_equal_squares": ("all residuals are of one size", "todos os resíduos têm o mesmo tamanho"),
    "obstacle_constant_target": ("the target does not vary", "o alvo não varia"),
    "influential": ("Rows that move the fit most", "Linhas que mais movem o ajuste"),
    "row": ("row", "linha"),
    "observed": ("observed", "observado"),
    "fitted": ("fitted", "ajustado"),
    "student_residual": ("studentised residual", "resíduo studentizado"),
    "leverage": ("leverage", "alavancagem"),
    "cooks_distance": ("Cook's distance", "distância de Cook"),
    "no_influential": ("none can be judged", "nenhuma pode ser julgada"),
    # Notes and trust
    "notes": ("Notes", "Observações"),
    "note_assumed": ("assumed", "suposto"),
    "note_encoded": ("encoded", "codificado"),
    "note_dropped": ("dropped", "descartado"),
    "note_warning": ("warning", "atenção"),
    "trust": ("Trust", "Confiança"),
    "overlap": ("Overlap", "Sobreposição"),
    "apart": (
        "little: the features are easy to tell apart (condition {condition})",
        "pouca: os atributos são fáceis de distinguir (condição {condition})",
    ),
    "alike": (
        "some: features resemble one another (condition {condition})",
        "alguma: há atributos que se parecem (condição {condition})",
    ),
    "near": (
        "strong: features nearly repeat one another, which widens their intervals (condition {condition})",
        "forte: atributos quase se repetem, o que alarga seus intervalos (condição {condition})",
    ),
    "by_structure": (
        "only by construction: powers or products of the same columns, to be judged together (condition {condition})",
        "só por construção: potências ou produtos das mesmas colunas, a julgar em conjunto (condição {condition})",
    ),
    "complete": (
        "complete for {n} of {features} features: combinations of others, dropped, see Notes; of those that are left:",
        "total para {n} de {features} atributos: combinações de outros, descartados, ver Observações; dos que restam:",
    ),
    "complete_shared": (
        "complete for {n} of {features} features: combinations of others, with which they share one effect; else:",
        "total para {n} de {features} atributos: combinações de outros, com que dividem um só efeito; quanto ao resto:",
    ),
    "complete_for_want_of_rows": (
        "complete: {rows} cannot tell {features} features apart; {n} were dropped for no other reason than their place",
        "total: {rows} não distinguem {features} atributos; {n} foram descartados só por sua posição",
    ),
    "n_coefficient": ("{n} coefficient", "{n} coeficiente"),
    "n_coefficients": ("{n} coefficients", "{n} coeficientes"),
    "evidence": ("Evidence", "Evidência"),
    "few_rows_left": (
        "little: {rows} for {coefficients}; even features of pure noise would reach an R² of some {r_squared} here",
        "pouca: {rows} para {coefficients}; até atributos de puro ruído chegariam aqui a um R² de uns {r_squared}",
    ),
    "no_rows_left": (
        "none: {rows} for {coefficients}; the fit passes through every one of them, whatever they hold",
        "nenhuma: {rows} para {coefficients}; o ajuste passa por todas, não importa o que contenham",
    ),
    "digits": ("Rounding", "Arredondamento"),
    "n_digit": (
        "leaves at least {n} digit of every coefficient right",
        "deixa certo ao menos {n} dígito de cada coeficiente",
    ),
    "n_digits": (
        "leaves at least {n} digits of every coefficient right",
        "deixa certos ao menos {n} dígitos de cada coeficiente",
    ),
    "no_digits": (
        "may have reached every digit of some coefficient",
        "pode ter atingido todos os dígitos de algum coeficiente",
    ),
    "together": (
        "{names} move together: their separate effects cannot be told apart well (VIF {vif})",
        "{names} variam juntos: seus efeitos separados não se distinguem bem (VIF {vif})",
    ),
    "more_groups": (
        "{n} more such groups: reta show MODEL --collinearity",
        "mais {n} grupos assim: reta show MODELO --collinearity",
    ),
    # Collinearity
    "collinearity_of": ("How much the features of {model} overlap", "Quanto os atributos de {model} se sobrepõem"),
    "vif": ("VIF", "VIF"),
    "by_others": ("R² by the others", "R² pelos outros"),
    "moves_with": ("moves with", "varia com"),
    "collinearity_explained": (
        (
            "VIF: by how much a feature's resemblance to the others multiplies the variance of its effect. 1 is none "
            "at all; from 10 on, effects of features that move together are better judged together: reta test."
        ),
        (
            "VIF: por quanto a semelhança de um atributo com os outros multiplica a variância do seu efeito. 1 é "
            "nenhuma; a partir de 10, é melhor julgar em conjunto os efeitos de atributos que variam juntos: reta test."
        ),
    ),
    "directions": (
        "Directions in which the features hardly vary",
        "Direções em que os atributos quase não variam",
    ),
    "condition_index": ("condition index", "índice de condição"),
    "taking_part": ("taking part", "participantes"),
    "no_directions": (
        "None: the largest condition index is {index} (30 and more would count)",
        "Nenhuma: o maior índice de condição é {index} (contaria a partir de 30)",
    ),
    # Tests of hypotheses
    "test_of": ("Test of {model}", "Teste de {model}"),
    "joint_test_of": ("Test of {model}, all targets together", "Teste de {model}, todos os alvos em conjunto"),
    "hypothesis": ("Hypothesis", "Hipótese"),
    "hypotheses": ("Hypotheses", "Hipóteses"),
    "statistic_F": ("F", "F"),
    "statistic_chi2": ("chi-squared", "qui-quadrado"),
    "value": ("value", "valor"),
    "test_degrees": ("degrees of freedom", "graus de liberdade"),
    "wilks": ("Wilks' lambda", "lambda de Wilks"),
    "pillai": ("Pillai's trace", "traço de Pillai"),
    "hotelling_lawley": ("Hotelling-Lawley trace", "traço de Hotelling-Lawley"),
    "roy": ("Roy's largest root", "maior raiz de Roy"),
    "p_explained": (
        (
            "p: how often data would contradict the hypothesis at least this much if it were true. Below 0.05 it is "
            "commonly rejected; a large p does not prove it."
        ),
        (
            "p: com que frequência os dados contradiriam a hipótese ao menos tanto assim, se ela fosse verdadeira. "
            "Abaixo de 0,05 costuma ser rejeitada; um p grande não a prova."
        ),
    ),
    "untested": (
        "{names}: no test is possible, because the fit leaves no residuals to judge by",
        "{names}: nenhum teste é possível, pois o ajuste não deixa resíduos com que julgar",
    ),
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
    "to_rows": ("see every row", "ver cada linha"),
    "to_fit": ("fit a model", "ajustar um modelo"),
    "to_merge": ("add more rows", "somar mais linhas"),
    "tutorial_written": (
        "The tutorial is in {path}; it needs pip install 'reta[torch,plots]'. Open it, for example with",
        "O tutorial está em {path}; ele precisa de pip install 'reta[torch,plots]'. Abra-o, por exemplo com",
    ),
    # Progress
    "progress": ("{rows} rows, {rate} rows/s", "{rows} linhas, {rate} linhas/s"),
    "progress_of": ("{rows} of {total} rows, {rate} rows/s", "{rows} de {total} linhas, {rate} linhas/s"),
    "written": ("{rows} written to {path}", "{rows} gravadas em {path}"),
    **DESCENT,
}
