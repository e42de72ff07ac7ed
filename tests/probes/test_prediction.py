from __future__ import annotations

import pytest
import torch

from visualizer.probes.prediction import predict


def test_softmax_of_the_lecture_example() -> None:
    prediction = predict(torch.tensor([[3.2, 5.1, -1.7]]), ("cat", "car", "frog"), label="cat")
    assert prediction is not None
    assert [row.label for row in prediction.top] == ["car", "cat", "frog"]
    assert [round(row.probability, 2) for row in prediction.top] == [0.87, 0.13, 0.00]
    assert prediction.label_rank == 2
    assert prediction.classes == 3
    assert prediction.margin == prediction.top[0].probability - prediction.top[1].probability


@pytest.mark.parametrize("count", [2, 8, 1000])
def test_equal_logits_have_the_entropy_of_a_fair_die(count: int) -> None:
    prediction = predict(torch.full((1, count), 7.0), ())
    assert prediction is not None
    assert prediction.entropy == pytest.approx(torch.log2(torch.tensor(float(count))).item())
    assert prediction.top[0].probability == pytest.approx(1 / count)
    assert len(prediction.top) == min(5, count)
    assert prediction.top[0].label == "class 0"


def test_a_certain_prediction() -> None:
    prediction = predict(torch.tensor([[1e6, 0.0, -1e6]]), ("a", "b", "c"), label="unheard of")
    assert prediction is not None
    assert (prediction.top[0].probability, prediction.entropy, prediction.margin) == (1, 0, 1)
    assert prediction.label_rank is None


def test_one_logit_is_a_yes_or_no() -> None:
    prediction = predict(torch.tensor([[0.0]]), ("defect",))
    assert prediction is not None
    assert (prediction.top[0].label, prediction.top[0].probability) == ("defect", 0.5)
    assert prediction.entropy == pytest.approx(1)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_values_that_are_no_numbers_predict_nothing(bad: float) -> None:
    prediction = predict(torch.tensor([[1.0, bad]]), ("a", "b"))
    assert prediction is not None
    assert prediction.top == ()
    assert "not finite" in prediction.note


@pytest.mark.parametrize("logits", [None, torch.zeros(3), torch.zeros(2, 3), torch.zeros(1, 3, 4, 4)])
def test_other_outputs_are_no_prediction(logits: torch.Tensor | None) -> None:
    assert predict(logits, ()) is None
    assert predict(torch.zeros(1, 0), ()) is None
