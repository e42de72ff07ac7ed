"""Finds the files of ``resources/``, in a source tree and when installed."""

from pathlib import Path

_INSIDE_PACKAGE = Path(__file__).parent / "resources"  # where a wheel puts them
_SOURCE_TREE = Path(__file__).parent.parent / "resources"


def resource(name: str) -> Path:
    """The path of the resource ``name``, e.g. ``"networks/shapes.safetensors"``."""
    root = _INSIDE_PACKAGE if _INSIDE_PACKAGE.is_dir() else _SOURCE_TREE
    return root / name
