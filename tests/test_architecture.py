"""The rules of the house, checked: who may import whom, and who never imports Qt."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "visualizer"
WINDOW = ("visualizer.ui", "visualizer.app", "visualizer.__main__")
LONGEST_FILE = 350

MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
)


def is_window(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in WINDOW)


def loaded_by(source: str, *, blocked: tuple[str, ...] = ()) -> set[str]:
    """The top-level packages that are loaded after ``source`` ran in a process of its own."""
    lines = ["import sys, json"]
    lines += [f"sys.modules[{name!r}] = None" for name in blocked]  # importing it raises ImportError
    lines += [source, "print(json.dumps([name for name, module in sys.modules.items() if module]))"]
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(lines)], capture_output=True, text=True, cwd=ROOT
    )
    assert result.returncode == 0, result.stderr
    return {name.partition(".")[0] for name in json.loads(result.stdout.splitlines()[-1])}


def test_import_rules_hold() -> None:
    result = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 broken" in result.stdout


def test_everything_but_the_window_works_without_qt() -> None:
    headless = [module for module in MODULES if not is_window(module)]
    assert len(headless) > 20
    source = "import " + ", ".join(headless)
    assert "torch" in loaded_by(source, blocked=("PySide6", "shiboken6", "pyqtgraph"))


def test_the_command_line_answers_without_torch_and_qt() -> None:
    heavy = {"torch", "torchvision", "numpy", "PIL", "PySide6", "pyqtgraph"}
    assert not heavy & loaded_by("import visualizer.cli")
    assert not heavy & loaded_by(
        "from visualizer.cli import main; main(['--version']); main(['bench', '--help'])"
    )


def test_foundations_need_the_standard_library_only() -> None:
    loaded = loaded_by("import visualizer.streaming.prober, visualizer.streaming.runner, visualizer.errors")
    assert not {"torch", "numpy", "PySide6"} & loaded


@pytest.mark.parametrize("module", ["visualizer.app", "visualizer.ui.tour"])
def test_torch_is_imported_before_qt(module: str) -> None:
    """On Windows torch cannot be loaded after Qt (WinError 1114)."""
    source = f"""
        import sys
        class Watch:
            def find_spec(self, name, path=None, target=None):
                if name == "PySide6":
                    assert "torch" in sys.modules, "PySide6 is imported before torch"
        sys.meta_path.insert(0, Watch())
        import {module}
    """
    lines = "\n".join(line.removeprefix("        ") for line in source.splitlines())
    assert {"torch", "PySide6"} <= loaded_by(lines)


def test_the_window_does_not_wait_for_torchvision() -> None:
    assert "torchvision" not in loaded_by("import visualizer.app")


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_tells_one_story(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    assert ast.get_docstring(ast.parse(text)), "a file begins with what it is for"
