"""How people handle the stack of layers: selecting, keys, dragging, dropping, the context menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QKeyCombination, QMimeData, QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QDrag, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QMenu

from visualizer.networks import editing
from visualizer.networks.editing import Place
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.kind_drag import kind_in, layers_data, layers_in
from visualizer.ui.widgets.kind_popup import KindPopup
from visualizer.ui.widgets.layer_row import LayerRow
from visualizer.ui.widgets.row_menu import add_row_actions
from visualizer.ui.widgets.stack_canvas import translucent
from visualizer.ui.widgets.stack_columns import KIND_X, LANE_STEP, LANE_X
from visualizer.ui.widgets.stack_requests import StackRequests
from visualizer.ui.widgets.stack_rows import (
    Direction,
    ShownRow,
    Target,
    place_at,
    target_in_gap,
    target_in_row,
)
from visualizer.ui.widgets.stack_view import StackView
from visualizer.ui.widgets.text_edit import refusal

_SHIFT, _CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
_DRAGGED_MOST = 4  # rows in the picture of a drag


class StackControl(QObject):
    """Turns what people do on a ``StackView`` into ``StackRequests``."""

    def __init__(self, view: StackView, requests: StackRequests) -> None:
        super().__init__(view)
        self._view, self._requests = view, requests
        self._anchor: int | None = None
        self._place = Place()
        self.popup = KindPopup(view)
        self.popup.chosen.connect(self._add)
        self._keys = self._key_table()
        view.installEventFilter(self)
        view.canvas.installEventFilter(self)
        view.row_made.connect(self._watch)
        view.add_clicked.connect(partial(self.choose_kind, Place()))
        view.canvas.ground_clicked.connect(self._ground_clicked)
        view.canvas.target_at = self.target_at
        view.canvas.dropped.connect(self.drop)

    def set_colors(self, colors: Colors) -> None:
        self.popup.set_colors(colors)

    def _watch(self, row: LayerRow) -> None:
        row.pressed.connect(partial(self._pressed, row.identity))
        row.released.connect(partial(self._released, row.identity))
        row.dragged.connect(partial(self._dragged, row))
        row.entered.connect(partial(self._entered, row.identity))
        row.menu_opened.connect(partial(self._complete_menu, row.identity))
        row.name.refusal = partial(self._refusal, row.identity)
        row.finished.connect(self._view.setFocus)
        row.fold_clicked.connect(partial(self._toggle_fold, row.identity))

    # Selecting

    def _select(self, *identities: int) -> None:
        if identities != self._view.state.selected:
            self._requests.layer_selected.emit(identities)

    def _pressed(self, identity: int, event: QMouseEvent) -> None:
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        selected = self._view.state.selected
        if event.button() == Qt.MouseButton.LeftButton and event.modifiers() & _CONTROL:
            kept = tuple(each for each in selected if each != identity)
            self._anchor = identity
            self._select(*kept, *(() if identity in selected else (identity,)))
        elif event.button() == Qt.MouseButton.LeftButton and event.modifiers() & _SHIFT:
            self._extend(identity)
        elif identity not in selected:  # else the whole selection may be about to be dragged
            self._anchor = identity
            self._select(identity)

    def _released(self, identity: int, event: QMouseEvent) -> None:
        if not event.modifiers() & (_SHIFT | _CONTROL):
            self._anchor = identity
            self._select(identity)

    def _entered(self, identity: int) -> None:
        """An editor got the keyboard: its row is the one that is worked on."""
        if self._is_extending():
            return  # the row is told of the click next
        if identity not in self._view.state.selected:
            self._anchor = identity
            self._select(identity)

    @staticmethod
    def _is_extending() -> bool:
        clicks = bool(QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton)
        return clicks and bool(QGuiApplication.keyboardModifiers() & _SHIFT)

    def _refusal(self, identity: int, name: str) -> str:
        """Why a layer cannot have a name."""
        return refusal(lambda: editing.rename(self._view.state.spec, identity, name))

    def _ground_clicked(self) -> None:
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        self._select()

    def _extend(self, identity: int) -> None:
        """Select everything from the anchor to a row."""
        view = self._view
        start = view.index_of(self._anchor) if self._anchor is not None else None
        end = view.index_of(identity)
        if start is None or end is None:
            self._anchor = identity
            self._select(identity)
            return
        step = 1 if end >= start else -1
        self._select(*(view.rows[index].identity for index in range(start, end + step, step)))

    def _current(self) -> ShownRow | None:
        selected = self._view.state.selected
        index = self._view.index_of(selected[-1]) if selected else None
        return None if index is None else self._view.rows[index]

    def _move_to(self, index: int, *, extend: bool = False) -> None:
        rows = self._view.rows
        if not rows:
            return
        identity = rows[min(max(index, 0), len(rows) - 1)].identity
        if extend:
            self._extend(identity)
        else:
            self._anchor = identity
            self._select(identity)
        self._view.reveal(identity)  # it may have been selected before, and scrolled away

    def _step(self, step: int, *, extend: bool = False) -> None:
        current = self._current()
        index = self._view.index_of(current.identity) if current else None
        first = 0 if step > 0 else len(self._view.rows) - 1
        self._move_to(first if index is None else index + step, extend=extend)

    def _select_all(self) -> None:
        self._select(*(row.identity for row in self._view.rows))

    # Keys

    def _key_table(self) -> dict[str, Callable[[], object]]:
        ask, page = self._requests, 10
        return {
            "Up": partial(self._step, -1),
            "Down": partial(self._step, 1),
            "Shift+Up": partial(self._step, -1, extend=True),
            "Shift+Down": partial(self._step, 1, extend=True),
            "PgUp": partial(self._step, -page),
            "PgDown": partial(self._step, page),
            "Home": partial(self._move_to, 0),
            "End": lambda: self._move_to(len(self._view.rows)),
            "Left": partial(self._fold_current, False),
            "Right": partial(self._fold_current, True),
            "Return": self.edit_name,
            "Enter": self.edit_name,
            "F2": self.edit_name,
            "Alt+Return": self._toggle_details,
            "Alt+Enter": self._toggle_details,
            "Ins": self.choose_kind_below,
            "Del": ask.removed.emit,
            "Ctrl+A": self._select_all,
            "Ctrl+D": ask.duplicated.emit,
            "Alt+Up": partial(ask.stepped.emit, -1),
            "Alt+Down": partial(ask.stepped.emit, 1),
            "Ctrl+G": partial(ask.grouped.emit, "sequence"),
            "Ctrl+Shift+G": ask.ungrouped.emit,
            "Ctrl+Z": ask.undo_requested.emit,
            "Ctrl+Shift+Z": ask.redo_requested.emit,
        }

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            pressed = QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key())))
            handler = self._keys.get(pressed.toString(QKeySequence.SequenceFormat.PortableText))
            if handler is not None:
                handler()
                return True
        if event.type() == QEvent.Type.ContextMenu and isinstance(event, QContextMenuEvent):
            return self._open_menu(event)
        return super().eventFilter(watched, event)

    def edit_name(self) -> None:
        """Begin to edit the name of the selected layer."""
        current = self._current()
        if current is not None:
            self._view.widget_of(current).edit_name()

    def _toggle_details(self) -> None:
        current = self._current()
        if current is not None:
            self._view.widget_of(current).toggle_details()

    def _toggle_fold(self, identity: int) -> None:
        index = self._view.index_of(identity)
        if index is not None:
            self._view.set_open(identity, not self._view.rows[index].is_open)

    def _fold_current(self, is_open: bool) -> None:
        current = self._current()
        if current is not None and current.plan.spec.layers:
            self._view.set_open(current.identity, is_open)

    # Adding

    def choose_kind_below(self) -> None:
        """Open the list of kinds for a layer behind the selected one, or inside it if it is an empty block."""
        current = self._current()
        if current is None:
            self.choose_kind(Place())
        else:
            spec = current.plan.spec
            self._choose_beside(current, "inside" if spec.row.is_block and not spec.layers else "below")

    def _choose_beside(self, row: ShownRow, where: Direction) -> None:
        following = editing.place_after(self._view.state.spec, row.identity).before
        self.choose_kind(place_at(row, where, following, self._view.parents))

    def choose_kind(self, place: Place) -> None:
        """Open the list of kinds for a layer at a place."""
        self._place = place
        view = self._view
        index = None if place.before is None else view.index_of(place.before)
        current = self._current()
        if index is None and current is not None and place != Place():
            index = (view.index_of(current.identity) or 0) + 1
        area = view.row_area(len(view.rows) if index is None else index)
        y = area.top() if not area.isEmpty() else view.row_area(len(view.rows) - 1).bottom() + 1
        corner = view.canvas.mapTo(view.viewport(), QPoint(KIND_X, max(y, 0)))
        corner.setY(min(max(corner.y(), 0), view.viewport().height()))
        self.popup.open_at(view.viewport().mapToGlobal(corner))

    def _add(self, kind: str) -> None:
        self._view.setFocus()
        self._requests.add_requested.emit(kind, self._place)

    # The menu

    def _open_menu(self, event: QContextMenuEvent) -> bool:
        menu = self.menu_at(self._view.canvas.mapFromGlobal(event.globalPos()).y())
        if menu is not None:
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(event.globalPos())
        return menu is not None

    def menu_at(self, y: int) -> QMenu | None:
        """The menu of the row at a height of the canvas, which is selected by that; None beside the rows."""
        index = self._view.row_at(y)
        if index is None:
            return None
        menu = QMenu(self._view)
        self._add_row_actions(self._view.rows[index], menu)
        return menu

    def _complete_menu(self, identity: int, menu: QMenu) -> None:
        """Add what can be done with the row to the menu of the text in one of its editors."""
        index = self._view.index_of(identity)
        if index is not None:
            menu.addSeparator()
            self._add_row_actions(self._view.rows[index], menu)

    def _add_row_actions(self, row: ShownRow, menu: QMenu) -> None:
        if row.identity not in self._view.state.selected:
            self._select(row.identity)
        selected = self._view.state.selected
        add = partial(self._choose_beside, row)
        rename = self._view.widget_of(row).edit_name
        add_row_actions(menu, row, selected, self._requests, add, rename)

    # Dragging

    def _dragged(self, row: LayerRow, start: QPoint) -> None:
        """Drag a row, and the others if it is one of several that are selected."""
        selected = self._view.state.selected
        carried = selected if row.identity in selected else (row.identity,)
        in_order = [each.identity for each in self._view.rows if each.identity in carried]
        others = [each for each in self._view.shown_widgets() if each.identity in carried]
        drag = QDrag(self._view)
        drag.setMimeData(layers_data(in_order or (row.identity,)))
        drag.setPixmap(translucent([each.grab() for each in others[:_DRAGGED_MOST]] or [row.grab()]))
        drag.setHotSpot(start)
        drag.exec(Qt.DropAction.MoveAction | Qt.DropAction.CopyAction, Qt.DropAction.MoveAction)

    def target_at(self, point: QPoint, mime: QMimeData) -> Target | None:
        """Where a drop at a point of the canvas would go; None where it cannot go."""
        view = self._view
        index = view.row_at(point.y())
        depth = round((point.x() - LANE_X) / LANE_STEP) if point.x() < KIND_X + 4 * LANE_STEP else None
        if index is not None:
            area = view.row_area(index)
            share = (point.y() - area.top()) / max(area.height(), 1)
            target = target_in_row(view.rows, index, share, depth, view.parents)
        else:
            above = point.y() < view.row_area(0).top() if view.rows else False
            target = target_in_gap(view.rows, 0 if above else len(view.rows), 0, view.parents)
        carried = layers_in(mime)
        return None if carried and self._is_inside(target.place.block, carried) else target

    def _is_inside(self, block: int | None, carried: tuple[int, ...]) -> bool:
        """Whether a block is one of the layers that are carried, or in one of them."""
        paths = {row.spec.identity: row.path for row in self._view.state.plan.rows}
        home = paths.get(block, ()) if block is not None else ()
        return any(home[: len(paths[each])] == paths[each] for each in carried if each in paths)

    def drop(self, mime: QMimeData, target: Target) -> None:
        """Ask for what was dropped: a new layer, or layers of this network at another place."""
        kind, carried = kind_in(mime), layers_in(mime)
        self._view.setFocus()
        if kind is not None:
            self._requests.add_requested.emit(kind, target.place)
        elif carried:
            self._requests.moved.emit(carried, target.place)
