"""The way back: a plan workbook that somebody edited is read, compared with what was written, and audited.

`mark` writes into plan.xlsx which sheet holds which table; `opening` opens the
edited file; `names` and `reading` turn its sheets into tables again; `changes`
says what differs from the written plan; `verdict` puts it together and audits it.
"""

from planner.report.wayback.opening import Unreadable, is_plan
from planner.report.wayback.verdict import Verdict, marked_passport, verify

__all__ = ["Unreadable", "Verdict", "is_plan", "marked_passport", "verify"]
