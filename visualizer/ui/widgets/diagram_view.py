"""The view of a network's diagram: scrolls, selects by click and keys, tells by tool tips."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsItem,
    QGraphicsScene,
    QGraphicsView,
    QStyleOptionGraphicsItem,
    QToolTip,
    QWidget,
)

from visualizer.ui.theme import DARK, Colors
from visualizer.ui.widgets.diagram_painting import paint
from visualizer.ui.widgets.diagram_shapes import Diagram, Region

_MOST_PIXELS = 30_000  # of a picture's height: QImage cannot be higher than 32,767


class _DiagramItem(QGraphicsItem):
    """All of the diagram as one item: as many rows as there are cost no more than those that are seen."""

    def __init__(self) -> None:
        super().__init__()
        self.diagram = Diagram(QRectF().size())
        self.colors = DARK
        self.selected: frozenset[int] = frozenset()
        self.hovered: int | None = None
        self.setFlag(
            QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption
        )  # exposedRect is what is seen

    def set_diagram(self, diagram: Diagram) -> None:
        self.prepareGeometryChange()
        self.diagram = diagram
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(QPointF(0, 0), self.diagram.size)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        paint(painter, self.diagram, self.colors, option.exposedRect, self.selected, self.hovered)


class DiagramView(QGraphicsView):
    """Emits ``selected(identity)``, ``folded(identity)`` to fold or unfold a block, ``resized`` for another width.

    ``tip_requested(identity, QPoint)`` asks for the tool tip of a layer at a place on the screen.
    """

    selected = Signal(int)
    folded = Signal(int)
    resized = Signal()
    tip_requested = Signal(int, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._item = _DiagramItem()
        self._scene = QGraphicsScene(self)
        self._scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self._scene.addItem(self._item)
        self.setScene(self._scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(40)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setMouseTracking(True)
        self.setAccessibleName("Diagram")

    @property
    def diagram(self) -> Diagram:
        """What is shown."""
        return self._item.diagram

    def set_diagram(self, diagram: Diagram) -> None:
        self._item.set_diagram(diagram)
        self.setSceneRect(QRectF(QPointF(0, 0), diagram.size))

    def set_selected(self, identities: Collection[int]) -> None:
        """Mark layers; a newly selected one is brought into view."""
        chosen = frozenset(identities)
        if chosen == self._item.selected:
            return
        self._item.selected = chosen
        self._item.update()
        seen = [region.rect for region in self.diagram.regions if region.identity in chosen]
        if seen:
            rect = min(seen, key=lambda rect: rect.height())
            self.ensureVisible(rect.adjusted(0, -8, 0, 8), 0, 0)

    def set_colors(self, colors: Colors) -> None:
        self._item.colors = colors
        self.setBackgroundBrush(QBrush(QColor(colors.panel)))
        self._item.update()

    def picture(self) -> QImage:
        """All of the diagram on the ground of the panel, as sharp as its height allows."""
        size = self.diagram.size
        ratio = max(min(2.0, _MOST_PIXELS / max(size.height(), 1)), 0.2)
        image = QImage((size * ratio).toSize(), QImage.Format.Format_RGB32)
        image.fill(QColor(self._item.colors.panel))
        with QPainter(image) as painter:
            painter.scale(ratio, ratio)
            paint(painter, self.diagram, self._item.colors, QRectF(QPointF(0, 0), size))
        return image

    # --- events ----------------------------------------------------------------------------------------

    def _region(self, event: QMouseEvent | QHelpEvent) -> Region | None:
        place = event.pos() if isinstance(event, QHelpEvent) else event.position().toPoint()
        return self.diagram.region_at(self.mapToScene(place))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        region = self._region(event)
        if event.button() != Qt.MouseButton.LeftButton or region is None:
            super().mousePressEvent(event)
            return
        on_fold = region.fold is not None and region.fold.contains(
            self.mapToScene(event.position().toPoint())
        )
        (self.folded if on_fold else self.selected).emit(region.identity)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        region = self._region(event)
        if event.button() == Qt.MouseButton.LeftButton and region is not None and region.foldable:
            self.folded.emit(region.identity)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        region = self._region(event)
        self._hover(region.identity if region else None)
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        super().leaveEvent(event)

    def _hover(self, identity: int | None) -> None:
        if identity != self._item.hovered:
            self._item.hovered = identity
            self._item.update()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            region = self._region(event)
            if region is not None:
                self.tip_requested.emit(region.identity, event.globalPos())
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        shown = sorted(self.diagram.regions, key=lambda region: (region.rect.top(), -region.rect.height()))
        order = list(dict.fromkeys(region.identity for region in shown))
        at = [place for place, identity in enumerate(order) if identity in self._item.selected]
        following = at[-1] + step if at else 0 if step > 0 else len(order) - 1
        if 0 <= following < len(order):
            self.selected.emit(order[following])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 80)
