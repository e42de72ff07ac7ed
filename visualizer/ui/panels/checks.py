"""The checks of a draft: what does not fit, what is worth a note, what is as it should be."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from visualizer.networks.fixes import Fix, fixes
from visualizer.ui.build_checks import Check, checks
from visualizer.ui.editor import BuildState
from visualizer.ui.numbers import integer
from visualizer.ui.theme import DARK, Colors
from visualizer.ui.widgets.check_line import NAME_WIDTH, CheckLine
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.panel import Panel
from visualizer.ui.widgets.placeholder import Placeholder

_WITH_FIXES = 5  # problems that get buttons: each costs some milliseconds of trying


class ChecksPanel(Panel):
    """Emits ``row_selected(identity)`` for a click on a line and ``fix_chosen(identity, Fix)``."""

    title = "Checks"
    key = "checks"
    row_selected = Signal(int)
    fix_chosen = Signal(int, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors = DARK
        self._name = ""
        self._checks: tuple[Check, ...] = ()
        self._fixes: dict[int, tuple[Check, tuple[Fix, ...]]] = {}  # by the identity of the layer
        self._classes = 0
        self.lines: list[CheckLine] = []
        content = QWidget()
        self._rows = QVBoxLayout(content)
        self._rows.setContentsMargins(0, 4, 0, 4)
        self._rows.setSpacing(0)
        self._rows.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(content)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(Placeholder("No layers yet. Drag one from Layer kinds, or press Insert."))
        self._pages.addWidget(area)

    def set_state(self, state: BuildState) -> None:
        """Check the draft."""
        self._name = state.spec.name
        self._checks = checks(state)
        self._pages.setCurrentIndex(1 if self._checks else 0)
        while len(self.lines) < len(self._checks):
            self._add_line()
        self._find_fixes(state)
        for at, line in enumerate(self.lines):
            line.setVisible(at < len(self._checks))
            if at < len(self._checks):
                check = self._checks[at]
                line.set_check(check, self._fixes_of(check), check.identity in state.selected)
        self._show_counts(state)

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        for line in self.lines:
            line.set_colors(colors)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for line in self.lines:
            line.set_name_width(self._name_width)

    @property
    def _name_width(self) -> int:
        return min(NAME_WIDTH, self.width() // 4)

    def _add_line(self) -> None:
        line = CheckLine()
        line.set_colors(self._colors)
        line.set_name_width(self._name_width)
        line.clicked.connect(self.row_selected)
        line.fix_chosen.connect(self.fix_chosen)
        self._rows.insertWidget(len(self.lines), line)
        self.lines.append(line)

    def _find_fixes(self, state: BuildState) -> None:
        """What would help against the first problems; what was found for the same ones is kept."""
        classes = len(state.spec.classes)
        known = self._fixes if classes == self._classes else {}
        self._fixes, self._classes = {}, classes
        for check in [check for check in self._checks if check.what == "problem"][:_WITH_FIXES]:
            if check.row is not None:
                identity = check.row.spec.identity
                before, found = known.get(identity, (None, ()))
                if before != check:
                    found = fixes(check.row, classes)
                self._fixes[identity] = (check, found)

    def _fixes_of(self, check: Check) -> tuple[Fix, ...]:
        if check.what != "problem" or check.identity is None:
            return ()
        return self._fixes[check.identity][1] if check.identity in self._fixes else ()

    def _show_counts(self, state: BuildState) -> None:
        problems = len(state.plan.problems)
        notes = sum(bool(row.note) and not row.problem for row in state.plan.rows)
        parts = [
            f"{integer(count)} {word}{'' if count == 1 else 's'}"
            for count, word in ((problems, "error"), (notes, "note"))
            if count
        ]
        text = (", ".join(parts) or "no errors") if self._checks else ""
        self.set_subtitle(text, warning=bool(self._checks and problems))

    def export(self) -> Export | None:
        if not self._checks:
            return None
        return Export(f"{self._name} checks", self.grab, table=self._table)

    def _table(self) -> Iterable[Row]:
        yield ("check", "layer", "sentence")
        for check in self._checks:
            yield (check.what, check.name, check.sentence)
