"""The Network panel: every layer of the open network, what it costs, what it sees, how branches run."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from visualizer.networks.anatomy import Anatomy
from visualizer.ui.numbers import integer, shape, short
from visualizer.ui.theme import DARK, Colors, font, icon
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.layer_delegate import ROW_HEIGHT, ColumnWidths, LayerDelegate, LayerHeader
from visualizer.ui.widgets.layer_model import LayerModel
from visualizer.ui.widgets.panel import PADDING, ElidedLabel, Panel
from visualizer.ui.widgets.placeholder import Placeholder

TABLE_HEADER = ("name", "kind", "output", "parameters", "MACs", "receptive field")


class NetworkPanel(Panel):
    """The layers top to bottom; asks for another layer or another network."""

    layer_selected = Signal(int)  # a layer's index, chosen by the user
    open_requested = Signal()
    title = "Network"
    key = "network"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._anatomy: Anatomy | None = None
        self._colors = DARK
        self._layer = -1
        self._open = _NetworkButton()
        self._open.clicked.connect(self.open_requested)
        self._weights = ElidedLabel()
        self._weights.setProperty("role", "small")
        self._weights.setAccessibleName("Weights")
        self._header = LayerHeader()
        self.list = _LayerList()
        self.list.resized.connect(self._place_columns)
        self._model = LayerModel()
        self.list.setModel(self._model)
        self.list.selectionModel().currentChanged.connect(self._current_changed)
        self._footer = _Footer()
        self._widths = ColumnWidths.measured((), 1)

        empty = Placeholder("No network. Open one from the zoo or drop a file.", "Open network…")
        empty.clicked.connect(self.open_requested)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(empty)
        self._pages.addWidget(self._build_page())

    def _build_page(self) -> QWidget:
        page = QWidget()
        top = QHBoxLayout()
        top.setContentsMargins(PADDING, 8, PADDING, 8)
        top.setSpacing(10)
        top.addWidget(self._open, 3)
        top.addWidget(self._weights, 2)
        rows = QVBoxLayout(page)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(top)
        rule = QFrame()
        rule.setProperty("role", "rule")
        rows.addWidget(rule)
        rows.addWidget(self._header)
        rows.addWidget(self.list, 1)
        rows.addWidget(self._footer)
        return page

    def set_network(
        self, network_name: str, anatomy: Anatomy | None, input: tuple[int, int, int], weights: str
    ) -> None:
        """Show a network that takes ``input`` (C, H, W), or none. The selection is kept for the same anatomy."""
        self._open.set_network_name(network_name)
        self._weights.set_full_text(weights)
        self._pages.setCurrentIndex(0 if anatomy is None else 1)
        if anatomy is None or anatomy == self._anatomy:
            self._anatomy = anatomy
            return
        self._anatomy = anatomy
        self._layer = -1
        self._model.set_network(anatomy, input)
        self.list.scrollToTop()
        self._widths = ColumnWidths.measured(self._model.rows, self._model.lane_count)
        self._footer.set_totals(len(anatomy.layers), anatomy.parameters, anatomy.macs)
        self._place_columns()

    def set_layer(self, index: int) -> None:
        """Select layer ``index`` and bring it into view; a negative one selects none."""
        self._layer = index
        row = self._model.index(index + 1) if index >= 0 else QModelIndex()
        self.list.setCurrentIndex(row)
        if row.isValid() and self.list.isVisible():
            self._bring_into_view()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self._bring_into_view)  # when it has its size

    def _bring_into_view(self) -> None:
        """Show the selected layer, and the uppermost row whole."""
        bar = self.list.verticalScrollBar()
        self.list.scrollTo(self.list.currentIndex())
        bar.setValue(-(-bar.value() // ROW_HEIGHT) * ROW_HEIGHT)

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._open.set_colors(colors)
        self.list.layers.colors = self._header.colors = colors
        self._footer.set_colors(colors)
        self.update()

    def export(self) -> Export | None:
        if self._anatomy is None:
            return None
        return Export(f"{self._open.network_name} layers", picture=self.grab, table=self._table)

    def _table(self) -> Iterable[Row]:
        yield TABLE_HEADER
        for layer in self._anatomy.layers if self._anatomy else ():
            field = layer.receptive_field
            seen = shape(field.size) if field else ""
            yield layer.name, layer.kind, shape(layer.output), layer.parameters, layer.macs, seen

    def _current_changed(self, current: QModelIndex) -> None:
        layer = current.row() - 1
        # What set_layer was told is what it is told again: only the user's choice is news.
        if layer >= 0 and layer != self._layer:
            self._layer = layer
            self.layer_selected.emit(layer)

    def _place_columns(self) -> None:
        viewport = self.list.viewport().width()
        scrolls = self.list.verticalScrollBar().isVisible()
        columns = self._widths.placed(viewport, 4 if scrolls else PADDING)
        self.list.layers.columns = self._header.columns = columns
        self._header.update()
        self.list.viewport().update()


class _LayerList(QListView):
    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.layers = LayerDelegate(self)
        self.setItemDelegate(self.layers)
        self.setUniformItemSizes(True)  # 700 layers are laid out without asking for each size
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(ROW_HEIGHT)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # the panel's menu comes up instead
        self.setAccessibleName("Layers")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


class _NetworkButton(QPushButton):
    """The network's name with an arrow: opens another one."""

    def __init__(self) -> None:
        super().__init__()
        self.network_name = ""
        self._colors = DARK
        self.setMinimumWidth(80)

    def set_network_name(self, name: str) -> None:
        self.network_name = name
        self.setAccessibleName(f"Network {name}: open another")
        self.setToolTip("Open another network")
        self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)  # the frame; the text is ours, to be shortened
        arrow = QRect(self.width() - 20, (self.height() - 14) // 2, 14, 14)
        room = QRect(9, 0, arrow.left() - 13, self.height())
        with QPainter(self) as painter:
            painter.setFont(font())
            painter.setPen(QColor(self._colors.text))
            name = QFontMetrics(font()).elidedText(
                self.network_name, Qt.TextElideMode.ElideMiddle, room.width()
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, name)
            icon("down", self._colors.muted).paint(painter, arrow)


class _Footer(QWidget):
    """How many layers, parameters and MACs in all; the number of layers goes where the room is short."""

    def __init__(self) -> None:
        super().__init__()
        self._colors = DARK
        self._totals = (0, 0, 0)
        self._layers = QLabel()
        self._sums = QLabel(textFormat=Qt.TextFormat.RichText)
        for label in (self._layers, self._sums):
            label.setProperty("role", "small")
            label.setMinimumWidth(0)
        row = QHBoxLayout(self)
        row.setContentsMargins(PADDING, 9, PADDING, 9)
        row.addWidget(self._layers)
        row.addStretch()
        row.addWidget(self._sums)

    def set_totals(self, layers: int, parameters: int, macs: int) -> None:
        self._totals = (layers, parameters, macs)
        self._show()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self._show()

    def _show(self) -> None:
        layers, parameters, macs = self._totals
        self._layers.setText(f"{integer(layers)} layer{'' if layers == 1 else 's'}")
        figure = "<span style='color: {}'>{}</span> {}"
        parts = ((short(parameters), "parameters"), (short(macs), "MACs"))
        self._sums.setText("&nbsp; ".join(figure.format(self._colors.text, *part) for part in parts))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        needed = self._layers.sizeHint().width() + self._sums.sizeHint().width() + 2 * PADDING + 8
        self._layers.setVisible(needed <= self.width())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(0, 0, self.width(), 1, QColor(self._colors.border))
