"""What the headless commands of the command line do, where it is more than a few lines."""
