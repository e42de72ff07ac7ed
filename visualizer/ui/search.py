"""The search field of the toolbar: layers, pictures, networks and commands by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from visualizer.ui.widgets.dropping import takes

_ENTRY = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found: what kind it is, its name, and what choosing it does."""

    kind: str
    name: str
    choose: Callable[[], None] = field(repr=False)


class SearchField(QLineEdit):
    """A line with a list below it that shrinks while typing; ``opened`` asks for fresh entries."""

    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="search", clearButtonEnabled=True)
        self.setPlaceholderText("Search   Ctrl+K")
        self.setAccessibleName("Search")
        self.setAcceptDrops(False)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Ctrl+K is its key; it must not take the first focus
        self._model = QStandardItemModel(self)
        completer = QCompleter(self._model, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(14)
        self.setCompleter(completer)
        popup = completer.popup()
        if popup is not None:
            popup.setObjectName("searchPopup")
            popup.setMinimumWidth(320)
        completer.activated[QModelIndex].connect(self._activate)  # type: ignore[index]
        self.returnPressed.connect(self._choose_first)

    def set_entries(self, entries: Sequence[Entry]) -> None:
        self._model.clear()
        for entry in entries:
            item = QStandardItem(f"{entry.name}   {entry.kind}")
            item.setData(entry, _ENTRY)
            item.setEditable(False)
            self._model.appendRow(item)

    def _show_from_the_top(self) -> None:
        """Other results: the list would keep where it was scrolled to."""
        popup = self.completer().popup()
        if popup is None or not popup.isVisible():
            return
        popup.scrollToTop()
        with QSignalBlocker(popup.selectionModel()):  # else the name of the first would replace what is typed
            popup.setCurrentIndex(popup.model().index(0, 0))
        popup.viewport().update()

    def _activate(self, index: QModelIndex) -> None:
        if self.text():  # else Enter has chosen it already: the line is told of the key before the list
            self._choose(index.data(_ENTRY))

    def _choose_first(self) -> None:
        completer = self.completer()
        popup = completer.popup()
        if popup is not None and popup.isVisible() and popup.currentIndex().isValid():
            self._choose(popup.currentIndex().data(_ENTRY))
        elif self.text().strip() and completer.completionCount():
            completer.setCurrentRow(0)
            self._choose(completer.currentIndex().data(_ENTRY))

    def _choose(self, entry: Entry | None) -> None:
        if entry is None:
            return
        self.clear()
        self.clearFocus()
        entry.choose()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.opened.emit()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.clear()

    def event(self, event: QEvent) -> bool:
        paste = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Paste)
        if (
            paste
            and event.type() == QEvent.Type.ShortcutOverride
            and takes(QGuiApplication.clipboard().mimeData())
        ):
            event.ignore()  # an image is meant for the window
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.clearFocus()
            return
        before = self.text()
        super().keyPressEvent(event)
        if self.text() != before:
            self._show_from_the_top()
