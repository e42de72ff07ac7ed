"""What goes in: image files, the built-in shapes, preparation for a network."""
