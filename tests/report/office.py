"""LibreOffice, headless, as a second opinion on workbooks: it opens and calculates them anew."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl

PROGRAM = shutil.which("soffice")
NEEDS_OFFICE = "LibreOffice is not installed; `make office` installs it"

ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode"><value>0</value></prop></item>
</oor:items>
"""
"""The setting that every formula is calculated anew when a workbook is opened, whatever stands beside it."""

STALE = -987654.25
"""A figure that no workbook of ours holds: put in place of every kept value, it must be gone afterwards."""

VALUE = re.compile(r"(</f>)<v>[^<]*</v>")


def convert(paths: list[Path], folder: Path, to: str = "xlsx:Calc MS Excel 2007 XML") -> list[Path]:
    """Opens the files in one go, calculates them and saves them under the same names in `folder`/out."""
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "registrymodifications.xcu").write_text(ALWAYS, encoding="utf-8")
    subprocess.run([PROGRAM, "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile",
                    "--convert-to", to, "--outdir", folder / "out", *paths],
                   check=True, capture_output=True, timeout=300)
    end = to.partition(":")[0]
    made = [folder / "out" / f"{path.stem}.{end}" for path in paths]
    assert all(path.exists() for path in made)
    return made


def made_stale(path: Path, to: Path) -> Path:
    """A copy of a workbook whose formulas all carry a wrong value."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename.startswith("xl/worksheets/sheet"):
                text = VALUE.sub(rf"\1<v>{STALE}</v>", data.decode("utf-8"))
                data = text.replace('t="str"><f>', "><f>").encode("utf-8")
            new.writestr(item.filename, data)
    return to


def values(path: Path) -> dict[str, dict[str, object]]:
    """sheet -> address -> value of every filled cell, formulas by what they came to."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {page.title: {cell.coordinate: cell.value for row in page.iter_rows() for cell in row
                         if cell.value is not None} for page in book.worksheets}


def formulas(path: Path) -> dict[str, dict[str, str]]:
    """sheet -> address -> text of every formula."""
    book = openpyxl.load_workbook(path)
    return {page.title: {cell.coordinate: cell.value for row in page.iter_rows() for cell in row
                         if cell.data_type == "f"} for page in book.worksheets}
