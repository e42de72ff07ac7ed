import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from visualizer.networks.apart import tensors_of, with_tensors
from visualizer.networks.network import Network, Preprocessing
from visualizer.training.moments import EVERY_STEP, Moment, Moments, gap

SIZE = 4  # bytes of a moment below


def small(values=1):
    module = nn.Module()
    module.register_buffer("value", torch.zeros(values))
    return Network("small", module.eval(), (3, 4, 4), (), Preprocessing(4, 4, (0.5,) * 3, (0.5,) * 3))


def moment(step):
    return Moment(step, step / 10, {"value": torch.tensor([float(step)])})


def fill(moments, steps):
    for step in steps:
        if moments.wants(step):
            moments.add(moment(step))


def network():
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 5)
    )
    module = module.to(memory_format=torch.channels_last)
    return Network(
        "net", module.eval(), (3, 8, 8), tuple("abcde"), Preprocessing(8, 8, (0.5,) * 3, (0.5,) * 3)
    )


@given(st.integers(1, 10**7), st.integers(1, 10**4))
def test_gaps_are_powers_of_two_in_proportion_to_the_step(step, density):
    found = gap(step, density)
    assert found & (found - 1) == 0
    assert found == 1 or found <= step / density < 2 * found


@given(st.integers(1, 10**6), st.integers(1, 500), st.integers(1, 500))
def test_a_sparser_grid_is_part_of_a_denser_one(step, one, other):
    low, high = sorted((one, other))
    if step % gap(step, low) == 0:
        assert step % gap(step, high) == 0
    assert gap(step, EVERY_STEP) == 1


@settings(deadline=None, max_examples=30)
@given(st.integers(3, 60), st.integers(1, 3000))
def test_a_long_run_stays_in_its_budget_and_keeps_its_ends(capacity, count):
    moments = Moments(small(), capacity * SIZE)
    for step in range(1, count + 1):
        if moments.wants(step):
            moments.add(moment(step))
            assert moments.bytes <= capacity * SIZE
            assert moments.steps()[0] == 0
            assert moments.newest().step == step
    kept = moments.steps()
    assert (np.diff(kept) > 0).all()
    if count < capacity:
        assert len(kept) == count + 1
    elif capacity > 24:  # enough for some in each octave
        assert len(kept) > capacity / 3
        gaps = np.diff(kept[:-1])  # the newest stands where it stands
        assert (
            2 * gaps[1:] >= gaps[:-1]
        ).all()  # they never shrink much; where the newest once stood by half


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 40), st.lists(st.integers(1, 10**6), unique=True, max_size=80).map(sorted))
def test_any_steps_stay_in_the_budget(capacity, steps):
    moments = Moments(small(), capacity * SIZE)
    for step in steps:
        moments.add(moment(step))
        assert moments.bytes <= max(capacity, 2) * SIZE
        assert moments.newest().step == step
        assert moments.nearest(0).step == 0


def test_the_same_steps_leave_the_same_moments():
    first, second = Moments(small(), 100), Moments(small(), 100)
    fill(first, range(1, 1000))
    fill(second, range(1, 1000))
    assert np.array_equal(first.steps(), second.steps())
    with pytest.raises(ValueError, match="read-only"):
        first.steps()[0] = 7


def test_moments_are_found_by_their_steps():
    moments = Moments(small())
    for step in (10, 20, 40):
        moments.add(moment(step))
    assert [moments.nearest(step).step for step in (0, 4, 6, 15, 31, 999)] == [0, 0, 10, 10, 40, 40]
    assert moments.before(20).step == 10
    assert moments.before(0) is None
    assert moments.after(20).step == 40
    assert moments.after(40) is None
    assert moments.after(11).step == 20
    moments.add(Moment(20, 2.0, {"value": torch.tensor([7.0])}))
    assert len(moments.steps()) == 4
    assert moments.nearest(20).tensors["value"].item() == 7


def test_a_visited_moment_has_the_very_weights_and_buffers():
    start = network()
    moments = Moments(start)
    trained = with_tensors(start.module, {k: v.clone() for k, v in tensors_of(start.module).items()})
    trained.requires_grad_(True).train()
    optimizer = torch.optim.SGD(trained.parameters(), lr=0.1)
    expected = {}
    for step in range(1, 6):
        optimizer.zero_grad()
        trained(torch.randn(4, 3, 8, 8)).square().sum().backward()
        optimizer.step()
        moments.record(step, step / 5, trained)
        expected[step] = {key: value.clone() for key, value in trained.state_dict().items()}
    for step in (3, 1, 5):
        visited = moments.network(moments.nearest(step))
        state = visited.module.state_dict()
        assert state.keys() == expected[step].keys()
        for key, value in expected[step].items():
            assert torch.equal(state[key], value), key
            assert state[key].stride() == value.stride(), key
        assert not any(part.training for part in visited.module.modules())
        assert not any(parameter.requires_grad for parameter in visited.module.parameters())
        assert visited.weights == f"step {step}"
    assert moments.network(moments.nearest(3)).module is moments.network(moments.nearest(3)).module
    assert torch.equal(moments.network(moments.nearest(0)).module[0].weight, start.module[0].weight)


def test_tensors_that_are_not_learnt_are_kept_once():
    start = network()
    moments = Moments(start)
    before = moments.bytes
    trained = with_tensors(start.module, {k: v.clone() for k, v in tensors_of(start.module).items()})
    trained[4].requires_grad_(True)
    moments.record(1, 0.1, trained)
    first, second = moments.nearest(0), moments.nearest(1)
    assert first.tensors["0.weight"].data_ptr() == second.tensors["0.weight"].data_ptr()
    assert first.tensors["4.weight"].data_ptr() != second.tensors["4.weight"].data_ptr()
    buffers = sum(buffer.nbytes for buffer in trained.buffers())
    assert moments.bytes - before == trained[4].weight.nbytes + trained[4].bias.nbytes + buffers


def test_tied_weights_stay_tied():
    module = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    module[1].weight = module[0].weight
    opened = Network("tied", module.eval(), (1, 1, 3), (), Preprocessing(1, 1, (0.5,), (0.5,)))
    copied = Moments(opened).network(Moments(opened).nearest(0)).module
    assert copied[1].weight is copied[0].weight
    assert torch.equal(copied[1].weight, module[0].weight)


def test_steps_that_were_handed_out_stay_as_they_are():
    moments = Moments(small())
    told = []
    for step in (4, 9, 6, 12):
        moments.add(moment(step))
        told.append(moments.steps())
    assert [list(steps) for steps in told] == [[0, 4], [0, 4, 9], [0, 4, 6, 9], [0, 4, 6, 9, 12]]
    assert not told[0].flags.writeable


def test_a_network_apart_shares_weights_and_no_module():
    moments = Moments(network())
    there = moments.newest()
    shared, apart = moments.network(there), moments.network_apart(there)
    assert moments.network(there).module is shared.module
    assert not set(apart.module.modules()) & set(shared.module.modules())
    assert apart.module[0].weight.data_ptr() == shared.module[0].weight.data_ptr()
