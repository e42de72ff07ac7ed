"""The Race workspace: its state, what computes it, what plays it."""
