"""What one can see: (network, input) → frozen result."""
