"""Modules without memory: every parameter has its shape, none has values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode


class Skeleton(TorchFunctionMode):
    """While it is entered, modules are built with ``torch.empty`` on the meta device and not initialised.

    A network of a gigabyte takes milliseconds and no memory; loading weights with ``assign=True`` makes it
    whole. (``torch.device("meta")`` instead would put everything there, which networks that compute numbers
    with tensors while they are built, such as torchvision's RegNets, do not survive.)
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Redirect ``torch.empty``, and leave meta tensors alone where they would be changed in place."""
        kwargs = kwargs or {}
        if func is torch.empty:
            return func(*args, **{**kwargs, "device": "meta"})
        in_place = func.__name__.endswith("_") and not func.__name__.endswith("__")
        if in_place and args and isinstance(args[0], Tensor) and args[0].is_meta:
            return args[0]  # an initialisation: the first one on meta would load 3 s worth of decompositions
        return func(*args, **kwargs)
