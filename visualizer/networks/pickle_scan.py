"""What a pickle would do, found out without unpickling it."""

from __future__ import annotations

import pickletools
from dataclasses import dataclass, field
from typing import IO, Any

MAX_OPERATIONS = 500_000  # about 1 s; a state dict of 1,000 tensors takes 40,000


class UnreadablePickle(Exception):
    """The bytes are no pickle, or one that no honest program writes."""


@dataclass(frozen=True, slots=True)
class Named:
    """A class or function that the pickle names, e.g. ``"torch.FloatStorage"``."""

    name: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pickle does.

    ``called`` are the classes and functions it calls, ``storages`` the persistent identifiers it asks for
    (torch: ``("storage", type, key, location, number of elements, view)``), ``result`` the number it stands
    for if it is just a number.
    """

    called: frozenset[str]
    storages: tuple[tuple[Any, ...], ...]
    result: int | None


_UNKNOWN = object()
_CALLERS = {"REDUCE": -2, "NEWOBJ": -2, "NEWOBJ_EX": -3}  # where on the stack the class or function lies
_CONSTANTS = {"INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4"} | {
    "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "SHORT_BINSTRING", "BINSTRING", "STRING",
}  # fmt: skip


@dataclass(slots=True)
class _Machine:
    """A pickle machine whose objects are placeholders: it keeps only numbers, texts, tuples and names."""

    stack: list[Any] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    storages: list[tuple[Any, ...]] = field(default_factory=list)

    def step(self, opcode: pickletools.OpcodeInfo, argument: Any) -> None:
        name = opcode.name
        if name == "MARK":
            self.marks.append(len(self.stack))
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            self.memo[argument] = self.stack[-1]
        elif name == "MEMOIZE":
            self.memo[len(self.memo)] = self.stack[-1]
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[argument])
        else:
            self._note_call(name, argument)
            popped = self._pop(opcode)
            self.stack.extend(self._results(opcode, argument, popped))

    def _note_call(self, name: str, argument: Any) -> None:
        callee: Any = None
        if name in _CALLERS:
            callee = self.stack[_CALLERS[name]]
        elif name == "OBJ":
            callee = self.stack[self.marks[-1]]
        elif name == "INST":
            callee = Named(argument.replace(" ", "."))
        elif name.startswith("EXT"):
            callee = Named("a registered extension")
        if callee is not None:
            self.called.add(callee.name if isinstance(callee, Named) else "a computed function")

    def _pop(self, opcode: pickletools.OpcodeInfo) -> tuple[Any, ...]:
        """Take what the opcode takes from the stack: the objects above the mark, and so many below it."""
        fixed = opcode.stack_before
        popped: list[Any] = []
        if pickletools.markobject in fixed:
            fixed = fixed[: fixed.index(pickletools.markobject)]
            mark = self.marks.pop()
            popped = self.stack[mark:]
            del self.stack[mark:]
        for _ in fixed:
            popped.insert(0, self.stack.pop())
        return tuple(popped)

    def _results(self, opcode: pickletools.OpcodeInfo, argument: Any, popped: tuple[Any, ...]) -> list[Any]:
        name = opcode.name
        if name in _CONSTANTS:
            return [argument]
        if "TUPLE" in name:
            return [popped]
        if name == "GLOBAL":
            return [Named(argument.replace(" ", "."))]
        if name == "STACK_GLOBAL":
            known = all(isinstance(part, str) for part in popped)
            return [Named(".".join(popped)) if known else _UNKNOWN]
        if name in ("BINPERSID", "PERSID"):
            self.storages.append(popped[0] if popped and isinstance(popped[0], tuple) else ())
        return [_UNKNOWN] * len(opcode.stack_after)


def scan(stream: IO[bytes]) -> Scan:
    """Go through one pickle, from where the stream stands to behind its end, without making any object.

    Raises ``UnreadablePickle``. Give a stream in memory or a memory map: their ``read`` never allocates more
    than there is, whatever length the pickle claims.
    """
    machine = _Machine()
    last: Any = None
    try:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
            if count > MAX_OPERATIONS:
                raise UnreadablePickle
            if opcode.name == "STOP":
                last = machine.stack[-1]
            else:
                machine.step(opcode, argument)
    except (ValueError, IndexError, KeyError, OverflowError, AttributeError) as error:
        raise UnreadablePickle from error
    result = last if isinstance(last, int) else None
    return Scan(frozenset(machine.called), tuple(machine.storages), result)
