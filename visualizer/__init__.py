"""CNN Visualizer: a desktop microscope for convolutional networks."""

__version__ = "0.1.0"
