"""The gated block against its formula, written out."""

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from visualizer.networks.building import build
from visualizer.networks.layers import LAYERS
from visualizer.networks.modules.gated import GatedBlock
from visualizer.networks.network import Preprocessing
from visualizer.networks.planning import fixes, plan
from visualizer.networks.spec import LayerSpec, NetworkSpec, layer

MERGES = ("concatenate", "sum", "max")
GATES = ("per_layer", "per_map")
SHAPE = (4, 9, 8)
PREPROCESSING = Preprocessing(32, 32, (0.5,) * 4, (0.5,) * 4)


def conv(name: str, channels: int = 4, **values) -> LayerSpec:
    return layer("conv", name, out_channels=channels, **{"padding": 1, "bias": False, **values})


def gated(*layers: LayerSpec, **values) -> LayerSpec:
    return layer("gated", "gated", *layers, **values)


def three(**values) -> LayerSpec:
    """Three layers; the second shrinks the maps, so that the third's sources are resized."""
    return gated(conv("a"), conv("b", stride=2), conv("c", 5), **values)


def unevenly_open(block: nn.Module) -> GatedBlock:
    assert isinstance(block, GatedBlock)
    for merge in block.merges():
        nn.init.normal_(merge.weight, std=2)
    return block


def merged(how, sources):
    return {"concatenate": lambda: torch.cat(sources, 1), "sum": lambda: sum(sources)}.get(
        how, lambda: torch.stack(sources).amax(0)
    )()


def opening(merge, place, channels):
    """The gates of one source, as they multiply its maps of 4 channels."""
    chosen = slice(4 * place, 4 * place + channels) if len(merge.weight) % 4 == 0 else [place]
    return torch.sigmoid(merge.weight[chosen]).view(-1, 1, 1)


@pytest.mark.parametrize("merge", MERGES)
@pytest.mark.parametrize("gates", GATES)
def test_every_layer_gets_all_outputs_before_it_through_gates(merge, gates, built) -> None:
    block = unevenly_open(built(three(merge=merge, gates=gates), SHAPE)).double()
    x = torch.randn(2, *SHAPE, dtype=torch.double)
    first, second, third = block.merges()
    a = block.a(x * opening(first, 0, 4))
    b = block.b(merged(merge, [x * opening(second, 0, 4), a * opening(second, 1, 4)]))
    small = [F.interpolate(maps, (5, 4), mode="bilinear") for maps in (x, a)] + [b]
    c = block.c(merged(merge, [maps * opening(third, place, 4) for place, maps in enumerate(small)]))
    torch.testing.assert_close(block(x), c)


@pytest.mark.parametrize("merge", MERGES)
@pytest.mark.parametrize("gates", GATES)
def test_every_gate_learns(merge, gates, built) -> None:
    block = built(three(merge=merge, gates=gates), SHAPE).train()
    block(torch.randn(2, *SHAPE)).square().sum().backward()
    assert all((part.weight.grad != 0).all() for part in block.merges())


@pytest.mark.parametrize("merge", MERGES)
@pytest.mark.parametrize("gates", GATES)
def test_the_plan_is_what_a_pass_shows(merge, gates, check_plan) -> None:
    leaves = check_plan(three(merge=merge, gates=gates), SHAPE)
    kinds = [leaf.detail for leaf in leaves if leaf.kind == "GatedMerge"]
    assert kinds == [f"Gated {merge} of {count}" for count in (1, 2, 3)]
    check_plan(gated(conv("a"), conv("b"), conv("c", 7), merge=merge, gates=gates), SHAPE)


def test_receptive_fields_end_at_a_resize(planned) -> None:
    assert planned(gated(conv("a"), conv("b"), conv("c")), SHAPE).receptive_field == 7
    assert planned(three(), SHAPE).receptive_field is None


@pytest.mark.parametrize(("gates", "count"), [("per_layer", 1 + 2 + 3), ("per_map", 3 + 35 + 67)])
def test_there_is_a_gate_for_each_source_or_each_map(gates, count, built) -> None:
    block = built(gated(conv("a", 32), conv("b", 32), conv("c", 64), gates=gates), (3, 8, 8))
    assert sum(part.weight.numel() for part in block.merges()) == count


@pytest.mark.parametrize("initial", [0.0, 0.5, 1.0])
def test_gates_begin_where_they_are_told(initial, built) -> None:
    matrix = built(three(initial=initial), SHAPE).gate_matrix()
    assert matrix.isnan().tolist() == [[False] * 3, [True, False, False], [True, True, False]]
    torch.testing.assert_close(
        matrix[~matrix.isnan()], torch.full((6,), 1 / (1 + math.exp(-initial))), rtol=1e-6, atol=0
    )


def test_the_matrix_holds_the_mean_of_each_sources_gates(built) -> None:
    block = unevenly_open(built(three(gates="per_map"), SHAPE))
    matrix = block.gate_matrix()
    expected = [
        torch.sigmoid(block.merges()[2].weight[4 * place : 4 * place + 4]).mean() for place in range(3)
    ]
    torch.testing.assert_close(matrix[:, 2], torch.stack(expected))


def test_pruning_closes_weak_gates_for_good(built) -> None:
    block = built(three(), SHAPE)
    block.merges()[2].weight.data = torch.tensor([-1.0, 2.0, -3.0])
    assert block.prune(0.4) == 2  # sigmoid(−1) = 0.27, sigmoid(−3) = 0.05
    assert block.prune(0.4) == 0
    torch.testing.assert_close(
        block.gate_matrix()[:, 2], torch.tensor([0, torch.sigmoid(torch.tensor(2.0)), 0])
    )
    x = torch.randn(1, *SHAPE)
    before = block(x)
    with torch.no_grad():
        block.c.weight[:, :4] = 7  # what reads the closed source
    assert torch.equal(block(x), before)
    block(x).sum().backward()
    assert block.merges()[2].weight.grad[[0, 2]].tolist() == [0, 0]
    again = built(three(), SHAPE)
    again.load_state_dict(block.state_dict())
    assert torch.equal(again(x), block(x))


def test_a_layer_without_open_gates_gets_zeros(built) -> None:
    block = built(three(), SHAPE)
    assert block.prune(0.9) == 6
    assert torch.equal(block(torch.randn(1, *SHAPE)), torch.zeros(1, 5, 5, 4))


def test_the_names_of_weights(built) -> None:
    block = built(three(), SHAPE)
    gates = [f"gates.{index}.{part}" for index in range(3) for part in ("weight", "open")]
    assert list(block.state_dict()) == ["a.weight", "b.weight", "c.weight", *gates]
    own = set(dir(block)) - set(dir(nn.Sequential())) - {"a", "b", "c"}
    assert own <= set(LAYERS["gated"].reserved)


def test_it_works_on_copies_other_types_and_without_memory(built) -> None:
    block = unevenly_open(built(three(merge="max", gates="per_map"), SHAPE))
    x = torch.randn(2, *SHAPE)
    double = copy.deepcopy(block).double()
    torch.testing.assert_close(double(x.double()).float(), block(x))
    assert block.to("meta")(x.to("meta")).shape == (2, 5, 5, 4)


def test_layers_that_are_off_are_no_sources(built) -> None:
    off = LayerSpec("conv", "off", conv("off", 9).values, enabled=False)
    block = built(gated(conv("a"), off, conv("b")), SHAPE)
    assert block.b.in_channels == 8
    assert block.gate_matrix().shape == (2, 2)


@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 1, 1), (5, 1, 9), (2, 2, 3)])
def test_what_a_new_block_holds_fits(shape, check_plan) -> None:
    kind = LAYERS["gated"]
    assert kind.content is not None
    content = [layer(name, f"layer{i}", **values) for i, (name, values) in enumerate(kind.content(shape))]
    check_plan(gated(*content), shape)


@pytest.mark.parametrize("merge", ["sum", "max"])
def test_unequal_channels_are_named_and_concatenation_is_offered(merge, planned) -> None:
    row = planned(gated(conv("a", 6), conv("b"), merge=merge), SHAPE)
    assert row.problem == f"Merging by {merge} needs equal channels, but 4 and 6 come together."
    assert [(fix.field, fix.value) for fix in fixes(row)] == [("merge", "concatenate")]
    assert not planned(gated(conv("a", 4), conv("b", 6), merge=merge), SHAPE).problem


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_vector_inside_is_the_blocks_problem_and_the_rest_waits(place: int) -> None:
    layers = [conv("a"), conv("b"), conv("c")]
    layers[place] = layer("flatten", "flatten")
    told = plan(NetworkSpec("gated", SHAPE, (gated(*layers), layer("relu", "relu")), (), PREPROCESSING))
    assert [row.spec.name for row in told.rows] == ["gated", *(row.name for row in layers), "relu"]
    assert told.rows[0].problem == (
        "A layer in it gives a vector, but a gated block holds maps; put that layer after it."
    )
    assert fixes(told.rows[0]) == ()
    assert all(row.waits for row in told.rows[place + 2 :])


def test_an_accuracy_can_be_measured_again_after_pruning() -> None:
    spec = NetworkSpec("net", SHAPE, (three(), layer("flatten", "flatten")), (), PREPROCESSING)
    module = build(spec).eval()
    x = torch.randn(4, *SHAPE)
    before = module(x)
    assert module.gated.prune(0.4) == 0
    assert torch.equal(module(x), before)
    assert module.gated.prune(0.6) == 6
    assert not torch.equal(module(x), before)
