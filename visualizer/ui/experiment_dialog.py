"""The dialog of the rotation experiment: what it is told, how far it is, what it found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from visualizer.experiments.rotation.verdicts import Finding
from visualizer.ui.panels.open_network import STYLE
from visualizer.ui.widgets.experiment_findings import FindingsView
from visualizer.ui.widgets.experiment_form import ExperimentForm
from visualizer.ui.widgets.panel import ElidedLabel

FORM, RUNNING, FINISHED = range(3)
_STEPS = 1000


class ExperimentDialog(QDialog):
    """Opened with ``open()``. ``start_requested`` brings a ``RotationSettings``; who answers it tells the rest.

    Closed while it runs it hides, and shows how far things are when it is opened again.
    """

    start_requested = Signal(object)  # RotationSettings
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Rotation experiment")
        self.resize(560, 480)
        self.setStyleSheet(STYLE)
        self.setMinimumWidth(460)
        self._path: Path | None = None
        self.form = ExperimentForm()
        self.findings = FindingsView()
        self.stages = QStackedWidget()
        for stage in (self._build_form(), self._build_running(), self._build_finished()):
            self.stages.addWidget(stage)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.stages)
        self.form.changed.connect(self._fit_start)
        self._fit_start()

    @property
    def is_running(self) -> bool:
        """Whether it shows how far the experiment is."""
        return self.stages.currentIndex() == RUNNING

    # --- what it shows ---------------------------------------------------------------------------------

    def set_progress(self, text: str, fraction: float | None) -> None:
        """How far the experiment is: what is under way, and the share done (0…1) where it is known."""
        self._show(RUNNING)
        parts = text.split("; ")
        self.summary.setText(parts[0])
        for place, label in enumerate(self.under_way):
            label.set_full_text(parts[1 + place] if 1 + place < len(parts) else "")
        self.progress.setRange(0, 0 if fraction is None else _STEPS)
        if fraction is not None:
            self.progress.setValue(round(_STEPS * fraction))
            self.percent.setText(f"{100 * fraction:.0f} %")

    def set_finished(self, path: Path, findings: Sequence[Finding]) -> None:
        """It is over: ``path`` is the report."""
        self._path = path
        self.report.set_full_text(str(path))
        self.findings.set_findings(findings)
        self._show(FINISHED)

    def set_failed(self, sentence: str) -> None:
        """It could not begin or go on; the sentence says why, "" that it was cancelled."""
        self.form.set_error(sentence)
        self._show(FORM)

    def _show(self, stage: int) -> None:
        if self.stages.currentIndex() != stage:
            self.cancel_button.setEnabled(True)
            self.cancel_button.setText("Cancel")
            self.stages.setCurrentIndex(stage)

    # --- its stages ------------------------------------------------------------------------------------

    def _build_form(self) -> QWidget:
        self.close_button = QPushButton("Close", autoDefault=False)
        self.close_button.clicked.connect(self.reject)
        self.start_button = QPushButton("Start", default=True)
        self.start_button.setProperty("role", "primary")
        self.start_button.clicked.connect(self._start)
        return _page((self.form,), (self.close_button, self.start_button))

    def _build_running(self) -> QWidget:
        self.summary = QLabel("Beginning …")
        self.summary.setProperty("role", "strong")
        self.percent = QLabel()
        self.percent.setProperty("role", "muted")
        head = QHBoxLayout()
        head.addWidget(self.summary)
        head.addStretch()
        head.addWidget(self.percent)
        self.progress = QProgressBar(textVisible=False, maximum=_STEPS)
        self.progress.setAccessibleName("How far the experiment is")
        self.under_way = tuple(ElidedLabel() for _ in range(4))
        hint = QLabel(
            "What is done is kept: after Cancel, Start with the same folder goes on.", wordWrap=True
        )
        hint.setProperty("role", "small")
        for label in self.under_way:
            label.setProperty("role", "muted")
        self.cancel_button = QPushButton("Cancel", autoDefault=False)
        self.cancel_button.clicked.connect(self._cancel)
        self.hide_button = QPushButton("Hide", autoDefault=False)
        self.hide_button.clicked.connect(self.reject)
        return _page(
            (head, self.progress, *self.under_way, hint, None), (self.hide_button, self.cancel_button)
        )

    def _build_finished(self) -> QWidget:
        title = QLabel("What this experiment shows")
        title.setProperty("role", "strong")
        self.report = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self.report.setProperty("role", "small")
        self.report.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.again_button = QPushButton("New experiment", autoDefault=False)
        self.again_button.clicked.connect(lambda: self.set_failed(""))
        self.folder_button = QPushButton("Open folder", autoDefault=False)
        self.folder_button.clicked.connect(self._open_folder)
        self.done_button = QPushButton("Close", autoDefault=False)
        self.done_button.clicked.connect(self.reject)
        return _page(
            (title, self.findings, self.report),
            (self.again_button, None, self.folder_button, self.done_button),
        )

    # --- what is done in it ----------------------------------------------------------------------------

    def _fit_start(self) -> None:
        can_start = self.form.settings() is not None
        self.start_button.setEnabled(can_start)
        self.start_button.setToolTip("" if can_start else "Choose a folder for the report first")

    def _start(self) -> None:
        settings = self.form.settings()
        if settings is None:
            return
        self.form.set_error("")
        self.set_progress("Beginning …", None)
        self.percent.setText("")
        self.start_requested.emit(settings)

    def _cancel(self) -> None:
        self.cancel_button.setEnabled(False)
        self.cancel_button.setText("Cancelling …")
        self.cancel_requested.emit()

    def _open_folder(self) -> None:
        if self._path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._path.parent)))

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
        self.reject()


def _page(parts: Sequence[object], buttons: Sequence[QPushButton | None]) -> QWidget:
    """Widgets and layouts below each other, None for room, and a row of buttons at the right."""
    page = QWidget()
    rows = QVBoxLayout(page)
    rows.setContentsMargins(16, 16, 16, 14)
    rows.setSpacing(10)
    for part in parts:
        if part is None:
            rows.addStretch()
        elif isinstance(part, QWidget):
            rows.addWidget(part, 1 if isinstance(part, ExperimentForm | FindingsView) else 0)
        elif isinstance(part, QHBoxLayout):
            rows.addLayout(part)
    row = QHBoxLayout()
    row.setSpacing(8)
    if None not in buttons:
        row.addStretch()
    for button in buttons:
        if button is None:
            row.addStretch()
        else:
            row.addWidget(button)
    rows.addLayout(row)
    return page
