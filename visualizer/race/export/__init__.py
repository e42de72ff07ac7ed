"""Races as files: pictures, films, tables and links, all without a window."""

from visualizer.race.export.files import ENDINGS, write

__all__ = ["ENDINGS", "write"]
