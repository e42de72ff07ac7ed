"""Looked at before Qt is loaded: is there a display, are Qt's system libraries and a font there.

Qt aborts the process where a display or a library of the display is missing, and draws boxes instead of
letters where there is no font; neither can be caught afterwards.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Platform = Literal["any", "xcb", "wayland"]
"""Which of Qt's platforms needs a library: every one (also offscreen), X11, or Wayland."""


@dataclass(frozen=True, slots=True)
class Library:
    """A system library that Qt is linked to, and the packages that bring it."""

    file: str
    debian: str
    fedora: str
    platform: Platform = "any"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is missing and what to install, in one sentence; without ``fatal`` the window still works."""

    sentence: str
    fatal: bool = True


LIBRARIES = (
    Library("libEGL.so.1", "libegl1", "libglvnd-egl"),
    Library("libGL.so.1", "libgl1", "libglvnd-glx"),
    Library("libX11.so.6", "libx11-6", "libX11"),
    Library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
    Library("libfontconfig.so.1", "libfontconfig1", "fontconfig"),
    Library("libfreetype.so.6", "libfreetype6", "freetype"),
    Library("libglib-2.0.so.0", "libglib2.0-0", "glib2"),
    Library("libdbus-1.so.3", "libdbus-1-3", "dbus-libs"),
    Library("libz.so.1", "zlib1g", "zlib"),
    Library("libzstd.so.1", "libzstd1", "libzstd"),
    Library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11", "xcb"),
    Library("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb", "xcb"),
    Library("libxcb.so.1", "libxcb1", "libxcb", "xcb"),
    Library("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor", "xcb"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm", "xcb"),
    Library("libxcb-image.so.0", "libxcb-image0", "xcb-util-image", "xcb"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms", "xcb"),
    Library("libxcb-randr.so.0", "libxcb-randr0", "libxcb", "xcb"),
    Library("libxcb-render.so.0", "libxcb-render0", "libxcb", "xcb"),
    Library("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil", "xcb"),
    Library("libxcb-shape.so.0", "libxcb-shape0", "libxcb", "xcb"),
    Library("libxcb-shm.so.0", "libxcb-shm0", "libxcb", "xcb"),
    Library("libxcb-sync.so.1", "libxcb-sync1", "libxcb", "xcb"),
    Library("libxcb-util.so.1", "libxcb-util1", "xcb-util", "xcb"),
    Library("libxcb-xfixes.so.0", "libxcb-xfixes0", "libxcb", "xcb"),
    Library("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb", "xcb"),
    Library("libwayland-client.so.0", "libwayland-client0", "libwayland-client", "wayland"),
    Library("libwayland-cursor.so.0", "libwayland-cursor0", "libwayland-cursor", "wayland"),
)
"""What the Qt of PySide6-Essentials and its platform plugins name as needed (``readelf -d``)."""

FONT_DEBIAN, FONT_FEDORA = "fonts-dejavu-core", "dejavu-sans-fonts"
SYSTEM_FONTS = (Path("/usr/share/fonts"), Path("/usr/share/X11/fonts"))
_FONT_FILES = (".ttf", ".otf", ".ttc", ".pfb")


def has_display() -> bool:
    """Whether Qt will find something to draw on; other systems than Linux always have it."""
    if not sys.platform.startswith("linux"):
        return True
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform and not platform.startswith(("xcb", "wayland")):
        return True  # offscreen, vnc and their like bring their own
    return _x11_answers() or _wayland_is_there()


def problems(offscreen: bool = False) -> tuple[Problem, ...]:
    """What keeps Qt from working here; ``offscreen`` draws without a display. Empty where all is well."""
    if not sys.platform.startswith("linux"):
        return ()
    found: list[Problem] = []
    if not offscreen and not has_display():
        found.append(Problem("There is no display: use a desktop, `ssh -X` or `xvfb-run`."))
    if missing := missing_libraries("any" if offscreen else _platform()):
        files = ", ".join(library.file for library in missing)
        debian = dict.fromkeys(library.debian for library in missing)
        fedora = dict.fromkeys(library.fedora for library in missing)
        remedy = _remedy(" ".join(debian), " ".join(fedora))
        found.append(Problem(f"Qt needs system libraries that are not installed ({files}): {remedy}."))
    if not has_font():
        remedy = _remedy(FONT_DEBIAN, FONT_FEDORA)
        found.append(Problem(f"There is no font, so no text can be drawn: {remedy}.", fatal=False))
    return tuple(found)


def missing_libraries(platform: Platform, load: Callable[[str], object] = ctypes.CDLL) -> tuple[Library, ...]:
    """The rows of ``LIBRARIES`` that ``platform`` needs and ``load`` cannot find (about 10 ms)."""
    missing = []
    for library in LIBRARIES:
        if library.platform in ("any", platform):
            try:
                load(library.file)
            except OSError:
                missing.append(library)
    return tuple(missing)


def has_font() -> bool:
    """Whether a font file lies in the usual folders, or else fontconfig knows of one."""
    if any(file.endswith(_FONT_FILES) for folder in _font_folders() for file in _files(folder)):
        return True
    try:
        listed = subprocess.run(["fc-list"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return bool(listed.stdout.strip())


def _x11_answers() -> bool:
    """Whether the X server that ``DISPLAY`` names lets us in; Qt aborts the process where it does not."""
    if not os.environ.get("DISPLAY"):
        return False
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return True  # that it is missing is told as such
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    display = x11.XOpenDisplay(None)
    if display:
        x11.XCloseDisplay(display)
    return bool(display)


def _wayland_is_there() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY")
    return bool(name) and Path(os.environ.get("XDG_RUNTIME_DIR", "/"), name or "").exists()


def _platform() -> Platform:
    """The platform that Qt will load: the one asked for, else X11 where it is (Qt falls back to it)."""
    if wanted := os.environ.get("QT_QPA_PLATFORM"):
        return "xcb" if wanted.startswith("xcb") else "wayland" if wanted.startswith("wayland") else "any"
    if os.environ.get("DISPLAY"):
        return "xcb"
    return "wayland" if os.environ.get("WAYLAND_DISPLAY") else "any"


def _remedy(debian: str, fedora: str) -> str:
    return f"`apt-get install {debian}` (Debian, Ubuntu) or `dnf install {fedora}` (Fedora)"


def _font_folders() -> Iterator[Path]:
    home = Path.home()
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    yield from (Path(folder) / "fonts" for folder in shared.split(":") if folder)
    yield from SYSTEM_FONTS
    yield from (home / ".local" / "share" / "fonts", home / ".fonts")


def _files(folder: Path) -> Iterator[str]:
    for _, _, names in os.walk(folder):
        yield from (name.lower() for name in names)
