"""The certificate of a descent in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reta.screens.layout import Span, facts, heading, indented
from reta.screens.numerals import rounded_down, significant
from reta.screens.terminal import plain_text, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.descent.certificate import Certificate
    from reta.descent.directions import Direction
    from reta.screens.language import Speech
    from reta.screens.layout import Line

__all__ = ["certificate_lines", "certificate_text", "direction_text", "spoken"]

WIDTH = 100
MOST_TERMS = 4
ALL_BUT = 0.05
NAMED = ((1e15, ""), (1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


def certificate_text(certificate: Certificate, speech: Speech) -> str:
    """Return the certificate as plain text."""
    return "\n".join(plain_text(line) for line in certificate_lines(certificate, speech, WIDTH)[2:])


def certificate_lines(certificate: Certificate, speech: Speech, width: int) -> list[Line]:
    """Return the certificate under its heading, behind an empty line."""
    pairs = [
        ("loss", _loss(certificate, speech)),
        ("rate", _rate(certificate, speech)),
        *_noise(certificate, speech),
        *_held_back(certificate, speech),
        *_slowest(certificate, speech),
        *_way(certificate, speech),
        ("standardised", _standardised(certificate, speech)),
        *_used(certificate, speech),
    ]
    shown = [(Span(speech.say(label) if label else "", "label"), text) for label, text in pairs]
    return [*heading(speech.say("certificate")), *indented(facts(shown, width - 2))]


def direction_text(direction: Direction, speech: Speech) -> str:
    """Return what an axis is made of: ``almost pure intercept``, ``temp against humidity``."""
    rising, falling = (_joined(names, speech) for names in (direction.rising, direction.falling))
    return speech.say(f"direction_{direction.kind}", rising=rising, falling=falling)


def spoken(number: float, speech: Speech, *, up: bool = False) -> str:
    """Return a whole number as people say it: ``16``, ``56.5 million``; rounded up where less would not do."""
    if not math.isfinite(number):
        return "∞"
    for size, name in NAMED:
        if number >= size:
            last = size / 10.0 if name else 10.0 ** (math.floor(math.log10(number)) - 1)
            number = math.ceil(number / last) * last if up else number
            short = f"{number:.1e}" if not name else f"{number / size:.1f}".removesuffix(".0")
            return speech.say(name, n=speech.numeral(short)) if name else speech.numeral(short)
    return speech.integer(int(number))


def _loss(certificate: Certificate, speech: Speech) -> str:
    return speech.say(
        _loss_phrase(certificate),
        loss=_number(certificate.loss, speech, 5),
        best=_number(certificate.best_loss, speech, 5),
        gap=_number(certificate.gap, speech, 4),
        share=_percent(certificate.missing_r_squared, speech),
    )


def _loss_phrase(certificate: Certificate) -> str:
    if not math.isfinite(certificate.loss):
        return "loss_infinite"
    if certificate.as_good_as_it_gets:
        return "loss_best"
    if certificate.converged:
        return "loss_converged" if certificate.null_loss > 0.0 else "loss_converged_constant"
    return "loss_gap" if certificate.null_loss > 0.0 else "loss_gap_constant"


def _rate(certificate: Certificate, speech: Speech) -> str:
    """Return the rate in use, the limits that the rows set, and the rate to take."""
    text = "; ".join([_limits(certificate, speech), *_best(certificate, speech)])
    phrase = _rate_phrase(certificate)
    lr, mean = (_short(rate, speech) for rate in (certificate.lr, certificate.mean_lr))
    return speech.say(phrase, lr=lr, mean=mean, rest=text) if phrase else text


def _rate_phrase(certificate: Certificate) -> str:
    if not math.isfinite(certificate.lr):
        return ""
    if 0.0 < certificate.largest_stable_lr <= certificate.lr:
        return "rate_too_large"
    if certificate.noise is not None and certificate.noise.exact and certificate.lr >= certificate.noise.largest_lr:
        return "rate_too_large"
    return "rate_plain" if certificate.lr == certificate.mean_lr else "rate_scheduled"


def _limits(certificate: Certificate, speech: Speech) -> str:
    if certificate.largest_stable_lr == 0.0:
        return speech.say("limit_restless")
    stable = _short(certificate.largest_stable_lr, speech)
    if certificate.noise is None:
        return speech.say("limit_full", stable=stable)
    phrase = "limit_batches" if certificate.noise.exact else "limit_batches_at_least"
    return speech.say(phrase, stable=stable, noisy=_short(certificate.noise.largest_lr, speech))


def _best(certificate: Certificate, speech: Speech) -> list[str]:
    """Return what is said of the best rate, if anything."""
    best, epochs = certificate.best_lr, certificate.best_epochs
    if not 0.0 < best < math.inf:
        return []
    facts = {"best": _short(best, speech), "epochs": _epochs(epochs, speech)}
    foreseen = 0.0 < epochs < math.inf
    if certificate.noise is not None:
        counted = "best_on_average" if certificate.best_counted == "on average" else "best_at_least"
        return [speech.say(counted, **facts)] if foreseen else []
    if not foreseen:
        return [
            speech.say("best_frictionless" if certificate.largest_stable_lr == 0.0 else "best_in_the_long_run", **facts)
        ]
    if certificate.largest_stable_lr == 0.0:
        return [speech.say("best_without_momentum", **facts)]
    if certificate.steps_per_epoch > 1:
        return [speech.say("best_full_batches", **facts), speech.say("noise_unknown")]
    own = best == certificate.lr == certificate.mean_lr
    return [speech.say("best_own" if own else "best_soonest", **facts)]


def _noise(certificate: Certificate, speech: Speech) -> list[tuple[str, str]]:
    """Return what the noise of the batches leaves at the rate in use."""
    noise = certificate.noise
    if noise is None or math.isnan(noise.floor) or certificate.held_back_by == "momentum":
        return []
    quiet = _short(noise.quiet_lr, speech)
    whole = certificate.null_loss or certificate.zero_loss
    if not math.isfinite(noise.floor):
        phrase = "noise_grows" if noise.exact else "noise_without_bound"
    else:
        phrase = "noise_floor"
    share = _percent(noise.floor / whole, speech) if whole > 0.0 else "∞"
    return [("noise", speech.say(phrase, floor=_number(noise.floor, speech), share=share, quiet=quiet))]


def _held_back(certificate: Certificate, speech: Speech) -> list[tuple[str, str]]:
    """Return what keeps the run from converging, if it has not."""
    if certificate.held_back_by == "momentum":
        return [("held_back", speech.say("held_momentum"))]
    if certificate.converged:
        return []
    return [("held_back", _obstacle(certificate, speech))]


def _obstacle(certificate: Certificate, speech: Speech) -> str:
    if certificate.held_back_by == "weight_decay":
        return speech.say("held_weight_decay")
    if certificate.held_back_by == "batches":
        quiet = 0.0 if certificate.noise is None else certificate.noise.quiet_lr
        if 0.0 < quiet <= certificate.lr:
            return speech.say("held_batches_until", quiet=_short(quiet, speech))
        return speech.say("held_batches")
    brake = direction_text(certificate.brake, speech)
    if not math.isfinite(certificate.lr):
        return speech.say("held_unknown", direction=brake)
    if certificate.brake_shrinks < 0.0:
        return speech.say("held_growing", direction=brake)
    share = _percent(certificate.brake_shrinks, speech)
    by = "held_by" if certificate.lr == certificate.mean_lr else "held_by_average"
    texts = [speech.say(by, direction=brake, share=share)]
    if math.isfinite(certificate.epochs_to_converge):
        texts.append(_arrival(certificate, speech))
    return "; ".join(texts)


def _arrival(certificate: Certificate, speech: Speech) -> str:
    """Return when the run has converged, and which direction is the last, unless that is the brake."""
    phrase = {"exactly": "arrives", "on average": "arrives_on_average", "at least": "arrives_at_least"}
    text = speech.say(phrase[certificate.counted], epochs=_epochs(certificate.epochs_to_converge, speech))
    if certificate.last == certificate.brake:
        return text
    return f"{text}{speech.say('arrives_last', direction=direction_text(certificate.last, speech))}"


def _slowest(certificate: Certificate, speech: Speech) -> list[tuple[str, str]]:
    """Return which direction takes longest, whatever it costs: a fact about the coefficients."""
    if certificate.held_back_by == "momentum" or not math.isfinite(certificate.lr):
        return []
    direction = direction_text(certificate.slowest, speech)
    if not math.isfinite(certificate.epochs_needed):
        return (
            [("slowest", speech.say("slowest_never", direction=direction))]
            if certificate.slowest_shrinks >= 0.0
            else []
        )
    if certificate.epochs_needed <= 1.0:
        return [("slowest", speech.say("slowest_in_one", direction=direction))]
    by = "slowest_by" if certificate.lr == certificate.mean_lr else "slowest_by_average"
    text = speech.say(
        by,
        direction=direction,
        share=_percent(certificate.slowest_shrinks, speech),
        epochs=spoken(certificate.epochs_needed, speech, up=True),
    )
    if not certificate.converged and certificate.slowest != certificate.brake:
        text += speech.say("slowest_share", share=_percent(certificate.slowest_share, speech))
    return [("slowest", text)]


def _way(certificate: Certificate, speech: Speech) -> list[tuple[str, str]]:
    texts = []
    still = [(name, share) for name, share in certificate.moved if name in certificate.hardly_moved]
    if still and certificate.epochs:
        terms = ", ".join(
            speech.say("moved_term", term=_term(name, speech), share=_percent(share, speech))
            for name, share in still[:MOST_TERMS]
        )
        texts.append(speech.say("hardly_moved", epochs=spoken(certificate.epochs, speech), terms=terms))
    if not certificate.converged and math.isfinite(certificate.gap):
        share = _percent(certificate.costliest_share, speech)
        texts.append(speech.say("costliest", share=share, direction=direction_text(certificate.costliest, speech)))
    return [("" if at else "on_the_way", text) for at, text in enumerate(texts)]


def _standardised(certificate: Certificate, speech: Speech) -> str:
    epochs = spoken(certificate.standardized_epochs, speech, up=True)
    return speech.say("standardised_needs", epochs=epochs, lr=_short(certificate.standardized_lr, speech))


def _used(certificate: Certificate, speech: Speech) -> list[tuple[str, str]]:
    if (
        not certificate.epochs
        or certificate.brake_shrinks < 0.0
        or not certificate.effective_parameters < certificate.n_parameters - ALL_BUT
    ):
        return []
    used = speech.numeral(f"{certificate.effective_parameters:.2f}")
    return [("used", speech.say("used_parameters", used=used, n=speech.integer(certificate.n_parameters)))]


def _number(value: float, speech: Speech, digits: int = 3) -> str:
    return "∞" if math.isinf(value) else speech.numeral(significant(value, digits))


def _short(lr: float, speech: Speech) -> str:
    """Return a learning rate to three digits, rounded down: what is copied from the screen stays under a limit."""
    return "∞" if math.isinf(lr) else speech.numeral(f"{rounded_down(lr):.3g}")


def _percent(share: float, speech: Speech) -> str:
    return f"{_number(100.0 * share, speech, 2)}%"


def _epochs(number: float, speech: Speech) -> str:
    """Return ``1 epoch``, ``16 epochs``, ``56.3 million epochs``; digits that are cut off are rounded up."""
    return speech.say("one_epoch" if number == 1.0 else "n_epochs", n=spoken(number, speech, up=True))


def _joined(names: Sequence[str], speech: Speech) -> str:
    *first, last = [_term(name, speech) for name in names] or [""]
    return f"{', '.join(first)} {speech.say('and')} {last}" if first else last


def _term(name: str, speech: Speech) -> str:
    return speech.say("intercept") if name == "intercept" else printable(name)
