"""A network apart: the same tensors, modules of its own, and nothing of those who look at the open one."""

from __future__ import annotations

import threading

import torch
from torch import Tensor, nn

from visualizer.networks import anatomy as anatomies
from visualizer.networks import zoo
from visualizer.networks.apart import apart, tensors_of, with_tensors
from visualizer.networks.tracing import observing
from visualizer.probes.activations import capture


def test_it_has_the_same_tensors_and_modules_of_its_own() -> None:
    network = zoo.open_network("tinycnn")
    own = apart(network)
    theirs = tensors_of(network.module)
    assert all(
        tensor.data_ptr() == theirs[name].data_ptr() for name, tensor in tensors_of(own.module).items()
    )
    assert not set(own.module.modules()) & set(network.module.modules())
    assert not own.module.training


def test_who_is_looked_at_just_now_is_not_looked_at_in_the_copy() -> None:
    network = zoo.open_network("tinycnn")
    layers = anatomies.examine(network).layers
    image = torch.rand(1, *network.input)
    expected = capture(network.module, image, layers).outputs
    copies: list[nn.Module] = []

    def interfere(module: nn.Module, args: object) -> None:
        """In the middle of a look: a copy is made, and asked about other images."""
        handle.remove()
        copies.append(with_tensors(module, tensors_of(module)))
        copies[-1](torch.zeros(3, *network.input))

    handle = network.module.register_forward_pre_hook(interfere)
    outputs = capture(network.module, image, layers).outputs
    assert copies
    assert outputs.keys() == expected.keys()
    assert all(torch.equal(outputs[name], expected[name]) for name in expected)


def test_hooks_of_the_network_itself_go_along() -> None:
    module = nn.Sequential(nn.Conv2d(1, 2, 3)).eval()
    plain = module(torch.ones(1, 1, 8, 8))
    module.register_forward_pre_hook(lambda _, args: (2 * args[0],))
    image = torch.full((1, 1, 8, 8), 0.5)
    assert torch.equal(with_tensors(module, tensors_of(module))(image), plain)


def test_copies_are_made_while_another_thread_looks() -> None:
    network = zoo.open_network("tinycnn")
    layers = anatomies.examine(network).layers
    image: Tensor = torch.rand(1, *network.input)
    ends = threading.Event()
    looks: list[set[str]] = []

    def look() -> None:
        while not ends.is_set():
            with observing(network.module):
                looks.append(set(capture(network.module, image, layers).outputs))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        for _ in range(60):
            apart(network).module(torch.zeros(2, *network.input))
    finally:
        ends.set()
        thread.join()
    assert looks
    assert all(names == looks[0] for names in looks)
