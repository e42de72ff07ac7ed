"""The probability of a class through the moments of a run."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from visualizer.networks.network import Network
from visualizer.networks.preprocessing import Preprocessing
from visualizer.probes.over_training import over_moments, probability_of
from visualizer.probes.prediction import predict


class Scores(nn.Module):
    """Gives the same logits for every input."""

    def __init__(self, *logits: float) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.tensor([logits], dtype=torch.float32))

    def forward(self, _: Tensor) -> Tensor:
        return self.logits


def network(*logits: float) -> Network:
    return Network("scores", Scores(*logits).eval(), (3, 4, 4), ("a", "b", "c")[: len(logits)], SQUARES)


SQUARES = Preprocessing(4, 4, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
IMAGE = torch.zeros(1, 3, 4, 4)


def test_it_follows_one_class_as_softmax_does() -> None:
    logits = [(0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (-1.0, 4.0, 2.0)]
    moments = [(index / 2, network(*each)) for index, each in enumerate(logits)]
    history = over_moments(iter(moments), IMAGE, 1, "b")
    expected = torch.softmax(torch.tensor(logits), 1)[:, 1]
    assert history.probability == pytest.approx(expected.numpy(), abs=1e-6)
    assert history.epochs.tolist() == [0, 0.5, 1.0]
    assert (history.label, history.class_index) == ("b", 1)
    assert not history.probability.flags.writeable


def test_one_logit_is_a_sigmoid_and_what_has_no_such_class_is_no_number() -> None:
    assert probability_of(torch.tensor([[2.0]]), 0) == pytest.approx(1 / (1 + math.exp(-2)))
    for odd in (torch.zeros(1, 2), torch.zeros(2, 3), torch.zeros(1, 3, 2), None):
        assert math.isnan(probability_of(odd, 2))
    assert math.isnan(probability_of(torch.tensor([[math.nan, 1.0]]), 1))


def test_values_are_appended_and_a_run_wound_back_forgets_what_was_later() -> None:
    history = over_moments([(0.0, network(0, 0)), (1.0, network(0, 1))], IMAGE, 0, "a")
    longer = history.with_value(1.5, 0.25)
    assert longer.epochs.tolist() == [0, 1, 1.5]
    assert longer.probability[-1] == 0.25
    assert len(history.epochs) == 2
    again = longer.with_value(1.0, 0.75)
    assert again.epochs.tolist() == [0, 1]
    assert again.probability[-1] == 0.75
    assert not again.epochs.flags.writeable


def test_nothing_recorded_is_an_empty_history() -> None:
    history = over_moments((), IMAGE, 0, "a")
    assert history.epochs.shape == history.probability.shape == (0,)
    assert history.epochs.dtype == np.float32


def test_a_prediction_tells_the_probability_of_the_true_class_beyond_the_top() -> None:
    logits = torch.arange(8.0)[None]
    told = predict(logits, [str(index) for index in range(8)], "0")
    assert told is not None
    assert told.label_probability == pytest.approx(probability_of(logits, 0))
    unknown = predict(logits, (), "dog")
    assert unknown is not None
    assert unknown.label_probability is None
