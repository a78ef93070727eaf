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
        ("slowest" if certificate.converged else "held_back", _slowest(certificate, speech)),
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


def spoken(number: float, speech: Speech) -> str:
    """Return a whole number as people say it: ``16``, ``56.5 million``."""
    if not math.isfinite(number):
        return "∞"
    for size, name in NAMED:
        if number >= size:
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
    if certificate.converged:
        return "loss_best"
    return "loss_gap" if certificate.null_loss > 0.0 else "loss_gap_constant"


def _rate(certificate: Certificate, speech: Speech) -> str:
    return speech.say(
        _rate_phrase(certificate),
        lr=_short(certificate.lr, speech),
        mean=_short(certificate.mean_lr, speech),
        stable=_short(certificate.largest_stable_lr, speech),
        best=_short(certificate.best_lr, speech),
    )


def _rate_phrase(certificate: Certificate) -> str:
    if not math.isfinite(certificate.lr):
        return "rate_unknown"
    if certificate.largest_stable_lr == 0.0:
        return "rate_restless"
    if certificate.lr >= certificate.largest_stable_lr:
        return "rate_too_large"
    return "rate_stable" if certificate.lr == certificate.mean_lr else "rate_scheduled"


def _slowest(certificate: Certificate, speech: Speech) -> str:
    direction = direction_text(certificate.slowest, speech)
    if certificate.held_back_by == "momentum":
        return speech.say("held_momentum")
    if certificate.held_back_by != "direction" and not certificate.converged:
        return speech.say(f"held_{certificate.held_back_by}")
    if not math.isfinite(certificate.lr):
        return speech.say("held_unknown", direction=direction)
    if not math.isfinite(certificate.epochs_needed):
        return speech.say("held_never", direction=direction)
    if certificate.epochs_needed <= 1.0:
        return speech.say("held_in_one", direction=direction)
    share = _percent(certificate.slowest_shrinks, speech)
    by = "held_by" if certificate.lr == certificate.mean_lr else "held_by_average"
    return speech.say(by, direction=direction, share=share, epochs=spoken(certificate.epochs_needed, speech))


def _way(certificate: Certificate, speech: Speech) -> list[tuple[str, str]]:
    texts = []
    still = [(name, share) for name, share in certificate.moved if name in certificate.hardly_moved]
    if still and certificate.epochs:
        terms = ", ".join(
            speech.say("moved_term", term=_term(name, speech), share=_percent(share, speech))
            for name, share in still[:MOST_TERMS]
        )
        texts.append(speech.say("hardly_moved", epochs=spoken(certificate.epochs, speech), terms=terms))
    if not certificate.converged:
        share = _percent(certificate.costliest_share, speech)
        texts.append(speech.say("costliest", share=share, direction=direction_text(certificate.costliest, speech)))
    return [("" if at else "on_the_way", text) for at, text in enumerate(texts)]


def _standardised(certificate: Certificate, speech: Speech) -> str:
    epochs = spoken(certificate.standardized_epochs, speech)
    return speech.say("standardised_needs", epochs=epochs, lr=_short(certificate.standardized_lr, speech))


def _used(certificate: Certificate, speech: Speech) -> list[tuple[str, str]]:
    if not certificate.epochs or not certificate.effective_parameters < certificate.n_parameters - ALL_BUT:
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


def _joined(names: Sequence[str], speech: Speech) -> str:
    *first, last = [_term(name, speech) for name in names] or [""]
    return f"{', '.join(first)} {speech.say('and')} {last}" if first else last


def _term(name: str, speech: Speech) -> str:
    return speech.say("intercept") if name == "intercept" else printable(name)
