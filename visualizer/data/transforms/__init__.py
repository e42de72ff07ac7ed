"""Changes of an input by one number: turned, shifted, blurred …; what a probe walks over and a dial sets."""

from visualizer.data.transforms.change import NOTHING as NOTHING
from visualizer.data.transforms.change import Change as Change
