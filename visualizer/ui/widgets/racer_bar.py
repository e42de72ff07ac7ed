"""The buttons above the table of racers."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QWidget

from visualizer.race.racers import RACERS, RacerKind
from visualizer.training.optimizers import OPTIMIZERS
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import Colors, icon
from visualizer.ui.widgets.icon_button import icon_button
from visualizer.ui.widgets.panel import PADDING, ElidedLabel
from visualizer.ui.widgets.race_markers import draw_head

_MENU_ICON = 16  # px


class RacerBar(QWidget):
    """Emits what its buttons ask for; ``added(optimizer)`` for a row of the menu, ``code_clicked`` for its last."""

    added = Signal(str)
    code_clicked = Signal()
    duplicate_clicked = Signal()
    remove_clicked = Signal()
    restart_clicked = Signal()
    sweep_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(PADDING, 6, PADDING, 6)
        row.setSpacing(6)
        self.add = QPushButton("Add", toolTip="Add a racer")
        self.add.clicked.connect(self._open_menu)
        self.duplicate = icon_button("Duplicate the selected racer")
        self.duplicate.clicked.connect(self.duplicate_clicked)
        self.remove = icon_button("Remove the selected racer (Delete)")
        self.remove.clicked.connect(self.remove_clicked)
        self.restart = QPushButton("Restart all", toolTip="Back to the start, then play")
        self.restart.clicked.connect(self.restart_clicked)
        self.sweep = QPushButton(
            "Sweep lr",
            toolTip=plain_tip("Run every racer with many learning rates and show which is its best"),
        )
        self.sweep.clicked.connect(self.sweep_clicked)
        for button in (self.add, self.restart, self.sweep):
            button.setProperty("role", "small")
            button.setFixedHeight(24)
        self._moment = ElidedLabel()
        self._moment.setProperty("role", "small")
        self._moment.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._moment.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for part in (self.add, self.duplicate, self.remove):
            row.addWidget(part)
        row.addSpacing(8)
        row.addWidget(self.restart)
        row.addWidget(self.sweep)
        row.addWidget(self._moment, 1)

    def set_moment(self, words: str) -> None:
        self._moment.set_full_text(words)

    @property
    def moment(self) -> str:
        """What the label at the right says."""
        return self._moment.full_text()

    def set_selection(self, *, any_selected: bool, can_add: bool) -> None:
        """Enable what can be done."""
        self.duplicate.setEnabled(any_selected and can_add)
        self.remove.setEnabled(any_selected)
        self.add.setEnabled(can_add)

    def set_sweeping(self, sweeping: bool) -> None:
        self.sweep.setEnabled(not sweeping)

    def set_colors(self, colors: Colors) -> None:
        self.add.setIcon(icon("add", colors.text, colors.disabled))
        self.duplicate.setIcon(icon("copy", colors.text, colors.disabled))
        self.remove.setIcon(icon("remove", colors.text, colors.disabled))
        self.restart.setIcon(icon("restart", colors.text, colors.disabled))

    def menu(self) -> QMenu:
        """Every row of the table of racers, then a class from elsewhere."""
        made = QMenu(self)
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        made.setToolTipsVisible(True)
        for name, row in RACERS.items():
            action = made.addAction(mark_icon(row), row.title)
            action.setToolTip(plain_tip(description(row)))
            action.triggered.connect(lambda _=False, name=name: self.added.emit(name))
        made.addSeparator()
        made.addAction("Class from a module…", self.code_clicked.emit)
        return made

    def _open_menu(self) -> None:
        self.menu().popup(self.add.mapToGlobal(QPoint(0, self.add.height())))


def description(row: RacerKind) -> str:
    """A few words about an optimizer."""
    if row.name in OPTIMIZERS:
        return OPTIMIZERS[row.name].description
    return "second order: the exact Hessian, by automatic differentiation"


def mark_icon(row: RacerKind, color: str = "") -> QIcon:
    """The head of a racer as an icon."""
    ratio = 3
    pixmap = QPixmap(_MENU_ICON * ratio, _MENU_ICON * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    middle = QPointF(_MENU_ICON / 2, _MENU_ICON / 2)
    with QPainter(pixmap) as painter:
        draw_head(painter, row.marker, middle.x(), middle.y(), color or row.color, 5.0)
    return QIcon(pixmap)
