"""What Excel asks of a workbook's parts to open it without a repair, read from the zip itself."""

from __future__ import annotations

import posixpath
import re
import zipfile
from pathlib import Path

from lxml import etree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
ORDER = ("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
         "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate",
         "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations",
         "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks",
         "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing",
         "legacyDrawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst")
"""Children of a worksheet in the order of the schema (ECMA-376, part 1, 18.3.1.99)."""


def problems(path: Path) -> list[str]:
    """Everything that breaks a rule of the format, macros and links to outside included."""
    found: list[str] = []
    with zipfile.ZipFile(path) as book:
        names = set(book.namelist())
        parts = {name: etree.fromstring(book.read(name)) for name in names
                 if name.endswith((".xml", ".rels"))}
    found += [f"{name}: macro or outside link" for name in names if "vba" in name or "externalLink" in name]
    types = parts["[Content_Types].xml"]
    declared = {entry.get("PartName", "").lstrip("/") for entry in types if entry.tag.endswith("Override")}
    found += [f"declared and missing: {name}" for name in declared - names]
    for name, root in parts.items():
        if name.endswith(".rels"):
            folder = posixpath.dirname(posixpath.dirname(name))
            for entry in root:
                if entry.get("TargetMode") == "External":
                    found.append(f"{name}: leads outside")
                    continue
                target = posixpath.normpath(posixpath.join("/" + folder, entry.get("Target"))).lstrip("/")
                if target not in names:
                    found.append(f"{name}: no {target}")
        elif name.startswith("xl/worksheets/"):
            places = [ORDER.index(etree.QName(child).localname) for child in root]
            if places != sorted(places):
                found.append(f"{name}: parts out of order")
    return found + tables(parts) + pointers(parts)


def tables(parts: dict) -> list[str]:
    """Excel tables: ids and names differ, headings are those of the cells and differ."""
    found, roots = [], [root for name, root in parts.items() if name.startswith("xl/tables/")]
    for key in ("id", "displayName"):
        values = [root.get(key).casefold() for root in roots]
        if len(values) != len(set(values)):
            found.append(f"two tables with one {key}")
    for root in roots:
        heads = [column.get("name") for column in root.iter(f"{MAIN}tableColumn")]
        if len({head.casefold() for head in heads}) != len(heads):
            found.append(f"table {root.get('displayName')}: two headings alike")
    return found


def pointers(parts: dict) -> list[str]:
    """Every sheet and table that a formula or a chart names is there; no formula is over-long."""
    book = parts["xl/workbook.xml"]
    sheets = {sheet.get("name") for sheet in book.iter(f"{MAIN}sheet")}
    names = {root.get("displayName"): {column.get("name") for column in root.iter(f"{MAIN}tableColumn")}
             for name, root in parts.items() if name.startswith("xl/tables/")}
    found = [f"sheet title {title}" for title in sheets
             if len(title) > 31 or re.search(r"[\[\]:*?/\\]", title)]
    texts = {f.text for name, root in parts.items() if name.startswith("xl/worksheets/sheet")
             for f in root.iter(f"{MAIN}f")}
    texts |= {f.text for name, root in parts.items() if name.startswith("xl/charts/")
              for f in root.iter(f"{CHART}f")}
    for text in texts:
        bare = re.sub(r'"(?:[^"]|"")*"', '""', text)
        if len(text) > 8000:
            found.append(f"long formula {text[:60]}")
        found += [f"no sheet {title}" for title in re.findall(r"'([^']+)'!", bare) if title not in sheets]
        for table, column in re.findall(r"\b([A-Z]\w+)\[((?:[^\]']|'.)+)\]", bare):
            if re.sub(r"'(.)", r"\1", column) not in names.get(table, ()):
                found.append(f"no column {table}[{column}]")
    return found
