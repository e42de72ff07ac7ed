"""Modules that torch has not: the blocks and layers behind the rows of the layer table. They need torch alone."""
