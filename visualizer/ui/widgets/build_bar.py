"""The bar above the stack: edits of the selected layers, what the network is called and takes, creating it."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMenu, QPushButton, QWidget

from visualizer.networks import editing
from visualizer.networks.layers.kinds import Field
from visualizer.networks.numbering import numbered_classes
from visualizer.networks.planning import NetworkPlan
from visualizer.networks.spec import MAX_SIDE
from visualizer.ui.build_state import LABELS, BuildState
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import Colors, font, icon
from visualizer.ui.widgets.field_editor import COMBO_FRAME, WordEdit
from visualizer.ui.widgets.icon_button import icon_button
from visualizer.ui.widgets.number_edit import NumberEdit
from visualizer.ui.widgets.panel import PADDING
from visualizer.ui.widgets.row_details import initialization_edit
from visualizer.ui.widgets.row_menu import block_menu
from visualizer.ui.widgets.stack_columns import EDITOR_HEIGHT
from visualizer.ui.widgets.stack_requests import StackRequests
from visualizer.ui.widgets.text_edit import NameEdit, TextEdit, refusal
from visualizer.ui.widgets.wrapping_bar import WrappingBar, labelled

MAX_BATCH = 65_536
MAX_NUMBERED = 1_000_000  # classes of which the number is shown whole
AS_IT_STANDS = "The open network is as it stands here."
_SIDES = (
    Field("channels", int, None, 1, editing.MAX_CHANNELS, "Maps of one picture: 3 for colour, 1 for grey"),
    Field("height", int, None, 1, MAX_SIDE, "Rows of pixels of one picture"),
    Field("width", int, None, 1, MAX_SIDE, "Columns of pixels of one picture"),
)
_BATCH = Field("batch", int, None, 1, MAX_BATCH, "Pictures in one step of training, for the memory it takes")
_CLASSES = (  # what is asked for, what it is called
    *((name, f"{name[0].upper()}{name[1:]} {len(labels)}") for name, labels in LABELS.items()),
    ("numbered", "Numbered"),
    ("none", "None"),
)
_NUMBERED, _NONE = len(LABELS), len(LABELS) + 1  # places in the list
_EDITS = (  # icon, name, keys
    ("undo", "Undo", "Ctrl+Z"),
    ("redo", "Redo", "Ctrl+Shift+Z"),
    ("duplicate", "Duplicate", "Ctrl+D"),
    ("remove", "Remove", "Delete"),
    ("group", "Group into a block", "Ctrl+G: sequence"),
    ("ungroup", "Ungroup", "Ctrl+Shift+G"),
    ("disable", "Disable", ""),
)


class BuildBar(WrappingBar):
    """Shows a ``BuildState``; what people ask goes to the ``StackRequests``. ``finished`` gives the keyboard back."""

    finished = Signal()

    def __init__(self, requests: StackRequests, parent: QWidget | None = None) -> None:
        super().__init__(parent, margins=(PADDING - 3, 7, PADDING, 7), spacing=8)
        self._requests = requests
        self._state = BuildState()
        self.edits = {
            name: icon_button(f"{title} ({keys})" if keys else title) for name, title, keys in _EDITS
        }
        self._add_edits()
        self.add_space()
        self._add_commands()
        self.add_break()
        self._add_fields()
        self._connect_focus()

    def _add_edits(self) -> None:
        group = QWidget()
        row = _row(group, 4)
        for name, button in self.edits.items():
            row.addWidget(button)
            if name in ("redo", "remove"):
                row.addSpacing(6)
        ask = self._requests
        for name, signal in (
            ("undo", ask.undo_requested),
            ("redo", ask.redo_requested),
            ("duplicate", ask.duplicated),
            ("remove", ask.removed),
            ("ungroup", ask.ungrouped),
        ):
            self.edits[name].clicked.connect(lambda _=False, signal=signal: signal.emit())
        self.edits["disable"].clicked.connect(self._switch)
        self.edits["group"].clicked.connect(self._open_blocks)
        self.blocks: QMenu = block_menu("Group into a block", self, ask)
        self.blocks.setToolTipsVisible(True)
        self.add(group)

    def _add_commands(self) -> None:
        group = QWidget()
        row = _row(group, 6)
        self.discard = QPushButton("Discard", toolTip="Go back to the network that is open; can be undone")
        self.export = QPushButton("Export…", toolTip="As a Python file that needs PyTorch alone")
        self.create_button = QPushButton("Create network")
        self.create_button.setProperty("role", "primary")
        for button, signal in (
            (self.discard, self._requests.discarded),
            (self.export, self._requests.export_requested),
            (self.create_button, self._requests.created),
        ):
            button.clicked.connect(lambda _=False, signal=signal: signal.emit())
            row.addWidget(button)
        self.add(group)

    def _add_fields(self) -> None:
        ask = self._requests
        self.name = NameEdit()
        self.name.setFixedSize(96, EDITOR_HEIGHT)
        self.name.setAccessibleName("Name of the network")
        self.name.refusal = lambda name: refusal(lambda: editing.set_name(self._state.spec, name))
        self.name.renamed.connect(ask.name_changed)
        self.sides = [self._number(side, 44, f"Input {side.name}") for side in _SIDES]
        for side in self.sides:
            side.value_changed.connect(lambda _: self._ask_input())
        self.classes = QComboBox()
        widest = QFontMetrics(font()).horizontalAdvance(f"Numbered {MAX_NUMBERED}")
        self.classes.setFixedSize(widest + COMBO_FRAME, EDITOR_HEIGHT)
        self.classes.setAccessibleName("Classes")
        self.classes.setToolTip("The labels of the outputs")
        self.classes.addItems([title for _, title in _CLASSES])
        self.classes.setCurrentIndex(-1)
        self.classes.activated.connect(self._choose_classes)
        self.batch = self._number(_BATCH, 52, "Batch")
        self.batch.value_changed.connect(ask.batch_changed.emit)
        self.weights = initialization_edit(self, with_network=False)
        self.weights.setFixedWidth(114)
        self.weights.setAccessibleName("Initialisation of the network")
        self.weights.value_changed.connect(partial(ask.initialization_chosen.emit, None))
        for label, editor in (
            ("Name", self.name),
            ("Input", _with_crosses(self.sides)),
            ("Classes", self.classes),
            ("Batch", self.batch),
            ("Weights", self.weights),
        ):
            self.add(labelled(label, editor))

    def _connect_focus(self) -> None:
        """Give the keyboard back after each request; the Tab key comes to the commands last."""
        lines: list[TextEdit | WordEdit] = [self.name, self.batch, self.weights, *self.sides]
        for line in lines:
            line.finished.connect(self.finished)
        commands = (self.discard, self.export, self.create_button)
        for button in (*self.edits.values(), *commands):
            button.clicked.connect(self.finished)  # else the Space key would ask again
        for before, after in pairwise((self.weights, *commands)):
            QWidget.setTabOrder(before, after)

    def _number(self, setting: Field, width: int, name: str) -> NumberEdit:
        made = NumberEdit(setting)
        made.setFixedSize(width, EDITOR_HEIGHT)
        made.setToolTip(setting.help)
        made.setAccessibleName(name)
        return made

    # What is shown

    def set_colors(self, colors: Colors) -> None:
        for name, button in self.edits.items():
            button.setIcon(icon(name, colors.text, colors.disabled))
        for line in (self.batch, *self.sides):
            line.set_colors(colors)

    def set_state(self, state: BuildState) -> None:
        """Show the network's own fields, and which edits can be done."""
        old, self._state = self._state, state
        spec = state.spec
        self.name.set_name(spec.name)
        for side, value in zip(self.sides, spec.input, strict=True):
            side.set_value(value)
        self.batch.set_value(state.batch)
        self.weights.set_value(spec.initialization)
        if spec.classes is not old.spec.classes or self.classes.currentIndex() < 0:
            self._show_classes(spec.classes)
        self._show_edits(state)
        self._show_commands(state)

    def _show_classes(self, classes: tuple[str, ...]) -> None:
        known = {labels: at for at, labels in enumerate(LABELS.values())} | {(): _NONE}
        is_numbered = bool(classes) and classes == numbered_classes(len(classes))
        self.classes.setItemText(_NUMBERED, f"Numbered {len(classes)}" if is_numbered else "Numbered")
        index = _NUMBERED if is_numbered else known.get(classes)
        while self.classes.count() > len(_CLASSES):
            self.classes.removeItem(len(_CLASSES))
        if index is None:
            self.classes.addItem(f"Custom ({len(classes)})")
            index = len(_CLASSES)
        self.classes.setCurrentIndex(index)

    def _show_edits(self, state: BuildState) -> None:
        rows = state.rows
        chosen = [rows[identity].spec for identity in state.selected if identity in rows]
        can = {
            "undo": bool(state.undo_text),
            "redo": bool(state.redo_text),
            "ungroup": len(chosen) == 1 and chosen[0].row.is_block,
        }
        for name, button in self.edits.items():
            button.setEnabled(can.get(name, bool(chosen)))
        for name, text, keys in (
            ("undo", state.undo_text, "Ctrl+Z"),
            ("redo", state.redo_text, "Ctrl+Shift+Z"),
        ):
            what = f": {text}" if text else ""
            self.edits[name].setToolTip(plain_tip(f"{name.capitalize()}{what} ({keys})"))
        off = bool(chosen) and all(not spec.enabled for spec in chosen)
        self.edits["disable"].setToolTip(
            "Enable: take the layers in again" if off else "Disable: leave the layers out"
        )

    def _show_commands(self, state: BuildState) -> None:
        self.discard.setEnabled(state.changed)
        self.export.setEnabled(not state.plan.problems)
        is_open = state.opened is not None and not state.changed
        self.create_button.setEnabled(not state.plan.problems and not is_open)
        tip = AS_IT_STANDS if is_open else create_tip(state.plan)
        self.create_button.setToolTip(plain_tip(tip))

    # Requests

    def _ask_input(self) -> None:
        values = tuple(side.value for side in self.sides)
        if None not in values:
            self._requests.input_changed.emit(values)

    def _choose_classes(self, index: int) -> None:
        if index < len(_CLASSES):
            self._requests.classes_requested.emit(_CLASSES[index][0])
        self._show_classes(self._state.spec.classes)  # it may not have been possible

    def _open_blocks(self) -> None:
        button = self.edits["group"]
        self.blocks.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _switch(self) -> None:
        rows, selected = self._state.rows, self._state.selected
        off = all(not rows[identity].spec.enabled for identity in selected)
        self._requests.enabled_changed.emit(selected, off)


def create_tip(plan: NetworkPlan) -> str:
    """Why the network cannot be created, or what creating does."""
    if not plan.problems:
        return "Make this the network that is open; unchanged layers keep their weights"
    more = len(plan.problems) - 1
    return f"{plan.problems[0]}{f' And {more} more.' if more else ''}"


def _with_crosses(sides: list[NumberEdit]) -> QWidget:
    group = QWidget()
    row = _row(group, 4)
    for number, side in enumerate(sides):
        if number:
            cross = QLabel("×")
            cross.setProperty("role", "muted")
            row.addWidget(cross)
        row.addWidget(side)
    return group


def _row(group: QWidget, spacing: int) -> QHBoxLayout:
    row = QHBoxLayout(group)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    return row
