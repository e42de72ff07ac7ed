"""The data sets that a network can learn from: a table, and one file for each kind."""

from visualizer.data.datasets.places import search_folders
from visualizer.data.datasets.request import NotHere
from visualizer.data.datasets.table import DATASETS, DatasetKind, find_kind, kind_named, open_dataset

__all__ = ["DATASETS", "DatasetKind", "NotHere", "find_kind", "kind_named", "open_dataset", "search_folders"]
