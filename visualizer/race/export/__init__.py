"""Races as files: pictures, films, tables and links, all without a window."""
