"""What the Race workspace shows, as one frozen value."""

from visualizer.ui.race.state import SPEEDS as SPEEDS
from visualizer.ui.race.state import RaceState as RaceState
