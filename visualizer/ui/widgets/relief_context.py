"""Whether there is OpenGL to draw reliefs with, found out without a word on the console, when it is first needed."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import qInstallMessageHandler
from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext, QSurfaceFormat
from shiboken6 import isValid

_OLDEST = (2, 1)
_DEPTH = 24  # bits


@dataclass(frozen=True, slots=True)
class Drawing:
    """The one context of the process: shaders that pyqtgraph keeps belong to it."""

    context: QOpenGLContext
    surface: QOffscreenSurface

    def begin(self) -> bool:
        """Make the context current; False where it is lost, as at the end of the program."""
        return isValid(self.context) and isValid(self.surface) and self.context.makeCurrent(self.surface)

    def end(self) -> None:
        """Let it go again."""
        self.context.doneCurrent()


@cache
def drawing() -> Drawing | None:
    """What to draw with; None where there is no OpenGL 2.1, or none that PyOpenGL can use. Costs 0.5 s once."""
    before = qInstallMessageHandler(lambda *_: None)  # platforms without OpenGL would complain on the console
    try:
        made = _context()
        if made is None or not made.begin():
            return None
        found = made if _is_usable() else None
        made.end()
        return found
    finally:
        qInstallMessageHandler(before)


def _context() -> Drawing | None:
    """A context of its own on a surface that is never seen."""
    wanted = QSurfaceFormat.defaultFormat()
    wanted.setDepthBufferSize(_DEPTH)
    context = QOpenGLContext()
    context.setFormat(wanted)
    if not context.create() or context.isOpenGLES():
        return None
    got = context.format()
    if (got.majorVersion(), got.minorVersion()) < _OLDEST:
        return None
    surface = QOffscreenSurface()
    surface.setFormat(got)
    surface.create()
    return Drawing(context, surface) if surface.isValid() else None


def _is_usable() -> bool:
    """Whether PyOpenGL finds the library, and the context that is current."""
    platform = QGuiApplication.platformName()
    if platform.startswith("wayland") or platform == "eglfs":
        os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    logging.getLogger("OpenGL").setLevel(logging.CRITICAL)  # it tells of each accelerator that it lacks
    try:
        from OpenGL import GL
        from OpenGL.platform import GetCurrentContext
        from PySide6.QtOpenGL import QOpenGLFramebufferObject  # noqa: F401
    except (ImportError, AttributeError, OSError, TypeError):  # all of which it raises for a missing library
        return False
    return bool(GetCurrentContext()) and bool(GL.glGetString(GL.GL_VERSION))
