"""The mechanisms, in the order of the formulation. Adding one is one file and one line here."""

from planner.mechanisms.basic_research import MECHANISM as basic_research

MECHANISMS = (basic_research,)
"""Every mechanism the planner knows. Their order changes nothing in the model (a test)."""
