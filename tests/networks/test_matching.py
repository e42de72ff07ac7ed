from collections.abc import Callable

import pytest
import torch

from visualizer.errors import UserError
from visualizer.networks import torchvision_zoo
from visualizer.networks.matching import compare, from_own


@pytest.mark.parametrize("name", ["resnet18", "tinycnn"])
def test_a_huge_number_of_channels_is_refused(check_sentence: Callable[[UserError], None], name: str) -> None:
    own = name == "tinycnn"
    key, shape = ("conv1.weight", (8, 3, 3)) if own else ("conv1.weight", (64, 7, 7))
    blueprint = from_own(name) if own else torchvision_zoo.blueprint(name)
    tensor = torch.empty(shape[0], 1025, *shape[1:], device="meta")
    with pytest.raises(UserError, match="1,025 channels") as raised:
        compare(blueprint, {key: tensor})
    check_sentence(raised.value)


def test_a_huge_picture_is_refused() -> None:
    tokens = torch.empty(1, 100 * 100 + 1, 768, device="meta")
    with pytest.raises(UserError, match="1,600 × 1,600"):
        compare(torchvision_zoo.blueprint("vit_b_16"), {"encoder.pos_embedding": tokens})
