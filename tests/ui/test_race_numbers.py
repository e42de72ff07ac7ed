"""Losses, distances, rates and powers of races in words."""

from __future__ import annotations

import pytest
from race_racers_bench import (
    racer,
)

from visualizer.race.config import Racer
from visualizer.race.racers import titles
from visualizer.ui.race.numbers import loss_text, power, rate_text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0039, "3.9e−3"),
        (48.41, "48.41"),
        (1.8123, "1.812"),
        (2e6, "> 10⁶"),
        (-3e7, "< −10⁶"),
        (12345.6, "12\u202f346"),
        (-5.0323, "−5.032"),
        (0.0, "0"),
        (float("nan"), "–"),
        (float("inf"), "> 10⁶"),
        (1e-200, "1e−200"),
        (3.9e-12, "4e−12"),
    ],
)
def test_losses_in_words(value, words):
    assert loss_text(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.35, "0.35"),
        (0.01, "0.010"),
        (1e-6, "1e−6"),
        (0.0005, "5e−4"),
        (0.00015, "1.5e−4"),
        (0.0015, "0.0015"),
        (0.1234, "0.1234"),
        (50.0, "50"),
        (1e30, "1e30"),
    ],
)
def test_rates_in_words(value, words):
    assert rate_text(value) == words


def test_the_smallest_rates_have_room_in_their_column():
    assert rate_text(2.9e-31) == "3e−31"
    assert rate_text(1.25e-5) == "1.25e−5"


def test_powers_and_titles_in_words():
    assert [power(exponent) for exponent in (-4, 0, 1, 12)] == ["10⁻⁴", "1", "10", "10¹²"]
    twins = (racer("adam"), racer("sgd"), racer("adam", "adam-2"), Racer("x", "my.module:Lion", 0.1))
    assert titles(twins) == ("Adam", "SGD", "Adam 2", "Lion")
