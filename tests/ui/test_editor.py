"""The editor of drafts: what each request does, undo and redo."""

from __future__ import annotations

from dataclasses import replace

import pytest

from visualizer.networks.architectures import spec as architecture
from visualizer.networks.editing import Place
from visualizer.networks.layers import LAYERS
from visualizer.networks.numbering import numbered_classes
from visualizer.networks.planning import fixes
from visualizer.networks.spec import NetworkSpec, walk
from visualizer.networks.spec_json import from_json, to_json
from visualizer.ui.editor import EMPTY, Editor

BLOCKS = [name for name, kind in LAYERS.items() if kind.is_block]
UNLABELLED = replace(EMPTY, classes=())


def identities(spec: NetworkSpec) -> list[int]:
    return [row.identity for _, row in walk(spec.layers)]


@pytest.fixture
def editor() -> Editor:
    return Editor()


def built_up(editor: Editor, *kinds: str) -> list[int]:
    for kind in kinds:
        editor.add(kind)
    return identities(editor.spec)


def names(editor: Editor) -> list[str]:
    return [row.name for row in editor.spec.layers]


def test_layers_are_added_behind_the_selected_one(editor: Editor) -> None:
    first, _ = built_up(editor, "conv", "relu")
    editor.select((first,))
    editor.add("conv")
    assert names(editor) == ["conv1", "conv2", "relu1"]
    assert editor.selected == (identities(editor.spec)[1],)


def test_typing_in_one_field_is_one_step(editor: Editor) -> None:
    (conv,) = built_up(editor, "conv")
    for channels in (1, 12, 128):
        editor.set_value(conv, "out_channels", channels)
    assert editor.plan.rows[0].output == (128, 30, 30)
    editor.undo()
    assert editor.spec.layers[0].values["out_channels"] == 32
    editor.redo()
    assert editor.spec.layers[0].values["out_channels"] == 128
    editor.set_value(conv, "out_channels", 32)  # back where typing began: no step remains
    editor.undo()
    assert editor.spec == EMPTY


def test_a_refused_value_is_told_and_changes_nothing(editor: Editor) -> None:
    (conv,) = built_up(editor, "conv")
    before, notices, states = editor.spec, [], []
    editor.noticed.connect(lambda kind, sentence: notices.append((kind, sentence)))
    editor.changed.connect(states.append)
    editor.set_value(conv, "stride", 0)
    assert editor.spec is before
    assert notices == [("error", "'conv1': 'stride' must lie between 1 and 1,024.")]
    assert len(states) == 1  # so that the field shows the old value again


def test_a_request_for_a_layer_that_is_gone_does_nothing(editor: Editor) -> None:
    conv, relu = built_up(editor, "conv", "relu")
    editor.select((conv,))
    editor.remove()
    assert editor.selected == (relu,)
    editor.set_value(conv, "stride", 2)
    editor.rename(conv, "late")
    editor.select((conv, relu))
    assert names(editor) == ["relu1"]
    assert editor.selected == (relu,)


def test_classes_are_numbered_by_the_outputs_until_they_have_names(editor: Editor) -> None:
    editor.follow("unlabelled", UNLABELLED)
    *_, fc = built_up(editor, "flatten", "linear")
    assert editor.spec.classes == numbered_classes(32)
    editor.set_value(fc, "out_features", 10)
    assert editor.spec.classes == numbered_classes(10)
    assert not editor.plan.problems
    editor.set_classes(("cat", "dog"))
    assert editor.plan.problems == ("'fc1': 10 outputs do not match the 2 classes.",)
    (fix,) = fixes(editor.plan.rows[-1], 2)
    editor.apply_fix(fc, fix)
    assert editor.plan.output == (2,)


def test_a_linear_layer_at_the_end_begins_with_an_output_for_each_class(editor: Editor) -> None:
    *_, fc = built_up(editor, "flatten", "linear")
    assert not editor.plan.problems
    editor.add("linear", Place(before=fc))
    assert [row.values.get("out_features") for row in editor.spec.layers] == [None, 32, 9]


def test_no_classes_on_purpose_stay_none(editor: Editor) -> None:
    *_, fc = built_up(editor, "flatten", "linear")
    editor.set_classes(())
    editor.set_value(fc, "out_features", 10)
    assert editor.spec.classes == ()
    assert editor.plan.output == (10,)


def test_a_flattened_picture_does_not_make_a_million_classes(editor: Editor) -> None:
    editor.follow("unlabelled", UNLABELLED)
    editor.set_input((3, 1000, 1000))
    built_up(editor, "flatten")
    assert editor.spec.classes == ()
    built_up(editor, "linear")
    assert editor.spec.classes == numbered_classes(32)


@pytest.mark.parametrize("kind", BLOCKS)
def test_a_new_block_takes_what_comes_in(editor: Editor, kind: str) -> None:
    editor.follow("unlabelled", UNLABELLED)
    built_up(editor, "conv", "branches")  # two branches of 32 maps each
    editor.add(kind)
    row = next(row for row in editor.plan.rows if row.path == (2,))
    assert row.input == (64, 30, 30)
    assert not row.problem


def test_a_new_layer_inside_parallel_branches_gets_what_the_block_gets(editor: Editor) -> None:
    (block, *_) = built_up(editor, "branches")
    editor.add("residual", Place(block))
    inner = next(row for row in editor.plan.rows if row.path == (0, 2))
    assert inner.input == (3, 32, 32)
    assert not inner.problem


def test_the_applied_network_is_followed_without_losing_identities(editor: Editor) -> None:
    built_up(editor, "conv")
    applied = editor.spec
    assert editor.state.changed
    editor.follow("mine", applied)
    assert not editor.state.changed
    assert identities(editor.spec) == identities(applied)
    editor.undo()  # what was done before can still be undone
    assert editor.spec == EMPTY
    assert editor.state.changed


def test_an_equal_network_with_layers_of_its_own_is_taken_over(editor: Editor) -> None:
    other = from_json(to_json(architecture("tinycnn")))
    editor.follow("one", architecture("tinycnn"))
    editor.follow("other", other)
    assert identities(editor.spec) == identities(other)


def test_edits_are_not_lost_when_another_network_opens(editor: Editor) -> None:
    built_up(editor, "conv")
    draft = editor.spec
    editor.follow("tinycnn", architecture("tinycnn"))
    assert editor.spec is draft
    editor.discard()
    assert editor.spec == architecture("tinycnn")
    editor.undo()
    assert editor.spec == draft


def test_what_cannot_be_built_is_not_created(editor: Editor) -> None:
    editor.follow("unlabelled", UNLABELLED)
    created, notices = [], []
    editor.create_requested.connect(created.append)
    editor.noticed.connect(lambda kind, sentence: notices.append(sentence))
    editor.create()
    assert notices == ["The network cannot be created yet: The network is empty; add a layer."]
    built_up(editor, "flatten", "linear")
    editor.create()
    assert created == [editor.spec]
