"""Further classes of ``torch.optim.Optimizer`` as racers, by ``module:Class``, with the user's consent."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module

import torch

from visualizer.errors import UserError
from visualizer.networks.layers.kinds import Value
from visualizer.networks.naming import shown
from visualizer.race.config import Race

_consented: set[str] = set()
_LONGEST = 200


def is_custom(optimizer: str) -> bool:
    """Whether the name is meant as ``module:Class``."""
    return ":" in optimizer


def needs_consent(asked: Race | str) -> tuple[str, ...]:
    """Which optimizers of a race, or whether that of this name, may not be imported yet: ``module:Class`` names.

    To import a module runs its code: the user is to be asked first.
    """
    names = [asked] if isinstance(asked, str) else [racer.optimizer for racer in asked.racers]
    return tuple(dict.fromkeys(name for name in names if is_custom(name) and name not in _consented))


def consent(names: str | Iterable[str]) -> None:
    """The user agrees, until the program ends, that the code behind these names is run."""
    _consented.update([names] if isinstance(names, str) else names)


def optimizer_class(name: str) -> type[torch.optim.Optimizer]:
    """The class ``module:Class``; raises ``UserError`` without consent, or where it is none of torch's kind."""
    module_name, _, class_name = name.partition(":")
    parts = (*module_name.split("."), *class_name.split("."))
    if len(name) > _LONGEST or not all(part.isidentifier() for part in parts):
        raise UserError(
            f"'{shown(name)}' is no class: give its module and its name as in package.module:Class"
        )
    if needs_consent(name):
        raise UserError(f"'{name}' is code that is not part of this program: allow it to be run first")
    try:
        found: object = import_module(module_name)
    except ModuleNotFoundError as error:
        raise UserError(f"there is no module '{error.name}': install it, or correct the name") from None
    except (Exception, SystemExit) as error:  # whatever the module does
        raise UserError(f"the module '{module_name}' cannot be imported: {_first_line(error)}") from None
    for part in class_name.split("."):
        if not hasattr(found, part):
            raise UserError(f"the module '{module_name}' has no class '{class_name}': correct the name")
        found = getattr(found, part)
    if not (isinstance(found, type) and issubclass(found, torch.optim.Optimizer)):
        raise UserError(f"'{name}' is no optimizer: it must be a class made from torch.optim.Optimizer")
    return found


def create(
    name: str, parameter: torch.nn.Parameter, learning_rate: float, settings: Mapping[str, Value]
) -> torch.optim.Optimizer:
    """An optimizer of that class for one parameter; raises ``UserError`` where it cannot be made so."""
    cls: Callable[..., torch.optim.Optimizer] = optimizer_class(name)
    try:
        return cls([parameter], lr=learning_rate, **settings)
    except Exception as error:  # whatever the class does
        given = ", ".join(("parameters", f"lr={learning_rate:g}", *map(shown, settings)))
        raise UserError(f"'{name}' cannot be made with ({given}): {_first_line(error)}") from None


def needs_closure(optimizer: torch.optim.Optimizer) -> bool:
    """Whether its step cannot be made without a function that computes loss and gradient again."""
    step = inspect.unwrap(type(optimizer).step)
    closure = inspect.signature(step).parameters.get("closure")
    return closure is not None and closure.default is inspect.Parameter.empty


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return shown(lines[0]) if lines else type(error).__name__
