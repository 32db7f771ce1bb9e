"""The tables of the documentation that a benchmark writes, each between markers of its name."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"


def write(name: str, text: str, where: Path = PAGE) -> None:
    """Puts text in place of the section `name` of a page, or at its end."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    page = where.read_text(encoding="utf-8")
    before, _, rest = page.partition(begin)
    after = rest.partition(end)[2]
    where.write_text(before.rstrip("\n") + "\n\n" + begin + text.rstrip("\n") + "\n" + end + after, encoding="utf-8")


def table(heads: list[str], lines: list[list[str]]) -> str:
    """A Markdown table; the first column is text, the others numbers."""
    return "\n".join("| " + " | ".join(line) + " |" for line in
                     [heads, ["---"] + ["---:"] * (len(heads) - 1), *lines])
