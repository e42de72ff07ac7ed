"""Shapes → pixels and SVG, without a window: scenes, fonts, axes and the two ways to draw them."""
