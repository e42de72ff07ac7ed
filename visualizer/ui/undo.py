"""Undo and redo of frozen states.

Qt's own stack of commands would hold Python objects that hold the editor: when the garbage collector met such a
ring it crashed. Here a step is plain data, so there is nothing to own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Step(Generic[State]):
    """What one edit did. Steps in a row with the same ``key``, if it is not "", are one: typing in a field."""

    text: str
    before: State
    after: State
    key: str = ""


class History(Generic[State]):
    """Steps that can be undone and done again; the oldest are forgotten beyond ``limit``."""

    def __init__(self, limit: int = 1000) -> None:
        self._limit = limit
        self._done: list[Step[State]] = []
        self._undone: list[Step[State]] = []

    @property
    def last(self) -> Step[State] | None:
        """The step that ``undo`` would undo."""
        return self._done[-1] if self._done else None

    @property
    def next(self) -> Step[State] | None:
        """The step that ``redo`` would do again."""
        return self._undone[-1] if self._undone else None

    def add(self, step: Step[State]) -> None:
        """A further step has been done; what was undone before is forgotten.

        A step that leads back to where the typing began leaves none.
        """
        self._undone.clear()
        last = self.last
        if last is not None and step.key and step.key == last.key:
            self._done.pop()
            step = replace(last, after=step.after)
            if step.after == step.before:
                return
        self._done.append(step)
        del self._done[: -self._limit]

    def undo(self) -> State | None:
        """The state before the last step, which is undone; None if there is none."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1].before

    def redo(self) -> State | None:
        """The state after the step that is done again; None if there is none."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1].after

    def clear(self) -> None:
        """Forget every step."""
        self._done.clear()
        self._undone.clear()
