"""The five papers that the mechanisms are taken from, and the figures that they state.

A figure is an input of the flagship instance, a check of it, or stands beside an indicator of it.
`planner.report.base_year` reads the number at its place; `tests/test_papers.py` compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass

PAPERS = {
    "P0": "Wang Lisheng and Li Jing, 'Pathways to enhance the new system for mobilising resources "
          "nationwide through further deepening reform' (2024)",
    "P1": "Tang Yalin and Hao Wenqiang, 'The new-type nationwide system: historical evolution, "
          "characteristics of the times and model construction' (2021)",
    "P2": "'New quality productive forces driving high-quality development: advantages, key "
          "problems and path choices' (2023/24)",
    "P3": "Zhai Xuquan, on the three sources of new quality productive forces: revolutionary "
          "technological breakthroughs, innovative allocation of factors, deep industrial "
          "upgrading (2024/25)",
    "P4": "Zhou Wen and Xu Lingyun, 'On new quality productive forces: connotation and key points' "
          "(2023)",
}

UNNAMED = ""
"""In the place of a paper's key: stated by one of the five, which one has not been looked up."""

INPUT, CHECK, INDICATOR = "input", "check", "indicator"
ROLES = {
    INPUT: "the number itself is data of the instance",
    CHECK: "computed from the instance's base year, the number must come out as the paper has it",
    INDICATOR: "the paper's number and one of the base year stand side by side; the remark says what differs",
}


@dataclass(frozen=True)
class Figure:
    """One number that a paper states.

    paper, section  a key of PAPERS (or UNNAMED) and the section; empty where we do not know it
    value, unit     as the paper has them; a share is in per cent
    says            what the number is, in our own words
    role            one of ROLES
    where           the number's place in an instance, in the words of `planner.report.base_year.stands`
    tolerance       furthest that an input or a check may be off, in `unit`: half of the last digit
                    stated, or 0; None for an indicator
    remark          how the number at that place differs from the paper's
    """

    paper: str
    section: str
    value: float
    unit: str
    says: str
    role: str
    where: str
    tolerance: float | None = None
    remark: str = ""


_DRIFT = ("the instance has a yearly drift of the stock, assumed; the paper's is an index of net inflow, "
          "not a yearly rate, so only the direction can be compared")
_OWN = "beside it stands China's own"

FIGURES = (
    Figure("P2", "IV.1", 6.57, "% of R&D", "basic research in R&D money", CHECK, "basic_share", 0.005),
    Figure("P2", "IV.1", 65.74, "% of R&D", "the east's part of R&D money", CHECK, "zone_share[east]", 0.005),
    Figure("P2", "", 12.87, "% of R&D", "the west's part of R&D money", CHECK, "zone_share[west]", 0.005),
    Figure("P2", "IV.1", 2.54, "% of GDP", "R&D intensity", CHECK, "rd_intensity", 0.005),
    Figure("P2", "IV.1", 2.2, "% of GDP", "R&D intensity of the EU, for comparison", INDICATOR,
           "rd_intensity", remark=_OWN),
    Figure("P2", "IV.1", 2.7, "% of GDP", "R&D intensity of the OECD, for comparison", INDICATOR,
           "rd_intensity", remark=_OWN),
    Figure("P2", "IV.4", 5.7, "%", "the east's net inflow of talent, 2018", INDICATOR,
           "drift[east]", remark=_DRIFT),
    Figure("P2", "IV.4", 14.1, "%", "the east's net inflow of talent, 2022", INDICATOR,
           "drift[east]", remark=_DRIFT),
    Figure("P3", "I.1", 4, "kinds", "kinds of technological breakthrough: key common, frontier, engineering, "
           "disruptive", CHECK, "count[categories]", 0),
    Figure(UNNAMED, "", 13, "% of GDP", "strategic emerging industries in GDP", INDICATOR,
           "class_share[emerging]",
           remark="published for 2022 as more than 13 % (source S20); the instance has money and no value "
                  "added by industry, so beside it stands these industries' share of all base-year money"),
    Figure(UNNAMED, "", 50, "%", "dependence on others (more than)", INDICATOR, "key_dependence",
           remark="beside it stands the import dependence of the key industries, weighted by base-year "
                  "money; most of these dependences are assumed"),
    Figure(UNNAMED, "", 95, "%", "high-end CNC machine tools that are imported", INPUT,
           "industries[high_end_equipment].import_dependence", 0,
           remark="stands for the whole industry; the instance takes the same number from its source S58 "
                  "(more than 95 % of the manufacturing and test equipment on precision lines)"),
    Figure(UNNAMED, "", 80, "%", "chips that are imported", INDICATOR,
           "industries[new_it].import_dependence",
           remark="the instance takes imports over apparent use of integrated circuits in pieces "
                  "(source S59), chips that leave again inside goods included, and lets it stand for the "
                  "whole industry"),
)
"""Every figure that we know the papers to state. Sections are those that the mechanisms cite."""
