"""The manual, generated from the mechanism records: one page each, and what comes from the papers.

    python -m planner.report.manual docs
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from planner.instance import Instance, read
from planner.mechanisms import MECHANISMS
from planner.papers import PAPERS
from planner.report import base_year, costs
from planner.vocabulary import Mechanism

FLAGSHIP = Path(__file__).resolve().parents[2] / "instances" / costs.FLAGSHIP
"""The instance whose base year is set beside the papers' figures; the manual is made in the repository."""


def page(mechanism: Mechanism) -> str:
    """One mechanism's manual page (Markdown): rule, inequality, numbers, tables, example, cost, source."""
    module = sys.modules[mechanism.add.__module__]
    text = [f"# {mechanism.number}. {mechanism.name}", "", mechanism.says, "",
            "```", mechanism.formula, "```", "", "## The rule", "", _prose(module.__doc__), ""]
    if mechanism.parameters:
        text += ["## Parameters", "", f"In `instance.toml`, section `[mechanisms.{mechanism.name}]`, "
                 "beside `on` and `price`.", "",
                 "| parameter | meaning | unit | from | to | default |", "|---|---|---|---:|---:|---:|"]
        text += [f"| `{p.name}` | {_bar(p.about)} | {p.unit} | {_n(p.low)} | {_n(p.high)} | {_n(p.default)} |"
                 for p in mechanism.parameters]
        text.append("")
    for table in mechanism.tables:
        text += [f"## Table `{table.name}`", "", table.about[:1].upper() + table.about[1:] + ".", "",
                 "| column | meaning | unit | from | to | default |", "|---|---|---|---:|---:|---:|"]
        text += [f"| `{c.name}`{' (key)' if c.key else ''} | {_bar(c.about)} | {c.unit} | {_n(c.low)} | "
                 f"{_n(c.high)} | {_default(c)} |" for c in table.columns]
        text.append("")
    text += _example(mechanism) + costs.section(mechanism)
    text += ["## Sources", ""]
    text += [f"- **{s.paper}** {s.section}: {s.claim}" for s in mechanism.sources]
    return "\n".join(text) + "\n"


def papers() -> str:
    """The two traceability tables: from claims to mechanisms, from figures to places in the flagship."""
    text = ["# From the papers to the mechanisms", "",
            "Generated from the mechanism records; the claims are in our own words.",
            "[The papers' figures](#figures-the-papers-state) follow below.", ""]
    text += [f"- **{key}** {citation}" for key, citation in PAPERS.items()]
    text += ["", "| paper | section | claim | mechanism | parameters and tables |", "|---|---|---|---|---|"]
    rows = sorted(((s.paper, s.section, m.number, s.claim, m) for m in MECHANISMS for s in m.sources),
                  key=lambda row: row[:3])
    for paper, section, _, claim, m in rows:
        numbers = ", ".join([f"`{p.name}`" for p in m.parameters] + [f"table `{t.name}`" for t in m.tables])
        text.append(f"| {paper} | {section} | {_bar(claim)} | [{m.name}](mechanisms/{m.name}.md) | {numbers} |")
    return "\n".join([*text, "", *base_year.section(_flagship())]) + "\n"


def pages() -> dict[str, str]:
    """Every generated page: path below docs/ -> text."""
    made = {f"mechanisms/{m.name}.md": page(m) for m in MECHANISMS}
    index = ["# The mechanisms", ""] + [f"{m.number}. [{m.name}]({m.name}.md): {m.says}" for m in MECHANISMS]
    return made | {"mechanisms/README.md": "\n".join(index) + "\n", "papers.md": papers()}


def write(folder: Path | str) -> list[Path]:
    """Writes every page below a folder; returns the files."""
    files = []
    for name, text in pages().items():
        file = Path(folder) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        files.append(file)
    return files


@cache
def _flagship() -> Instance:
    return read(FLAGSHIP, MECHANISMS)


def _example(mechanism: Mechanism) -> list[str]:
    """What to write to use it, and what follows in numbers."""
    example = mechanism.example
    if example is None:
        return []
    text = ["## Example", "", "In `instance.toml`:", "", "```toml", f"[mechanisms.{mechanism.name}]",
            "on = true", *example.settings, "```", ""]
    if example.tables:
        text += ["First rows of its tables; columns that may be empty or have a default can be left out.", ""]
    for name, *rows in example.tables:
        text += [f"`{name}.csv`", "", "```csv", *rows, "```", ""]
    sets = " ".join(f'--set "{change}"' for change in example.sets)
    return text + ["A change to try (or the same below `[set]` in a scenario file):", "",
                   "```", f"planner solve instances/tiny {sets}", "```", "",
                   "Worked by hand on `instances/tiny`:", "", *(f"- {line}" for line in example.worked), ""]


def _prose(doc: str) -> str:
    """A docstring as Markdown: indented formulas become code."""
    return "\n".join(line.rstrip() for line in (doc or "").strip().splitlines())


def _bar(text: str) -> str:
    return text.replace("|", "\\|")


def _n(value) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _default(column) -> str:
    if column.default is not None:
        return _n(column.default) or "empty"
    return "may be empty" if column.optional else "required"


if __name__ == "__main__":
    try:
        print(f"{len(write(sys.argv[1] if len(sys.argv) > 1 else 'docs'))} pages written")
    except costs.UnusableFile as error:
        sys.exit(str(error))
