"""Every command once: the menus, the toolbar, the search field and the list of keys are made from these rows."""

from __future__ import annotations

from dataclasses import dataclass

from visualizer.ui.workspaces import WORKSPACES

SEPARATOR = None


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One command. ``slot`` is what does it, as seen from the main window: ``opening.paste``.

    It is called with ``argument`` if there is one. A command with ``workspaces`` exists in those alone, one that
    ``needs`` something ("layers" selected, an edit to "undo" or "redo", a draft with "changes", one that is
    "buildable", a trained network that is "kept") is off without it.
    """

    id: str
    text: str
    slot: str
    menu: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    help: str = ""
    argument: str = ""
    workspaces: tuple[str, ...] = ()
    needs: str = ""


def _inspect(
    id: str, text: str, slot: str, menu: str, shortcuts: tuple[str, ...], icon: str = "", help: str = ""
) -> ActionRow:
    return ActionRow(id, text, slot, menu, shortcuts, icon, help, workspaces=("inspect",))


def _build(
    id: str,
    text: str,
    slot: str,
    shortcuts: tuple[str, ...],
    icon: str = "",
    help: str = "",
    *,
    argument: str = "",
    needs: str = "layers",
) -> ActionRow:
    return ActionRow(id, text, slot, "Edit", shortcuts, icon, help, argument, ("build",), needs)


def _train(
    id: str, text: str, slot: str, shortcuts: tuple[str, ...], icon: str = "", help: str = ""
) -> ActionRow:
    return ActionRow(id, text, slot, "Train", shortcuts, icon, help, workspaces=_WITH_NETWORK)


def _turn(
    id: str, text: str, slot: str, shortcuts: tuple[str, ...], icon: str = "", help: str = "", way: str = ""
) -> ActionRow:
    return ActionRow(id, text, slot, "Rotate", shortcuts, icon, help, way, workspaces=_WITH_INPUT)


def _rotate(
    id: str, text: str, slot: str, shortcuts: tuple[str, ...], icon: str = "", help: str = ""
) -> ActionRow:
    return ActionRow(id, text, slot, "File", shortcuts, icon, help, workspaces=("rotate",))


def _race(
    id: str, text: str, slot: str, shortcuts: tuple[str, ...] = (), icon: str = "", help: str = ""
) -> ActionRow:
    return ActionRow(id, text, slot, "Race", shortcuts, icon, help, workspaces=("race",))


_WITH_INPUT = ("inspect", "rotate", "train")
_WITH_NETWORK = tuple(row.key for row in WORKSPACES if row.key != "race")

FILE: tuple[ActionRow | None, ...] = (
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
    ActionRow(
        "new_network", "New network", "building.new_network", "File", ("Ctrl+N",), "build", "An empty draft"
    ),
    ActionRow(
        "save_network",
        "Save network…",
        "saving.save_network",
        "File",
        ("Ctrl+Shift+S",),
        "save",
        "Layers and weights in one .safetensors file",
    ),
    ActionRow(
        "export_python",
        "Export as Python…",
        "saving.export_python",
        "File",
        (),
        "export",
        "A PyTorch module that can be read and run",
    ),
    SEPARATOR,
    _inspect("copy", "Copy activations", "copy_panel", "File", ("Ctrl+C",), "", "The mosaic as a picture"),
    _inspect(
        "save",
        "Save activations…",
        "save_panel",
        "File",
        ("Ctrl+S",),
        "save",
        "The mosaic as PNG, the values as NPY",
    ),
    _rotate("copy_curves", "Copy curves", "turning.copy", ("Ctrl+C",), "", "Of the rotation, as a picture"),
    _rotate(
        "save_curves", "Save curves…", "turning.save", ("Ctrl+S",), "save", "Of the rotation, PNG or CSV"
    ),
    SEPARATOR,
    ActionRow("quit", "Quit", "close", "File", ("Ctrl+Q",)),
)
EDIT: tuple[ActionRow | None, ...] = (
    _build("undo", "Undo", "editor.undo", ("Ctrl+Z",), "undo", needs="undo"),
    _build("redo", "Redo", "editor.redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", needs="redo"),
    SEPARATOR,
    _build("add_layer", "Add layer…", "building.choose_layer", ("Ins",), "", "Behind the selected", needs=""),
    _build("duplicate", "Duplicate", "editor.duplicate", ("Ctrl+D",), "duplicate"),
    _build("remove", "Remove", "editor.remove", ("Del",), "remove"),
    _build("rename", "Rename", "building.rename_layer", ("F2",)),
    _build(
        "disable",
        "Disable or enable",
        "editor.toggle_enabled",
        ("Ctrl+E",),
        "",
        "Leave layers out for a while",
    ),
    SEPARATOR,
    _build("group", "Group into a sequence", "editor.group", ("Ctrl+G",), "group"),
    _build("ungroup", "Ungroup", "editor.ungroup", ("Ctrl+Shift+G",), "ungroup"),
    SEPARATOR,
    _build("move_up", "Move up", "building.move_up", ("Alt+Up",)),
    _build("move_down", "Move down", "building.move_down", ("Alt+Down",)),
    SEPARATOR,
    _build(
        "create_network",
        "Create network",
        "editor.create",
        ("Ctrl+Return",),
        "",
        "Make the draft the network that is open",
        needs="buildable",
    ),
    _build(
        "discard",
        "Discard changes",
        "editor.discard",
        (),
        "",
        "Go back to the network that is open",
        needs="changes",
    ),
)
GO: tuple[ActionRow | None, ...] = (
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
)
ROTATE: tuple[ActionRow | None, ...] = (
    _turn("turn", "Input one step on", "turning.live.turn_a_little", ("R",), "rotate", "A rotation: 1°"),
    _turn("turn_far", "Input 15 steps on", "turning.live.turn_far", ("Shift+R",), "", "A rotation: 15°"),
    _turn("turn_back", "Input as it is", "turning.playback.reset", ("0",), "turn_back", "Flips stay"),
    _turn("turn_play", "Turn by itself", "turning.playback.toggle", ("T",), "play", "And again: hold"),
    _turn(
        "flip_horizontal", "Flip horizontally", "session.flip", ("H",), "flip_horizontal", "", "horizontal"
    ),
    _turn("flip_vertical", "Flip vertically", "session.flip", ("V",), "flip_vertical", "", "vertical"),
    SEPARATOR,
    _turn(
        "compare",
        "Keep for comparison",
        "turning.comparison.toggle",
        ("C",),
        "pin",
        "The open network with the weights that it has now; again: let go of it",
    ),
    ActionRow(
        "compare_open",
        "Compare with networks…",
        "opening.choose_compared",
        "Rotate",
        help="Their curves beside that of the open network",
    ),
    ActionRow(
        "compare_moments",
        "Compare moments of the run",
        "turning.comparison.keep_moments",
        "Rotate",
        help="Five of them, from its first step to its newest",
    ),
    SEPARATOR,
    ActionRow(
        "study",
        "Turn the images of the data set",
        "turning.run_study",
        "Rotate",
        help="How often each network is right, over all angles",
    ),
    ActionRow(
        "experiment",
        "Rotation experiment…",
        "turning.experiment.open",
        "Rotate",
        help="Train networks with turned and with normalised filters, and report what they gain",
    ),
)
TRAIN: tuple[ActionRow | None, ...] = (
    _train(
        "play",
        "Train or pause",
        "session.training.toggle",
        ("Space",),
        "play",
        "The open network on the chosen data",
    ),
    ActionRow("train_step", "One step", "session.training.step", "Train", (), "step_forward"),
    ActionRow("train_stop", "Stop and keep the weights", "session.training.stop", "Train", (), "stop"),
    ActionRow(
        "train_rewind",
        "Back to the weights before the run",
        "session.training.rewind",
        "Train",
        (),
        "step_back",
    ),
    ActionRow(
        "trained_back",
        "Back to the trained network",
        "unsaved.go_back",
        "Train",
        help="Trained before another network was opened, and not saved",
        needs="kept",
    ),
    SEPARATOR,
    _train("moment_back", "Recorded moment before", "navigation.previous_moment", (",",)),
    _train("moment_next", "Next recorded moment", "navigation.next_moment", (".",)),
    _train("moment_first", "First moment", "navigation.first_moment", ("Home",)),
    _train("moment_live", "Head of the run", "session.training.go_live", ("End",)),
    ActionRow(
        "save_playback",
        "Save playback of the window…",
        "recording.ask_for_window",
        "Train",
        (),
        "save",
        "All recorded moments as MP4 or GIF; the menu of each panel saves its own",
    ),
)
RACE: tuple[ActionRow | None, ...] = (
    _race(
        "race_play", "Play or pause", "race.playback.toggle", ("Space",), "play", "The race over the surface"
    ),
    _race("race_back", "One step back", "race.playback.step_back", (",",), "step_back"),
    _race("race_forward", "One step forward", "race.playback.step_forward", (".",), "step_forward"),
    _race("race_start", "To the start", "race.playback.go_to_start", ("Home",)),
    _race("race_end", "To the end", "race.playback.go_to_end", ("End",)),
    SEPARATOR,
    _race("race_random", "Random start", "race.live.set_random_start", ("R",)),
    _race("race_sweep", "Sweep learning rates", "race.wiring.sweep", (), "", "Finds each racer's best rate"),
    _race("race_fit", "Fit view", "race_panels.landscape.view.shown.fit", ("F",), "fit"),
    SEPARATOR,
    ActionRow("race_open", "Open race…", "race.files.open", "Race", (), "open", "A race saved as .json"),
    _race(
        "race_save",
        "Save race…",
        "race.files.save",
        ("Ctrl+S",),
        "save",
        "PNG, SVG, GIF, MP4, trajectories as CSV, or the link that reopens it",
    ),
    _race(
        "race_copy", "Copy link", "race.files.copy_link", ("Ctrl+C",), "copy", "Text that reopens this race"
    ),
    ActionRow(
        "race_paste", "Paste link", "race.files.paste_link", "Race", ("Ctrl+Shift+V",), "", "Opens the race"
    ),
)
VIEW: tuple[ActionRow | None, ...] = (
    *(
        ActionRow(row.key, row.title, "workspaces.show", "View", row.shortcuts, row.icon, row.help, row.key)
        for row in WORKSPACES
    ),
    SEPARATOR,
    _inspect("fit", "Fit view", "fit_view", "View", ("F",), "fit"),
    ActionRow("maximise", "Maximise", "toggle_maximised", "View", ("F11",), "maximise"),
    ActionRow("restore", "Back from maximised", "restore_panels", "View", ("Esc",)),
    ActionRow("theme", "Light or dark", "toggle_theme", "View", ("Ctrl+Shift+L",), "theme"),
    ActionRow("system_theme", "Theme of the system", "use_system_theme", "View"),
    ActionRow("reset_layout", "Reset layout", "reset_layout", "View"),
    SEPARATOR,
)
HELP: tuple[ActionRow | None, ...] = (
    ActionRow("shortcuts", "Keys", "show_shortcuts", "Help", ("F1",), "keyboard"),
    ActionRow("about", "About", "show_about", "Help", (), "info"),
)
ACTIONS: tuple[ActionRow | None, ...] = (*FILE, *EDIT, *GO, *ROTATE, *TRAIN, *RACE, *VIEW, *HELP)
ROWS: tuple[ActionRow, ...] = tuple(row for row in ACTIONS if row is not None)
MENUS = ("File", "Edit", "Go", "Rotate", "Train", "Race", "View", "Help")

OTHER_KEYS: tuple[tuple[str, str], ...] = (
    ("arrows in the mosaic", "Move to the neighbouring unit"),
    ("wheel, drag in the mosaic", "Zoom, pan"),
    ("double click in the mosaic", "Fit view"),
    ("drag, wheel on the dial", "Turn the input; Shift by 15°, Ctrl by 0.1°"),
    ("click, drag in the landscape", "Move the start of the race"),
    ("wheel, right drag in the landscape", "Zoom, pan"),
)
"""Keys that are not commands, for the list of keys."""
