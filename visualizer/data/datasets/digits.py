"""scikit-learn's digits: 1,797 handwritten digits of 8×8 pixels that come with the library."""

from __future__ import annotations

import numpy as np
import torch

from visualizer.data.dataset import Dataset, Examples
from visualizer.data.datasets.assembly import Published, dataset_for
from visualizer.data.datasets.request import Request
from visualizer.errors import UserError

_LEVELS = 16  # values are 0…16


def open_digits(request: Request) -> Dataset:
    """The digits for a network. Raises ``UserError`` where scikit-learn is not installed."""
    request.report("reading the digits", None)
    try:
        from sklearn.datasets import load_digits  # takes a second or two, and only this row needs it
    except ImportError:
        raise UserError(
            "the digits come with scikit-learn, which is not installed; run `pip install scikit-learn`"
        ) from None
    digits = load_digits()
    values = np.rint(digits.images * (255 / _LEVELS)).astype(np.uint8)
    examples = Examples(torch.from_numpy(values)[:, None], torch.from_numpy(digits.target.astype(np.int64)))
    classes = tuple(str(number) for number in range(10))
    return dataset_for(Published("digits", classes, examples), request)
