"""How a watched run ends that cannot go on: errors, a lack of memory, numbers that are none."""

import pytest
import torch
from test_live import SIDE, live_run, module, network, state
from torch import nn

from visualizer.training import first_try
from visualizer.training.failures import Diverged, OutOfMemory

pytestmark = pytest.mark.usefixtures("one_thread")


class Fails(nn.Module):
    """Raises at its n-th call in training."""

    def __init__(self, error, call=3):
        super().__init__()
        self.error, self.call, self.calls = error, call, 0

    def forward(self, x):
        self.calls += self.training
        if self.training and self.calls == self.call:
            raise self.error
        return x


def with_part(part, place=3):
    made = module()
    parts = list(made)
    return network(nn.Sequential(*parts[:place], part, *parts[place:]))


def test_an_error_in_a_network_leaves_the_newest_moment():
    run = live_run(with_part(Fails(KeyError("mine"))))
    with pytest.raises(KeyError, match="mine"):
        list(run.frames())
    assert run.last.step == 2
    assert run.last.network.weights == "trained 2 steps on noise"
    assert run.last.recorded.tolist() == [0, 1, 2]
    assert len(run.last.curves.loss) == 2


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(
            "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8000000 bytes."
        ),
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity"),
    ],
)
def test_a_lack_of_memory_names_layer_sizes_and_what_to_lower(error):
    run = live_run(with_part(Fails(error)))
    with pytest.raises(OutOfMemory) as caught:
        list(run.frames())
    sentence = str(caught.value)
    assert "at its layer 3 with an input of 20×4×12×12" in sentence
    assert "lower the batch size (20)" in sentence
    if "8000000" in str(error):
        assert "8 MB more" in sentence
    if "20.00" in str(error):
        assert "21 MB more" in sentence
    assert caught.value.layer == "3"
    assert caught.value.__cause__ is None
    assert run.last.network.weights == "trained 2 steps on noise"


class NeedsTooMuch(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):
        raise MemoryError


class NeedsTooMuchGoingBack(nn.Module):
    def forward(self, x):
        return NeedsTooMuch.apply(x) if self.training else x


def test_a_lack_of_memory_on_the_way_back_names_the_largest_output():
    run = live_run(with_part(NeedsTooMuchGoingBack()))
    with pytest.raises(OutOfMemory) as caught:
        list(run.frames())
    assert "beside outputs like 20×4×12×12 of its layer 0; lower the batch size (20)" in str(caught.value)
    assert caught.value.layer == "0"


class Explodes(nn.Module):
    def __init__(self, call):
        super().__init__()
        self.call, self.calls = call, 0

    def forward(self, x):
        self.calls += self.training
        return x / 0 if self.training and self.calls >= self.call else x


def test_a_loss_that_diverges_is_marked_at_its_step_and_layer():
    run = live_run(with_part(Explodes(4)))
    frames = run.frames()
    assert [next(frames).step for _ in range(3)] == [1, 2, 3]
    with pytest.raises(Diverged) as caught:
        next(frames)
    assert (caught.value.step, caught.value.layer) == (4, "3")
    assert "mynet diverged at step 4" in str(caught.value)
    assert "at the layer 3; lower the learning rate" in str(caught.value)
    assert run.last.network.weights == "trained 3 steps on noise"
    assert all(value.isfinite().all() for value in state(run.last.network.module).values())


def test_steps_that_are_too_long_diverge_in_words():
    run = live_run(optimizer="sgd", learning_rate=1e30, schedule="constant", epochs=20)
    with pytest.raises(Diverged, match=r"mynet diverged at step \d+: .* at the layer \d; lower"):
        list(run.frames())
    assert all(value.isfinite().all() for value in state(run.last.network.module).values())


class BreaksGradients(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):
        return gradient / 0


class Breaks(nn.Module):
    def forward(self, x):
        return BreaksGradients.apply(x) if self.training else x


def test_gradients_that_are_no_numbers_are_told_by_the_last_layer_that_has_them():
    run = live_run(with_part(Breaks(), place=2))
    with pytest.raises(Diverged) as caught:
        list(run.frames())
    assert (caught.value.step, caught.value.layer) == (1, "1")  # the batch norm before the broken one
    assert run.last.step == 1
    assert run.last.network.weights == "trained 0 steps on noise"


def test_batches_of_one_image_are_a_sentence_for_batch_norm():
    made = nn.Sequential(nn.Flatten(), nn.Linear(3 * SIDE * SIDE, 9), nn.BatchNorm1d(9))
    run = live_run(network(made), batch=1)
    with pytest.raises(Exception, match="two images or more"):
        list(run.frames())


def test_memory_is_looked_at_before_it_is_asked_for(monkeypatch):
    monkeypatch.setattr(first_try, "available", lambda: 150_000)
    live_run(batch=2)
    sentence = r"needs about .* there are 150 kB, .* 20×4×12×12 of its layer 0; lower the batch size \(20\)"
    with pytest.raises(OutOfMemory, match=sentence):
        live_run()
