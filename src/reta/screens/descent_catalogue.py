"""The phrases about gradient descent, in English and in Portuguese."""

from __future__ import annotations

__all__ = ["DESCENT"]

DESCENT: dict[str, tuple[str, str]] = {
    "coefficients_alone": ("Coefficients", "Coeficientes"),
    "on_the_road": ("Loss, epoch by epoch", "Perda, época a época"),
    "epoch": ("epoch", "época"),
    "loss_short": ("loss", "perda"),
    "gap": ("above the best", "acima da melhor"),
    "gradient_norm": ("gradient", "gradiente"),
    "validation_loss": ("kept aside", "validação"),
    "to_exact": ("the exact answer", "a resposta exata"),
    "to_least_squares": ("least squares, to compare", "mínimos quadrados, para comparar"),
    "progress_epochs": ("epoch {epoch} of {total}, loss {loss}", "época {epoch} de {total}, perda {loss}"),
    "by_descent": (
        "gradient descent ({options}); no standard errors, which are about least squares",
        "descida de gradiente ({options}); sem erros padrão, que dizem respeito a mínimos quadrados",
    ),
    "as_given": (
        "weights as given, {intercept}; the rows they were found on are not known",
        "pesos como fornecidos, {intercept}; não se conhecem as linhas de que vieram",
    ),
    "certificate": ("How far from the best", "A que distância do melhor"),
    "loss": ("Loss", "Perda"),
    "rate": ("Learning rate", "Taxa de aprendizado"),
    "held_back": ("Held back by", "Freada por"),
    "slowest": ("Slowest", "Mais lenta"),
    "on_the_way": ("On the way", "A caminho"),
    "standardised": ("Standardised", "Padronizando"),
    "used": ("In use", "Em uso"),
    "loss_gap": (
        "{loss}; the best possible on these rows is {best}: {gap} still to gain, {share} of the targets' variance",
        "{loss}; a melhor possível nestas linhas é {best}, faltam {gap}, {share} da variância dos alvos",
    ),
    "loss_infinite": (
        "beyond all bounds: the run diverged; the best possible on these rows is {best}",
        "além de qualquer limite: o treino divergiu; a melhor possível nestas linhas é {best}",
    ),
    "loss_gap_constant": (
        "{loss}; the best possible on these rows is {best}: {gap} still to gain",
        "{loss}; a melhor possível nestas linhas é {best}, faltam {gap}",
    ),
    "loss_best": (
        "{loss}; the best possible on these rows is {best}: as good as it gets",
        "{loss}; a melhor possível nestas linhas é {best}: não fica melhor que isso",
    ),
    "least_reached": (
        (
            "{loss}; no parameters have less than {at_least} on these rows: at most {share} of what one number for all "
            "rows costs is left to gain"
        ),
        (
            "{loss}; nenhum parâmetro dá menos que {at_least} nestas linhas: falta no máximo {share} do que custa um "
            "só número para todas as linhas"
        ),
    ),
    "least_missed": (
        (
            "{loss}; {at_most} is possible on these rows: {gap} still to gain, {share} of what one number for all rows "
            "costs"
        ),
        (
            "{loss}; nestas linhas {at_most} é possível: faltam {gap}, {share} do que custa um só número para todas as "
            "linhas"
        ),
    ),
    "least_open": (
        "{loss}; the least possible on these rows lies between {at_least} and {at_most}",
        "{loss}; a menor possível nestas linhas está entre {at_least} e {at_most}",
    ),
    "rate_stable": (
        "{lr}; on these rows full batches stay stable under {stable}, and {best} is the best",
        "{lr}; nestas linhas lotes completos ficam estáveis abaixo de {stable}, e {best} é a melhor",
    ),
    "rate_too_large": (
        "{lr} is too large: on these rows full batches stay stable under {stable}, and {best} is the best",
        "{lr} é grande demais: nestas linhas lotes completos ficam estáveis abaixo de {stable}, e {best} é a melhor",
    ),
    "rate_scheduled": (
        (
            "{lr} in the last epoch, {mean} on average; on these rows full batches stay stable under {stable}, and "
            "{best} is the best"
        ),
        (
            "{lr} na última época, {mean} em média; nestas linhas lotes completos ficam estáveis abaixo de {stable}, "
            "e {best} é a melhor"
        ),
    ),
    "rate_restless": (
        "{lr}; with this momentum a descent never comes to rest, whatever the rate; without it {best} is the best",
        "{lr}; com este momento a descida nunca sossega, seja qual for a taxa; sem ele, {best} é a melhor",
    ),
    "rate_unknown": (
        "on these rows full batches stay stable under {stable}, and {best} is the best",
        "nestas linhas lotes completos ficam estáveis abaixo de {stable}, e {best} é a melhor",
    ),
    "held_by": (
        (
            "the direction “{direction}”: an epoch takes {share} off the distance along it; at this learning rate "
            "{epochs} epochs would be needed to bring it to a hundredth"
        ),
        (
            "a direção “{direction}”: uma época tira {share} da distância ao longo dela, de modo que com esta taxa "
            "seriam necessárias {epochs} épocas para reduzi-la a um centésimo"
        ),
    ),
    "held_by_average": (
        (
            "the direction “{direction}”: at the average learning rate an epoch takes {share} off the distance along "
            "it; {epochs} epochs would be needed to bring it to a hundredth"
        ),
        (
            "a direção “{direction}”: com a taxa média, uma época tira {share} da distância ao longo dela; seriam "
            "necessárias {epochs} épocas para reduzi-la a um centésimo"
        ),
    ),
    "held_in_one": (
        "the direction “{direction}”: a single epoch brings the distance along it to a hundredth, or nearer",
        "a direção “{direction}”: uma única época já reduz a distância ao longo dela a um centésimo, ou menos",
    ),
    "held_momentum": (
        (
            "the momentum: nothing brakes the parameters, so they swing past the optimum for ever; a momentum under 1, "
            "such as 0.9, lets them come to rest"
        ),
        (
            "o momento: nada freia os parâmetros, que passam do ótimo sem parar; um momento abaixo de 1, como 0,9, "
            "deixa que sosseguem"
        ),
    ),
    "held_batches": (
        (
            "the noise of the batches: every direction has had its epochs, and steps of this size keep shaking the "
            "parameters about the optimum; a learning rate that falls (schedule cosine), a smaller one or larger "
            "batches bring them closer"
        ),
        (
            "o ruído dos lotes: toda direção já teve as épocas de que precisa, e passos deste tamanho continuam "
            "sacudindo os parâmetros em torno do ótimo; uma taxa que decai (schedule cosine), uma taxa menor ou lotes "
            "maiores os levam mais perto"
        ),
    ),
    "held_weight_decay": (
        (
            "the weight decay: it pulls the parameters towards zero, away from the least-squares answer; a smaller one "
            "lets them come closer"
        ),
        (
            "o decaimento dos pesos (weight decay): ele puxa os parâmetros para zero, para longe da resposta de "
            "mínimos quadrados; um menor deixa que cheguem mais perto"
        ),
    ),
    "held_never": (
        "the direction “{direction}”: at this learning rate its distance never shrinks to a hundredth",
        "a direção “{direction}”: com esta taxa sua distância nunca se reduz a um centésimo",
    ),
    "held_unknown": (
        "the direction “{direction}”",
        "a direção “{direction}”",
    ),
    "hardly_moved": (
        "after {epochs} epochs, hardly moved: {terms}",
        "depois de {epochs} épocas, quase parados: {terms}",
    ),
    "costliest": (
        "{share} of what is still to gain lies in the direction “{direction}”",
        "{share} do que falta está na direção “{direction}”",
    ),
    "moved_term": ("{term} ({share} of its way)", "{term} ({share} do caminho)"),
    "standardised_needs": (
        (
            "with standardised features {epochs} full-batch epochs bring every direction to a hundredth, at a learning "
            "rate of {lr}"
        ),
        (
            "com atributos padronizados, {epochs} épocas de lote completo reduzem toda direção a um centésimo, "
            "com taxa {lr}"
        ),
    ),
    "used_parameters": (
        "{used} of the {n} parameters of each target, as far as the fit is concerned: stopping early acts as a penalty",
        "{used} dos {n} parâmetros de cada alvo, no que toca ao ajuste: parar cedo age como uma penalização",
    ),
    "direction_alone": ("almost pure {rising}", "quase só {rising}"),
    "direction_mostly": ("mostly {rising}", "principalmente {rising}"),
    "direction_together": ("{rising} together", "{rising} juntos"),
    "direction_against": ("{rising} against {falling}", "{rising} contra {falling}"),
    "million": ("{n} million", "{n} milhões de"),
    "billion": ("{n} billion", "{n} bilhões de"),
    "trillion": ("{n} trillion", "{n} trilhões de"),
}
