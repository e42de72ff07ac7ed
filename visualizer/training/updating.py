"""One step of learning: forward, backward, and what the optimizer makes of it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from visualizer.data.dataset import Examples
from visualizer.networks.modules.auxiliary import auxiliary_heads, auxiliary_loss
from visualizer.training.config import TrainingConfig
from visualizer.training.forward import Forward
from visualizer.training.losses import add_penalty_gradients, loss_kind, penalty, regularised
from visualizer.training.optimizers import create_optimizer, optimizer
from visualizer.training.randomness import OwnRandomness
from visualizer.training.stepping import take_step
from visualizer.training.transfer import RATE, freeze, parameter_groups

Hook = Callable[[], None]


class Updater:
    """What learns of a module, and the optimizer that moves it.

    On the processor nothing is moved by a loss or gradients that are not numbers; ``is_finite`` is then false. On
    a GPU that would make every step wait, so that it is noticed some steps later, by who reads the losses.
    """

    def __init__(self, module: nn.Module, config: TrainingConfig, forward: Forward) -> None:
        self.is_finite = True
        self._module = module
        self._config = config
        self._forward = forward
        self._frozen = freeze(module, config.freeze_to)
        self._heads = auxiliary_heads(module)
        self._weights = regularised(module)
        self._learning = [parameter for parameter in module.parameters() if parameter.requires_grad]
        self._checks = self._learning[0].device.type == "cpu"
        self._generator = torch.Generator()
        self.optimizer = self._created()

    @property
    def base_rate(self) -> float:
        """The learning rate that the schedule multiplies."""
        rate = self._config.learning_rate
        return optimizer(self._config.optimizer).learning_rate if rate is None else rate

    def _created(self) -> torch.optim.Optimizer:
        config = self._config
        groups = parameter_groups(self._module, config.body_rate)
        return create_optimizer(config.optimizer, groups, self.base_rate, config.optimizer_settings)

    def apply(self, config: TrainingConfig) -> None:
        """Learn so from now on; an optimizer of the same kind keeps its memory of past gradients."""
        before = self._config
        self._config = config
        if (before.optimizer, dict(before.optimizer_settings)) == (
            config.optimizer,
            dict(config.optimizer_settings),
        ):
            return
        old, self.optimizer = self.optimizer, self._created()
        if before.optimizer == config.optimizer:
            with_new_settings(old, self.optimizer)

    def train_mode(self) -> None:
        """Make the module learn, but for layers whose weights are kept: their batch norm keeps its statistics too."""
        self._module.train()
        for part in self._frozen:
            part.eval()

    def seed(self, seed: int) -> None:
        """Begin a series of random numbers for dropout and the like."""
        self._generator.manual_seed(seed)
        if not self._checks:
            torch.cuda.manual_seed(seed)

    def step(
        self, batch: Examples, learning_rate: float, on_gradients: Hook | None, on_stepped: Hook | None
    ) -> Tensor:
        """Learn from one batch; (2,) float32 on the device: its mean loss and the share of hits before the step.

        ``on_gradients`` is called when the gradients are there, ``on_stepped`` when the weights have moved.
        """
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate * group.get(RATE, 1.0)
        self.is_finite = True
        figures: list[Tensor] = []

        def gradients() -> Tensor:
            loss, scores = self._backward(batch)
            if not figures:  # L-BFGS comes again
                hits = (scores.argmax(dim=1) == batch.labels).float().mean()
                figures.append(torch.stack([loss.detach(), hits]))
                self._check(loss)
                if on_gradients is not None:
                    on_gradients()
            return self._objective(loss)

        try:
            if optimizer(self._config.optimizer).needs_closure:
                self._careful_step(gradients)
            else:
                gradients()
                take_step(self.optimizer)
        except _NotANumber:
            self.is_finite = False
            return figures[0]
        if on_stepped is not None:
            on_stepped()
        return figures[0]

    def _backward(self, batch: Examples) -> tuple[Tensor, Tensor]:
        config = self._config
        self.optimizer.zero_grad(set_to_none=True)
        with torch.enable_grad():
            with OwnRandomness(self._generator):
                scores = self._forward([self._module], batch.images)
            loss = loss_kind(config.loss).compute(scores, batch.labels, config.label_smoothing)
            total = loss + auxiliary_loss(self._heads, batch.labels)
            total.backward()  # type: ignore[no-untyped-call]
        if optimizer(config.optimizer).needs_closure:  # L-BFGS wants gradients that it can view as vectors
            for parameter in self._learning:
                if parameter.grad is not None:
                    parameter.grad = parameter.grad.contiguous()
        if config.l1 or config.l2:
            add_penalty_gradients(self._weights, config.l1, config.l2)
        return loss.detach(), scores.detach()

    def _objective(self, loss: Tensor) -> Tensor:
        config = self._config
        if not (config.l1 or config.l2):
            return loss
        with torch.no_grad():
            return loss + penalty(self._weights, config.l1, config.l2)

    def _check(self, loss: Tensor) -> None:
        """Raise ``_NotANumber``; on the processor alone, where it costs well under a hundredth of a step."""
        if not self._checks:
            return
        gradients = [parameter.grad for parameter in self._learning if parameter.grad is not None]
        if not (loss.isfinite() and are_finite(gradients)):
            raise _NotANumber

    def _careful_step(self, gradients: Callable[[], Tensor]) -> None:
        """A step of an optimizer that computes several losses: weights that are no numbers are put back."""
        weights = [parameter.detach() for parameter in self._learning]
        before = [weight.clone() for weight in weights]
        take_step(self.optimizer, gradients)
        if self._checks and not are_finite(weights):
            with torch.no_grad():
                torch._foreach_copy_(weights, before)
            raise _NotANumber


class _NotANumber(Exception):
    """The loss or a gradient is nan or infinite."""


@torch.no_grad()
def are_finite(tensors: list[Tensor]) -> bool:
    """Whether all values are numbers: a sum with nan or infinity among its terms is one of these.

    A maximum, or ``isfinite`` of each value, costs six times as much.
    """
    return not tensors or bool(torch.stack([tensor.sum() for tensor in tensors]).isfinite().all())


def with_new_settings(old: torch.optim.Optimizer, new: torch.optim.Optimizer) -> None:
    """Give the memory of an optimizer to one of the same kind with other settings."""
    before, after = old.state_dict(), new.state_dict()
    for state, settings in zip(before.get("parts", [before]), after.get("parts", [after]), strict=True):
        state["param_groups"] = settings["param_groups"]
    new.load_state_dict(before)
