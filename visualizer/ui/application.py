"""The one QApplication of the process."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from PySide6.QtCore import QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

import visualizer
from visualizer.assets import resource

_OFFSCREEN_COMPLAINT = "This plugin does not support"  # raise(), size hints: of no use without a screen


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """Make the application, or give the one that is there."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    qInstallMessageHandler(_say)
    application = QApplication(["cnn-visualizer", *arguments])
    application.setApplicationName("CNN Visualizer")
    application.setApplicationVersion(visualizer.__version__)
    application.setDesktopFileName("cnn-visualizer")
    application.setWindowIcon(QIcon(str(resource("icons/application.svg"))))
    return application


def _say(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    if not message.startswith(_OFFSCREEN_COMPLAINT):
        print(f"Qt: {message}", file=sys.stderr)
