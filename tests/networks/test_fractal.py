"""The fractal block against the expansion rule of the paper, and drop-path."""

import pytest
import torch

from visualizer.networks.modules.drop_path import alive
from visualizer.networks.modules.fractal import Fractal
from visualizer.networks.spec import layer

SHAPE = (4, 6, 5)


def fractal(columns, drop_path=0.15):
    return layer("fractal", "block", channels=7, columns=columns, drop_path=drop_path)


def ends(columns, x, position=0):
    """The outputs that end together: f₍C+1₎(z) = join(f_C(f_C(z)), conv(z)), joins that meet being one.

    ``position`` counts the convolutions of the first of ``columns`` that lie before x.
    """
    first, *deeper = columns
    outputs = [first[position](x)]
    if deeper:
        middle = mean(ends(deeper, x, 2 * position))
        outputs += ends(deeper, middle, 2 * position + 1)
    return outputs


def mean(outputs):
    return torch.stack(outputs).mean(dim=0)


@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_a_block_is_the_expansion_rule(columns, built, with_statistics):
    module = with_statistics(built(fractal(columns), SHAPE))
    x = torch.randn(2, *SHAPE)
    torch.testing.assert_close(module(x), mean(ends(list(module.columns), x)))


@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_the_deepest_column_tells_what_a_block_sees(columns, planned, check_plan):
    check_plan(fractal(columns), (4, 9, 9))
    row = planned(fractal(columns), (4, 9, 9))
    assert row.receptive_field == 2 * 2 ** (columns - 1) + 1
    convolutions = 2**columns - 1
    first = columns  # of each column, on the block's input
    assert row.macs == 81 * 9 * 7 * (first * 4 + (convolutions - first) * 7)


def test_evaluation_has_no_chance(built):
    module = built(fractal(3, drop_path=1.0), SHAPE)
    x = torch.randn(2, *SHAPE)
    assert torch.equal(module(x), module(x))


def test_training_without_drop_path_has_all_columns():
    torch.manual_seed(0)
    module = Fractal(4, 7, columns=3, drop_path=0.0)
    x = torch.randn(2, *SHAPE)
    torch.testing.assert_close(module(x), mean(ends(list(module.columns), x)))


def test_half_of_the_batches_go_through_one_column():
    torch.manual_seed(0)
    module = Fractal(4, 7, columns=3, drop_path=1e-9)
    used = torch.zeros(4)  # by how many columns were used: of one alone, or all
    for _ in range(400):
        module.zero_grad(set_to_none=True)
        module(torch.randn(2, *SHAPE)).sum().backward()
        used[sum(column[0].conv.weight.grad is not None for column in module.columns)] += 1
    assert used[0] == used[2] == 0
    assert 155 <= used[1] <= 245  # 200 ± 4.5 standard deviations


def test_local_drop_path_leaves_one_at_least():
    torch.manual_seed(0)
    draws = [alive(3, 0.15) for _ in range(2000)]
    assert all(draw and draw == sorted(set(draw)) for draw in draws)
    shares = [sum(path in draw for draw in draws) / 2000 for path in range(3)]
    assert shares == pytest.approx([0.85 + 0.15**3 / 3] * 3, abs=0.035)
    assert {len(alive(3, 1.0)) for _ in range(50)} == {1}
    assert {alive(3, 1.0)[0] for _ in range(50)} == {0, 1, 2}


def test_a_block_learns_whatever_is_dropped():
    torch.manual_seed(0)
    module = Fractal(4, 7, columns=3, drop_path=0.9)
    for _ in range(40):
        assert module(torch.randn(2, *SHAPE)).shape == (2, 7, 6, 5)


def test_a_seed_reproduces_drop_path():
    module = Fractal(4, 7, columns=3, drop_path=0.5)
    x = torch.randn(2, *SHAPE)

    def outputs():
        torch.manual_seed(5)
        return [module(x) for _ in range(12)]

    first = outputs()
    assert all(torch.equal(one, other) for one, other in zip(first, outputs(), strict=True))
    assert any(not torch.equal(first[0], other) for other in first[1:])
