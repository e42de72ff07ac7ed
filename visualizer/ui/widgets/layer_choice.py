"""A choice of one of the layers, for the title bar of a panel."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from visualizer.networks.anatomy import Layer
from visualizer.ui.widgets.elided_choice import ElidedChoice

_CHARACTERS = 7  # of a name that there is always room for


class LayerChoice(ElidedChoice):
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
