"""The list of the palette: headings that fold, layer kinds that can be dragged, architectures."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QDrag, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from visualizer.ui.theme import DARK, SMALL_SIZE, Colors, font, icon
from visualizer.ui.widgets.layer_delegate import ACCENT_BAR
from visualizer.ui.widgets.palette_model import ROW_ROLE, Index, PaletteModel, PaletteRow
from visualizer.ui.widgets.panel import PADDING

ROW_HEIGHT = 26
_SECTION_HEIGHT = 24
_ICON = 16
_TEXT = PADDING + _ICON + 9  # left edge of titles
_CHEVRON = 12
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_KEYS_OF_FOLDS = {Qt.Key.Key_Left: True, Qt.Key.Key_Right: False}


class PaletteList(QListView):
    """Emits ``chosen(PaletteRow)`` for a double-click or Enter; what is typed goes to ``typed(str)``.

    ``left_upwards`` says that Up was pressed on the first row.
    """

    chosen = Signal(object)
    typed = Signal(str)
    left_upwards = Signal()

    def __init__(self, model: PaletteModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = model
        self.setModel(model)
        self._delegate = _PaletteDelegate(model, self)
        self.setItemDelegate(self._delegate)
        self.setDragDropMode(QListView.DragDropMode.DragOnly)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(ROW_HEIGHT)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # the panel's menu comes up instead
        self.setAccessibleName("Layer kinds")

    def set_colors(self, colors: Colors) -> None:
        self._delegate.colors = colors
        self.viewport().update()

    def row(self) -> PaletteRow | None:
        """The current row."""
        index = self.currentIndex()
        return self._rows.rows[index.row()] if index.isValid() else None

    def set_row(self, at: int) -> None:
        """Make row ``at`` the current one; none where it is negative."""
        self.setCurrentIndex(self._rows.index(at) if at >= 0 else QModelIndex())
        if at <= 2:
            self.scrollToTop()  # with its heading

    def choose(self) -> None:
        """Ask for the current row, or fold it if it is a heading."""
        row = self.row()
        if row is None:
            return
        if row.is_heading:
            self._fold(row, not self._rows.is_folded(row.name))
        else:
            self.chosen.emit(row)

    def _fold(self, row: PaletteRow, folded: bool) -> None:
        self._rows.set_folded(row.name, folded)
        self.setCurrentIndex(self._rows.index(self._rows.rows.index(row)))

    # --- events ------------------------------------------------------------------------------------

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        row = self.row()
        is_left = event.button() == Qt.MouseButton.LeftButton
        here = self.indexAt(event.position().toPoint()) == self.currentIndex()
        if is_left and here and row is not None and row.is_heading:
            self.choose()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        row = self.row()
        inside = self.indexAt(event.position().toPoint()).isValid()
        if event.button() == Qt.MouseButton.LeftButton and inside and row and not row.is_heading:
            self.choose()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, row = event.key(), self.row()
        plain = not event.modifiers() & ~(
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        )
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose()
        elif key == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            self.left_upwards.emit()
        elif key in _KEYS_OF_FOLDS and row is not None:
            self._fold_by_key(row, _KEYS_OF_FOLDS[Qt.Key(key)])
        elif plain and len(event.text()) == 1 and event.text().isprintable() and not event.text().isspace():
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def _fold_by_key(self, row: PaletteRow, fold: bool) -> None:
        """Left folds a heading, or goes up to the one that a row stands under; Right unfolds."""
        if row.is_heading and self._rows.is_folded(row.name) != fold:
            self._fold(row, fold)
        elif fold and row.headings:
            names = [(each.name if each.is_heading else "") for each in self._rows.rows]
            self.setCurrentIndex(self._rows.index(names.index(row.headings[-1])))

    def startDrag(self, actions: Qt.DropAction) -> None:
        row = self.row()
        if row is None or row.what != "kind":
            return
        drag = QDrag(self)
        drag.setMimeData(self._rows.mimeData([self.currentIndex()]))
        picture = self._delegate.picture(row, self.devicePixelRatioF())
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(PADDING + _ICON // 2, ROW_HEIGHT // 2))
        drag.exec(Qt.DropAction.CopyAction)


class _PaletteDelegate(QStyledItemDelegate):
    """Headings on the ground of headers; icon, title, and the detail muted at the right."""

    def __init__(self, model: PaletteModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.colors = DARK
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row: PaletteRow = index.data(ROW_ROLE)
        return QSize(0, _SECTION_HEIGHT if row.what == "section" else ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: PaletteRow = index.data(ROW_ROLE)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        if row.what == "section":
            self._paint_section(painter, option.rect, selected)
        else:
            self._paint_ground(painter, option.rect, selected, hovered)
        if row.is_heading:
            self._paint_heading(painter, option.rect, row)
        else:
            self._paint_row(painter, option.rect, row, selected)
        painter.restore()

    def _paint_section(self, painter: QPainter, rect: QRect, selected: bool) -> None:
        colors = self.colors
        painter.fillRect(rect, QColor(colors.header))
        border = QColor(colors.accent if selected else colors.border)
        painter.fillRect(rect.left(), rect.top(), rect.width(), 1, border)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, border)

    def _paint_ground(self, painter: QPainter, rect: QRect, selected: bool, hovered: bool) -> None:
        colors = self.colors
        if selected or hovered:
            painter.fillRect(rect, QColor(colors.selected if selected else colors.header))
        if selected:
            painter.fillRect(rect.left(), rect.top(), ACCENT_BAR, rect.height(), QColor(colors.accent))

    def _paint_heading(self, painter: QPainter, rect: QRect, row: PaletteRow) -> None:
        muted = self.colors.muted
        folded = self._model.is_folded(row.name)
        left = PADDING if row.what == "section" else _TEXT
        middle = rect.center().y() + 1 - _CHEVRON // 2
        chevron = icon("chevron_right" if folded else "chevron_down", muted)
        x = rect.right() - PADDING + 1 - _CHEVRON if row.what == "section" else PADDING + 2
        chevron.paint(painter, QRect(x, middle, _CHEVRON, _CHEVRON))
        painter.setFont(font(SMALL_SIZE, bold=True) if row.what == "section" else font())
        painter.setPen(QColor(muted if row.what == "section" else self.colors.text))
        painter.drawText(rect.adjusted(left, 0, -PADDING, 0), Qt.AlignmentFlag.AlignLeft | _LINE, row.title)
        if row.what == "family" and not self._model.is_filtered:
            self._paint_detail(painter, rect, row.detail)

    def _paint_row(self, painter: QPainter, rect: QRect, row: PaletteRow, selected: bool) -> None:
        colors = self.colors
        indent = 12 if row.what == "start" else 0
        top = rect.top() + (rect.height() - _ICON) // 2
        fits = self._model.fits(row)
        icon(row.icon, colors.text if selected else colors.muted if fits else colors.disabled).paint(
            painter, QRect(rect.left() + PADDING + indent, top, _ICON, _ICON)
        )
        inside = rect.adjusted(_TEXT + indent, 0, -PADDING, 0)
        room = inside.width() - QFontMetrics(font()).horizontalAdvance(
            row.title
        )  # names tell rows apart: first
        small = QFontMetrics(font(SMALL_SIZE))
        details = (row.detail, row.detail.partition(",")[0])
        fitting = (text for text in details if text and small.horizontalAdvance(text) + 8 <= room)
        self._paint_detail(painter, rect, next(fitting, ""))
        painter.setFont(font())
        painter.setPen(QColor(colors.text if fits else colors.muted))
        title = QFontMetrics(font()).elidedText(row.title, Qt.TextElideMode.ElideMiddle, inside.width())
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | _LINE, title)

    def _paint_detail(self, painter: QPainter, rect: QRect, detail: str) -> None:
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(QColor(self.colors.muted))
        painter.drawText(rect.adjusted(0, 0, -PADDING, 0), Qt.AlignmentFlag.AlignRight | _LINE, detail)

    def picture(self, row: PaletteRow, ratio: float) -> QPixmap:
        """What hangs at the pointer while a kind is dragged."""
        width = _TEXT + QFontMetrics(font()).horizontalAdvance(row.title) + 2 + PADDING  # parts of px
        made = QPixmap(round(width * ratio), round(ROW_HEIGHT * ratio))
        made.setDevicePixelRatio(ratio)
        made.fill(QColor(self.colors.selected))
        with QPainter(made) as painter:
            rect = QRect(0, 0, width, ROW_HEIGHT)
            self._paint_row(painter, rect, PaletteRow("kind", row.name, row.title, row.icon), True)
            painter.setPen(QColor(self.colors.accent))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        return made
