"""The dialog that chooses a network: an architecture of the list with weights, or a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from visualizer.ui.widgets.architecture_list import BUNDLED, TORCHVISION, Architecture, ArchitectureList
from visualizer.ui.widgets.panel import ElidedLabel

__all__ = ["Architecture", "NetworkChoice", "OpenNetworkDialog"]

FILE_FILTER = "Networks and weights (*.safetensors *.pth *.pt *.ckpt *.th *.bin);;All files (*)"
RANDOM, PRETRAINED, FILE = range(3)
_HINTS = {
    RANDOM: "Untrained: its maps show what the architecture alone does to a picture.",
    PRETRAINED: "Asks download.pytorch.org for the published ImageNet weights, tens to hundreds of MB the first"
    " time; shows its progress and can be cancelled.",
    FILE: "A state dict for this architecture (.safetensors, .pth). No code in the file is run.",
}
_BUNDLED_HINT = "Comes with its trained weights: nothing is downloaded."
STYLE = """
QListWidget { background: palette(base); border: 1px solid palette(light); border-radius: 3px; }
QRadioButton { spacing: 6px; }
QRadioButton::indicator { width: 13px; height: 13px; border-radius: 7px; border: 1px solid palette(light);
    background: palette(base); }
QRadioButton::indicator:hover, QRadioButton::indicator:focus { border-color: palette(link); }
QRadioButton::indicator:checked { width: 7px; height: 7px; border: 4px solid palette(link); border-radius: 7px; }
QPushButton[role="primary"]:disabled { background: transparent; border-color: palette(mid);
    color: palette(light); }
"""
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True, slots=True)
class NetworkChoice:
    """What to open: ``text`` is a name of the list or the path of a file, ``weights`` a file for a name."""

    text: str
    pretrained: bool = False
    weights: Path | None = None


class OpenNetworkDialog(QDialog):
    """Opened with ``open()``; says what was chosen when it is closed with Open or a file."""

    chosen = Signal(object)  # NetworkChoice

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Open network")
        self.resize(520, 460)
        self.setStyleSheet(STYLE)
        self._weights: Path | None = None
        self.filter = QLineEdit(placeholderText="Filter, for example resnet", clearButtonEnabled=True)
        self.filter.setAccessibleName("Filter the architectures")
        self.filter.textChanged.connect(self._filter_changed)
        self.filter.installEventFilter(self)
        self.list = ArchitectureList()
        self.list.itemSelectionChanged.connect(self._fit_weights)
        self.list.itemDoubleClicked.connect(self._open)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 16, 16, 14)
        rows.setSpacing(10)
        rows.addWidget(self.filter)
        rows.addWidget(self.list, 1)
        rows.addLayout(self._build_weights())
        rows.addSpacing(2)
        rows.addLayout(self._build_buttons())
        self._fit_weights()

    def _build_weights(self) -> QGridLayout:
        self.weights = QButtonGroup(self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for which, text in (
            (RANDOM, "Random weights"),
            (PRETRAINED, "Pretrained weights (download from pytorch.org)"),
            (FILE, "Weights from a file…"),
        ):
            button = QRadioButton(text)
            self.weights.addButton(button, which)
            grid.addWidget(button, which, 0, 1, 1 if which == FILE else 2)
        self.weights.button(RANDOM).setChecked(True)
        self.weights.button(FILE).clicked.connect(self._choose_weights)
        self.weights.idToggled.connect(self._fit_weights)
        self.weights_file = ElidedLabel()
        self.weights_file.setProperty("role", "small")
        grid.addWidget(self.weights_file, FILE, 1)
        self.hint = QLabel(wordWrap=True)
        self.hint.setProperty("role", "small")
        self.hint.setMinimumHeight(2 * 16)  # one line or two: the list above must not jump
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.hint, 3, 0, 1, 2)
        return grid

    def _build_buttons(self) -> QHBoxLayout:
        self.file_button = QPushButton("Open a file…", autoDefault=False)
        self.file_button.clicked.connect(self._choose_file)
        self.cancel_button = QPushButton("Cancel", autoDefault=False)
        self.cancel_button.clicked.connect(self.reject)
        self.open_button = QPushButton("Open", default=True)
        self.open_button.setProperty("role", "primary")
        self.open_button.clicked.connect(self._open)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.file_button)
        row.addStretch()
        row.addWidget(self.cancel_button)
        row.addWidget(self.open_button)
        return row

    def set_architectures(self, architectures: tuple[Architecture, ...]) -> None:
        """Fill the list; until then it says that it is being loaded."""
        self.list.set_architectures(architectures)
        self.list.show_matching(self.filter.text())
        self._fit_weights()

    def open(self) -> None:
        self.filter.selectAll()
        self.filter.setFocus()
        super().open()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys move in the list while the filter is being typed."""
        pressed = watched is self.filter and event.type() == QEvent.Type.KeyPress
        if not (pressed and isinstance(event, QKeyEvent) and event.key() in _MOVES):
            return super().eventFilter(watched, event)
        self.list.keyPressEvent(event)
        return True

    def _filter_changed(self, text: str) -> None:
        self.list.show_matching(text)
        self._fit_weights()

    def _fit_weights(self) -> None:
        """Offer the weights that the chosen architecture can have."""
        row = self.list.architecture()
        bundled = row is not None and row.group == BUNDLED
        offered = row is not None and row.group == TORCHVISION
        first = self.weights.button(RANDOM)
        first.setText("The weights that come with it" if bundled else "Random weights")
        self.weights.button(PRETRAINED).setEnabled(offered)
        if self.weights.checkedId() == PRETRAINED and row is not None and not offered:
            first.setChecked(True)
        which = self.weights.checkedId()
        self.hint.setText(_BUNDLED_HINT if bundled and which == RANDOM else _HINTS[which])
        self.weights_file.set_full_text(self._weights.name if self._weights else "none chosen yet")
        self.weights_file.setVisible(which == FILE)
        self.open_button.setEnabled(row is not None and (which != FILE or self._weights is not None))

    def _open(self) -> None:
        row = self.list.architecture()
        if row is None or not self.open_button.isEnabled():
            return
        which = self.weights.checkedId()
        weights = self._weights if which == FILE else None
        self._choose(NetworkChoice(row.name, pretrained=which == PRETRAINED, weights=weights))

    def _choose(self, choice: NetworkChoice) -> None:
        self.accept()
        self.chosen.emit(choice)

    def _choose_weights(self) -> None:
        self._ask_for_file("Weights from a file").fileSelected.connect(self._weights_chosen)

    def _weights_chosen(self, path: str) -> None:
        self._weights = Path(path)
        self._fit_weights()

    def _choose_file(self) -> None:
        self._ask_for_file("Open a network file").fileSelected.connect(self._file_chosen)

    def _file_chosen(self, path: str) -> None:
        self._choose(NetworkChoice(path))

    def _ask_for_file(self, title: str) -> QFileDialog:
        files = QFileDialog(self, title, "", FILE_FILTER)
        files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        files.setFileMode(QFileDialog.FileMode.ExistingFile)
        files.open()
        return files
