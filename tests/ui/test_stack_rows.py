from __future__ import annotations

import random
from itertools import pairwise

import pytest

from visualizer.networks import editing
from visualizer.networks.architectures import spec as architecture
from visualizer.networks.editing import Place
from visualizer.networks.planning import plan
from visualizer.networks.spec import LayerSpec, NetworkSpec, layer, walk
from visualizer.ui.editor import EMPTY
from visualizer.ui.widgets.stack_folds import Folds
from visualizer.ui.widgets.stack_rows import Lane, ShownRow, target_in_gap, target_in_row


def network(*layers: LayerSpec) -> NetworkSpec:
    return NetworkSpec("test", (3, 16, 16), layers, (), EMPTY.preprocessing)


def relus(name: str, count: int) -> LayerSpec:
    return layer("sequence", name, *(layer("relu", f"relu{number}") for number in range(count)))


def shown(network: NetworkSpec) -> tuple[ShownRow, ...]:
    return Folds().rows(plan(network))


def names(rows: tuple[ShownRow, ...]) -> list[str]:
    return [row.plan.spec.name for row in rows]


def parents(network: NetworkSpec) -> dict[tuple[int, ...], int]:
    return {path: row.identity for path, row in walk(network.layers) if row.row.is_block}


NESTED = network(
    layer("relu", "first"),
    layer("sequence", "outer", relus("inner", 2), layer("relu", "after")),
    layer("relu", "last"),
)


def test_rows_are_all_layers_in_order():
    rows = shown(NESTED)
    assert names(rows) == ["first", "outer", "inner", "relu0", "relu1", "after", "last"]
    assert [row.depth for row in rows] == [0, 0, 1, 2, 2, 1, 0]


@pytest.mark.parametrize(("count", "is_open"), [(8, True), (9, False)])
def test_a_block_of_more_than_eight_layers_starts_collapsed(count, is_open):
    rows = shown(network(relus("block", count)))
    assert rows[0].is_open == is_open
    assert len(rows) == (1 + count if is_open else 1)
    assert rows[0].layers == count


def test_many_blocks_side_by_side_start_collapsed():
    assert len(shown(network(*(relus(f"block{number}", 2) for number in range(5))))) == 5
    assert len(shown(network(*(relus(f"block{number}", 2) for number in range(4))))) == 12


def test_a_block_that_grows_stays_as_it_is():
    folds = Folds()
    spec = network(relus("block", 8))
    assert len(folds.rows(plan(spec))) == 9
    grown = editing.insert(spec, (layer("relu", "more"),), Place(spec.layers[0].identity))
    assert len(folds.rows(plan(grown))) == 10


def test_what_is_selected_inside_a_collapsed_block_is_revealed():
    spec = network(relus("block", 12))
    folds = Folds()
    assert len(folds.rows(plan(spec))) == 1
    folds.reveal(plan(spec), [spec.layers[0].layers[5].identity])
    assert len(folds.rows(plan(spec))) == 13


def test_a_collapsed_block_tells_the_problem_inside():
    block = layer("sequence", "block", layer("linear", "fc", out_features=3), layer("relu", "relu"))
    folds = Folds()
    folds.set_collapsed(block.identity, True)
    (row,) = folds.rows(plan(network(block)))
    assert row.hidden is not None
    assert row.hidden.spec.name == "fc"


# The line beside the rows


def test_a_chain_goes_into_its_block_and_out_again():
    lanes = [row.lane for row in shown(NESTED)]
    assert [(lane.above, lane.depth, lane.below) for lane in lanes] == [
        (0, 0, 0),
        (0, 0, 0),
        (0, 1, 1),
        (1, 2, 2),
        (2, 2, 2),
        (2, 1, 1),
        (1, 0, None),
    ]
    assert not any(lane.passing for lane in lanes)


def test_layers_side_by_side_hang_on_the_lane_of_their_block():
    block = layer("branches", "block", layer("relu", "left"), relus("right", 1), layer("relu", "third"))
    lanes = [row.lane for row in shown(network(block, layer("relu", "after")))]
    side = ((0, 0),)
    assert lanes == [
        Lane(0, 0, 0),
        Lane(1, 0, 0, side),
        Lane(1, 0, 1, side),
        Lane(2, 1, 0, side),
        Lane(1, 0, 0, side),
        Lane(0, 0, None),
    ]


@pytest.mark.parametrize("name", ["resnet18", "resnet152", "mini-vgg", "autoencoder"])
def test_the_lines_of_neighbouring_rows_meet(name):
    spec = architecture(name)
    folds = Folds()
    for _, row in walk(spec.layers):
        folds.set_collapsed(row.identity, False)
    rows = folds.rows(plan(spec))
    assert len(rows) == len(plan(spec).rows)
    for upper, lower in pairwise(rows):
        assert upper.lane.below == lower.lane.above
    assert rows[-1].lane.below is None


# Places for drops


def place(index: int, share: float, depth: int | None = None) -> tuple[str | None, str | None]:
    """Names of the block and of the layer behind the place of a drop over a row of NESTED."""
    target = target_in_row(shown(NESTED), index, share, depth, parents(NESTED)).place
    known = {row.identity: row.name for _, row in walk(NESTED.layers)}
    return known.get(target.block), known.get(target.before)


@pytest.mark.parametrize(
    ("index", "share", "depth", "expected"),
    [
        (0, 0.2, None, (None, "first")),
        (0, 0.8, None, (None, "outer")),
        (1, 0.8, None, ("outer", "inner")),
        (4, 0.8, None, ("inner", None)),
        (4, 0.8, 1, ("outer", "after")),
        (5, 0.2, None, ("outer", "after")),
        (5, 0.2, 2, ("inner", None)),
        (5, 0.9, None, ("outer", None)),
        (5, 0.9, 0, (None, "last")),
        (6, 0.1, 5, ("outer", None)),
        (6, 0.9, None, (None, None)),
    ],
)
def test_a_drop_goes_beside_the_row_under_it(index, share, depth, expected):
    assert place(index, share, depth) == expected


def test_a_drop_on_the_middle_of_a_closed_block_goes_into_it():
    spec = network(relus("block", 9), layer("sequence", "empty"))
    for index in (0, 1):
        target = target_in_row(shown(spec), index, 0.5, None, parents(spec))
        assert (target.place, target.into) == (Place(spec.layers[index].identity), index)


def test_a_drop_into_nothing_goes_to_the_end():
    assert target_in_gap((), 0, 3, {}).place == Place()


def test_a_drop_in_any_gap_of_any_tree_arrives_in_that_gap():
    generator = random.Random(1)
    for _ in range(60):
        spec = network(*_random_layers(generator, 3))
        folds = Folds()
        for _, row in walk(spec.layers):
            folds.set_collapsed(row.identity, generator.random() < 0.3)
        rows = folds.rows(plan(spec))
        for gap in range(len(rows) + 1):
            target = target_in_gap(rows, gap, generator.randrange(5), parents(spec))
            new = layer("gelu", "new")
            after = folds.rows(plan(editing.insert(spec, (new,), target.place)))
            at = next((at for at, row in enumerate(after) if row.identity == new.identity), None)
            if at is None:  # it went into a block that is collapsed
                assert not rows[gap - 1].is_open
            else:
                assert (at, after[at].depth) == (gap, target.depth)


def _random_layers(generator: random.Random, depth: int) -> list[LayerSpec]:
    made = []
    for number in range(generator.randrange(4)):
        inside = _random_layers(generator, depth - 1) if depth and generator.random() < 0.5 else None
        made.append(
            layer("relu", f"relu{number}") if inside is None else layer("sequence", f"block{number}", *inside)
        )
    return made
