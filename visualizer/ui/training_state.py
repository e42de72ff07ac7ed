"""What the panels are told of training: frozen, made anew with every change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from visualizer.errors import UserError, as_sentence
from visualizer.training.frames import Evaluation, LiveFrame
from visualizer.ui.numbers import integer, percent

Phase = Literal["impossible", "idle", "starting", "running", "paused", "stopping", "ended"]

SPEEDS = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Choices for the playback; at 1 all recorded moments take ``PLAYBACK`` seconds."""
PLAYBACK = 20.0  # s


@dataclass(frozen=True, slots=True, eq=False)
class TrainingState:
    """A run, and the moment of it that the screen shows.

    ``name`` is the network's, ``reason`` why it cannot be trained if so, ``data`` the data set's name. ``frame`` is
    the newest that the run has told, ``visited`` the step of the recorded moment that is shown, None at the head
    of the run. ``playing`` says whether recorded moments are played forth (1), back (−1) or not, at ``speed``.
    """

    phase: Phase = "impossible"
    name: str = ""
    reason: str = ""
    data: str = ""
    frame: LiveFrame | None = None
    visited: int | None = None
    playing: int = 0
    speed: float = 1.0

    @property
    def step(self) -> int:
        """The step that the screen shows."""
        if self.visited is not None:
            return self.visited
        return self.frame.step if self.frame is not None else 0

    @property
    def epoch(self) -> float:
        """The epoch, a fraction, of the step that the screen shows."""
        frame = self.frame
        if frame is None:
            return 0.0
        if self.visited is None or not frame.steps:
            return frame.epoch
        return self.visited * frame.epochs / frame.steps

    @property
    def evaluation(self) -> Evaluation | None:
        """The last look at the validation images at or before the step that the screen shows."""
        looks = self.frame.evaluations if self.frame is not None else ()
        return next((look for look in reversed(looks) if look.step <= self.step), None)

    @property
    def stale_words(self) -> str:
        """Where the evaluation is older than what the screen shows: "from step 5 001", else "".

        Of a run that goes on it always is, and the next one comes by itself.
        """
        look = self.evaluation
        is_live = self.visited is None and self.phase in ("running", "stopping")
        if look is None or look.step == self.step or is_live:
            return ""
        return f"from step {integer(look.step)}"


def result_words(state: TrainingState, frame: LiveFrame) -> str:
    """What came of a run that has ended."""
    accuracy = frame.validation_accuracy
    told = "" if accuracy is None else f": {percent(accuracy)} of the validation images are right"
    return f"Trained {state.name} for {frame.step} steps{told}. File > Save network keeps it."


def stopped_words(state: TrainingState) -> str:
    """What became of a run when another network was opened."""
    at = f" at step {integer(state.frame.step)}" if state.frame else ""
    return f"Training of {state.name} was stopped{at}: another network is open."


def error_words(error: UserError, frame: LiveFrame | None) -> str:
    """What ended a run, and the way back where it has learnt something."""
    back = " Train > Back to the weights before the run undoes it." if frame is not None else ""
    return as_sentence(str(error)) + back
