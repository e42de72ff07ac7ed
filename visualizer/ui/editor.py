"""The network that is being built: its specification, its plan, what is selected, undo and redo.

Panels send requests here; after each, ``changed(BuildState)`` tells all of them what there is now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from visualizer.errors import UserError
from visualizer.networks import editing
from visualizer.networks.editing import Place
from visualizer.networks.layers.kinds import Value
from visualizer.networks.numbering import can_be_numbered, numbered_classes, with_numbered_classes
from visualizer.networks.planning import Fix, NetworkPlan, plan
from visualizer.networks.spec import NetworkSpec, walk
from visualizer.ui.build_state import DEFAULT_BATCH, shape_at
from visualizer.ui.build_state import EMPTY as EMPTY
from visualizer.ui.build_state import BuildState as BuildState
from visualizer.ui.undo import History, Step


class Editor(QObject):
    """The draft of a network and every edit of it.

    Emits ``changed(BuildState)`` after each edit, selection, undo and redo; ``noticed(kind, sentence)`` for an edit
    that cannot be done; ``create_requested(NetworkSpec)`` when the draft is to become the open network.
    """

    changed = Signal(object)
    noticed = Signal(str, str)
    create_requested = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history: History[tuple[NetworkSpec, tuple[int, ...]]] = History()
        self.spec: NetworkSpec = EMPTY
        self.plan: NetworkPlan = plan(EMPTY)
        self.selected: tuple[int, ...] = ()
        self.batch = DEFAULT_BATCH
        self._opened_spec: NetworkSpec | None = None
        self._opened_name = ""
        self._opened_plan: NetworkPlan | None = None

    # --- what there is ---------------------------------------------------------------------------

    @property
    def state(self) -> BuildState:
        """Everything that the panels show."""
        last, following = self.history.last, self.history.next
        return BuildState(
            self.spec,
            self.plan,
            self.selected,
            self.batch,
            self._opened_name,
            self._opened_plan,
            self.is_changed,
            last.text if last else "",
            following.text if following else "",
        )

    @property
    def is_changed(self) -> bool:
        """Whether the draft differs from the network that is open."""
        return self.spec != (self._opened_spec or EMPTY)

    def _show(self, spec: NetworkSpec, selected: tuple[int, ...]) -> None:
        """Make this the draft; tells nobody yet."""
        present = _identities(spec)
        self.spec, self.plan = spec, plan(spec)
        self.selected = tuple(identity for identity in selected if identity in present)

    def follow(self, name: str, spec: NetworkSpec | None) -> None:
        """Another network is open now; the draft becomes its specification, unless it was edited meanwhile.

        ``spec`` is None for a network that has none: the draft becomes an empty one.
        """
        edited = self.is_changed and spec != self.spec
        self._opened_name, self._opened_spec = name, spec
        self._opened_plan = None if spec is None else plan(replace(spec, classes=()))
        draft = spec or EMPTY
        if not edited and (draft != self.spec or _identities(draft) != _identities(self.spec)):
            self.history.clear()
            self._show(draft, ())
        self._tell()

    def _tell(self) -> None:
        self.changed.emit(self.state)

    # --- requests: the layers --------------------------------------------------------------------

    def select(self, identities: Sequence[int]) -> None:
        """Select layers; those that are not there are left out."""
        present = _identities(self.spec)
        chosen = tuple(identity for identity in identities if identity in present)
        if chosen != self.selected:
            self.selected = chosen
            self._tell()

    def add(self, kind: str, place: Place | None = None) -> None:
        """Add a new layer, by default behind the selected one or at the end, and select it.

        A linear layer at the end of a network whose classes have names begins with one output for each.
        """
        place = self._usual_place() if place is None else place
        row = editing.new_layer(kind, shape_at(self.spec, self.plan, place))
        classes = len(self.spec.classes)
        if kind == "linear" and place == Place() and self.spec.classes != numbered_classes(classes):
            row = replace(row, values={**row.values, row.row.outputs: classes})
        self._edit(f"add {row.row.title}", lambda: editing.insert(self.spec, (row,), place), (row.identity,))

    def remove(self) -> None:
        """Take the selected layers out; the next one is selected."""
        if self.selected:
            following = self._following(self.selected)
            self._edit(
                _words("remove", self._names()), lambda: editing.remove(self.spec, self.selected), following
            )

    def duplicate(self) -> None:
        """Copy the selected layers."""
        copies: list[int] = []

        def copy() -> NetworkSpec:
            spec, made = editing.duplicate(self.spec, self.selected)
            copies.extend(made)
            return spec

        if self.selected:
            self._edit(_words("duplicate", self._names()), copy, lambda: tuple(copies))

    def move(self, identities: Sequence[int], place: Place) -> None:
        """Move layers to another place."""
        self._edit("move layers", lambda: editing.move(self.spec, identities, place), tuple(identities))

    def step(self, step: int) -> None:
        """Move the selected layer one place up (−1) or down (1)."""
        if len(self.selected) != 1:
            return
        place = editing.neighbour_place(self.spec, self.selected[0], step)
        if place is not None:
            self.move(self.selected, place)

    def set_value(self, identity: int, field: str, value: Value) -> None:
        """Give a field another value; typing goes into one step of undo."""
        if identity not in _identities(self.spec):  # a field that loses the focus because its row is gone
            return
        row = editing.find(self.spec, identity)
        self._edit(
            f"change {row.name}",
            lambda: editing.set_value(self.spec, identity, field, value),
            (identity,),
            key=f"{identity}.{field}",
        )

    def rename(self, identity: int, name: str) -> None:
        """Give a layer another name."""
        if identity not in _identities(self.spec):
            return
        row = editing.find(self.spec, identity)
        self._edit(f"rename {row.name}", lambda: editing.rename(self.spec, identity, name), (identity,))

    def set_enabled(self, identities: Sequence[int], enabled: bool) -> None:
        """Leave layers out of the network, or take them in again."""
        text = _words("enable" if enabled else "disable", self._names(identities))
        self._edit(text, lambda: editing.set_enabled(self.spec, identities, enabled), tuple(identities))

    def toggle_enabled(self) -> None:
        """Leave the selected layers out, or take them in again if all are out."""
        if self.selected:
            out = all(not editing.find(self.spec, identity).enabled for identity in self.selected)
            self.set_enabled(self.selected, out)

    def set_initialization(self, identity: int | None, name: str) -> None:
        """Choose how weights begin: of a layer, or of the network (None)."""
        self._edit(
            "change initialisation",
            lambda: editing.set_initialization(self.spec, identity, name),
            self.selected,
        )

    def group(self, kind: str = "sequence") -> None:
        """Put the selected layers into a new block."""
        made: list[int] = []

        def grouped() -> NetworkSpec:
            spec, block = editing.group(self.spec, self.selected, kind)
            made.append(block)
            return spec

        self._edit(_words("group", self._names()), grouped, lambda: tuple(made))

    def ungroup(self) -> None:
        """Take the selected block apart."""
        if len(self.selected) == 1:
            row = editing.find(self.spec, self.selected[0])
            inside = tuple(part.identity for part in row.layers)
            self._edit(f"ungroup {row.name}", lambda: editing.ungroup(self.spec, row.identity), inside)

    def apply_fix(self, identity: int, fix: Fix) -> None:
        """Do what a fix proposes for a layer."""
        if not fix.insert:
            self.set_value(identity, fix.field, fix.value)
            return
        place = Place(self._block_of(identity), identity)
        row = editing.new_layer(fix.insert, shape_at(self.spec, self.plan, place))
        self._edit(f"insert {row.row.title}", lambda: editing.insert(self.spec, (row,), place), (identity,))

    # --- requests: the network -------------------------------------------------------------------

    def begin(self, spec: NetworkSpec) -> None:
        """Start from another specification; can be undone."""
        self._edit(f"start from {spec.name}", lambda: spec, (), numbers_classes=False)

    def set_name(self, name: str) -> None:
        """Give the network another name."""
        self._edit("rename the network", lambda: editing.set_name(self.spec, name), self.selected)

    def set_input(self, size: tuple[int, int, int]) -> None:
        """Let the network take other pictures."""
        # While a size is typed, of what was there before: else the preprocessing would follow every half of it.
        last = self.history.last
        spec = last.before[0] if last is not None and last.key == "input" else self.spec
        self._edit("change the input", lambda: editing.set_input(spec, size), self.selected, key="input")

    def set_classes(self, classes: Sequence[str]) -> None:
        """Give the outputs other labels; none for a network that does not classify."""
        self._edit(
            "change the classes",
            lambda: editing.set_classes(self.spec, classes),
            self.selected,
            numbers_classes=False,
        )

    def set_batch(self, batch: int) -> None:
        """The batch for which memory is told; no part of the network."""
        self.batch = batch
        self._tell()

    def discard(self) -> None:
        """Go back to the network that is open; can be undone."""
        back = self._opened_spec or EMPTY
        self._edit("discard the changes", lambda: back, (), numbers_classes=False)

    def create(self) -> None:
        """Make the draft the network that is open."""
        if self.plan.problems:
            self.noticed.emit("error", f"The network cannot be created yet: {self.plan.problems[0]}")
        else:
            self.create_requested.emit(self.spec)

    def undo(self) -> None:
        """Undo the last edit."""
        self._go(self.history.undo())

    def redo(self) -> None:
        """Do again what was undone."""
        self._go(self.history.redo())

    def _go(self, state: tuple[NetworkSpec, tuple[int, ...]] | None) -> None:
        if state is not None:
            self._show(*state)
            self._tell()

    # --- within ----------------------------------------------------------------------------------

    def _edit(
        self,
        text: str,
        edit: Callable[[], NetworkSpec],
        selected: tuple[int, ...] | Callable[[], tuple[int, ...]],
        key: str = "",
        numbers_classes: bool = True,
    ) -> None:
        try:
            after = edit()
            if numbers_classes and (after.classes or not can_be_numbered(self.plan.output)):
                after = with_numbered_classes(after)  # else there are none on purpose
        except UserError as error:
            self.noticed.emit("error", str(error))
            self._tell()  # so that a field with a refused value shows the old one again
            return
        chosen = selected() if callable(selected) else selected
        if after != self.spec:
            before = (self.spec, self.selected)
            self._show(after, chosen)
            self.history.add(Step(text, before, (after, chosen), key))
            self._tell()
        else:
            self.select(chosen)

    def _names(self, identities: Sequence[int] | None = None) -> list[str]:
        chosen = self.selected if identities is None else identities
        return [editing.find(self.spec, identity).name for identity in chosen]

    def _usual_place(self) -> Place:
        return editing.place_after(self.spec, self.selected[-1]) if self.selected else Place()

    def _block_of(self, identity: int) -> int | None:
        return editing.place_after(self.spec, identity).block

    def _following(self, identities: Sequence[int]) -> tuple[int, ...]:
        """The layer to be selected when these are gone."""
        order = [row.identity for _, row in walk(self.spec.layers)]
        left = [row.identity for _, row in walk(editing.remove(self.spec, identities).layers)]
        index = order.index(identities[-1])
        after = [identity for identity in order[index:] if identity in left]
        return tuple(after[:1] or left[-1:])


def _words(verb: str, names: Sequence[str]) -> str:
    return f"{verb} {names[0]}" if len(names) == 1 else f"{verb} {len(names)} layers"


def _identities(spec: NetworkSpec) -> tuple[int, ...]:
    return tuple(row.identity for _, row in walk(spec.layers))
