"""Networks as Python programs that need torch alone."""

from __future__ import annotations

import builtins
import inspect
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from torch import nn

from visualizer.atomic import replacing
from visualizer.networks import own_sources
from visualizer.networks.building import build, checked_plan, construction
from visualizer.networks.initialization import DEFAULT, INITIALIZATIONS
from visualizer.networks.layers.kinds import Construction, words
from visualizer.networks.naming import shown
from visualizer.networks.own_sources import Sources, is_own
from visualizer.networks.planning import NetworkPlan
from visualizer.networks.python_text import (
    Brackets,
    Entry,
    class_name,
    is_plain_name,
    lines,
    literal,
    quoted,
)
from visualizer.networks.skeleton import Skeleton
from visualizer.networks.spec import LayerSpec, NetworkSpec, Path

_TAKEN = frozenset(dir(builtins)) | {"OrderedDict", "Tensor"}
"""Names that no class of an exported file may have, besides those of its modules."""


def write_python(spec: NetworkSpec, path: FilePath) -> None:
    """Write ``to_python(spec)`` as UTF-8. Raises ``UserError`` as that does, and ``OSError``."""
    text = to_python(spec)
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def to_python(spec: NetworkSpec) -> str:
    """A program with the network as a class, one line per layer, that needs torch alone.

    Its state dict has the keys of ``build(spec)``, and after the same ``torch.manual_seed`` the same values. This
    project's own modules are written out with it; layers that are not enabled are left out. Raises ``UserError``
    where the network cannot be built.
    """
    return _Program(spec).text()


class _Program:
    """The parts of the file, put together."""

    def __init__(self, spec: NetworkSpec) -> None:
        self.spec = spec
        self.plan = checked_plan(spec)
        self._rows = {row.path: row for row in self.plan.rows}
        with Skeleton():
            self._module = build(spec)
        self._own: dict[type[nn.Module], None] = {}  # own classes in the order of their first use
        self._initializations: dict[str, None] = {}

    def text(self) -> str:
        layers = list(self._layers(self.spec.layers, (), self.spec.initialization, self._module))
        sources = own_sources.collect(self._own)
        name = class_name(self.spec.name, _TAKEN | sources.names | sources.imports.keys())
        parts = [
            *sources.texts,
            *(_initialization_text(chosen) for chosen in self._initializations),
            "\n".join(self._class_lines(name, layers)),
            "\n".join(_main_lines(name, self.spec)),
        ]
        program = "\n\n\n".join(parts)
        return f"{self._head(program, sources)}\n\n\n{program}\n"

    def _head(self, program: str, sources: Sources) -> str:
        imports = own_sources.import_lines(program, sources.imports)
        # The first line is no comment, so that no name can declare an encoding of the file.
        title = '"""A network as a PyTorch module; this file needs torch alone."""'
        comments = _comment_lines(self.spec, self.plan)
        return "\n".join([title, "", *comments, "", "from __future__ import annotations", "", *imports])

    # --- layers ----------------------------------------------------------------------------------

    def _layers(
        self, layers: tuple[LayerSpec, ...], before: Path, inherited: str, parent: nn.Module
    ) -> Iterator[tuple[str, Brackets, str]]:
        """Name, construction and shape of the output of each layer."""
        for index, row in enumerate(layers):
            if row.enabled:
                path = (*before, index)
                content = self._layer(row, path, inherited, parent.get_submodule(row.name))
                yield row.name, content, words(self._rows[path].output or ())

    def _layer(self, row: LayerSpec, path: Path, inherited: str, module: nn.Module) -> Brackets:
        """The call that makes a layer, initialised as ``building`` does it."""
        chosen = row.initialization or inherited
        made = construction(row, self._rows[path])
        inside = list(self._layers(row.layers, path, chosen, module))
        content = self._call(made, inside, row.row.is_block)
        if chosen == DEFAULT:
            return content
        parts = []
        if row.row.is_block:
            names = {name for name, _, _ in inside}
            own = [name for name, part in module.named_children() if name not in names and _has_weights(part)]
            parts = [Entry(quoted(name)) for name in own]
        if parts or (not row.row.is_block and _has_weights(module)):
            self._initializations[chosen] = None
            return Brackets(f"{chosen}(", (Entry(content), *parts))
        return content

    def _call(self, made: Construction, inside: list[tuple[str, Brackets, str]], is_block: bool) -> Brackets:
        if is_own(made.cls):
            self._own[made.cls] = None
            opening = f"{made.cls.__name__}("
        else:
            assert getattr(nn, made.cls.__name__) is made.cls
            opening = f"nn.{made.cls.__name__}("
        entries = tuple(_arguments(made))
        if not is_block:
            return Brackets(opening, entries)
        if made.cls is nn.Sequential and [name for name, _, _ in inside] == list(
            map(str, range(len(inside)))
        ):
            return Brackets(opening, tuple(Entry(content, comment=shape) for _, content, shape in inside))
        return Brackets(opening, (Entry(_ordered(inside)), *entries))

    # --- the class -------------------------------------------------------------------------------

    def _class_lines(self, name: str, layers: list[tuple[str, Brackets, str]]) -> Iterator[str]:
        plain = all(is_plain_name(layer) for layer, _, _ in layers)
        yield f"class {name}(nn.{'Module' if plain else 'Sequential'}):"
        yield f'    """(N, {_listed(self.spec.input)}) → (N, {_listed(self.plan.output or ())})."""'
        yield ""
        yield "    def __init__(self) -> None:"
        yield "        super().__init__()"
        for layer, content, shape in layers:
            if plain:
                yield from lines(content, 2, f"self.{layer} = ", f"  # {shape}")
            else:
                call = Brackets("self.add_module(", (Entry(quoted(layer)), Entry(content)))
                yield from lines(call, 2, "", f"  # {shape}")
        if plain:
            yield ""
            yield "    def forward(self, x: Tensor) -> Tensor:"
            for layer, _, _ in layers[:-1]:
                yield f"        x = self.{layer}(x)"
            yield f"        return self.{layers[-1][0]}(x)"


def _ordered(inside: list[tuple[str, Brackets, str]]) -> Brackets:
    """Layers by name, as an ``OrderedDict``."""
    if all(is_plain_name(name) for name, _, _ in inside):
        return Brackets(
            "OrderedDict(", tuple(Entry(content, f"{name}=", shape) for name, content, shape in inside)
        )
    entries = tuple(Entry(content, f"{quoted(name)}: ", shape) for name, content, shape in inside)
    return Brackets("OrderedDict(", (Entry(Brackets("{", entries, "}")),))


def _arguments(made: Construction) -> Iterator[Entry]:
    """The arguments that are no defaults; what must be given stands first without its name."""
    parameters = inspect.signature(made.cls).parameters
    leading = True
    for place, (name, parameter) in enumerate(parameters.items()):
        leading = leading and parameter.default is parameter.empty and (name != "kernel_size" or place == 0)
        if name in made.arguments and not _is_default(made.arguments[name], parameter.default):
            yield Entry(literal(made.arguments[name]), "" if leading else f"{name}=")


def _is_default(value: Any, default: Any) -> bool:
    return type(value) is type(default) and bool(value == default)


def _has_weights(module: nn.Module) -> bool:
    """Whether an initialisation changes something in it."""
    return any(parameter.ndim > 1 for parameter in module.parameters())


def _initialization_text(name: str) -> str:
    """An initialisation as a function, which does what ``initialize`` does."""
    row = INITIALIZATIONS[name]
    assert row.function is not None
    given = "".join(f", {key}={literal(value)}" for key, value in row.arguments.items())
    return f'''\
def {name}(module: nn.Module, *parts: str) -> nn.Module:
    """{row.description} Biases begin at 0.

    All of the module, or those of its parts that are named.
    """
    for part in [module.get_submodule(name) for name in parts] or [module]:
        for name, parameter in part.named_parameters():
            if name.rpartition(".")[2] == "bias":
                nn.init.zeros_(parameter)
            elif parameter.ndim > 1:
                for bank in parameter.data.view(-1, *parameter.shape[-4:]):
                    nn.init.{row.function.__name__}(bank{given})
    return module'''


# Beside the class ------------------------------------------------------------------------------------


def _comment_lines(spec: NetworkSpec, planned: NetworkPlan) -> Iterator[str]:
    usual = spec.preprocessing
    yield f"# {shown(spec.name, 80)}: {planned.parameters:,} parameters, {_classes(len(spec.classes))}."
    crop = words((usual.crop, usual.crop))
    yield f"# Input: {words(spec.input)}, one picture: the shorter side resized to {usual.resize} px,"
    yield f"# {usual.interpolation}, the centre {crop} px kept, values of 0 to 1 standardised with"
    yield f"# mean {_rounded(usual.mean)} and std {_rounded(usual.std)}."
    yield "# Behind each layer stands the shape of its output."


def _classes(count: int) -> str:
    return {0: "no classes", 1: "1 class"}.get(count, f"{count:,} classes")


def _rounded(values: tuple[float, ...]) -> str:
    shortened = ", ".join(f"{value:.6g}" for value in values[:4])
    return f"({shortened}{', …' if len(values) > 4 else ''})"


def _main_lines(name: str, spec: NetworkSpec) -> Iterator[str]:
    yield 'if __name__ == "__main__":'
    yield f"    network = {name}().eval()"
    yield f"    print(network(torch.randn(2, {_listed(spec.input)})).shape)"


def _listed(shape: tuple[int, ...]) -> str:
    return ", ".join(map(str, shape))
