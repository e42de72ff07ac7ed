"""Every command once: the menus, the toolbar, the search field and the list of keys are made from these rows."""

from __future__ import annotations

from dataclasses import dataclass

SEPARATOR = None


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One command. ``slot`` is what does it, as seen from the main window: ``opening.paste``."""

    id: str
    text: str
    slot: str
    menu: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    help: str = ""


ACTIONS: tuple[ActionRow | None, ...] = (
    ActionRow(
        "open", "Open…", "opening.open_files", "File", ("Ctrl+O",), "open", "Images, folders, network files"
    ),
    ActionRow(
        "open_network",
        "Open network…",
        "opening.choose_network",
        "File",
        ("Ctrl+Shift+O",),
        "network",
        "From the zoo",
    ),
    ActionRow("paste", "Paste image", "opening.paste", "File", ("Ctrl+V",), "copy", "From the clipboard"),
    SEPARATOR,
    ActionRow("copy", "Copy activations", "copy_panel", "File", ("Ctrl+C",), "", "The mosaic as a picture"),
    ActionRow(
        "save",
        "Save activations…",
        "save_panel",
        "File",
        ("Ctrl+S",),
        "save",
        "The mosaic as PNG, the values as NPY",
    ),
    SEPARATOR,
    ActionRow("quit", "Quit", "close", "File", ("Ctrl+Q",)),
    ActionRow("layer_up", "Previous layer", "navigation.previous_layer", "Go", ("[",)),
    ActionRow("layer_down", "Next layer", "navigation.next_layer", "Go", ("]",)),
    ActionRow("unit_back", "Previous unit", "navigation.previous_unit", "Go", ("Shift+Left",)),
    ActionRow("unit_next", "Next unit", "navigation.next_unit", "Go", ("Shift+Right",)),
    SEPARATOR,
    ActionRow("picture_back", "Previous picture", "navigation.previous_picture", "Go", ("PgUp",)),
    ActionRow("picture_next", "Next picture", "navigation.next_picture", "Go", ("PgDown",)),
    SEPARATOR,
    ActionRow(
        "search",
        "Search…",
        "navigation.focus_search",
        "Go",
        ("Ctrl+K",),
        "search",
        "Layers, networks, commands",
    ),
    ActionRow("cancel", "Cancel what is running", "cancel_waiting", "Go", ("Ctrl+.",), "stop"),
    ActionRow("fit", "Fit view", "fit_view", "View", ("F",), "fit"),
    ActionRow("maximise", "Maximise Activations", "toggle_maximised", "View", ("F11",), "maximise"),
    ActionRow("restore", "Back from maximised", "restore_panels", "View", ("Esc",)),
    ActionRow("theme", "Light or dark", "toggle_theme", "View", ("Ctrl+Shift+L",), "theme"),
    ActionRow("system_theme", "Theme of the system", "use_system_theme", "View"),
    ActionRow("reset_layout", "Reset layout", "reset_layout", "View"),
    SEPARATOR,
    ActionRow("shortcuts", "Keys", "show_shortcuts", "Help", ("F1",), "keyboard"),
    ActionRow("about", "About", "show_about", "Help", (), "info"),
)
ROWS: tuple[ActionRow, ...] = tuple(row for row in ACTIONS if row is not None)
MENUS = ("File", "Go", "View", "Help")

OTHER_KEYS: tuple[tuple[str, str], ...] = (
    ("arrows in the mosaic", "Move to the neighbouring unit"),
    ("wheel, drag in the mosaic", "Zoom, pan"),
    ("double click in the mosaic", "Fit view"),
)
"""Keys that are not commands, for the list of keys."""
