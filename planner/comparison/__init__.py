"""Two or more solved plans side by side: what moved, which rules changed, and what differs in the inputs."""

from planner.comparison.comparing import Comparison, compare
from planner.comparison.shared import NotComparable

__all__ = ["Comparison", "NotComparable", "compare"]
