"""The Run panel: on what data and how the network learns, as a form that the tables of settings make."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.networks.layers.kinds import Value
from visualizer.training.frames import Curves
from visualizer.ui.run_form import SOURCE, RunForm
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.form_view import FormView
from visualizer.ui.widgets.panel import Panel
from visualizer.ui.widgets.run_parts import ApplyBar, DataLine, Obstacle
from visualizer.ui.widgets.schedule_plot import NO_RATES, SchedulePlot

TABLE_HEADER = ("section", "setting", "value", "unit")


class RunPanel(Panel):
    """Shows a ``RunForm``.

    Emits ``value_changed(key, value)`` for an edit and ``switched(key, on)`` for a check box before a number;
    ``apply_requested``, ``revert_requested``, ``reset_requested`` for the changes as a whole; ``folder_requested``,
    ``look_at_data_requested`` and ``download_requested(name)`` for the data.
    """

    title = "Run"
    key = "run"
    value_changed = Signal(str, object)
    switched = Signal(str, bool)
    apply_requested = Signal()
    revert_requested = Signal()
    reset_requested = Signal()
    folder_requested = Signal()
    look_at_data_requested = Signal()
    download_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = RunForm()
        self.obstacle, self.view, self.bar = Obstacle(), FormView(), ApplyBar()
        self.data_line, self.plot = DataLine(), SchedulePlot()
        self.view.put("data", self.data_line, behind=SOURCE)
        self.view.put("schedule", self.plot)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.obstacle)
        rows.addWidget(self.view, 1)
        rows.addWidget(self.bar)
        self._connect()

    def _connect(self) -> None:
        self.view.value_changed.connect(self._change)
        self.view.switched.connect(self.switched)
        self.data_line.look_clicked.connect(self.look_at_data_requested)
        self.data_line.download_clicked.connect(lambda: self.download_requested.emit(self._form.source))
        self.bar.apply_clicked.connect(self.apply_requested)
        for clicked, request in (
            (self.bar.revert_clicked, self.revert_requested),
            (self.bar.reset_clicked, self.reset_requested),
        ):
            clicked.connect(self.view.restore)
            clicked.connect(request)
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._confirm)

    def _confirm(self) -> None:
        """Enter in a field: take the changes into the run."""
        if self._form.waiting:
            self.apply_requested.emit()

    def _change(self, key: str, value: Value) -> None:
        if key == SOURCE and value == "folder":
            self.view.rows[SOURCE].show_again()  # the dialog may be cancelled
            self.folder_requested.emit()
        else:
            self.value_changed.emit(key, value)

    def set_form(self, form: RunForm) -> None:
        """Show the settings, at once or when the panel is shown."""
        self._form = form
        if self.isVisible():
            self._show_form()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_form()

    def _show_form(self) -> None:
        form = self._form
        self.obstacle.set_sentence(form.obstacle)
        self.view.set_sections(form.sections)
        self.data_line.set_data(form.data)
        self.plot.set_planned(form.rates)
        self.bar.set_form(form)
        self.set_subtitle(form.subtitle)

    def set_progress(self, epoch: float, curves: Curves | None) -> None:
        """Put the play head of the schedule at ``epoch``, a fraction; ``curves`` None: no run."""
        if curves is None:
            self.plot.set_past(NO_RATES, NO_RATES, None)
        else:
            self.plot.set_past(curves.epoch, curves.learning_rate, epoch)

    def set_colors(self, colors: Colors) -> None:
        for part in (self.obstacle, self.view, self.plot):
            part.set_colors(colors)

    def export(self) -> Export | None:
        return (
            Export("run", picture=self.view.content.grab, table=self._table) if self._form.sections else None
        )

    def _table(self) -> Iterable[Row]:
        yield TABLE_HEADER
        for section in self._form.sections:
            for row in section.rows:
                value = "off" if row.switch is False else row.value
                yield (section.title, row.label, str(value), row.unit)
