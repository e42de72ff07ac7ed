"""Hands over to the command line."""

from visualizer.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
