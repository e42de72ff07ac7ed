"""Optimizers on surfaces: the surfaces, the racers, the race, and what can be seen of it."""
