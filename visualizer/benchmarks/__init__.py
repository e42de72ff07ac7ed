"""What it costs: figures as ratios, measured side by side in one run."""
