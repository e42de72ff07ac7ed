"""The fields of the settings that every run has, whatever its optimizer, schedule and the like."""

from __future__ import annotations

from visualizer.networks.layers.kinds import Field
from visualizer.training.config import TrainingConfig
from visualizer.training.forward import PRECISIONS

USUAL = TrainingConfig()
BATCH = Field("batch", int, USUAL.batch, 1, 65_536, "images in one step", title="Batch")
PRECISION = Field(
    "precision", str, "auto", 0, 0, "bfloat16 is faster on recent GPUs", choices=PRECISIONS, title="Precision"
)
SMOOTHING = Field(
    "label_smoothing", float, 0.0, 0.0, 0.99, "the share of the label given to all classes alike",
    title="Label smoothing",
)  # fmt: skip
WARM_UP = Field(
    "warm_up", float, 0.0, 0.0, 1000.0, "epochs in which the rate rises to its start", title="Warm-up"
)
L2 = Field("l2", float, 0.0, 0.0, 10.0, "times Σw², added to the loss; with L1: elastic net", title="L2")
L1 = Field("l1", float, 0.0, 0.0, 10.0, "times Σ|w|, added to the loss; makes weights 0", title="L1")
BODY_RATE = Field(
    "body_rate", float, 1.0, 0.0, 100.0, "the learning rate of all layers but the last is multiplied by this",
    title="Body's rate",
)  # fmt: skip
EPOCHS = Field("epochs", int, USUAL.epochs, 1, 100_000, "how often each image is seen", title="Epochs")
PATIENCE = Field(
    "patience", int, 0, 0, 100_000, "epochs without a better validation loss that end the run; 0 for never",
    title="Patience",
)  # fmt: skip
SEED = Field("seed", int, USUAL.seed, 0, 2**31 - 1, "the same seed gives the same run", title="Seed")
VALIDATE = Field(
    "validate_every", int, 0, 0, 10_000_000, "steps between two validations within an epoch; 0 for its end alone",
    title="Validate every",
)  # fmt: skip
