"""Colours, type and style of the window: two colour sets, one style sheet made from them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Literal

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from visualizer.assets import resource

ThemeName = Literal["dark", "light", "system"]


@dataclass(frozen=True, slots=True)
class Colors:
    """One colour set; every value ``#rrggbb``. Accent means "cursor": never one of several series."""

    dark: bool
    window: str
    panel: str
    header: str
    field: str
    control: str
    border: str
    control_border: str
    grid: str
    axis: str
    text: str
    muted: str
    disabled: str
    accent: str
    on_accent: str
    selected: str
    ok: str
    warning: str
    error: str
    error_ground: str
    bar: str  # a quantity that is not the cursor
    track: str  # what a bar runs in
    train: str  # the series of the training split
    validation: str


DARK = Colors(
    dark=True,
    window="#1e1f22",
    panel="#26282c",
    header="#2b2d32",
    field="#1b1c1f",
    control="#303338",
    border="#34373c",
    control_border="#44484f",
    grid="#2b2d32",
    axis="#565b63",
    text="#d7dae0",
    muted="#8b9098",
    disabled="#62676f",
    accent="#5b9cff",
    on_accent="#0f141b",
    selected="#2a3850",
    ok="#4fb286",
    warning="#e2b340",
    error="#f0706a",
    error_ground="#3a2829",
    bar="#8b9098",
    track="#1b1c1f",
    train="#009e73",
    validation="#e69f00",
)
LIGHT = Colors(
    dark=False,
    window="#e4e7eb",
    panel="#f7f8f9",
    header="#eef0f3",
    field="#ffffff",
    control="#ffffff",
    border="#d3d7dc",
    control_border="#bfc4cb",
    grid="#eceef1",
    axis="#8a919b",
    text="#23272d",
    muted="#626a75",
    disabled="#a3a9b2",
    accent="#1f66d6",
    on_accent="#ffffff",
    selected="#dbe8fb",
    ok="#1b7f53",
    warning="#8a5f00",
    error="#c8352f",
    error_ground="#fbe6e5",
    bar="#626a75",
    track="#e1e4e8",
    train="#009e73",
    validation="#d55e00",  # the orange of the dark set lacks contrast on white
)

_SCREEN_FAMILIES = (
    "Inter",
    "Noto Sans",
    "Cantarell",
    "Ubuntu",
    "Open Sans",
    "DejaVu Sans",
    "Liberation Sans",
)
TEXT_SIZE, SMALL_SIZE, TICK_SIZE = 12, 11, 10  # px


def theme_name(text: str) -> ThemeName:
    """The theme of that name; dark for a name that is none."""
    return "light" if text == "light" else "system" if text == "system" else "dark"


def colors_for(theme: ThemeName) -> Colors:
    """The colour set of a theme; ``system`` asks the platform, dark where it does not know."""
    if theme == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        return LIGHT if scheme == Qt.ColorScheme.Light else DARK
    return LIGHT if theme == "light" else DARK


@cache
def _family() -> str:
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
    installed = set(QFontDatabase.families())
    if system in installed or not installed:
        return system
    # Linux without a desktop names no real family ("Sans Serif"), and may take one with serifs for it.
    return next((family for family in _SCREEN_FAMILIES if family in installed), system)


@cache
def font(size: int = TEXT_SIZE, *, bold: bool = False) -> QFont:
    """The system's sans-serif at ``size`` px with figures of equal width. Not to be changed by the caller."""
    made = QFont(_family())
    made.setPixelSize(size)
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    made.setFeature(QFont.Tag("tnum"), 1)
    made.setFeature(QFont.Tag("calt"), 0)  # Inter would turn the x of "expand3x3" into a ×
    return made


@cache
def icon(name: str, color: str, disabled: str | None = None) -> QIcon:
    """The icon ``resources/icons/NAME.svg`` drawn in ``color``, sharp at every scale."""
    made = QIcon(_pixmap(name, color))
    if disabled:
        made.addPixmap(_pixmap(name, disabled), QIcon.Mode.Disabled)
    return made


def _pixmap(name: str, color: str, size: int = 16, ratio: int = 3) -> QPixmap:
    svg = resource(f"icons/{name}.svg").read_text(encoding="utf-8").replace("currentColor", color)
    pixmap = QPixmap(QSize(size, size) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, size, size))
    return pixmap


def apply(application: QApplication, colors: Colors) -> None:
    """Give the whole application the colours: palette, font, style sheet. Costs 0.1 s, the second time nothing."""
    sheet = _style_sheet(colors)
    if application.styleSheet() == sheet:
        return
    application.setStyle("Fusion")
    application.setFont(font())
    application.setPalette(_palette(colors))
    application.setStyleSheet(sheet)


def _palette(colors: Colors) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, value in {
        role.Window: colors.panel,
        role.WindowText: colors.text,
        role.Base: colors.field,
        role.AlternateBase: colors.header,
        role.Text: colors.text,
        role.Button: colors.control,
        role.ButtonText: colors.text,
        role.BrightText: colors.error,
        role.ToolTipBase: colors.header,
        role.ToolTipText: colors.text,
        role.Highlight: colors.accent,
        role.HighlightedText: colors.on_accent,
        role.PlaceholderText: colors.muted,
        role.Link: colors.accent,
        role.Mid: colors.border,
        role.Dark: colors.window,
        role.Light: colors.control_border,
        role.Shadow: colors.window,
    }.items():
        palette.setColor(which, QColor(value))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(colors.disabled))
    return palette


def _style_sheet(colors: Colors) -> str:
    sheet = resource("style.qss").read_text(encoding="utf-8")
    sheet = sheet.replace("@icons", resource("icons").as_posix())
    sheet = sheet.replace("@shade", "dark" if colors.dark else "light")
    # Longer names first: @control_border before @control.
    for name in sorted((f.name for f in fields(colors) if f.name != "dark"), key=len, reverse=True):
        sheet = sheet.replace(f"@{name}", getattr(colors, name))
    return sheet
