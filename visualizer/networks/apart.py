"""The same network around modules of its own: for looks beside those of others, who may hook theirs."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor, nn

from visualizer.networks.network import Network

_HOOKS = (
    "_forward_hooks",
    "_forward_pre_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_pre_hooks_with_kwargs",
)
_OURS = __name__.partition(".")[0]  # the package whose hooks look at networks, and are no part of them


def apart(network: Network) -> Network:
    """The network with modules of its own and the same tensors, which nobody may write to; in evaluation mode."""
    return replace(network, module=with_tensors(network.module, tensors_of(network.module)))


def tensors_of(module: nn.Module) -> dict[str, Tensor]:
    """The module's own parameters and buffers by name, also those that files of weights leave out."""
    return {**dict(module.named_parameters()), **dict(module.named_buffers())}


def with_tensors(module: nn.Module, tensors: Mapping[str, Tensor]) -> nn.Module:
    """A copy of the structure of ``module`` around other tensors, which are not copied; in evaluation mode.

    Others may hook ``module`` meanwhile, in threads of their own: the copy has none of their hooks.
    """
    memo: dict[int, Any] = {}
    for name, parameter in module.named_parameters():
        memo[id(parameter)] = nn.Parameter(tensors[name], requires_grad=False)
    for name, buffer in module.named_buffers():
        memo[id(buffer)] = tensors[name]
    for part in module.modules():
        for attribute in _HOOKS:
            hooks = part.__dict__[attribute]
            # The list is made at once, so that it does not matter what another thread does to the hooks.
            own = [(key, hook) for key, hook in list(hooks.items()) if not _is_ours(hook)]
            memo[id(hooks)] = OrderedDict((key, copy.deepcopy(hook, memo)) for key, hook in own)
    return copy.deepcopy(module, memo).eval()


def _is_ours(hook: object) -> bool:
    return str(getattr(hook, "__module__", "")).partition(".")[0] == _OURS
