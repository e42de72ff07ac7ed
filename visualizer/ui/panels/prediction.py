"""The Prediction panel: the five most probable classes, how sure the network is, and how it came to be so."""

from __future__ import annotations

import math
from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from visualizer.probes.frames import Prediction
from visualizer.probes.over_training import ProbabilityHistory
from visualizer.ui.numbers import THIN
from visualizer.ui.rotation.predictions import ComparedNetwork, ComparedPredictions
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.compared_bars import ComparedBars
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.panel import PADDING, Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.probability_bars import ProbabilityBars
from visualizer.ui.widgets.probability_plot import ProbabilityPlot
from visualizer.ui.widgets.steady_text import SteadyText

NO_PREDICTION = "No prediction yet."
HISTORY_HEIGHT = 146  # px at most, with what stands around the plot
UNKNOWN = "–"
TABLE_HEADER = ("rank", "class index", "label", "probability")


class PredictionPanel(Panel):
    """Shows a prediction; has nothing to ask for."""

    title = "Prediction"
    key = "prediction"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._prediction: Prediction | None = None
        self._network_name = ""
        self._compared: ComparedPredictions | None = None
        self.bars = ProbabilityBars()
        self.compared_bars = ComparedBars()
        self.compared_bars.hide()
        self.history = ProbabilityPlot()
        self.true_class = TrueClassLabel()
        self.margin = SteadyText("0.000")
        self.entropy = SteadyText(f"0.00{THIN}bit")
        self.warning = _note("warning")
        self.note = _note("small")
        self.placeholder = Placeholder(NO_PREDICTION)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.placeholder)
        self._pages.addWidget(self._build_page())

    def _build_page(self) -> QWidget:
        page = QWidget()
        rows = QVBoxLayout(page)
        rows.setContentsMargins(0, 6, 0, 0)
        rows.setSpacing(0)
        inside = QVBoxLayout()
        inside.setContentsMargins(PADDING, 0, PADDING, 6)
        inside.addWidget(self.bars)
        inside.addWidget(self.compared_bars)
        rows.addLayout(inside)
        rule = QFrame()
        rule.setProperty("role", "rule")
        rows.addWidget(rule)
        rows.addLayout(self._build_facts())
        for label in (self.warning, self.note):
            rows.addWidget(label)
        rows.addWidget(self._build_history(), 1)
        rows.addStretch()
        return page

    def _build_history(self) -> QWidget:
        """The plot with a rule above; hidden without a run, and of no height where the panel is short."""
        self._history_part = QWidget()
        self._history_part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._history_part.setMaximumHeight(HISTORY_HEIGHT)
        rows = QVBoxLayout(self._history_part)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rule = QFrame()
        rule.setProperty("role", "rule")
        rows.addWidget(rule)
        inside = QVBoxLayout()
        inside.setContentsMargins(PADDING, 5, 3, 4)
        inside.addWidget(self.history)
        rows.addLayout(inside, 1)
        self._history_part.hide()
        return self._history_part

    def _build_facts(self) -> QGridLayout:
        facts = QGridLayout()
        facts.setContentsMargins(PADDING, 7, PADDING, 9)
        facts.setHorizontalSpacing(14)
        facts.setVerticalSpacing(1)
        facts.setColumnStretch(0, 1)
        for column, heading in enumerate(("True class", "Margin", "Entropy")):
            label = QLabel(heading)
            label.setProperty("role", "small")
            facts.addWidget(label, 0, column)
        facts.addWidget(self.true_class, 1, 0)
        facts.addWidget(self.margin, 1, 1)
        facts.addWidget(self.entropy, 1, 2)
        self.margin.setToolTip("The first probability less the second")
        self.entropy.setToolTip("Over all classes: 0 bit when one class has everything")
        return facts

    def set_prediction(self, prediction: Prediction | None, network_name: str, note: str = "") -> None:
        """Show a prediction; without one, ``note`` says why there is none."""
        self._prediction, self._network_name = prediction, network_name
        self._say_what()
        if prediction is None:
            self.placeholder.set_sentence(note or NO_PREDICTION)
            self._pages.setCurrentIndex(0)
            return
        self._pages.setCurrentIndex(1)
        self.bars.set_classes(prediction.top)
        self.compared_bars.set_classes(prediction.top)
        self.true_class.set_class(prediction.label, _rank_words(prediction))
        self.margin.setText(_figure(prediction.margin, 3))
        self.entropy.setText(_figure(prediction.entropy, 2, f"{THIN}bit"))
        for label, text in ((self.warning, prediction.note), (self.note, note)):
            if text != label.text():
                label.setText(text)
                label.setVisible(bool(text))

    def set_compared(self, compared: ComparedPredictions | None) -> None:
        """Show what other networks say of the input beside the open one; None where there are none."""
        self._compared = compared
        if compared is not None:
            self.compared_bars.set_compared(compared)
        if self.compared_bars.isHidden() != (compared is None):
            bars: tuple[QWidget, QWidget] = (self.bars, self.compared_bars)
            shown, hidden = bars if compared is None else bars[::-1]
            hidden.hide()  # first: a dock that has room for both for a moment keeps it
            shown.show()
        self._say_what()

    def _say_what(self) -> None:
        """In the title bar: the network, or how many there are and the moment of the open one."""
        compared = self._compared
        if compared is None or self._prediction is None:
            self.set_subtitle(self._network_name)
            return
        count = 1 + len(compared.networks)
        kept = count + len(compared.left_out)
        words = f"{count} networks" if count == kept else f"{count} of {kept} networks"
        self.set_subtitle(", ".join(filter(None, (words, compared.moment))))

    def set_history(
        self, history: ProbabilityHistory | None, visited_epoch: float | None = None, last_epoch: float = 1.0
    ) -> None:
        """Show how a class fared in the run so far, None where there is no run.

        ``visited_epoch`` is the moment shown (None: the newest), ``last_epoch`` where the run will end.
        """
        if self._history_part.isHidden() != (history is None):
            self._history_part.setVisible(history is not None)
        self.history.set_history(history, visited_epoch, last_epoch)

    def set_colors(self, colors: Colors) -> None:
        self.bars.set_colors(colors)
        self.compared_bars.set_colors(colors)
        self.history.set_colors(colors)

    def export(self) -> Export | None:
        if self._prediction is None:
            return None
        return Export(f"{self._network_name} prediction", picture=self.grab, table=self._table)

    def _table(self) -> Iterable[Row]:
        """The classes; behind the probability of the open network those of others, of the same input."""
        others = self._compared.networks if self._compared is not None else ()
        columns = [(_heading(each), each.probabilities) for each in others if not each.stale]
        known = [(heading, probabilities) for heading, probabilities in columns if probabilities is not None]
        yield *TABLE_HEADER, *(heading for heading, _ in known)
        for rank, each in enumerate(self._prediction.top if self._prediction else (), start=1):
            shares = (float(probabilities[each.index]) for _, probabilities in known)
            yield rank, each.index, each.label, each.probability, *shares


def _heading(network: ComparedNetwork) -> str:
    """Of a column; what stands on a line between values far apart is no answer of the network."""
    return f"probability, {network.name}{'' if network.exact else ' (interpolated)'}"


class TrueClassLabel(QLabel):
    """``cat, rank 1``: where the room is short the name is shortened, never the rank."""

    def __init__(self) -> None:
        super().__init__(UNKNOWN)
        self._label, self._rank = UNKNOWN, ""
        self.setTextFormat(Qt.TextFormat.PlainText)  # names come from files
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_class(self, label: str | None, rank: str) -> None:
        words = label or UNKNOWN, rank
        if words != (self._label, self._rank):
            self._label, self._rank = words
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        full = ", ".join(filter(None, (self._label, self._rank)))
        behind = f", {self._rank}" if self._rank else ""
        metrics = self.fontMetrics()
        room = self.width() - metrics.horizontalAdvance(behind)
        name = metrics.elidedText(self._label, Qt.TextElideMode.ElideRight, max(room, 0))
        shown = name + behind if name not in ("", "…") else self._rank
        self.setText(shown)
        self.setToolTip("" if shown == full else plain_tip(full))
        self.setAccessibleName(f"True class {full}")


def _rank_words(prediction: Prediction) -> str:
    """What stands behind the name of the true class; nothing where there is no prediction to find it in."""
    if prediction.label is None or not prediction.top:
        return ""
    return "no class here" if prediction.label_rank is None else f"rank {prediction.label_rank}"


def _figure(value: float, digits: int, unit: str = "") -> str:
    return f"{value:.{digits}f}{unit}" if math.isfinite(value) else UNKNOWN


def _note(role: str) -> QLabel:
    label = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    label.setContentsMargins(PADDING, 0, PADDING, 9)
    label.hide()
    return label
