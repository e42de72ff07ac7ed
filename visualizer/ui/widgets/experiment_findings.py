"""The findings of an experiment: of each the verdict, what was expected, and what came out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QWidget

from visualizer.experiments.rotation.verdicts import Finding

_SIGNS = {
    "shown": "✓ shown",
    "not shown": "✗ not shown",
    "undecided": "? undecided",
    "not tested": "– not tested",
}


class FindingsView(QScrollArea):
    """One row for each finding; the verdict is said in words, with a sign before it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Findings")

    def set_findings(self, findings: Sequence[Finding]) -> None:
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for number, finding in enumerate(findings):
            verdict = QLabel(_SIGNS[finding.verdict])
            verdict.setProperty("role", "strong" if finding.verdict == "shown" else "muted")
            expected = QLabel(finding.expected, wordWrap=True)
            sentence = QLabel(finding.sentence, wordWrap=True)
            sentence.setProperty("role", "small")
            for label in (expected, sentence):
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(verdict, 3 * number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(expected, 3 * number, 1)
            grid.addWidget(sentence, 3 * number + 1, 1)
            grid.setRowMinimumHeight(3 * number + 2, 6)
        grid.setRowStretch(3 * len(findings), 1)
        self.setWidget(content)
