"""Asks a network about many inputs at once: in pieces that fit, or one by one where it takes no batches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from visualizer.errors import UserError
from visualizer.networks.memory import is_out_of_memory
from visualizer.networks.naming import shown
from visualizer.networks.network import Network
from visualizer.networks.tracing import tensors_in

_LARGEST = {"cpu": 16 << 20, "cuda": 128 << 20}
"""Bytes of the largest tensor of a piece, be it its images. On a processor larger ones no longer fit its caches; few
are alive at once, so that a piece takes some 64 MB there and half a gigabyte on a GPU."""
_MOST = 4096  # inputs of a piece


class Forward:
    """The outputs of a network that nobody else hooks (``networks.apart``), in evaluation mode without gradients.

    For one thread. ``size`` is how many inputs it takes at once: known after the first call, whose first input goes
    alone and shows how large the tensors are.
    """

    def __init__(self, network: Network) -> None:
        self._name, self._module = network.name, network.module
        example = next(network.module.parameters(), torch.empty(0))
        self.device, self.dtype = example.device, example.dtype
        self.size = 1
        self._classes = 0  # outputs for one input; 0 before the first
        self._overwrites = True  # its images; until a batch has gone through and is as it was

    def __call__(self, images: Tensor) -> Tensor:
        """The outputs (N, K) float32 for prepared images (N, C, H, W), on the network's device.

        The network may overwrite the images.

        Raises:
            UserError: the network gives no scores of classes, or memory does not suffice for one input.
        """
        images = images.to(self.device, self.dtype)
        outputs: list[Tensor] = []
        done = 0
        with torch.inference_mode():
            if not self._classes:
                outputs.append(self._first(images[:1]))
                done = 1
            while done < len(images):
                piece = self._piece(images[done : done + self.size])
                outputs.append(piece)
                done += len(piece)
        return outputs[0] if len(outputs) == 1 else torch.cat(outputs)

    def _first(self, image: Tensor) -> Tensor:
        try:
            with _tensor_sizes(self._module) as sizes:
                sizes.append(image.numel() * image.element_size())  # a network may look at means of it alone
                result = self._module(image)
        except Exception as error:
            raise self._memory_error() if is_out_of_memory(error) else error from None
        outputs = next(tensors_in(result), None)
        if not _are_scores(outputs, 1):
            raise UserError(
                f"{shown(self._name)} gives {_kind(outputs)}, not scores of classes; choose a classifier"
            )
        assert outputs is not None
        self._classes = outputs.shape[1]
        self.size = max(1, min(_MOST, _LARGEST.get(self.device.type, _LARGEST["cpu"]) // max(sizes)))
        return outputs.float()

    def _piece(self, images: Tensor) -> Tensor:
        """The outputs of these images, or of the first of them where they are too many."""
        try:
            # What may be asked again must be as it was; copies cost a hundredth of a small network's pass.
            asked = images.clone() if self._overwrites and len(images) > 1 else images
            outputs = next(tensors_in(self._module(asked)), None)
        except Exception as error:  # whatever its code raises about a batch, it may take one image
            lacks_memory = is_out_of_memory(error)
            if len(images) == 1:
                raise self._memory_error() if lacks_memory else error from None
        else:
            if _are_scores(outputs, len(images), self._classes):
                if asked is not images:
                    self._overwrites = not asked.equal(images)
                assert outputs is not None
                return outputs.float()
            if len(images) == 1:
                raise UserError(f"{shown(self._name)} gives now {_kind(outputs)}, not scores of classes")
            lacks_memory = False
        # Outside the handler, which would hold the tensors of the failed pass.
        self.size = len(images) // 2 if lacks_memory else 1
        if lacks_memory and self.device.type == "cuda":
            torch.cuda.empty_cache()
        return self._piece(images[: self.size])

    def _memory_error(self) -> UserError:
        return UserError(
            f"the memory does not suffice to ask {shown(self._name)} about one input; close other networks"
        )


@contextmanager
def _tensor_sizes(module: nn.Module) -> Iterator[list[int]]:
    """Notes the bytes of every tensor that a part of the module gives meanwhile."""
    sizes = [1]

    def note(part: nn.Module, args: Any, result: Any) -> None:
        sizes.extend(tensor.numel() * tensor.element_size() for tensor in tensors_in(result))

    hooks = [part.register_forward_hook(note) for part in module.modules()]
    try:
        yield sizes
    finally:
        for hook in hooks:
            hook.remove()


def _are_scores(outputs: Tensor | None, count: int, classes: int | None = None) -> bool:
    if outputs is None or outputs.ndim != 2 or len(outputs) != count or outputs.is_complex():
        return False
    return outputs.shape[1] == classes if classes else outputs.shape[1] > 0


def _kind(outputs: Tensor | None) -> str:
    if outputs is None:
        return "no tensor"
    if outputs.is_complex():
        return "complex numbers"
    shape = "×".join(map(str, outputs.shape[1:] if len(outputs.shape) > 1 else outputs.shape))
    return f"pictures ({shape})" if outputs.ndim == 4 else f"{outputs.ndim} axes of numbers ({shape})"
