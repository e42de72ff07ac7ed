"""Steps of torch's optimizers without its compiler, which their first call would import for seconds."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import torch
from torch import Tensor, optim


@torch.no_grad()
def take_step(optimizer: optim.Optimizer, closure: Callable[[], Tensor] | None = None) -> None:
    """One step of the optimizer, without the wrappers that torch has put around it.

    They import torch's compiler at the first step (6 s on two cores), to leave it out where there is none. Hooks of
    the optimizer are not called.
    """
    step = inspect.unwrap(type(optimizer).step)
    step(optimizer) if closure is None else step(optimizer, closure)


def leave_compiler_out() -> None:
    """Let some methods of optimizers run as they are: their first call would import torch's compiler (6 s).

    Torch keeps the function to be called in this attribute and imports the compiler to make it where it is missing.
    A torch that does that otherwise works too, only later.
    """
    for name in ("add_param_group", "zero_grad", "state_dict", "load_state_dict"):
        inner = getattr(getattr(optim.Optimizer, name), "__wrapped__", None)
        if inner is not None and not hasattr(inner, "__dynamo_disable"):
            setattr(inner, "__dynamo_disable", inner)
