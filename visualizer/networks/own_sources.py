"""The program text of this project's own modules, for files that must not need the project."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from torch import nn

_OWN = "visualizer."
_USUAL_IMPORTS = {
    "OrderedDict": "from collections import OrderedDict",
    "Tensor": "from torch import Tensor",
    "nn": "from torch import nn",
    "torch": "import torch",
}


@dataclass(frozen=True, slots=True)
class _Definition:
    """A class, function or constant of a file: its text and the names that it uses."""

    module: str
    name: str
    text: str
    uses: frozenset[str]
    is_function: bool


@dataclass(frozen=True, slots=True)
class _File:
    definitions: Mapping[str, _Definition]
    imports: Mapping[str, str]  # the name that is bound: "from torch import nn"
    own_imports: Mapping[str, str]  # the name that is bound: the own module it comes from


@dataclass(frozen=True, slots=True)
class Sources:
    """The definitions that classes need, in an order in which they can be executed.

    ``imports`` are what they need from elsewhere, by the name that each binds; ``names`` are those defined.
    """

    texts: tuple[str, ...]
    imports: Mapping[str, str]
    names: frozenset[str]


def is_own(cls: type[nn.Module]) -> bool:
    """Whether a class is one of this project."""
    return cls.__module__.startswith(_OWN)


def collect(classes: Iterable[type[nn.Module]]) -> Sources:
    """The text of own classes, of all that they use, and of the functions beside them that work on them."""
    collection = _Collection()
    for cls in classes:
        collection.add(cls.__module__, cls.__name__)
        for name in _functions_on(cls):
            collection.add(cls.__module__, name)
    names = _exported_names(collection.definitions)
    texts = tuple(_renamed(definition, names) for definition in collection.definitions)
    return Sources(texts, collection.imports, frozenset(names.values()))


class _Collection:
    """Definitions behind those that they use."""

    def __init__(self) -> None:
        self.definitions: list[_Definition] = []
        self.imports: dict[str, str] = {}
        self._seen: set[tuple[str, str]] = set()

    def add(self, module: str, name: str) -> None:
        """Add a definition and all that it uses."""
        if (module, name) in self._seen:
            return
        self._seen.add((module, name))
        file = _read(module)
        definition = file.definitions[name]
        for used in sorted(definition.uses):
            if used in file.definitions:
                self.add(module, used)
            elif used in file.own_imports:
                self.add(file.own_imports[used], used)
            elif used in file.imports:
                line = self.imports.setdefault(used, file.imports[used])
                assert line == file.imports[used], f"'{used}' means two things"
        self.definitions.append(definition)


def import_lines(program: str, imports: Mapping[str, str]) -> list[str]:
    """The lines that import what ``program`` uses, the standard library's first, then an empty line.

    ``imports`` are lines by the name that they bind, in addition to the usual ones.
    """
    used = {node.id for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Name)}
    wanted = {line for name, line in {**_USUAL_IMPORTS, **imports}.items() if name in used}
    parts = [sorted(line for line in wanted if _is_standard(line) == standard) for standard in (True, False)]
    result: list[str] = []
    for part in parts:
        if part:
            result += ["", *_merged(part)]
    return result[1:]


def _is_standard(line: str) -> bool:
    return line.split()[1].partition(".")[0] in sys.stdlib_module_names


def _merged(imports: list[str]) -> list[str]:
    """``import`` lines as they are, then one ``from`` line for each module."""
    grouped: dict[str, list[str]] = {}
    for line in imports:
        start, joined, name = line.partition(" import ")
        grouped.setdefault(start, []).extend([name] if joined else [])
    plain = [start for start, names in grouped.items() if not names]
    froms = [f"{start} import {', '.join(names)}" for start, names in grouped.items() if names]
    return plain + froms


# Reading ---------------------------------------------------------------------------------------------


@functools.cache
def _read(module: str) -> _File:
    """What a module of this project defines and imports at its top level."""
    source = inspect.getsource(importlib.import_module(module))
    rows = source.splitlines()
    definitions: dict[str, _Definition] = {}
    imports: dict[str, str] = {}
    own: dict[str, str] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                _note_import(node, alias, imports, own)
        for name in _defined_by(node):
            first = min(
                [node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))]
            )
            text = "\n".join(rows[first - 1 : node.end_lineno])
            uses = frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
            definitions[name] = _Definition(module, name, text, uses, isinstance(node, ast.FunctionDef))
    return _File(definitions, imports, own)


def _note_import(
    node: ast.Import | ast.ImportFrom, alias: ast.alias, imports: dict[str, str], own: dict[str, str]
) -> None:
    bound = alias.asname or alias.name
    renamed = f" as {alias.asname}" if alias.asname else ""
    if isinstance(node, ast.Import):
        imports[bound] = f"import {alias.name}{renamed}"
    elif (node.module or "").startswith(_OWN):
        assert not renamed, "own modules are imported under their own names"
        own[bound] = node.module or ""
    elif node.module != "__future__":
        imports[bound] = f"from {node.module} import {alias.name}{renamed}"


def _defined_by(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _functions_on(cls: type[nn.Module]) -> list[str]:
    """The public functions of the class's file that name it, or a function that does."""
    functions = [row for row in _read(cls.__module__).definitions.values() if row.is_function]
    about = {cls.__name__}
    for _ in functions:
        about |= {row.name for row in functions if row.uses & about and not row.name.startswith("_")}
    return [row.name for row in functions if row.name in about]


# Names -----------------------------------------------------------------------------------------------


def _exported_names(definitions: Iterable[_Definition]) -> dict[tuple[str, str], str]:
    """What each definition is called in one file: its own name, with its module's where that is taken."""
    names: dict[tuple[str, str], str] = {}
    for row in definitions:
        taken = set(names.values())
        name = row.name if row.name not in taken else f"{row.name}_{row.module.rpartition('.')[2]}"
        assert name not in taken
        names[row.module, row.name] = name
    return names


def _renamed(definition: _Definition, names: Mapping[tuple[str, str], str]) -> str:
    """The text with the names that are others in the one file."""
    own_imports = _read(definition.module).own_imports
    changes = {}
    for used in definition.uses | {definition.name}:
        exported = names.get((own_imports.get(used, definition.module), used), used)
        if exported != used:
            changes[used] = exported
    rows = definition.text.split("\n")
    nodes = list(ast.walk(ast.parse(definition.text)))
    bound = {node.arg for node in nodes if isinstance(node, ast.arg)}
    assert not bound & changes.keys(), "an argument is called like a function"
    places = [node for node in nodes if isinstance(node, ast.Name) and node.id in changes]
    for node in sorted(places, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        row = rows[node.lineno - 1].encode()  # columns are bytes
        end = node.col_offset + len(node.id.encode())
        changed = row[: node.col_offset] + changes[node.id].encode() + row[end:]
        rows[node.lineno - 1] = changed.decode()
    text = "\n".join(rows)
    if definition.name in changes:
        head = rf"^((?:class|def) ){definition.name}\b"
        text = re.sub(head, rf"\g<1>{changes[definition.name]}", text, count=1, flags=re.MULTILINE)
    return text
