"""The choice of the class whose probability is shown: the true or predicted one first, then all of them by name."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QWidget

from visualizer.ui.text import plain, plain_tip
from visualizer.ui.widgets.elided_choice import ElidedChoice

_CHARACTERS = 9  # that there is room for
_FEW = 24  # classes up to which nobody needs a search
_MOST_SHOWN = 18  # lines of the open list


class ClassChoice(ElidedChoice):
    """Emits ``class_chosen(name)``, "" for the first entry. With many classes one types a part of a name."""

    class_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, accessibleName="Class")
        self._classes: tuple[str, ...] = ()
        self._first = "–"
        self._names = QStringListModel([self._first], self)
        self.setModel(self._names)
        self.setMaxVisibleItems(_MOST_SHOWN)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMinimumContentsLength(_CHARACTERS)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.activated.connect(self._choose)

    def set_classes(self, classes: tuple[str, ...], usual: str, wanted: str) -> None:
        """Offer ``classes`` below ``usual`` ("cat (true)"), with ``wanted`` chosen ("": the usual one).

        Costs 1 ms for another 1,000 classes, nothing for the same.
        """
        shown = plain(usual)
        if classes != self._classes:
            self._classes, self._first = classes, shown
            self._names.setStringList([shown, *map(plain, classes)])
            self._let_search(len(classes) > _FEW)
        elif shown != self._first:
            self._first = shown
            self._names.setData(self._names.index(0), shown)
        index = classes.index(wanted) + 1 if wanted in classes else 0
        if index != self.currentIndex():
            self.setCurrentIndex(index)
        line = self.lineEdit()
        if line is not None and not line.hasFocus():
            line.setCursorPosition(0)  # the beginning of a long name is seen
        self.setEnabled(bool(classes))
        self.setToolTip(plain_tip(f"The class whose probability is shown: {self.itemText(index)}"))

    def _let_search(self, can: bool) -> None:
        if can == self.isEditable():
            return
        self.setEditable(can)
        line = self.lineEdit()
        if line is not None:
            completer = QCompleter(self._names, self)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setMaxVisibleItems(_MOST_SHOWN)
            self.setCompleter(completer)
            line.setAccessibleName("Class, a part of its name")
            line.setStyleSheet("border: 0; background: transparent; padding: 0;")
            line.editingFinished.connect(self._finish)

    def _choose(self, index: int) -> None:
        if 0 <= index <= len(self._classes):
            self.class_chosen.emit(self._classes[index - 1] if index else "")

    def _finish(self) -> None:
        """What was typed and is no class gives way to the one that is shown."""
        line = self.lineEdit()
        if line is not None and line.text() != self.itemText(self.currentIndex()):
            line.setText(self.itemText(self.currentIndex()))
            line.setCursorPosition(0)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        line = self.lineEdit()
        if line is not None:
            line.selectAll()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():  # a hand that scrolls past must not choose
            super().wheelEvent(event)
        else:
            event.ignore()
