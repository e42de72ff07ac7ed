"""Where a run starts: a network by name or file, made to fit the classes of a data set."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn

from visualizer.data.dataset import Dataset
from visualizer.errors import UserError
from visualizer.networks import architectures, torchvision_zoo, zoo
from visualizer.networks.adapting import with_classes
from visualizer.networks.blueprint import Variant, from_spec
from visualizer.networks.building import build, checked_plan
from visualizer.networks.naming import shown
from visualizer.networks.network import Network
from visualizer.networks.planning import plan
from visualizer.networks.spec import NetworkSpec


def open_start(text: str, seed: int) -> Network:
    """The network that ``text`` names: our own architectures with new weights drawn with ``seed``, others opened.

    A file's weights are the start. Raises ``UserError`` as the zoo does.
    """
    if text not in architectures.ARCHITECTURES:
        network = zoo.open_network(text)
        return replace(network, spec=zoo.spec_of(network))
    blueprint = from_spec(architectures.spec(text))
    torch.manual_seed(seed)
    return blueprint.network(blueprint.build(blueprint.usual), blueprint.usual, "random weights")


def fit_classes(network: Network, dataset: Dataset, seed: int) -> Network:
    """The network with one output for each class of the data set, ready to learn.

    Where it has another number, the last layer is drawn anew with ``seed`` and all others keep their weights.
    Raises ``UserError`` for a network that gives no scores of classes.
    """
    count, spec = len(dataset.classes), network.spec
    module = network.module
    if spec is not None:
        _check_output(spec, dataset)
        spec = with_classes(spec, dataset.classes)
        checked_plan(spec)
    if len(network.classes) not in (0, count):
        torch.manual_seed(seed)
        module = build(spec) if spec is not None else _variant(network, count)
        _keep_weights(module, network.module)
    return replace(network, module=module.requires_grad_(True), classes=dataset.classes, spec=spec)


def _check_output(spec: NetworkSpec, dataset: Dataset) -> None:
    """A network without classes must have the right outputs already: which layer gives them cannot be known."""
    output = plan(replace(spec, classes=())).output or ()
    if len(output) != 1:
        size = "×".join(map(str, output))
        raise UserError(
            f"training needs scores of classes, {shown(spec.name)} gives {size}; end it with Flatten and Linear"
        )
    if not spec.classes and output[0] != len(dataset.classes):
        raise UserError(
            f"{shown(dataset.name)} has {len(dataset.classes)} classes, {shown(spec.name)} gives {output[0]} "
            f"outputs; give its last layer {len(dataset.classes)}"
        )


def _variant(network: Network, classes: int) -> nn.Module:
    """One of torchvision's networks for another number of classes."""
    channels, height, _ = network.input
    return torchvision_zoo.blueprint(network.name).build(Variant(classes, channels, height))


def _keep_weights(module: nn.Module, before: nn.Module) -> None:
    """Copy every tensor that has the same name and shape."""
    kept, own = before.state_dict(), module.state_dict()
    same = {key: value for key, value in kept.items() if key in own and own[key].shape == value.shape}
    module.load_state_dict(same, strict=False)
