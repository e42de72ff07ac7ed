"""Whether a network can learn a data set as it is, and the settings of a first try."""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from visualizer.data.dataset import DataChoice, Dataset
from visualizer.data.shapes import CLASSES
from visualizer.errors import UserError, as_sentence
from visualizer.networks.anatomy import Anatomy
from visualizer.networks.memory import BYTES_PER_VALUE, available, size_words
from visualizer.networks.naming import shown
from visualizer.networks.network import Network
from visualizer.networks.planning import plan
from visualizer.training.augmentation import usual_augmentation
from visualizer.training.config import TrainingConfig
from visualizer.training.failures import OutOfMemory, largest_output

EPOCHS = 20
WARM_UP = 0.25  # epochs
"""Of the built-in shapes; a data set that ends is seen ``EPOCHS_OF_FILES`` times."""
EPOCHS_OF_FILES = 8
STEPS_PER_EPOCH = 64
BATCHES_OF_VALIDATION = 16
LARGEST_BATCH = 64
MACS_PER_STEP = 5e9  # of the forward pass: a second or two on one core, so that stop is obeyed soon
SMALL = 1_000_000  # parameters
LESS_MEMORY = "give it fewer channels or a smaller input in Build"


def obstacle(
    network: Network, anatomy: Anatomy, classes: tuple[str, ...] | None = CLASSES, data: str = "shapes"
) -> str:
    """Why ``network`` cannot learn the data set ``data`` of these ``classes`` as it is, "" if it can.

    ``classes`` are None where nobody knows them yet. A sentence that says what to change.
    """
    found = _obstacle(network, anatomy, classes, shown(data))
    return as_sentence(found) if found else ""


def _obstacle(network: Network, anatomy: Anatomy, classes: tuple[str, ...] | None, data: str) -> str:
    outputs = len(network.classes) or _outputs(anatomy)
    if classes is None:
        classes = network.classes or tuple(map(str, range(outputs)))
    name, count = shown(network.name), len(classes)
    channels, height, width = network.input
    if data == "shapes" and channels not in (1, 3):
        return f"shapes has 1 or 3 channels, {name} takes {channels}: set the channels of its input to 3 in Build."
    if data == "shapes" and height != width:
        return f"shapes are square, {name} takes {width}×{height}: set its input to 32×32 in Build."
    if not anatomy.parameters:
        return f"there are no weights to train in {name}: add a convolution or a linear layer in Build."
    if not outputs:
        wanted = f"with {count} outputs " if count else ""
        return f"training needs scores of classes, {name} gives none: end it with Flatten and Linear {wanted}in Build."
    if len(network.classes) not in (0, count):
        return (
            f"{data} has {count} classes, {name} has {outputs}: choose the classes {data.capitalize()} in Build, "
            f"then {count} outputs of the last layer."
        )
    if outputs != count:
        return (
            f"{data} has {count} classes, {name} gives {outputs} output{'s' if outputs > 1 else ''}: "
            f"set the last layer's outputs to {count} in Build."
        )
    problems = plan(replace(network.spec, classes=classes)).problems if network.spec is not None else ()
    if problems:  # of an auxiliary head
        return f"{name} cannot learn {count} classes: {problems[0]} Mend that in Build."
    return ""


def _outputs(anatomy: Anatomy) -> int:
    """The length of the vector that the last layer gives; 0 where it gives something else."""
    output = anatomy.layers[-1].output if anatomy.layers else ()
    return output[0] if len(output) == 1 else 0


def usual_config(
    network: Network, anatomy: Anatomy, device: torch.device, source: str = "shapes"
) -> tuple[TrainingConfig, DataChoice]:
    """The settings of a first try: a small network has learnt much of the shapes after half a minute on two cores.

    The batch is halved until a step takes a bearable time and the memory suffices; raises ``UserError`` where it
    never does.
    """
    batch = usual_batch(network, anatomy, device)
    rate = 0.002 if anatomy.parameters < SMALL else 0.001
    epochs = EPOCHS if source == "shapes" else EPOCHS_OF_FILES
    # A cosine begins fast: there is something to see within seconds, also of a long run.
    config = TrainingConfig(
        epochs=epochs, batch=batch, learning_rate=rate, schedule="cosine", warm_up=WARM_UP, reading=5
    )
    return config, usual_choice(batch, source)


def suited(config: TrainingConfig, dataset: Dataset) -> TrainingConfig:
    """The settings of a first try with ``dataset``: a batch that it has the images for, the usual augmentation.

    Pictures that are new in each epoch are not augmented.
    """
    augmentation = usual_augmentation(dataset.validation.images) if dataset.is_augmented else {}
    return replace(config, batch=min(config.batch, dataset.training_count), augmentation=augmentation)


def usual_choice(batch: int, source: str = "shapes") -> DataChoice:
    """The built-in shapes in epochs that are soon over, with so many images a batch; other data as it is."""
    if source != "shapes":
        return DataChoice(source)
    return DataChoice(
        source, per_epoch=STEPS_PER_EPOCH * batch, validation_count=BATCHES_OF_VALIDATION * batch
    )


def usual_batch(network: Network, anatomy: Anatomy, device: torch.device) -> int:
    """Images a step. Raises ``UserError`` where there is not even memory for two."""
    batch = LARGEST_BATCH
    while batch > 8 and device.type == "cpu" and anatomy.macs * batch > MACS_PER_STEP:
        batch //= 2
    while (needed := memory_needed(network, anatomy, batch)) > available():
        if batch == 2:  # batch norm needs two
            raise UserError(
                f"training {shown(network.name)} needs about {size_words(needed)} of memory, there are "
                f"{size_words(available())}; {LESS_MEMORY}"
            )
        batch //= 2
    return batch


def memory_needed(network: Network, anatomy: Anatomy, batch: int) -> int:
    """Bytes that a run needs, roughly: weights with gradients and two moments, kept outputs, pictures."""
    pictures = (STEPS_PER_EPOCH + BATCHES_OF_VALIDATION) * batch * math.prod(network.input)
    return BYTES_PER_VALUE * (6 * anatomy.parameters + 3 * batch * _outputs_in_all(anatomy)) + pictures


def check_memory(network: Network, anatomy: Anatomy, batch: int) -> None:
    """Raise ``OutOfMemory`` where steps with ``batch`` images cannot have the processor's memory they need.

    Many systems promise memory that they do not have, and end the program when it is used.
    """
    needed = BYTES_PER_VALUE * (4 * anatomy.parameters + 2 * batch * _outputs_in_all(anatomy))
    if needed <= available():
        return
    layer, words = largest_output(anatomy, batch)
    lower = f"lower the batch size ({batch}) or " if batch > 1 else ""
    raise OutOfMemory(
        f"training {shown(network.name)} needs about {size_words(needed)} of memory, there are "
        f"{size_words(available())}, most of it for {words}; {lower}{LESS_MEMORY}",
        layer,
    )


def _outputs_in_all(anatomy: Anatomy) -> int:
    """Values that all layers together give for one image."""
    return sum(math.prod(layer.output) for layer in anatomy.layers)
