"""The input that turns, and what networks say of it: the state, what computes it, which panel gets what."""
