"""What a network is: spec, layer table, zoo, anatomy, files."""
