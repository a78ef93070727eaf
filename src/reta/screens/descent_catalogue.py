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
    "loss_converged": (
        (
            "{loss}; the best possible on these rows is {best}: converged, {gap} still to gain, {share} of the "
            "targets' variance"
        ),
        "{loss}; a melhor possível nestas linhas é {best}: convergiu, faltam {gap}, {share} da variância dos alvos",
    ),
    "loss_converged_constant": (
        "{loss}; the best possible on these rows is {best}: converged, {gap} still to gain",
        "{loss}; a melhor possível nestas linhas é {best}: convergiu, faltam {gap}",
    ),
    "rate_plain": ("{lr}; {rest}", "{lr}; {rest}"),
    "rate_too_large": ("{lr} is too large: {rest}", "{lr} é grande demais: {rest}"),
    "rate_scheduled": (
        "{lr} in the last epoch, {mean} on average; {rest}",
        "{lr} na última época, {mean} em média; {rest}",
    ),
    "limit_full": (
        "on these rows full batches stay stable under {stable}",
        "nestas linhas lotes completos ficam estáveis abaixo de {stable}",
    ),
    "limit_batches": (
        "on these rows such batches bring the optimum nearer on average under {noisy}, full batches under {stable}",
        (
            "nestas linhas lotes como estes aproximam do ótimo, em média, abaixo de {noisy}, lotes completos abaixo de "
            "{stable}"
        ),
    ),
    "limit_batches_at_least": (
        (
            "on these rows such batches bring the optimum nearer on average at least under {noisy}, full batches under "
            "{stable}"
        ),
        (
            "nestas linhas lotes como estes aproximam do ótimo, em média, ao menos abaixo de {noisy}, lotes completos "
            "abaixo de {stable}"
        ),
    ),
    "limit_restless": (
        "with this momentum a descent never comes to rest, whatever the rate",
        "com este momento a descida nunca sossega, seja qual for a taxa",
    ),
    "best_soonest": ("{best} converges soonest, in {epochs}", "{best} converge antes de todas, em {epochs}"),
    "best_own": ("none converges sooner; it takes {epochs}", "nenhuma converge antes; leva {epochs}"),
    "best_in_the_long_run": (
        "{best} is the fastest in the long run",
        "{best} é a mais rápida a longo prazo",
    ),
    "best_frictionless": (
        "without it {best} is the fastest in the long run",
        "sem ele, {best} é a mais rápida a longo prazo",
    ),
    "best_without_momentum": (
        "without it {best} converges soonest, in {epochs}",
        "sem ele, {best} converge antes de todas, em {epochs}",
    ),
    "best_full_batches": (
        "they converge soonest at {best}, in {epochs}",
        "eles convergem antes com {best}, em {epochs}",
    ),
    "best_on_average": ("{best} converges within about {epochs}", "{best} converge em cerca de {epochs}"),
    "best_at_least": (
        "{best} keeps their noise low and takes {epochs} or more",
        "{best} mantém baixo o ruído deles e leva {epochs} ou mais",
    ),
    "noise_unknown": (
        "of the noise of these batches nothing is known",
        "do ruído destes lotes nada se sabe",
    ),
    "noise": ("Noise", "Ruído"),
    "noise_floor": (
        (
            "at this learning rate the batches keep the loss up to about {floor} above the best on average, {share} of "
            "the targets' variance"
        ),
        (
            "com esta taxa os lotes mantêm a perda, em média, até cerca de {floor} acima da melhor, {share} da "
            "variância dos alvos"
        ),
    ),
    "noise_grows": (
        "at this learning rate the noise of the batches grows, on average without bound",
        "com esta taxa o ruído dos lotes cresce, em média sem limite",
    ),
    "noise_without_bound": (
        "at this learning rate no bound on the noise of the batches is known",
        "com esta taxa não se conhece limite para o ruído dos lotes",
    ),
    "held_by": (
        "the direction “{direction}”: an epoch takes {share} off the distance along it",
        "a direção “{direction}”: uma época tira {share} da distância ao longo dela",
    ),
    "held_by_average": (
        "the direction “{direction}”: at the average learning rate an epoch takes {share} off the distance along it",
        "a direção “{direction}”: com a taxa média, uma época tira {share} da distância ao longo dela",
    ),
    "arrives": (
        "at this learning rate a run has converged after {epochs}",
        "com esta taxa um treino converge depois de {epochs}",
    ),
    "arrives_on_average": (
        "at this learning rate a run has converged after about {epochs}",
        "com esta taxa um treino converge depois de cerca de {epochs}",
    ),
    "arrives_at_least": (
        "at this learning rate a run needs {epochs} or more to converge",
        "com esta taxa um treino precisa de {epochs} ou mais para convergir",
    ),
    "arrives_last": (
        ", “{direction}” being the last to arrive",
        ", e “{direction}” é a última a chegar",
    ),
    "slowest_by": (
        (
            "for the coefficients, the direction “{direction}”: an epoch takes {share} off the distance along it, and "
            "{epochs} epochs bring it to a hundredth"
        ),
        (
            "para os coeficientes, a direção “{direction}”: uma época tira {share} da distância ao longo dela, e "
            "{epochs} épocas a reduzem a um centésimo"
        ),
    ),
    "slowest_by_average": (
        (
            "for the coefficients, the direction “{direction}”: at the average learning rate an epoch takes {share} "
            "off the distance along it, and {epochs} epochs bring it to a hundredth"
        ),
        (
            "para os coeficientes, a direção “{direction}”: com a taxa média, uma época tira {share} da distância ao "
            "longo dela, e {epochs} épocas a reduzem a um centésimo"
        ),
    ),
    "slowest_share": (
        "; of what is still to gain it holds {share}",
        "; do que falta, {share} está nela",
    ),
    "slowest_in_one": (
        "the direction “{direction}”: a single epoch brings the distance along it to a hundredth, or nearer",
        "a direção “{direction}”: uma única época já reduz a distância ao longo dela a um centésimo, ou menos",
    ),
    "slowest_never": (
        "the direction “{direction}”: at this learning rate its distance never shrinks to a hundredth",
        "a direção “{direction}”: com esta taxa sua distância nunca se reduz a um centésimo",
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
    "held_batches_until": (
        (
            "the noise of the batches: steps of this size keep shaking the parameters about the optimum; with a "
            "learning rate under {quiet} it stays under half of what counts as converged, and one that falls (schedule "
            "cosine) or larger batches help as well"
        ),
        (
            "o ruído dos lotes: passos deste tamanho continuam sacudindo os parâmetros em torno do ótimo; com uma taxa "
            "abaixo de {quiet} ele fica abaixo da metade do que conta como convergido, e uma taxa que decai (schedule "
            "cosine) ou lotes maiores também ajudam"
        ),
    ),
    "held_growing": (
        "the direction “{direction}”: at this learning rate the distance along it grows",
        "a direção “{direction}”: com esta taxa a distância ao longo dela cresce",
    ),
    "one_epoch": ("{n} epoch", "{n} época"),
    "n_epochs": ("{n} epochs", "{n} épocas"),
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
