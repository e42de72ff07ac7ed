import numpy as np
import pytest
import torch

from visualizer.assets import resource
from visualizer.data import shapes
from visualizer.data.images import read_image
from visualizer.data.preprocessing import prepare
from visualizer.networks.building import build
from visualizer.networks.files import read_weights

FRESH_SEED = 987_654_321  # the run had the seed 1337, for validation 2³² + 1337


@pytest.fixture(scope="module")
def bundled():
    weights = read_weights(resource("networks/shapes-net.safetensors"))
    module = build(weights.spec)
    module.load_state_dict(weights.tensors)
    return weights.spec, module.eval()


def test_it_is_small():
    assert resource("networks/shapes-net.safetensors").stat().st_size < 3_000_000


def test_it_knows_fresh_shapes(bundled):
    spec, module = bundled
    assert spec.classes == shapes.CLASSES
    images, labels = shapes.batch(FRESH_SEED, 0, 2_000)
    mean, std = (
        torch.tensor(values)[:, None, None] for values in (spec.preprocessing.mean, spec.preprocessing.std)
    )
    with torch.inference_mode():
        batches = ((torch.from_numpy(batch) / 255 - mean) / std for batch in np.split(images, 10))
        chosen = torch.cat([module(batch).argmax(dim=1) for batch in batches]).numpy()
    assert (chosen == labels).mean() >= 0.95
    assert all((chosen == labels)[labels == label].mean() > 0.9 for label in np.unique(labels))


def test_it_knows_the_sample_pictures(bundled):
    spec, module = bundled
    paths = sorted(resource("images").glob("*.png"))
    assert {path.stem for path in paths} == {name.replace(" ", "-") for name in shapes.CLASSES}
    for path in paths:
        input = read_image(path)
        assert input.pixels.shape == (256, 256, 3)
        assert path.stat().st_size < 20_000
        with torch.inference_mode():
            logits = module(prepare(input.pixels, spec.preprocessing, spec.input).tensor)
        assert spec.classes[int(logits.argmax())].replace(" ", "-") == path.stem
