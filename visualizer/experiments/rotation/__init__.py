"""Can a network be made not to care how its input is turned? Mini-VGG against its variants, one recipe for all."""

from visualizer.experiments.rotation.experiment import Outcome as Outcome
from visualizer.experiments.rotation.experiment import run as run
from visualizer.experiments.rotation.settings import RECIPES as RECIPES
from visualizer.experiments.rotation.settings import RotationSettings as RotationSettings
