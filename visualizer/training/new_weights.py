"""A network that begins anew: the same layers with weights drawn for the first time."""

from __future__ import annotations

from dataclasses import replace

import torch

from visualizer.errors import UserError
from visualizer.networks import zoo
from visualizer.networks.building import build
from visualizer.networks.naming import shown
from visualizer.networks.network import Network


def with_new_weights(network: Network, seed: int) -> Network:
    """The layers of ``network`` with weights drawn with ``seed``; its own stay as they are.

    Random numbers of others are not disturbed. Raises ``UserError`` where the layers are not known.
    """
    spec = network.spec or zoo.spec_of(network)
    if spec is None:
        raise UserError(
            f"the layers of {shown(network.name)} are not known, so its weights cannot be drawn anew; "
            "start from its own"
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = build(spec).eval().requires_grad_(False)
    return replace(network, module=module, weights="random weights", spec=spec)
