"""The screen of a descent: the parts that matter, in both languages and at two widths."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace

import numpy as np
import pytest

import reta
from reta.descent import Direction
from reta.descent.least_loss import LeastLoss
from reta.errors import RetaWarning
from reta.screens.certificate_screen import direction_text, spoken
from reta.screens.descent_screen import descent_screen
from reta.screens.language import Speech
from reta.screens.model_screen import Closing
from reta.screens.terminal import plain_text

HEADINGS = {
    "en": ("Coefficients", "Fit", "Loss, epoch by epoch", "How far from the best", "Next"),
    "pt-BR": ("Coeficientes", "Ajuste", "Perda, época a época", "A que distância do melhor", "A seguir"),
}
LABELS = {
    "en": ("Loss", "Learning rate", "Held back by", "On the way", "Standardised", "In use"),
    "pt-BR": ("Perda", "Taxa de aprendizado", "Freada por", "A caminho", "Padronizando", "Em uso"),
}


def run_of(**options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetaWarning)
        return reta.descend(reta.datasets.crops_5(), targets=["apples", "oranges"], **options)


def shown(run, language="en", width=100):
    closing = Closing(saved="m.json", next=(("to_exact", "reta fit crops_5.csv --targets apples,oranges"),))
    speech = Speech(language)
    lines = descent_screen(
        run.model, run.history, run.certificate, run.least_loss, speech=speech, width=width, closing=closing
    )
    return [plain_text(line) for line in lines]


@pytest.fixture(scope="module")
def short():
    return run_of(lr=1e-5, epochs=100)


@pytest.mark.parametrize("language", ["en", "pt-BR"])
@pytest.mark.parametrize("width", [80, 100])
def test_every_part_in_its_place(short, language, width):
    lines = shown(short, language, width)
    places = [lines.index(heading) for heading in HEADINGS[language]]
    assert places == sorted(places)
    text = "\n".join(lines)
    for label in LABELS[language]:
        assert f"\n  {label}  " in text
    assert max(map(len, lines)) <= width
    assert "\x1b" not in text


def test_the_numbers_are_those_of_the_run(short):
    lines = shown(short)
    table = lines[lines.index("Loss, epoch by epoch") + 1 : lines.index("How far from the best")]
    rows = [line.split() for line in table if re.match(r"  \d", line)]
    assert [int(row[0]) for row in rows] == list(range(0, 101, 10))
    losses = short.history["loss"].to_numpy()[::10]
    np.testing.assert_allclose([float(row[1]) for row in rows], losses, rtol=1e-5)
    flat = " ".join(" ".join(lines).split())
    assert f"{short.certificate.loss:.5g}" in flat
    assert "0.000111" in flat
    assert "gradient descent (lr 1e-05, epochs 100); no standard errors, which are about least squares" in flat
    assert "95%" not in flat


def test_portuguese_has_decimal_commas(short):
    flat = " ".join(" ".join(shown(short, "pt-BR")).split())
    assert "153,94" in flat
    assert "56,3 milhões de épocas" in flat
    assert "153.94" not in flat


def test_a_run_that_converged_says_so():
    flat = " ".join(" ".join(shown(run_of(epochs=100))).split())
    assert "as good as it gets" in flat
    assert "Slowest for the coefficients, the direction" in flat
    assert "Held back" not in flat
    assert "In use" not in flat


@pytest.mark.parametrize(
    ("options", "english", "portuguese"),
    [
        ({"loss": "huber"}, "no parameters have less than 0.", "nenhum parâmetro dá menos que 0,"),
        ({"loss": "huber", "epochs": 3}, "is possible on these rows: ", "é possível: faltam"),
        ({"loss": "absolute", "epochs": 3}, "still to gain, ", "do que custa um só número"),
    ],
    ids=repr,
)
def test_other_losses_say_how_far_they_are(options, english, portuguese):
    run = run_of(**options)
    for language, part in (("en", english), ("pt-BR", portuguese)):
        lines = shown(run, language)
        assert HEADINGS[language][3] in lines
        assert part in " ".join(" ".join(lines).split())
        assert max(map(len, lines)) <= 100
    assert "above the best" not in " ".join(shown(run))


def test_bounds_that_leave_it_open_are_both_shown():
    run = run_of(loss="huber", epochs=3)
    lines = shown(replace(run, least_loss=LeastLoss(0.5, 0.25, 0.499, 10.0)))
    assert "0.50000; the least possible on these rows lies between 0.25000 and 0.49900" in " ".join(lines)


def test_rows_kept_aside_have_a_column():
    run = run_of(lr=1e-5, epochs=3, validation=0.4, seed=1)
    assert "kept aside" in " ".join(shown(run))


def test_no_epochs_are_one_line():
    lines = shown(run_of(lr=1e-5, epochs=0))
    table = lines[lines.index("Loss, epoch by epoch") + 1 : lines.index("How far from the best")]
    assert len([line for line in table if re.match(r"  \d", line)]) == 1


@pytest.mark.parametrize(
    ("direction", "english", "portuguese"),
    [
        (Direction("alone", ("intercept",)), "almost pure intercept", "quase só intercepto"),
        (Direction("mostly", ("temp",)), "mostly temp", "principalmente temp"),
        (Direction("together", ("a", "b", "c")), "a, b and c together", "a, b e c juntos"),
        (Direction("against", ("a",), ("b",)), "a against b", "a contra b"),
    ],
)
def test_directions_in_words(direction, english, portuguese):
    assert str(direction) == direction_text(direction, Speech("en")) == english
    assert direction_text(direction, Speech("pt-BR")) == portuguese


@pytest.mark.parametrize(
    ("number", "english", "portuguese"),
    [
        (16, "16", "16"),
        (999_999, "999,999", "999.999"),
        (56_214_000, "56.2 million", "56,2 milhões de"),
        (2e9, "2 billion", "2 bilhões de"),
        (3.5e12, "3.5 trillion", "3,5 trilhões de"),
        (1.5e15, "1.5e+15", "1,5e+15"),
        (np.inf, "∞", "∞"),
    ],
)
def test_numbers_as_people_say_them(number, english, portuguese):
    assert spoken(number, Speech("en")) == english
    assert spoken(number, Speech("pt-BR")) == portuguese


@pytest.mark.parametrize(
    ("number", "english"),
    [(16, "16"), (999_999, "999,999"), (56_200_000, "56.2 million"), (56_200_001, "56.3 million"),
     (2e9 + 1, "2.1 billion"), (1.5e15, "1.5e+15"), (1.51e15, "1.6e+15"), (np.inf, "∞")],
)  # fmt: skip
def test_what_is_needed_is_rounded_up(number, english):
    assert spoken(number, Speech("en"), up=True) == english
