"""The Networks panel: how networks do over a data set while its images turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from visualizer.networks.layers.kinds import Field, Value
from visualizer.ui.numbers import percent
from visualizer.ui.rotation.state import Line, RotationState, Study, shown_lines
from visualizer.ui.text import plain, plain_tip
from visualizer.ui.theme import Colors, icon
from visualizer.ui.widgets.export import Export
from visualizer.ui.widgets.panel import PADDING, Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.setting_number import SettingNumber
from visualizer.ui.widgets.steady_caption import SteadyCaption
from visualizer.ui.widgets.steady_runs import SteadyRuns
from visualizer.ui.widgets.study_choices import NameChoice, StepChoice
from visualizer.ui.widgets.study_views import BOXES, MATRIX, VIEWS, StudyViews
from visualizer.ui.widgets.study_words import invitation, step_choices, values_noun
from visualizer.ui.widgets.wrapping_bar import WrappingBar, labelled

_MOST_IMAGES = 100_000
_NO_NETWORK = "Open a network: its answers over a whole data set are shown here."
_ALL_HIDDEN = "Every network that was asked is hidden: click its name in the Rotation panel."
_ALL = "all classes"
_COUNT = Field(
    "count", int, 1000, 1, _MOST_IMAGES, "how many images each network is asked about", title="Images"
)


class RotationStudyPanel(Panel):
    """Shows what every line of the state that is not hidden says of a data set.

    Emits ``run_requested``, ``cancel_requested`` and ``study_requested(Study)``.
    """

    title = "Networks"
    key = "rotationStudy"
    run_requested = Signal()
    cancel_requested = Signal()
    study_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._is_told = RotationState(), False
        self._lines: tuple[Line, ...] = ()  # that are shown
        self._colors: Colors | None = None
        self._view, self._key = BOXES, ""
        self._label: int | None = None  # of the true class that the matrix is of
        self._refused = ""
        self.head = self._build_head()
        self._build_bar()
        self.progress = QProgressBar(textVisible=False, maximum=1000)
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing jumps when a study begins
        self.progress.setSizePolicy(policy)
        self.progress.hide()
        self.views, self.empty = StudyViews(), Placeholder(_NO_NETWORK)
        self.note = SteadyCaption()
        self.note.hide()
        self._build()

    # --- how it is made ------------------------------------------------------------------------------

    def _build_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.button = QPushButton("Cancel")
        self.button.setProperty("role", "small")
        self.button.setFixedWidth(self.button.fontMetrics().horizontalAdvance("Cancel") + 46)
        self.button.clicked.connect(self._run_or_cancel)
        self.status = SteadyRuns([("done 14:02, 41 s", "muted")])
        row.addWidget(self.button)
        row.addWidget(self.status)
        return head

    def _build_bar(self) -> None:
        self.bar = WrappingBar(margins=(PADDING, 6, PADDING, 4), spacing=8)
        self.choice = NameChoice("View", "What is shown of the answers", 8)
        self.choice.chosen.connect(self._choose_view)
        self.count = SettingNumber(_COUNT)
        self.count.setAccessibleName("Number of images")
        self.count.setToolTip(plain_tip(_COUNT.help.capitalize()))
        self.count.setFixedSize(62, 22)
        self.count.value_changed.connect(self._ask_for_count)
        self.count.refused.connect(self._refuse)
        self.step = StepChoice()
        self.step.step_chosen.connect(lambda step: self._ask_for(replace(self._state.study, step=step)))
        self.network = NameChoice("Network", "The network that is shown", 9)
        self.network.chosen.connect(self._choose_network)
        self.label = NameChoice("True class", "Whose images are counted", 9)
        self.label.chosen.connect(self._choose_label)
        self.bar.add(self.choice)
        self._of_one, self._every = labelled("of", self.network), labelled("every", self.step)
        for part in (self._of_one, self.label, labelled("Images", self.count), self._every):
            self.bar.add(part)
        self._of_one.hide()
        self.label.hide()

    def _build(self) -> None:
        self._pages = QStackedLayout()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.views)
        inside = QVBoxLayout()
        inside.setContentsMargins(PADDING, 2, PADDING, 4)
        inside.setSpacing(2)
        inside.addLayout(self._pages, 1)
        inside.addWidget(self.note)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.progress)
        rows.addWidget(self.bar)
        rows.addLayout(inside, 1)

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        for part in (self.views, self.note, self.status, self.count):
            part.set_colors(colors)
        self._draw_button()

    # --- what is shown -------------------------------------------------------------------------------

    def set_state(self, state: RotationState) -> None:
        """Show the newest state; costs nothing where none of it is about a data set."""
        before, self._state = self._state, state
        if not self._is_told or _settings(state) != _settings(before):
            self._show_settings(state)
        if not self._is_told or _progress(state) != _progress(before):
            self._show_progress(state, was_running=before.study_progress is not None)
        if not self._is_told or _answers(state) != _answers(before):
            self._show_answers(state)
        self._is_told = True

    def _show_settings(self, state: RotationState) -> None:
        transform, study = state.change.transform, state.study
        self.count.set_value(study.count)
        self.step.set_steps(step_choices(study.step), study.step)
        if self._every.isHidden() == (transform == "rotation"):  # other transforms have values of their own
            self._every.setVisible(transform == "rotation")
        noun = values_noun(transform, 1).capitalize()
        self.choice.set_names([view.title.format(noun) for view in VIEWS], self._view)
        self.set_subtitle(plain(study.data))

    def _show_progress(self, state: RotationState, *, was_running: bool) -> None:
        running, share = state.study_progress is not None, state.study_progress or 0.0
        if running != was_running:
            self.progress.setVisible(running)
            self._draw_button()
        self.button.setEnabled(bool(state.lines))
        self.progress.setValue(round(1000 * share))
        words = plain(state.study_words)
        if running:
            words = f"{percent(min(share, 0.99), 0)} {words}"
        self.status.set_runs((words, "muted"))
        self.status.setToolTip(plain_tip(words))

    def _show_answers(self, state: RotationState) -> None:
        self._lines = shown_lines(state)
        self.views.set_lines(self._lines)
        answers = self.views.answers()
        self._pages.setCurrentIndex(1 if answers else 0)
        if answers:
            self._show_view()
        else:
            self.empty.set_sentence(self._empty_words(state))
        self._show_note()

    def _empty_words(self, state: RotationState) -> str:
        if state.study_progress is not None:
            return f"Asking {plain(state.study_words)}…" if state.study_words else "Opening the data…"
        if troubles := _troubles(self._lines):
            return "\n\n".join(troubles)
        if not state.lines:
            return _NO_NETWORK
        if any(line.study is not None for line in state.lines):
            return _ALL_HIDDEN
        return invitation(state.change.transform, state.study.count, state.study.step)

    def _show_note(self) -> None:
        """What the user should know: a number that cannot be taken, what went wrong, notes of the answers."""
        notes = [study.note for study in self.views.answers() if study.note]
        troubles = _troubles(self._lines) if self.views.answers() else ()
        text = self._refused or " ".join(dict.fromkeys((*troubles, *notes)))
        self.note.set_full_text(plain(text))
        if self.note.isHidden() == bool(text):
            self.note.setVisible(bool(text))

    def _show_view(self) -> None:
        """Show the view that is chosen, and the choices that belong to it."""
        asked = self._asked()
        keys = [line.key for line in asked]
        if self._key not in keys:
            self._key, self._label = (keys[0] if keys else ""), None
        of_one = VIEWS[self._view].of_one
        study = next((line.study for line in asked if line.key == self._key), None)
        if of_one and study is not None:
            self.network.set_names([line.name for line in asked], keys.index(self._key))
        if self._view == MATRIX and study is not None:
            present = self._label is not None and self._label < len(study.classes)
            self._label = self._label if present else None
            self.label.set_names((_ALL, *study.classes), 0 if self._label is None else self._label + 1)
        for part, wanted in (
            (self._of_one, of_one and len(keys) > 1),
            (self.label, self._view == MATRIX),
        ):
            if part.isHidden() == wanted:
                part.setVisible(wanted)
        self.views.show_view(self._view, self._key, self._label)

    def _asked(self) -> list[Line]:
        """The lines with answers, of those that are shown."""
        return [line for line in self._lines if line.study is not None and line.study.done]

    def _draw_button(self) -> None:
        running = self._state.study_progress is not None
        self.button.setText("Cancel" if running else "Run")
        tip = "Stop; what is known stays" if running else "Ask every network about all images"
        self.button.setToolTip(plain_tip(tip))
        self.button.setAccessibleName(f"{self.button.text()} the study")
        if self._colors is not None:
            self.button.setIcon(icon("stop" if running else "play", self._colors.text, self._colors.disabled))

    # --- what is asked for ---------------------------------------------------------------------------

    def _run_or_cancel(self) -> None:
        if self._state.study_progress is not None:
            self.cancel_requested.emit()
        elif self.count.is_refused():  # as many as that nobody can ask, and nobody wants another number
            self.count.setFocus()
            self.count.selectAll()
        else:
            self.run_requested.emit()

    def _ask_for_count(self, count: Value) -> None:
        self._ask_for(replace(self._state.study, count=int(count)))

    def _ask_for(self, study: Study) -> None:
        if study != self._state.study:
            self.study_requested.emit(study)

    def _refuse(self, sentence: str) -> None:
        self._refused = sentence
        self._show_note()

    def _choose_view(self, view: int) -> None:
        self._view = view
        if self.views.answers():
            self._show_view()

    def _choose_network(self, index: int) -> None:
        self._key, self._label = self._asked()[index].key, None
        self._show_view()

    def _choose_label(self, index: int) -> None:
        self._label = index - 1 if index else None
        self._show_view()

    # --- what can be saved ---------------------------------------------------------------------------

    def export(self) -> Export | None:
        if not self.views.answers():
            return None
        view = VIEWS[self._view]
        return Export(
            f"networks, {view.key}",
            picture=self.views.picture_of().grab,
            table=lambda: self.views.table(self._key),
        )


def _settings(state: RotationState) -> tuple[object, ...]:
    return state.study, state.change.transform


def _progress(state: RotationState) -> tuple[object, ...]:
    return state.study_progress, state.study_words, bool(state.lines)


def _answers(state: RotationState) -> tuple[object, ...]:
    """What the views show of a state; curves of single inputs come many times a second, and are not of it."""
    lines = tuple(
        (line.key, line.name, line.moment, line.color, line.studied, line.trouble, line.study_trouble)
        for line in state.lines
    )
    words = state.study_words if state.study_progress is not None else ""
    return lines, state.hidden, state.study_progress is None, words, *_settings(state)


def _troubles(lines: Sequence[Line]) -> tuple[str, ...]:
    """Why networks were not asked, each reason once."""
    return tuple(dict.fromkeys(line.study_trouble for line in lines if line.study_trouble))
