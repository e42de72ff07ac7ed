"""The editor of drafts under random edits, undos and redos."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.networks.architectures import spec as architecture
from visualizer.networks.building import build
from visualizer.networks.editing import Place
from visualizer.networks.initialization import INITIALIZATIONS
from visualizer.networks.layers import LAYERS
from visualizer.networks.layers.kinds import Field, Value
from visualizer.networks.numbering import numbered_classes
from visualizer.networks.planning import fixes
from visualizer.networks.skeleton import Skeleton
from visualizer.networks.spec import LayerSpec, NetworkSpec, check_names, walk
from visualizer.networks.spec_json import from_json, to_json
from visualizer.ui.editor import EMPTY, Editor

BLOCKS = [name for name, kind in LAYERS.items() if kind.is_block]
EDITS = 200
MOST_ROWS = 30
NAMES = (
    "conv1",
    "0",
    "3×3",
    "class",
    "gates",
    "forward",
    "",
    "a.b",
    "x" * 80,
    "x" * 81,
    "a\nb",
    " padded ",
    "ﬁ",
)

UNLABELLED = replace(EMPTY, classes=())


class RandomUser:
    """Makes random requests of an editor, sensible ones and others."""

    def __init__(self, editor: Editor, seed: int) -> None:
        self.editor, self.random = editor, random.Random(seed)
        self._edits: tuple[Callable[[], object], ...] = (
            lambda: editor.add(self._kind(), self.random.choice([None, self._place()])),
            lambda: editor.add(self._kind()),
            lambda: editor.select(self._some()),
            lambda: editor.move(self._some(), self._place()),
            lambda: editor.step(self.random.choice([-1, 1])),
            lambda: editor.set_enabled(self._some(), self.random.random() < 0.7),
            editor.toggle_enabled,
            lambda: editor.group(self.random.choice([*BLOCKS, "relu"])),
            editor.ungroup,
            editor.remove,
            editor.duplicate,
            self._set_value,
            self._set_value,
            self._fix,
            lambda: self._of_one(lambda row: editor.rename(row.identity, self.random.choice(NAMES))),
            self._set_initialization,
            lambda: editor.set_name(self.random.choice(NAMES)),
            lambda: editor.set_input(tuple(self.random.choice([1, 2, 3, 16, 8192]) for _ in range(3))),
            lambda: editor.set_classes(numbered_classes(self.random.choice([0, 1, 10, 100_001]))),
            lambda: editor.begin(architecture(self.random.choice(["tinycnn", "resnet20", "lenet-5"]))),
            editor.discard,
            editor.create,
            editor.undo,
            editor.undo,
            editor.redo,
            editor.redo,
        )

    def act(self) -> None:
        if len(self._rows()) > MOST_ROWS:
            self.editor.select([row.identity for row in self.editor.spec.layers[::2]])
            self.editor.remove()
        else:
            self.random.choice(self._edits)()

    def _rows(self) -> list[LayerSpec]:
        return [row for _, row in walk(self.editor.spec.layers)]

    def _kind(self) -> str:
        return self.random.choice(list(LAYERS))

    def _some(self) -> tuple[int, ...]:
        rows = self._rows()
        chosen = self.random.sample(rows, min(len(rows), self.random.randint(0, 3)))
        return tuple(row.identity for row in chosen)

    def _place(self) -> Place:
        """A place in a block, in the network or before any row, also one of another block."""
        holders = [None, *(row.identity for row in self._rows() if row.row.is_block)]
        before = self.random.choice([None, *(row.identity for row in self._rows())])
        return Place(self.random.choice(holders), before)

    def _of_one(self, edit: Callable[[LayerSpec], object]) -> None:
        if rows := self._rows():
            edit(self.random.choice(rows))

    def _set_value(self) -> None:
        def edit(row: LayerSpec) -> None:
            if row.row.fields:
                field = self.random.choice(row.row.fields)
                self.editor.set_value(row.identity, field.name, self._value(field))

        self._of_one(edit)

    def _value(self, field: Field) -> Value:
        if self.random.random() < 0.1:
            return self.random.choice([-1, 0, True, 1.5, float("nan"), float("inf"), "same", "", 10**30])
        if (field.choices and self.random.random() < 0.3) or field.type is str:
            return self.random.choice(field.choices)
        if field.type is bool:
            return self.random.random() < 0.5
        if self.random.random() < 0.2:
            return field.type(self.random.choice([field.minimum, field.maximum]))
        if field.type is float:
            return self.random.uniform(field.minimum, field.maximum)
        return self.random.randint(int(field.minimum), int(min(field.maximum, field.minimum + 8)))

    def _set_initialization(self) -> None:
        chosen = [None, *(row.identity for row in self._rows())]
        name = self.random.choice(["", "unheard of", *INITIALIZATIONS])
        self.editor.set_initialization(self.random.choice(chosen), name)

    def _fix(self) -> None:
        plan, classes = self.editor.plan, len(self.editor.spec.classes)
        offered = [(row.spec.identity, fix) for row in plan.rows for fix in fixes(row, classes)]
        if offered:
            self.editor.apply_fix(*self.random.choice(offered))


def check(editor: Editor) -> None:
    """What holds for every draft."""
    spec, plan = editor.spec, editor.plan
    assert from_json(to_json(spec)) == spec
    identities = [row.identity for _, row in walk(spec.layers)]
    assert len(set(identities)) == len(identities)
    assert set(editor.selected) <= set(identities)
    check_names(spec.layers)
    assert [row.spec for row in plan.rows] == [row for _, row in walk(spec.layers)]
    for sentence in (*plan.problems, *(row.note for row in plan.rows if row.note)):
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert ". " not in sentence.partition("': ")[2]


def check_built(editor: Editor) -> None:
    """The draft runs on a meta tensor and gives the planned output, or some sentence says why not."""
    spec, plan = editor.spec, editor.plan
    if plan.problems:
        assert plan.output is None
        assert plan.problem or any(row.problem for row in plan.rows)
        return
    with Skeleton():
        module = build(spec)
    module = module.to("meta").eval()
    assert sum(parameter.numel() for parameter in module.parameters()) == plan.parameters
    with torch.no_grad():
        assert tuple(module(torch.empty(1, *spec.input, device="meta")).shape[1:]) == plan.output


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_random_edits_undos_and_redos(seed: int) -> None:
    editor = Editor()
    notices: list[str] = []
    editor.noticed.connect(lambda kind, sentence: notices.append(sentence))
    user = RandomUser(editor, seed)
    for count in range(EDITS):
        user.act()
        check(editor)
        if count % 4 == 0:
            check_built(editor)
    assert all(len(notice) > 10 and notice.endswith(".") for notice in notices)
    while editor.history.next:
        editor.redo()
    last = editor.spec
    while editor.history.last:
        editor.undo()
        check(editor)
    assert editor.spec == EMPTY
    while editor.history.next:
        editor.redo()
    assert editor.spec == last
    assert identities(editor.spec) == identities(last)


def identities(spec: NetworkSpec) -> list[int]:
    return [row.identity for _, row in walk(spec.layers)]
