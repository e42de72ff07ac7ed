import struct
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from visualizer import preflight
from visualizer.preflight import LIBRARIES, has_display, missing_libraries, problems


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Linux without a display, without fonts, without fontconfig."""
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "share"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(preflight, "SYSTEM_FONTS", ())
    monkeypatch.setattr(preflight, "missing_libraries", lambda platform: ())
    return monkeypatch


def lacking(*files: str) -> Callable[[str], object]:
    def load(file: str) -> object:
        if file in files:
            raise OSError(f"{file}: cannot open shared object file")
        return object()

    return load


def test_all_is_there() -> None:
    assert missing_libraries("xcb", load=lacking()) == ()


def test_every_library_names_its_packages() -> None:
    for library in LIBRARIES:
        assert ".so." in library.file
        assert library.debian.islower()
        assert library.fedora
    assert len({library.file for library in LIBRARIES}) == len(LIBRARIES)


def test_only_what_the_platform_needs_is_missed() -> None:
    load = lacking("libEGL.so.1", "libxcb-cursor.so.0", "libwayland-client.so.0")
    assert [library.debian for library in missing_libraries("any", load)] == ["libegl1"]
    assert [library.debian for library in missing_libraries("xcb", load)] == ["libegl1", "libxcb-cursor0"]
    assert [library.debian for library in missing_libraries("wayland", load)] == [
        "libegl1",
        "libwayland-client0",
    ]


def test_missing_libraries_are_named_with_what_to_install(bare: pytest.MonkeyPatch) -> None:
    missing = missing_libraries("xcb", lacking("libEGL.so.1", "libxcb-randr.so.0", "libxcb-shm.so.0"))
    bare.setattr(preflight, "missing_libraries", lambda platform: missing)
    bare.setattr(preflight, "has_font", lambda: True)
    [problem] = problems(offscreen=True)
    assert problem.fatal
    assert "(libEGL.so.1, libxcb-randr.so.0, libxcb-shm.so.0)" in problem.sentence
    assert "`apt-get install libegl1 libxcb-randr0 libxcb-shm0`" in problem.sentence
    assert "`dnf install libglvnd-egl libxcb`" in problem.sentence  # each package once


def test_no_font_is_told_and_does_not_stop(bare: pytest.MonkeyPatch) -> None:
    [problem] = problems(offscreen=True)
    assert not problem.fatal
    assert "fonts-dejavu-core" in problem.sentence
    assert "dejavu-sans-fonts" in problem.sentence


def test_a_font_in_a_folder_is_found(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    font = tmp_path / "share" / "fonts" / "truetype" / "Some.TTF"
    font.parent.mkdir(parents=True)
    font.touch()
    assert problems(offscreen=True) == ()


def test_a_font_that_only_fontconfig_knows_is_found(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    command = tmp_path / "bin" / "fc-list"
    command.parent.mkdir()
    command.write_text("#!/bin/sh\necho /nix/store/dejavu/DejaVuSans.ttf: DejaVu Sans\n")
    command.chmod(0o755)
    assert problems(offscreen=True) == ()


def test_no_display_is_a_problem_of_the_window_alone(bare: pytest.MonkeyPatch) -> None:
    bare.setattr(preflight, "has_font", lambda: True)
    assert not has_display()
    [problem] = problems()
    assert problem.fatal
    assert "xvfb-run" in problem.sentence
    assert problems(offscreen=True) == ()


@pytest.mark.parametrize(
    ("variable", "value", "there"),
    [
        ("QT_QPA_PLATFORM", "offscreen", True),
        ("QT_QPA_PLATFORM", "", False),
        ("QT_QPA_PLATFORM", "xcb", False),
        ("DISPLAY", "", False),
        ("DISPLAY", ":7777", False),
        ("WAYLAND_DISPLAY", "wayland-77", False),
    ],
)
def test_a_display_must_answer(bare: pytest.MonkeyPatch, variable: str, value: str, there: bool) -> None:
    bare.setenv(variable, value)
    assert has_display() == there


def test_a_wayland_display_is_its_socket(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    bare.setenv("WAYLAND_DISPLAY", "wayland-0")
    (tmp_path / "wayland-0").touch()
    assert has_display()


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_lack_nothing(bare: pytest.MonkeyPatch, platform: str) -> None:
    bare.setattr(sys, "platform", platform)
    assert has_display()
    assert problems() == ()


@pytest.mark.parametrize(
    "file",
    [
        f"lib/libQt6{name}.so.6"
        for name in ("Core", "Gui", "Widgets", "Svg", "DBus", "XcbQpa", "WaylandClient")
    ]
    + [f"plugins/platforms/libq{name}.so" for name in ("xcb", "offscreen", "wayland")],
)
def test_the_table_has_all_that_qt_is_linked_to(file: str) -> None:
    package = find_spec("PySide6")
    assert package is not None
    assert package.origin is not None
    needed = needed_libraries(Path(package.origin).parent / "Qt" / file)
    with_python = {"libstdc++.so.6", "libm.so.6", "libgcc_s.so.1", "libc.so.6"}
    with_glib = {"libgthread-2.0.so.0"}
    own = {name for name in needed if name.startswith(("libQt6", "libicu", "ld-linux"))}
    assert own
    assert needed - own <= {library.file for library in LIBRARIES} | with_python | with_glib


def needed_libraries(file: Path) -> set[str]:
    """The DT_NEEDED entries of a 64-bit little-endian ELF file (System V ABI, chapter 5)."""
    data = file.read_bytes()
    assert data[:6] == b"\x7fELF\x02\x01"
    [table] = struct.unpack_from("<Q", data, 0x28)
    size, count = struct.unpack_from("<HH", data, 0x3A)
    sections = [struct.unpack_from("<IIQQQQII", data, table + size * index) for index in range(count)]
    [dynamic] = [section for section in sections if section[1] == 6]
    names = sections[dynamic[6]][4]
    entries = struct.iter_unpack("<qQ", data[dynamic[4] : dynamic[4] + dynamic[5]])
    starts = [names + value for tag, value in entries if tag == 1]
    return {data[start : data.index(b"\0", start)].decode() for start in starts}
