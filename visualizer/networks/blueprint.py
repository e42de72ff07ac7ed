"""An architecture that can be built for any number of classes and input channels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import nn

from visualizer.networks.adapting import adapted
from visualizer.networks.building import build as build_spec
from visualizer.networks.network import Network, Preprocessing
from visualizer.networks.numbering import numbered_classes
from visualizer.networks.skeleton import Skeleton
from visualizer.networks.spec import NetworkSpec

SEED = 1337


@dataclass(frozen=True, slots=True)
class Variant:
    """What a file may have other than the architecture's usual: classes, input channels, picture side."""

    classes: int
    channels: int
    side: int


@dataclass(frozen=True, slots=True)
class Blueprint:
    """An architecture: what goes in and comes out usually, and ``build``, which makes any variant of it.

    ``optional`` are prefixes of keys that files may have or lack (auxiliary heads); ``spec`` is what it is made
    from, if from a specification.
    """

    name: str
    input: tuple[int, int, int]
    classes: tuple[str, ...]
    preprocessing: Preprocessing
    build: Callable[[Variant], nn.Module] = field(repr=False)
    optional: tuple[str, ...] = ()
    spec: NetworkSpec | None = field(default=None, repr=False, compare=False)

    @property
    def usual(self) -> Variant:
        """The variant as published."""
        return Variant(len(self.classes), self.input[0], self.input[1])

    def skeleton(self, variant: Variant) -> nn.Module:
        """The module without memory, to compare with and to load into."""
        with Skeleton():
            return self.build(variant)

    def random(self) -> nn.Module:
        """The module with random weights, the same in every run; the global generator stays as it was."""
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(SEED)  # torch.manual_seed would seed the GPUs as well
            return self.build(self.usual)

    def network(
        self, module: nn.Module, variant: Variant, weights: str, notes: tuple[str, ...] = ()
    ) -> Network:
        """The open network around ``module``, which is a ``variant`` of this architecture."""
        size = (variant.side, variant.side) if variant.side != self.input[1] else self.input[1:]
        input, classes = (variant.channels, *size), self._labels(variant.classes)
        preprocessing = self._preprocessing(variant)
        return Network(
            name=self.name,
            module=module.eval().requires_grad_(False),
            input=input,
            classes=classes,
            preprocessing=preprocessing,
            weights=weights,
            notes=notes,
            spec=adapted(self.spec, input, classes, preprocessing) if self.spec else None,
        )

    def _labels(self, classes: int) -> tuple[str, ...]:
        return self.classes if classes == len(self.classes) else numbered_classes(classes)

    def _preprocessing(self, variant: Variant) -> Preprocessing:
        usual = self.preprocessing.with_channels(variant.channels)
        return usual if variant.side == self.input[1] else usual.with_side(variant.side)


def from_spec(spec: NetworkSpec) -> Blueprint:
    """The blueprint of a specification."""

    def build(variant: Variant) -> nn.Module:
        input = (variant.channels, *spec.input[1:])
        classes = tuple(map(str, range(variant.classes)))
        return build_spec(adapted(spec, input, classes, spec.preprocessing))

    return Blueprint(spec.name, spec.input, spec.classes, spec.preprocessing, build, spec=spec)
