"""The equivariance of the open network's layers: computed in slices while somebody looks."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer

from visualizer.errors import UserError
from visualizer.probes.response.equivariance import EquivarianceRun
from visualizer.ui.rotation import jobs
from visualizer.ui.rotation.live import LiveRotation
from visualizer.ui.rotation.state import RotationState

_TOPIC = "equivariance"
_SLICE = 0.1  # s
_PAUSE = 400  # ms between two slices while the input moves, which needs the cores
_LEARNS = "The network is learning: pause the run to see how far the maps of each layer turn."


class Layers(QObject):
    """Keeps the equivariance up to date for what is shown; of a network in training not while that goes on."""

    def __init__(self, rotation: LiveRotation) -> None:
        super().__init__(rotation)
        self._rotation, self._session = rotation, rotation.session
        self._awake = False
        self._wish: tuple[object, ...] = ()
        self._of: tuple[object, ...] = ()  # the layers and the input that is shown of them
        self._run: EquivarianceRun | None = None
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._go_on)
        self._session.answer(_TOPIC, self._went_on, self._refused)
        self._session.failed.connect(self._failed)
        rotation.changed.connect(self._follow)

    def wake(self, awake: bool) -> None:
        """Somebody looks, or no longer."""
        self._awake = awake
        if not awake and self._rotation.state.equivariance_progress is not None:
            self.cancel()
            self._wish = ()
        self._follow(self._rotation.state)

    def cancel(self) -> None:
        """Leave it as far as it is."""
        self._session.cancel(_TOPIC)
        self._run = None
        self._pause.stop()
        if self._rotation.state.equivariance_progress is not None:
            self._rotation.tell(equivariance_progress=None)

    def _follow(self, state: RotationState) -> None:
        opened, shown = self._session.opened, self._session.input
        if not self._awake or opened is None or shown is None:
            return
        of = (opened.anatomy, shown)
        if of != self._of:
            self._of, self._wish = of, ()
            self.cancel()
            sentence = _LEARNS if state.live else ""
            self._rotation.tell(equivariance=None, equivariance_sentence=sentence)
        wish = (opened.network, shown, state.change.border)
        if wish != self._wish and not state.live:
            self._wish, self._run = wish, None
            job = partial(
                jobs.begin_equivariance, opened, shown, self._session.prepared, state.change.border, _SLICE
            )
            self._session.ask(_TOPIC, job)
            self._rotation.tell(equivariance_progress=0.0, equivariance_sentence="")

    def _went_on(self, value: object) -> None:
        assert isinstance(value, jobs.EquivarianceSlice)
        done = float(value.equivariance.known.mean())
        self._run = value.run if done < 1 else None
        self._rotation.tell(equivariance=value.equivariance, equivariance_progress=done if done < 1 else None)
        if self._rotation.state.moving or self._rotation.state.playing:
            self._pause.start()
        else:
            self._go_on()

    def _go_on(self) -> None:
        run, self._run = self._run, None
        if run is not None and self._awake:
            self._session.ask(_TOPIC, partial(jobs.equivariance_on, run, _SLICE))

    def _refused(self, error: UserError) -> None:
        self._rotation.tell(equivariance=None, equivariance_progress=None, equivariance_sentence=str(error))

    def _failed(self, topic: str) -> None:
        if topic == _TOPIC and self._rotation.state.equivariance_progress is not None:
            self._rotation.tell(equivariance_progress=None)
