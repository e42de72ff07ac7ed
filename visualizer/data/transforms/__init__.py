"""Changes of an input by one number: turned, shifted, blurred …; what a probe walks over and a dial sets."""

from visualizer.data.transforms.borders import BORDERS as BORDERS
from visualizer.data.transforms.borders import Border as Border
from visualizer.data.transforms.change import NOTHING as NOTHING
from visualizer.data.transforms.change import Change as Change
from visualizer.data.transforms.table import TRANSFORMS as TRANSFORMS
from visualizer.data.transforms.table import Transform as Transform
from visualizer.data.transforms.table import changed as changed
from visualizer.data.transforms.table import transformed as transformed
from visualizer.data.transforms.table import turned_picture as turned_picture
from visualizer.data.transforms.table import values_of as values_of
