"""The draft and the session: what begins a draft, what becomes of it, and what is kept of it for the next start."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from visualizer.errors import UserError
from visualizer.networks import architectures
from visualizer.networks.numbering import can_be_numbered, numbered_classes
from visualizer.networks.planning import plan
from visualizer.networks.spec import NetworkSpec
from visualizer.networks.spec_json import from_json, to_json
from visualizer.ui import jobs, settings
from visualizer.ui.build_state import LABELS
from visualizer.ui.editor import EMPTY, BuildState
from visualizer.ui.jobs import OpenNetwork
from visualizer.ui.notices import Offer
from visualizer.ui.workspaces import Workspace

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow

_LONGEST_DRAFT = 4_000_000  # characters of JSON: some times the largest network that can be drafted


class Building(QObject):
    """Lets the draft follow the open network, and the open network the draft."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._session, self._editor = window, window.session, window.editor
        self._kept = self._read_draft()
        self._told_of_draft = self._kept is None
        self._news = ""  # of the network that was created last
        self._errors: list[str] = []  # sentences about the draft as it is now
        self._told_spec = self._editor.spec
        # Open, and whether it has a specification is not known yet.
        self._unknown: OpenNetwork | None = None
        self._session.network_changed.connect(self._follow)
        self._session.answer("spec", self._follow_spec)
        self._editor.create_requested.connect(self._create)
        self._editor.noticed.connect(self._tell)
        self._editor.changed.connect(self._follow_draft)
        window.workspaces.changed.connect(self._arrive)

    # --- requests --------------------------------------------------------------------------------

    def new_network(self) -> None:
        """Begin an empty draft."""
        self._begin(EMPTY)

    def start_from(self, name: str) -> None:
        """Begin a draft with an architecture of the zoo."""
        self._begin(architectures.spec(name))

    def add_layer(self, kind: str) -> None:
        """Add a layer behind the selected one."""
        self._window.workspaces.show("build")
        self._editor.add(kind)

    def choose_layer(self) -> None:
        """Let the user choose the kind of a new layer."""
        self._window.stack.open_kinds()

    def rename_layer(self) -> None:
        """Let the user type another name for the selected layer."""
        self._window.stack.edit_name()

    def move_up(self) -> None:
        """Move the selected layer one place up."""
        self._editor.step(-1)

    def move_down(self) -> None:
        """Move the selected layer one place down."""
        self._editor.step(1)

    def set_classes(self, name: str) -> None:
        """Give the draft's outputs the labels of a data set, numbers, or none."""
        if name != "numbered":
            self._editor.set_classes(LABELS.get(name, ()))
            return
        output = plan(replace(self._editor.spec, classes=())).output
        if output is not None and can_be_numbered(output):
            self._editor.set_classes(numbered_classes(output[0]))
        else:
            sentence = "Classes are numbered by the outputs; let the network end with a vector first."
            self._session.noticed.emit("info", sentence)

    def keep_draft(self) -> None:
        """Remember the draft for the next start, unless it is the network that is open."""
        if self._kept is not None:
            return  # nobody has seen it yet; it stays in the settings
        draft = to_json(self._editor.spec) if self._editor.is_changed and self._editor.spec != EMPTY else ""
        self._window.settings.set(settings.DRAFT, draft)

    # --- within ----------------------------------------------------------------------------------

    def _begin(self, spec: NetworkSpec) -> None:
        self._window.workspaces.show("build")
        self._editor.begin(spec)
        self._window.stack.view.setFocus()  # so that keys are the stack's, and no longer the palette's

    def _create(self, spec: NetworkSpec) -> None:
        opened = self._session.opened
        if (
            self._unknown is None and not self._editor.is_changed
        ):  # built again it would lose what it has learnt
            self._session.noticed.emit("info", "The open network is as it stands here.")
            return
        self._session.ask("network", partial(jobs.rebuild, spec, opened))

    def _tell(self, kind: str, sentence: str) -> None:
        self._session.noticed.emit(kind, sentence)
        if kind == "error":
            self._errors.append(sentence)

    def _follow_draft(self, state: BuildState) -> None:
        """What was wrong is of no interest once the draft is another one."""
        if state.spec is not self._told_spec:
            self._told_spec = state.spec
            for sentence in self._errors:
                self._window.notices.dismiss(sentence)
            self._errors.clear()

    def _tell_of_created(self, opened: OpenNetwork) -> None:
        show_maps = Offer("Show maps", partial(self._window.workspaces.show, "inspect"))
        self._window.notices.show_notice("info", opened.news, show_maps if self._shown else None)
        self._news = opened.news

    def _follow(self, opened: OpenNetwork) -> None:
        if opened.news:
            self._tell_of_created(opened)
        self._session.cancel("spec")  # of the network before
        if opened.network.spec is not None:
            self._follow_spec(opened.network.spec)
        else:
            self._unknown = opened
            if self._shown:
                self._ask_for_spec(opened)

    def _ask_for_spec(self, opened: OpenNetwork) -> None:
        self._session.ask("spec", partial(jobs.spec_of, opened.network))

    def _follow_spec(self, spec: object) -> None:
        assert spec is None or isinstance(spec, NetworkSpec)
        opened = self._session.opened
        assert opened is not None
        self._unknown = None
        self._editor.follow(opened.network.name, spec)
        if spec is None:
            name = opened.network.name
            sentence = f"The network {name} cannot be edited by layers; add some, or start from another."
            self._session.noticed.emit("info", sentence)
        if self._kept is not None:
            kept, self._kept = self._kept, None
            self._editor.begin(kept)
        if self._shown:
            self._tell_of_draft()

    def _arrive(self, workspace: Workspace) -> None:
        if workspace.key != "build":
            self._window.notices.dismiss(self._news)  # its button has led here
            return
        if self._unknown is not None:
            self._ask_for_spec(self._unknown)
        elif self._session.opened is not None:
            self._tell_of_draft()

    def _tell_of_draft(self) -> None:
        """Say once that there is the draft of last time."""
        if not self._told_of_draft:
            self._told_of_draft = True
            name = self._editor.spec.name
            self._session.noticed.emit(
                "info", f"The draft {name} of last time is still here; Discard goes back to the open network."
            )

    @property
    def _shown(self) -> bool:
        return self._window.workspaces.current.key == "build"

    def _read_draft(self) -> NetworkSpec | None:
        text = self._window.settings.get(settings.DRAFT)
        if not text or len(text) > _LONGEST_DRAFT:
            return None
        try:
            return from_json(text)
        except UserError:
            return None  # damaged, or of a newer version: there is nothing that the user could mend
