"""Instances: read from a folder or a workbook, checked once, frozen; written back."""

from planner.instance.instance import Instance
from planner.instance.raw import InvalidInstance
from planner.instance.reading import read
from planner.instance.words import listing
from planner.instance.writing import write_folder, write_workbook

__all__ = ["Instance", "InvalidInstance", "listing", "read", "write_folder", "write_workbook"]
