"""A small list of layer kinds that opens where one is to be added: a few letters and Enter choose one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from visualizer.networks.layers import LAYERS
from visualizer.networks.layers.kinds import LayerKind
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import Colors, icon
from visualizer.ui.widgets.row_painting import kind_icon

_SIZE = QSize(270, 330)
_KIND = Qt.ItemDataRole.UserRole
_LIST_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def matching_kinds(text: str) -> list[LayerKind]:
    """The kinds that a few letters may mean, the likeliest first; all of them for an empty text."""
    wanted = " ".join(text.lower().split())
    ranked = [(rank, kind) for kind in LAYERS.values() if (rank := _rank(kind, wanted)) is not None]
    return [kind for _, kind in sorted(ranked, key=lambda pair: pair[0])]


def _rank(kind: LayerKind, wanted: str) -> int | None:
    title, name = kind.title.lower(), kind.name.replace("_", " ")
    tests = (
        wanted in (title, name, kind.stem),
        title.startswith(wanted) or name.startswith(wanted),
        any(word.startswith(wanted) for word in title.split()),
        wanted in title or wanted in name,
        wanted in kind.group.lower() or wanted in kind.description.lower(),
    )
    if not wanted:
        return 0
    return next((rank for rank, passed in enumerate(tests) if passed), None)


class KindPopup(QFrame):
    """Emits ``chosen(kind)``; Esc or a click elsewhere closes it."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("kindPopup")
        self._colors: Colors | None = None
        self.filter = QLineEdit(placeholderText="Filter layer kinds", clearButtonEnabled=True)
        self.filter.setAccessibleName("Filter layer kinds")
        self.filter.textChanged.connect(self._fill)
        self.filter.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName("Layer kinds")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setIconSize(QSize(16, 16))
        self.list.itemEntered.connect(self.list.setCurrentItem)
        self.list.itemClicked.connect(self._choose)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(6, 6, 6, 6)
        rows.setSpacing(5)
        rows.addWidget(self.filter)
        rows.addWidget(self.list)

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors

    def open_at(self, position: QPoint) -> None:
        """Show all kinds at a place on the screen, moved where there is too little room."""
        self.resize(_SIZE)
        screen = self.screen().availableGeometry()
        x = min(max(position.x(), screen.left()), max(screen.right() - self.width(), screen.left()))
        y = min(max(position.y(), screen.top()), max(screen.bottom() - self.height(), screen.top()))
        self.move(x, y)
        self.filter.clear()
        self._fill("")
        self.show()
        self.filter.setFocus(Qt.FocusReason.PopupFocusReason)

    def _fill(self, text: str) -> None:
        self.list.clear()
        for kind in matching_kinds(text):
            item = QListWidgetItem(kind.title)
            item.setData(_KIND, kind.name)
            item.setToolTip(plain_tip(kind.description))
            item.setSizeHint(QSize(0, 25))
            if self._colors is not None:
                item.setIcon(icon(kind_icon(kind.icon), self._colors.muted))
            self.list.addItem(item)
        if not self.list.count():
            nothing = QListWidgetItem("No kind matches.")
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        self.list.setCurrentRow(0)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.data(_KIND):
            self.close()
            self.chosen.emit(item.data(_KIND))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in _LIST_KEYS:
                self.list.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(self.list.currentItem())
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close()
                return True
        return super().eventFilter(watched, event)
