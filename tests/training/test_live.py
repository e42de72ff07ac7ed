import copy
import gc
import itertools
import threading
import time
import weakref

import numpy as np
import pytest
import torch
from torch import nn

from visualizer.data.dataset import Dataset, Examples
from visualizer.data.shapes import CLASSES
from visualizer.networks import anatomy as anatomies
from visualizer.networks.network import Network, Preprocessing
from visualizer.training.config import TrainingConfig
from visualizer.training.expenses import Budget
from visualizer.training.live import LiveRun
from visualizer.training.loop import Training
from visualizer.training.watching import ProbeFailure

SIDE = 12
EVERYTHING = Budget(share=0.9, frames_per_second=1e9, recording=0.8, measuring=0.8)
pytestmark = pytest.mark.usefixtures("one_thread")


def module():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.Dropout(0.3), nn.Flatten(),
        nn.Linear(4 * SIDE * SIDE, 9),
    )  # fmt: skip


def network(made=None):
    made = (made or module()).eval().requires_grad_(False)
    preprocessing = Preprocessing(SIDE, SIDE, (0.5,) * 3, (0.5,) * 3)
    return Network("mynet", made, (3, SIDE, SIDE), CLASSES, preprocessing)


def dataset(training=100, validation=40):
    generator = torch.Generator().manual_seed(1)

    def draw(count):
        images = torch.randint(0, 256, (count, 3, SIDE, SIDE), dtype=torch.uint8, generator=generator)
        return Examples(images, torch.randint(0, 9, (count,), generator=generator))

    examples = draw(training)
    half = (0.5,) * 3
    return Dataset("noise", CLASSES, lambda epoch: examples, training, draw(validation), half, half, False)


def config(**changes):
    return TrainingConfig(**{"epochs": 2, "batch": 20, "learning_rate": 0.01, "reading": 2, **changes})


def live_run(opened=None, budget=EVERYTHING, *, beside=None, data=None, **changes):
    opened = opened or network()
    anatomy, how, cpu = anatomies.examine(opened), config(**changes), torch.device("cpu")
    return LiveRun(opened, anatomy, data or dataset(), how, budget, device=cpu, beside=beside)


def state(made):
    return {key: value.clone() for key, value in made.state_dict().items()}


def assert_same(one, other):
    assert one.keys() == other.keys()
    assert all(torch.equal(one[key], other[key]) for key in one)


def test_frames_are_state_and_grow():
    run = live_run()
    frames = list(run.frames())
    assert [frame.step for frame in frames] == [1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 10]
    assert {frame.steps for frame in frames} == {10}
    assert [frame.epoch for frame in frames][4::6] == [1.0, 2.0]
    assert [len(frame.curves.step) for frame in frames][:3] == [1, 2, 3]
    assert frames[4].validation_loss is None
    assert len(frames[5].evaluations) == 1
    last = frames[-1]
    assert last.loss == pytest.approx(float(last.curves.loss.mean()))
    assert last.validation_accuracy == last.evaluations[-1].accuracy
    assert last.evaluations[-1].confusion().sum() == 40
    assert last.recorded.tolist() == list(range(11))
    assert frames[3].recorded.tolist() == list(range(5))  # what was handed out stays as it was
    assert last.samples_per_second > 0
    assert "CPU" in last.device
    assert run.last.network.weights == "trained 10 steps on noise"


def test_what_is_watched_and_recorded_does_not_change_what_is_learnt():
    data = dataset()

    def probe(looked_at):
        assert not any(part.training for part in looked_at.module.modules())
        torch.rand(7)
        return looked_at.module(torch.randn(2, 3, SIDE, SIDE)).argmax(dim=1).tolist()

    watched = live_run(data=data)
    watched.watch({"a": probe, "b": probe})
    watched.watch_statistics(True)
    frames = []
    for frame in watched.frames():
        watched.ask()
        frames.append(frame)
    with_window_closed = live_run(data=data, budget=Budget(share=1e-6, recording=5e-7))
    list(with_window_closed.frames())
    plain = Training(module().requires_grad_(True), data, config())
    list(plain.steps())
    expected = state(plain.module)
    assert_same(state(watched.last.network.module), expected)
    assert_same(state(with_window_closed.last.network.module), expected)
    assert np.array_equal(frames[-1].curves.loss, plain.curves().loss)
    assert np.array_equal(with_window_closed.last.curves.loss, plain.curves().loss)
    assert frames[-1].answers.keys() == {"a", "b"}
    assert len(with_window_closed.last.recorded) < 11


def test_a_visited_moment_is_the_network_of_its_step():
    data = dataset()
    run = live_run(data=data)
    list(run.frames())
    plain = Training(module().requires_grad_(True), data, config())
    expected = {step.step: state(plain.module) for step in plain.steps() if step.split == "training"}
    for step in (1, 4, 10):
        assert_same(state(run.moments.network(run.moments.nearest(step)).module), expected[step])
    assert_same(state(run.start.module), state(module()))
    assert run.moments.network(run.moments.nearest(0)).classes == CLASSES


def test_snapshots_come_when_asked_for_and_never_change():
    run = live_run(epochs=50)
    before = state(run.start.module)
    frames = run.frames()
    silent = list(itertools.islice(frames, 3))
    assert {frame.network for frame in silent} == {None}
    run.ask()
    first = next(frames).network
    assert first.weights == "step 4"
    assert not first.module.training
    copied = state(first.module)
    run.ask()
    assert next(frames).network is first  # asked again too soon
    list(itertools.islice(frames, 5))
    assert_same(state(first.module), copied)
    assert_same(state(run.start.module), before)
    frames.close()
    assert run.last.network.weights.startswith("trained 9 steps")


def test_closely_followed_every_frame_has_the_weights_of_its_step():
    run = live_run(budget=Budget(share=1e-6, recording=5e-7))
    run.watch({"step": lambda looked_at: looked_at.module[0].weight.detach().clone()})
    run.watch_statistics(True)
    run.follow_closely(True)
    frames = list(run.frames())
    assert [frame.network.weights for frame in frames] == [f"step {number}" for number in range(1, 11)]
    assert all(torch.equal(frame.answers["step"], frame.network.module[0].weight) for frame in frames)
    assert frames[-1].recorded.tolist() == list(range(11))
    assert run.last.validation_loss is not None
    assert run.last.statistics.step.tolist() == [0, *range(2, 11)]


def test_single_steps_go_one_training_step_at_a_time():
    run = live_run()
    run.follow_closely(True)
    frames = run.frames()
    assert [next(frames).step for _ in range(7)] == [1, 2, 3, 4, 5, 6, 7]
    frames.close()


def test_watching_other_topics_asks_anew_and_forgets_old_answers():
    run = live_run(epochs=50)
    run.watch({"a": lambda _: 1, "b": lambda _: 2})
    frames = run.frames()
    assert next(frames).answers == {"a": 1}  # one look a frame, in turn
    assert next(frames).answers == {"a": 1, "b": 2}
    run.watch({"a": lambda _: 3})
    assert next(frames).answers == {"a": 3}
    run.watch({})
    assert next(frames).answers == {}
    frames.close()


def test_what_nobody_watches_is_not_computed():
    calls = []
    run = live_run()
    run.watch({"a": calls.append})
    run.watch({})
    assert all(frame.answers == {} for frame in run.frames())
    assert calls == []
    assert run.last.statistics.step.tolist() == [0, 5, 10]  # at the start and at the ends of epochs


def test_a_probe_that_fails_does_not_end_the_run():
    calls = []

    def fail(looked_at):
        calls.append(1)
        raise ValueError("broken probe")

    run = live_run()
    run.watch({"bad": fail, "good": lambda _: 1})
    last = list(run.frames())[-1]
    assert last.step == 10
    assert isinstance(last.answers["bad"], ProbeFailure)
    assert "broken probe" in last.answers["bad"].traceback_text
    assert last.answers["good"] == 1
    assert len(calls) == 1


def test_probes_keep_to_their_share_of_the_time():
    def slow(looked_at):
        time.sleep(0.01)

    budget = Budget(share=0.1, frames_per_second=100, recording=0.01)
    run = live_run(budget=budget, data=dataset(2000), epochs=1000)
    run.watch({"slow": slow})
    began, costs = time.perf_counter(), []
    for frame in run.frames():
        if frame is not None:
            costs.append(frame.cost)
        if time.perf_counter() - began > 2.5:
            break
    assert 0.02 < costs[-1].publishing < 0.16
    assert costs[-1].copying < 0.05
    assert costs[-1].steps_lost > 0
    assert 0 < costs[-1].frames_per_second <= 101


def test_frames_come_no_more_often_than_wanted():
    run = live_run(budget=Budget(frames_per_second=10), data=dataset(2000), epochs=1000)
    began, count = time.perf_counter(), 0
    for frame in run.frames():
        count += frame is not None
        if time.perf_counter() - began > 1.0:
            break
    assert 5 <= count <= 12


def test_settings_change_while_it_runs_and_leave_a_mark():
    run = live_run(schedule="constant")
    frames = run.frames()
    for _ in range(3):
        next(frames)
    run.apply(config(schedule="constant", learning_rate=0.125))
    last = list(frames)[-1]
    assert last.curves.learning_rate == pytest.approx([0.01] * 3 + [0.125] * 7)
    (change,) = last.curves.changes
    assert change.step == 3
    assert "learning rate" in change.text.lower()


@pytest.mark.parametrize("beside", [False, True])
def test_probes_in_a_thread_of_their_own_see_whole_steps(beside):
    data = dataset()
    threads = set()

    def probe(looked_at):
        threads.add(threading.current_thread().name)
        return state(looked_at.module)

    run = live_run(data=data, beside=beside, epochs=8)
    run.watch({"state": probe})
    run.watch_statistics(True)
    answers = []
    for frame in run.frames():
        time.sleep(0.005)  # time for the other thread
        run.ask()
        answers.append(frame.answers.get("state"))
    assert ("live probes" in threads) is beside
    plain = Training(module().requires_grad_(True), data, config(epochs=8))
    weights = [state(plain.module)["5.weight"]]
    weights += [state(plain.module)["5.weight"] for step in plain.steps() if step.split == "training"]
    seen = [answer["5.weight"] for answer in answers if answer is not None]
    assert len(seen) > 5
    assert all(any(torch.equal(one, other) for other in weights) for one in seen)
    assert torch.equal(run.last.network.module[5].weight, weights[-1])
    assert run.last.statistics.step[0] == 0
    assert np.isfinite(run.last.statistics.gradient[1:]).all()
    recorded = run.moments.steps()
    assert recorded[-1] == 40
    for step in recorded[1:].tolist():
        visited = run.moments.network(run.moments.nearest(step)).module
        assert torch.equal(visited[5].weight, weights[step])
    time.sleep(0.05)
    assert "live probes" not in {thread.name for thread in threading.enumerate()}


def test_an_average_that_was_validated_is_what_the_run_gives():
    run = live_run(averaging="ema", averaging_settings={"decay": 0.9})
    list(run.frames())
    given, raw = run.last.network, run.moments.network(run.moments.newest())
    assert given.weights == "trained 10 steps on noise, averaged"
    assert not torch.equal(given.module[0].weight, raw.module[0].weight)
    data = dataset()
    training = Training(module().requires_grad_(True), data, run._config)
    list(training.steps())
    assert_same(state(given.module), state(training.validated))
    live = live_run(averaging="snapshots")
    list(live.frames())
    assert "averaged" not in live.last.network.weights


def test_a_run_that_is_over_keeps_moments_and_nothing_of_the_training():
    run = live_run()
    run.watch_statistics(True)
    run.watch({"a": lambda looked_at: None})
    learning, data = run._to_train
    kept = [weakref.ref(learning.module[0].weight), weakref.ref(data.validation.images)]
    del learning, data
    list(run.frames())
    gc.collect()
    assert [each() for each in kept] == [None, None]
    run.watch_statistics(True)
    run.apply(config(learning_rate=0.5))
    assert run.moments.newest().step == 10


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_a_run_on_a_gpu_is_watched_from_beside():
    opened = network()
    run = LiveRun(opened, anatomies.examine(opened), dataset(), config(epochs=20), EVERYTHING)
    run.watch({"weight": lambda looked_at: looked_at.module[5].weight.cpu().clone()})
    run.watch_statistics(True)
    run.ask()
    frames = [frame for frame in run.frames() if frame is not None]
    assert "cuda" in frames[-1].device
    assert frames[-1].answers["weight"].isfinite().all()
    assert len(frames[-1].curves.loss) > 60
    assert len(run.last.statistics.step) > 2
    assert run.last.recorded[-1] == 100
    assert all(value.is_cpu and value.isfinite().all() for value in state(run.last.network.module).values())


def test_the_open_network_is_not_touched():
    opened = network()
    before = copy.deepcopy(state(opened.module))
    list(live_run(opened).frames())
    assert_same(state(opened.module), before)
    assert not opened.module.training
    assert not any(parameter.requires_grad for parameter in opened.module.parameters())
