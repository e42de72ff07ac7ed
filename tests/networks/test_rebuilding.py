"""After an edit, layers that it left alone keep their weights bit for bit; the others begin anew."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import nn

from visualizer.errors import UserError
from visualizer.networks import editing, memory
from visualizer.networks.blueprint import SEED
from visualizer.networks.building import build
from visualizer.networks.editing import Place
from visualizer.networks.network import Network
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.rebuilding import rebuild
from visualizer.networks.spec import NetworkSpec, layer, module_names, walk

Edit = Callable[[NetworkSpec], NetworkSpec]


@pytest.fixture
def spec() -> NetworkSpec:
    layers = (
        layer("conv", "conv1", out_channels=4, padding=1),
        layer("batch_norm", "bn1"),
        layer("relu", "relu1"),
        layer("sequence", "stage", layer("conv", "conv", out_channels=6, padding=1), layer("relu", "relu")),
        layer("residual_block", "block", channels=6),
        layer("dropout", "dropout"),
        layer("flatten", "flatten"),
        layer("linear", "fc", out_features=3),
    )
    return NetworkSpec(
        "first", (3, 8, 8), layers, ("a", "b", "c"), Preprocessing(8, 8, (0.5,) * 3, (0.5,) * 3)
    )


def trained(spec: NetworkSpec) -> Network:
    """A network of this specification with values that no initialisation gives, running statistics included."""
    network = rebuild(spec, None, None)
    generator = torch.Generator().manual_seed(5)
    for tensor in network.module.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(torch.rand(tensor.shape, generator=generator) + 7)
        else:
            tensor.fill_(11)
    return network


def identity(spec: NetworkSpec, name: str) -> int:
    return next(row.identity for _, row in walk(spec.layers) if row.name == name)


def kept(spec: NetworkSpec, opened: Network) -> set[str]:
    """The layers whose weights are, bit for bit, those that the layer of that identity had before.

    Every other weight must be what the specification begins with.
    """
    assert opened.spec is not None
    before = {row.identity: path for path, row in module_names(opened.spec)}
    module, fresh = rebuild(spec, opened, opened.spec).module, rebuild(spec, None, None).module
    names = set()
    for path, row in module_names(spec):
        state = module.get_submodule(path).state_dict()
        if row.row.is_block or not state:
            continue
        old = opened.module.get_submodule(before[row.identity]).state_dict() if row.identity in before else {}
        if same(state, old):
            names.add(path)
        else:
            assert same(state, fresh.get_submodule(path).state_dict())
    return names


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


def test_nothing_changed_keeps_everything(spec: NetworkSpec) -> None:
    opened = trained(spec)
    network = rebuild(spec, opened, spec)
    assert same(dict(network.module.state_dict()), dict(opened.module.state_dict()))
    assert network.weights == "5 of 5 layers kept from first, 0 new"


def test_the_result_is_an_open_network(spec: NetworkSpec) -> None:
    opened = trained(spec)
    network = rebuild(editing.set_name(spec, "second"), opened, spec)
    assert network.name == "second"
    assert network.spec == editing.set_name(spec, "second")
    assert (network.input, network.classes) == (spec.input, spec.classes)
    assert not any(module.training for module in network.module.modules())
    assert not any(parameter.requires_grad for parameter in network.module.parameters())
    before = {tensor.data_ptr() for tensor in opened.module.state_dict().values()}
    assert not before & {tensor.data_ptr() for tensor in network.module.state_dict().values()}


def rename_move_and_group(spec: NetworkSpec) -> NetworkSpec:
    conv, norm = identity(spec, "conv1"), identity(spec, "bn1")
    spec = editing.rename(spec, conv, "entry")
    spec = editing.move(spec, (norm,), Place(identity(spec, "stage"), None))  # 6 channels come in there
    spec = editing.move(spec, (norm,), Place(None, identity(spec, "relu1")))
    return editing.group(spec, (conv, norm, identity(spec, "relu1")), "sequence")[0]


def change(name: str, field: str, value: float | str) -> Edit:
    return lambda spec: editing.set_value(spec, identity(spec, name), field, value)


ALL = {"conv1", "bn1", "stage.conv", "block", "fc"}


@pytest.mark.parametrize(
    ("edit", "names"),
    [
        (rename_move_and_group, {"block1.entry", "block1.bn1", "stage.conv", "block", "fc"}),
        (change("conv1", "kernel_size", 1), {"bn1", "stage.conv", "block"}),  # the linear layer gets fewer
        (change("conv1", "out_channels", 5), {"block", "fc"}),  # batch norm and the next layer follow
        (change("conv1", "bias", False), ALL - {"conv1"}),
        (change("dropout", "p", 0.1), ALL),
        (change("bn1", "momentum", 0.5), ALL),
        (change("block", "scale", 0.1), ALL),
        (change("block", "bottleneck", True), ALL - {"block"}),
        (change("conv1", "stride", 2), ALL - {"fc"}),
        (change("conv1", "padding", "same"), ALL),
        (lambda spec: editing.remove(spec, {identity(spec, "relu1")}), ALL),
        (lambda spec: editing.set_enabled(spec, {identity(spec, "bn1")}, False), ALL - {"bn1"}),
        (lambda spec: editing.ungroup(spec, identity(spec, "stage")), (ALL - {"stage.conv"}) | {"conv"}),
        (lambda spec: editing.set_input(spec, (1, 8, 8)), ALL - {"conv1"}),
        (lambda spec: editing.set_input(spec, (3, 16, 16)), ALL - {"fc"}),
        (lambda spec: editing.set_initialization(spec, None, "he_normal"), set()),
        (lambda spec: editing.set_initialization(spec, identity(spec, "stage"), "he_normal"), ALL - {"stage.conv"}),
        (lambda spec: editing.set_initialization(spec, identity(spec, "fc"), "he_normal"), ALL - {"fc"}),
        (lambda spec: editing.set_initialization(spec, identity(spec, "fc"), "default"), ALL),  # what it had
    ],
)  # fmt: skip
def test_layers_that_an_edit_leaves_alone_keep_their_weights(
    spec: NetworkSpec, edit: Edit, names: set[str]
) -> None:
    assert kept(edit(spec), trained(spec)) == names


def test_a_copy_begins_anew_and_the_original_does_not(spec: NetworkSpec) -> None:
    copied, _ = editing.duplicate(spec, {identity(spec, "block")})
    assert kept(copied, trained(spec)) == ALL
    weights = rebuild(copied, trained(spec), spec).weights
    assert weights == "5 of 6 layers kept from first, 1 new"


def test_undo_after_apply_keeps_what_is_still_there(spec: NetworkSpec) -> None:
    fc, conv = identity(spec, "fc"), identity(spec, "conv1")
    edited = editing.rename(editing.remove(spec, {identity(spec, "bn1")}), conv, "entry")
    edited = editing.set_initialization(edited, fc, "he_normal")
    applied = rebuild(edited, trained(spec), spec)
    assert kept(spec, applied) == {"conv1", "stage.conv", "block"}


def test_a_block_has_its_own_tensors_and_each_layer_inside_its_own() -> None:
    first = layer("conv", "a", out_channels=3, padding=1)
    inner = layer("sequence", "s", first, layer("conv", "b", out_channels=3, padding=1))
    usual = Preprocessing(8, 8, (0.5,) * 3, (0.5,) * 3)
    spec = NetworkSpec("nested", (3, 8, 8), (layer("sequence", "outer", inner),), (), usual)
    opened = trained(spec)
    edited = editing.set_value(spec, first.identity, "kernel_size", 5)
    edited = editing.set_value(edited, first.identity, "padding", 2)
    assert kept(edited, opened) == {"outer.s.b"}


def test_random_weights_are_the_same_in_every_run_and_leave_the_generator_alone(spec: NetworkSpec) -> None:
    state = torch.get_rng_state()
    one, other = rebuild(spec, None, None), rebuild(spec, None, None)
    assert torch.equal(torch.get_rng_state(), state)
    assert same(dict(one.module.state_dict()), dict(other.module.state_dict()))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        assert same(dict(build(spec).state_dict()), dict(one.module.state_dict()))
    assert one.weights == "random weights"


def test_what_needs_too_much_memory_is_refused_before_it_is_built(
    spec: NetworkSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available", lambda: 1000)
    monkeypatch.setattr(nn.Linear, "__init__", lambda *_, **__: pytest.fail("something was built"))
    monkeypatch.setattr(nn.Conv2d, "__init__", lambda *_, **__: pytest.fail("something was built"))
    with pytest.raises(UserError, match=r"would need .* of memory, and there are 1 kB"):
        rebuild(spec, None, None)


def test_a_network_without_a_specification_gives_no_weights(spec: NetworkSpec) -> None:
    other = replace(trained(spec), spec=None)
    network = rebuild(spec, other, None)
    assert same(dict(network.module.state_dict()), dict(rebuild(spec, None, None).module.state_dict()))


def test_another_starting_value_begins_anew() -> None:
    prelu = layer("prelu", "prelu")
    spec = NetworkSpec("net", (3, 8, 8), (prelu,), (), Preprocessing(8, 8, (0.5,) * 3, (0.5,) * 3))
    opened = trained(spec)
    assert kept(spec, opened) == {"prelu"}
    edited = editing.set_value(spec, prelu.identity, "init", 0.5)
    assert kept(edited, opened) == set()
    assert rebuild(edited, opened, spec).module.get_parameter("prelu.weight").tolist() == [0.5] * 3


def test_gates_of_a_block_are_kept_while_its_layers_change() -> None:
    convs = [layer("conv", name, out_channels=3, padding=1) for name in "abc"]
    block = layer("gated", "block", *convs, merge="sum")
    spec = NetworkSpec("net", (3, 8, 8), (block,), (), Preprocessing(8, 8, (0.5,) * 3, (0.5,) * 3))
    opened = trained(spec)
    gates = "block.gates.2.weight"
    edited = editing.set_value(spec, convs[1].identity, "bias", False)
    network = rebuild(edited, opened, spec)
    assert network.weights == "3 of 4 layers kept from net, 1 new"
    assert torch.equal(network.module.get_parameter(gates), opened.module.get_parameter(gates))
    fewer = rebuild(editing.remove(spec, {convs[0].identity}), opened, spec)
    assert fewer.weights == "2 of 3 layers kept from net, 1 new"  # the gates are others
    assert torch.equal(fewer.module.get_parameter("block.gates.0.weight"), torch.zeros(1))
