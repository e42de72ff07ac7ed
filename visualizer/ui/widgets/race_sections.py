"""Where a race begins, how noisy its gradients are, how long it is, and when a racer has arrived."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QPushButton, QWidget

from visualizer.networks.layers.kinds import Field, Value
from visualizer.race.config import CLOCKS, MOST_STEPS, Race
from visualizer.ui.race.state import RaceState
from visualizer.ui.text import plain_tip
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.field_editor import WordEdit
from visualizer.ui.widgets.folding_section import FoldingSection
from visualizer.ui.widgets.formula_section import FARTHEST, PAUSE
from visualizer.ui.widgets.number_line import NumberLine
from visualizer.ui.widgets.paced import Paced
from visualizer.ui.widgets.value_slider import Scale, ValueSlider

_PACE = 33  # ms between two values while something is dragged
_ANY = "any"  # in place of a limit of the gradient
_CLOCK_TITLES = ("steps", "evaluations", "time")
_MOST_NOISE, _LAST_SEED = 1e6, 2**31 - 1


class StartSection(FoldingSection):
    """Emits ``start_requested((x, y))``, ``random_requested`` and ``swarm_requested(on)``."""

    start_requested = Signal(object)
    random_requested = Signal()
    swarm_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Start", parent)
        self.band.set_hint("or drag its marker")
        self._had_swarm = False
        self._starts = Paced(_PACE, self, at_once=True)
        self._starts.told.connect(self.start_requested)
        self.line = NumberLine()
        for axis in ("x", "y"):
            self.line.add_word(axis, width=10)
            field = Field(
                axis, float, None, -FARTHEST, FARTHEST, "where every racer starts", title=f"Start {axis}"
            )
            self.line.add_number(field).value_changed.connect(self._edited)
        self.rows.addWidget(self.line)
        self.random = _button("Random", "Start somewhere in the window")
        self.random.clicked.connect(self.random_requested)
        self.swarm = _button("Grid of starts", "Let the selected racer run from thousands of starts at once")
        self.swarm.setCheckable(True)
        self.swarm.clicked.connect(self.swarm_requested)
        buttons = NumberLine()
        buttons.add(self.random)
        buttons.add(self.swarm)
        buttons.add_stretch()
        self.rows.addWidget(buttons)

    def set_state(self, state: RaceState) -> None:
        """Show where the race begins."""
        if not self._starts.is_waiting:
            for edit, value in zip(self.line.edits.values(), state.race.start, strict=True):
                edit.set_value(float(value))
        has_swarm = state.swarm is not None
        if has_swarm != self._had_swarm:
            self._had_swarm = has_swarm
            self.swarm.setChecked(has_swarm)

    def _edited(self) -> None:
        x, y = (edit.value for edit in self.line.edits.values())
        self._starts.put((float(x or 0.0), float(y or 0.0)))

    def set_colors(self, colors: Colors) -> None:
        self.band.set_colors(colors)
        self.line.set_colors(colors)


class NoiseSection(FoldingSection):
    """Emits ``edited(field, value)`` for ``noise``, ``seed`` and ``same_noise`` of a race."""

    edited = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Gradient noise", parent)
        self.band.set_help(
            "As mini-batches make it: normal, added to each component of the gradient at each evaluation."
        )
        self._usual = 0.0
        self._noises, self._seeds = Paced(_PACE, self, at_once=True), Paced(PAUSE, self, at_once=False)
        self._noises.told.connect(lambda value: self.edited.emit("noise", value))
        self._seeds.told.connect(lambda value: self.edited.emit("seed", value))
        self.strength = NumberLine()
        self.box = QCheckBox("σ", toolTip=plain_tip("Noise in the gradients, as strong as suits the surface"))
        self.box.setAccessibleName("Gradient noise")
        self.box.clicked.connect(lambda on: self._choose(self._usual if on else 0.0))
        self.slider = ValueSlider(Scale(1e-3, 1.0, logarithmic=True, has_zero=True))
        self.slider.setAccessibleName("Strength of the noise")
        self.slider.value_chosen.connect(self._choose)
        self.strength.add(self.box)
        self.strength.add(self.slider, 3)
        help = "standard deviation of what is added to each component of the gradient, in its units"
        field = Field("noise", float, 0.0, 0.0, _MOST_NOISE, help, title="σ")
        self.noise = self.strength.add_number(field, 2)
        self.noise.value_changed.connect(self._choose)
        self.draw = NumberLine()
        self.draw.add_word("Seed")
        field = Field("seed", int, 1, 0, _LAST_SEED, "the noise is the same for the same seed", title="Seed")
        self.seed = self.draw.add_number(field)
        self.seed.value_changed.connect(self._seeds.put)
        self.same = QCheckBox(
            "Same for all", toolTip=plain_tip("Every racer gets the same numbers at each evaluation")
        )
        self.same.clicked.connect(lambda on: self.edited.emit("same_noise", on))
        self.draw.add(self.same)
        for line in (self.strength, self.draw):
            self.rows.addWidget(line)

    def set_state(self, race: Race) -> None:
        """Show the noise of a race."""
        usual = race.surface.noise if race.surface.noise > 0 else 0.1
        if usual != self._usual:
            self._usual = usual
            self.slider.set_scale(Scale(usual / 100, usual * 100, logarithmic=True, has_zero=True))
        if not self._noises.is_waiting:
            self._show_noise(race.noise)
        if not self._seeds.is_waiting:
            self.seed.set_value(race.seed)
        self.same.setChecked(race.same_noise)

    def _show_noise(self, noise: float) -> None:
        self.noise.set_value(float(noise))
        self.slider.show_value(noise)
        self.box.setChecked(noise > 0)
        self.band.set_hint("normal, per step" if noise > 0 else "off")

    def _choose(self, value: Value) -> None:
        self._show_noise(float(value))
        self._noises.put(float(value))

    def set_colors(self, colors: Colors) -> None:
        for part in (self.band, self.strength, self.draw, self.slider):
            part.set_colors(colors)


class LengthSection(FoldingSection):
    """Emits ``edited(field, value)`` for ``steps`` and ``clock`` of a race."""

    edited = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Length", parent)
        self.band.set_hint("equal for all")
        self._steps = Paced(PAUSE, self, at_once=False)
        self._steps.told.connect(lambda value: self.edited.emit("steps", value))
        self.line = NumberLine()
        self.line.add_word("Steps")
        help = "those of the quickest racer"
        self.steps = self.line.add_number(Field("steps", int, 300, 1, MOST_STEPS, help, title="Steps"))
        self.steps.value_changed.connect(self._steps.put)
        self.line.add_word("equal")
        self.clock = WordEdit(CLOCKS, None, _CLOCK_TITLES)
        self.clock.setAccessibleName("What is equal for all racers")
        self.clock.setToolTip(
            plain_tip(
                "What is equal for all racers at one moment: steps, evaluations of the gradient, or time"
            )
        )
        self.clock.value_changed.connect(lambda value: self.edited.emit("clock", value))
        self.clock.setMinimumWidth(74)  # "steps" and its arrow
        self.line.add(self.clock, 1)
        self.rows.addWidget(self.line)

    def set_state(self, race: Race) -> None:
        """Show how long a race is."""
        if not self._steps.is_waiting:
            self.steps.set_value(race.steps)
        self.clock.set_value(race.clock)

    def set_colors(self, colors: Colors) -> None:
        self.band.set_colors(colors)
        self.line.set_colors(colors)


class ArrivalSection(FoldingSection):
    """When a racer has converged. Emits ``tolerances_requested(loss, gradient)``."""

    tolerances_requested = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Converged", parent)
        self.band.set_hint("when both are below")
        self._limits = Paced(PAUSE, self, at_once=False)
        self._limits.told.connect(lambda limits: self.tolerances_requested.emit(*limits))
        self.line = NumberLine()
        self.line.add_word("loss")
        help = "the loss is at most so far above that of the nearest minimum"
        self.loss = self.line.add_number(Field("loss", float, None, 1e-16, 1e9, help, title="Loss within"))
        self.line.add_word("gradient")
        help = "the gradient is shorter than this; a small gradient alone may be a saddle"
        field = Field("gradient", float, None, 1e-16, 1e9, help, (_ANY,), title="Gradient below")
        self.gradient = self.line.add_number(field)
        for edit in (self.loss, self.gradient):
            edit.value_changed.connect(self._edited)
        self.rows.addWidget(self.line)

    def set_state(self, race: Race) -> None:
        """Show the limits of a race."""
        if not self._limits.is_waiting:
            gradient = race.surface.gradient_tolerance
            self.loss.set_value(float(race.surface.loss_tolerance))
            self.gradient.set_value(float(gradient) if math.isfinite(gradient) else _ANY)

    def _edited(self) -> None:
        loss, gradient = self.loss.value, self.gradient.value
        if loss is not None and gradient is not None:
            self._limits.put((float(loss), math.inf if gradient == _ANY else float(gradient)))

    def set_colors(self, colors: Colors) -> None:
        self.band.set_colors(colors)
        self.line.set_colors(colors)


def _button(text: str, tip: str) -> QPushButton:
    made = QPushButton(text, toolTip=plain_tip(tip))
    made.setProperty("role", "small")
    return made
