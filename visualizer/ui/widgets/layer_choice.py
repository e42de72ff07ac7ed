"""A choice of one of the layers, for the title bar of a panel."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from visualizer.networks.anatomy import Layer

_CHARACTERS = 7  # of a name that there is always room for
_LIST_FRAME = 36  # px of the list that are not for its text


class LayerChoice(QComboBox):
    """The layer that is shown. Emits ``layer_selected(index)`` when the user takes another one."""

    layer_selected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, toolTip="The layer that is shown ([ and ])", accessibleName="Layer")
        self.setMinimumContentsLength(_CHARACTERS)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.activated.connect(self.layer_selected)

    def set_layers(self, layers: Sequence[Layer]) -> None:
        """Offer these layers, in their order."""
        self.clear()
        self.addItems([f"{layer.name}, {layer.detail}" for layer in layers])

    def set_layer(self, index: int) -> None:
        """Show which one it is."""
        if index != self.currentIndex():
            self.setCurrentIndex(index)

    def showPopup(self) -> None:
        """Open the list, wide enough for its names."""
        widths = (self.fontMetrics().horizontalAdvance(self.itemText(i)) for i in range(self.count()))
        self.view().setMinimumWidth(max(widths, default=0) + _LIST_FRAME)
        super().showPopup()
