"""What tests of reading pictures have in common."""

import io

import pytest

from visualizer.data.images import read_image, read_image_bytes
from visualizer.errors import UserError

# Pillow loads this one at the cost of 1.36 GB; we refuse it.
REFUSED = {"malformed/bomb_176megapixel_rgb.png"}


def encoded(image, kind="PNG", **options):
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def pixels_of(data, name="picture"):
    return read_image_bytes(data, name).pixels


def refusal(path):
    with pytest.raises(UserError) as caught:
        read_image(path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert "\x1b" not in sentence
    assert "PIL" not in sentence
    return sentence
