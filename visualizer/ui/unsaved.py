"""Trained networks that no file has yet: they are kept when another is opened, and asked for before the end.

Opening and Create do not ask: the network that was trained stays in memory, and a notice and the Train menu lead
back to it. Only the end of the program would lose it, so that asks. A few steps are not worth a question.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox

from visualizer.networks.network import Network
from visualizer.ui.jobs import OpenNetwork
from visualizer.ui.notices import Offer
from visualizer.ui.text import plain
from visualizer.ui.training_state import TrainingState

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow

_WORTH_KEEPING = 10  # steps
_MOST = 8  # networks in memory; of more the oldest goes


class Unsaved(QObject):
    """Knows what would be lost. Emits ``kept_changed(words)``: the network to go back to, "" for none."""

    kept_changed = Signal(str)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self._open: OpenNetwork | None = None  # the open network where it is trained and in no file
        self._before_run: OpenNetwork | None = None  # what that was when the run began
        self._kept: list[OpenNetwork] = []  # replaced by others; the newest last
        self._question: QMessageBox | None = None
        self._waits_for_end = False  # of the run, to save its last weights
        self._may_be_lost = False
        self._session.network_changed.connect(self._replaced)
        self._session.weights_changed.connect(self._trained)
        self._session.training.changed.connect(self._follow_run)
        window.saving.saved.connect(self._saved)

    # --- what there is ---------------------------------------------------------------------------

    @property
    def networks(self) -> tuple[OpenNetwork, ...]:
        """Trained, and in no file: the open one first, then the newest."""
        return (*((self._open,) if self._open else ()), *reversed(self._kept))

    def go_back(self) -> None:
        """Open the network that was replaced last; one that is unsaved now takes the last place in turn."""
        if self._kept:
            back, replaced, self._open = self._kept.pop(), self._open, None
            self._session.show_network(back)
            self._open = back
            if replaced is not None:
                self._kept.insert(0, replaced)
            self._tell()

    def forget(self) -> None:
        """Want nothing of it kept."""
        self._open = self._before_run = None
        self._kept.clear()
        self._tell()

    # --- the end ---------------------------------------------------------------------------------

    def may_close(self) -> bool:
        """Whether the window may be closed now; if not, the user is asked, and the answer closes it."""
        if self._may_be_lost or not self.networks:
            return True
        if self._question is None:
            self._question = self._ask()
        self._question.raise_()
        return False

    def _ask(self) -> QMessageBox:
        first, *others = self.networks
        more = f" {len(others)} more trained network{'s are' if len(others) > 1 else ' is'} not saved."
        question = QMessageBox(self._window)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.setIcon(QMessageBox.Icon.Question)
        question.setWindowTitle("Quit")
        question.setTextFormat(Qt.TextFormat.PlainText)  # names come from files
        question.setText(f"The network {_words(first)} is not saved.{more if others else ''}")
        question.setInformativeText("What it has learnt is lost when the program ends.")
        roles = QMessageBox.ButtonRole
        save = question.addButton("Save…", roles.AcceptRole)
        lose = question.addButton("Quit without saving", roles.DestructiveRole)
        cancel = question.addButton(QMessageBox.StandardButton.Cancel)
        question.setDefaultButton(save)
        question.setEscapeButton(cancel)
        save.clicked.connect(self._save)
        lose.clicked.connect(self._lose)
        question.finished.connect(self._answered)
        question.open()
        return question

    def _answered(self) -> None:
        self._question = None

    def _lose(self) -> None:
        self._may_be_lost = True
        self._window.close()

    def _save(self) -> None:
        self._session.training.stop()
        self._waits_for_end = self._session.training.state.phase == "stopping"
        if not self._waits_for_end:
            self._save_now()

    def _save_now(self) -> None:
        """Save one and close; that asks for the next, if there is one."""
        self._waits_for_end = False
        if self.networks:
            self._window.saving.save(self.networks[0].network, self._window.close)
        else:
            self._window.close()

    def _saved(self, network: Network) -> None:
        if self._open is not None and self._open.network is network:
            self._open = None
        self._kept = [kept for kept in self._kept if kept.network is not network]
        self._tell()

    # --- what happens ----------------------------------------------------------------------------

    def _follow_run(self, state: TrainingState) -> None:
        if state.phase == "starting":
            self._before_run = self._open

    def _trained(self, opened: OpenNetwork) -> None:
        state = self._session.training.state
        if state.frame is None:  # back to the weights before the run
            self._open = self._before_run
        elif state.visited is not None:
            pass  # a look back: what has been learnt is at the head of the run
        elif self._open is not None or state.frame.step >= _WORTH_KEEPING:
            self._open = opened
        if self._waits_for_end and state.phase != "stopping":
            self._save_now()

    def _replaced(self, opened: OpenNetwork) -> None:
        before, self._open, self._before_run = self._open, None, None
        if before is None:
            return
        if opened.keeps_weights:
            self._open = opened
            return
        self._kept.append(replace(before, source=None, news="", keeps_weights=False))
        del self._kept[:-_MOST]
        self._tell()
        sentence = f"The network {_words(before)} is in no file; it is kept until the program ends."
        back = Offer(f"Back to {before.network.name}", self.go_back)
        self._window.notices.show_notice("info", sentence, back)

    def _tell(self) -> None:
        self.kept_changed.emit(_words(self._kept[-1]) if self._kept else "")


def _words(opened: OpenNetwork) -> str:
    return f"{plain(opened.network.name)} ({plain(opened.network.weights)})"
