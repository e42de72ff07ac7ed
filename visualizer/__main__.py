"""``python -m visualizer``: the same as ``main.py``."""

from visualizer.cli import main

raise SystemExit(main())
