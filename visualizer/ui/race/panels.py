"""The panels of the Race workspace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox

from visualizer.ui.panels.anatomy import AnatomyPanel
from visualizer.ui.panels.basins import BasinsPanel
from visualizer.ui.panels.landscape import LandscapePanel
from visualizer.ui.panels.profile import ProfilePanel
from visualizer.ui.panels.race_curves import RaceCurvesPanel
from visualizer.ui.panels.race_figures import RaceFiguresPanel
from visualizer.ui.panels.race_timeline import RaceTimelinePanel
from visualizer.ui.panels.racer import RacerPanel
from visualizer.ui.panels.racers import RacersPanel
from visualizer.ui.panels.relief import ReliefPanel
from visualizer.ui.panels.surfaces import SurfacePanel
from visualizer.ui.panels.sweep import SweepPanel
from visualizer.ui.widgets.panel import Panel


@dataclass(frozen=True, slots=True, eq=False)
class RacePanels:
    """One of each; all of them have ``set_state(RaceState)``."""

    surface: SurfacePanel = field(default_factory=SurfacePanel)
    landscape: LandscapePanel = field(default_factory=LandscapePanel)
    basins: BasinsPanel = field(default_factory=BasinsPanel)
    relief: ReliefPanel = field(default_factory=ReliefPanel)
    curves: RaceCurvesPanel = field(default_factory=RaceCurvesPanel)
    profile: ProfilePanel = field(default_factory=ProfilePanel)
    racers: RacersPanel = field(default_factory=RacersPanel)
    racer: RacerPanel = field(default_factory=RacerPanel)
    figures: RaceFiguresPanel = field(default_factory=RaceFiguresPanel)
    anatomy: AnatomyPanel = field(default_factory=AnatomyPanel)
    sweep: SweepPanel = field(default_factory=SweepPanel)
    timeline: RaceTimelinePanel = field(default_factory=RaceTimelinePanel)

    def __post_init__(self) -> None:
        """The mouse leaves the keys where they are: Space would press the last button again instead of playing."""
        for panel in self:
            for part in (panel, panel.head):
                for kind in (QAbstractButton, QComboBox):
                    for control in part.findChildren(kind) if part is not None else ():
                        if control.focusPolicy() & Qt.FocusPolicy.TabFocus:
                            control.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def __iter__(self) -> Iterator[Panel]:
        return (getattr(self, row.name) for row in fields(self))
