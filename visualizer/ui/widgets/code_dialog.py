"""The question before a class from a module takes part in a race: to import a module is to run its code."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")
_LONGEST = 200  # characters


class CodeDialog(QDialog):
    """Emits ``allowed("module:Class")`` once the user has agreed that its code is run."""

    allowed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Class from a module")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 16, 20, 12)
        rows.setSpacing(10)
        rows.addWidget(_sentence("A class of torch.optim.Optimizer from a module that Python finds:"))
        self.name = QLineEdit(placeholderText="module:Class", maxLength=_LONGEST)
        self.name.setAccessibleName("Module and class")
        self.name.textChanged.connect(self._check)
        rows.addWidget(self.name)
        rows.addWidget(
            _sentence(
                "To import the module runs its code, with all that you may do on this computer. Agree only if you"
                " trust it; the answer holds until the program ends."
            )
        )
        self.problem = _sentence("")
        self.problem.setProperty("role", "fieldError")
        rows.addWidget(self.problem)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.agree = self._buttons.addButton("Run its code and race", QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.accepted.connect(self._allow)
        self._buttons.rejected.connect(self.reject)
        rows.addWidget(self._buttons)
        self.setMinimumWidth(380)
        self._check("")

    def _check(self, text: str) -> None:
        fits = _NAME.fullmatch(text.strip()) is not None
        self.agree.setEnabled(fits)
        is_wrong = bool(text.strip()) and not fits
        self.problem.setText("Name it as module:Class, for example my_optimizers:Lion." if is_wrong else "")

    def _allow(self) -> None:
        self.allowed.emit(self.name.text().strip())
        self.accept()


def _sentence(text: str) -> QLabel:
    return QLabel(text, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
