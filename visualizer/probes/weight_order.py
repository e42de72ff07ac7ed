"""In which order the units of a layer are shown by their weights."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Order = Literal["index", "norm", "change", "similarity"]
LARGEST = 512
"""Units that are clustered at most: 512 rows of 2304 take 0.1 s."""

_BEST_ORDERED = 128  # units whose leaves are ordered optimally; the time grows with the cube: 128 take 20 ms


def order_weights(
    order: Order, weights: Floats, norms: Floats, change_norms: Floats | None
) -> NDArray[np.intp]:
    """The units (U,) in the order of display: by number, by norm or change, largest first, or similar ones together.

    ``weights`` is (U, …). Equal units stay in the order of their numbers; so do all where there is no change to
    sort by, and layers of more than ``LARGEST`` units that should be clustered.
    """
    if order == "similarity" and 2 < len(weights) <= LARGEST:
        return _clustered(weights.reshape(len(weights), -1))
    key = norms if order == "norm" else change_norms if order == "change" else None
    if key is None:
        return np.arange(len(weights), dtype=np.intp)
    return np.argsort(-np.nan_to_num(key), kind="stable")


def _clustered(rows: Floats) -> NDArray[np.intp]:
    """Hierarchical clustering by cosine distance (average linkage), its leaves in order.

    Optimal leaf ordering after Bar-Joseph et al. 2001: the sum of the distances of neighbours is smallest.
    """
    from scipy.cluster.hierarchy import leaves_list, linkage  # up to a second, only for those who ask
    from scipy.spatial.distance import squareform

    finite = np.nan_to_num(rows.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    lengths = np.linalg.norm(finite, axis=1, keepdims=True)
    directions = finite / np.where(lengths > 0, lengths, 1)
    distances = np.clip(1 - directions @ directions.T, 0, 2)
    np.fill_diagonal(distances, 0)
    tree = linkage(
        squareform(distances, checks=False), "average", optimal_ordering=len(rows) <= _BEST_ORDERED
    )
    leaves: NDArray[np.intp] = leaves_list(tree).astype(np.intp)
    return leaves
