"""Workbooks made to hurt: each is refused with a sentence, quickly and in little memory."""

import shutil
import subprocess
import sys
import time
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from planner.instance import InvalidInstance, read, write_workbook
from planner.mechanisms import MECHANISMS
from tests.helpers import ROOT

SECONDS, MEGABYTES = 8.0, 400
"""More than the slowest takes on a busy machine, far less than any of them could."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A sound workbook to spoil."""
    tiny = read(ROOT / "instances" / "tiny", MECHANISMS)
    return write_workbook(tiny, tmp_path_factory.mktemp("whole") / "whole.xlsx")


def respelled(whole, path, change=None, more=()):
    """A copy of the archive: `change(name, bytes)` gives each part anew, `more` adds parts."""
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, change(name, data) if change else data)
        for name, data in more:
            target.writestr(name, data)
    return path


def in_sheet(text: bytes):
    """Puts bytes before the first element of the first sheet."""
    def change(name, data):
        if name != "xl/worksheets/sheet1.xml":
            return data
        body = data[data.index(b"<worksheet"):]
        return b'<?xml version="1.0" encoding="UTF-8"?>' + text + body
    return change


def laughs() -> bytes:
    lines = [b'<!ENTITY a0 "ha">'] + [b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)]
    return b"<!DOCTYPE x [" + b"".join(lines) + b"]>"


def encoded(name, data):
    """A declaration behind which a reader that knows UTF-7 may find what nobody looked for."""
    return b'<?xml version="1.0" encoding="UTF-7"?>' + data if name == "xl/worksheets/sheet1.xml" else data


def columns(name, data):
    """A first row of a million cells."""
    if name != "xl/worksheets/sheet2.xml":
        return data
    cells = b'<c t="n"><v>1</v></c>' * 1_000_000
    return (b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            b'<row r="1">' + cells + b"</row></sheetData></worksheet>")


def styles(name, data):
    return data + b" " * 20_000_000 if name == "xl/styles.xml" else data


HOSTILE = {
    "external entity": (in_sheet(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'), (),
                        "defines XML entities of its own"),
    "billion laughs": (in_sheet(laughs()), (), "defines XML entities of its own"),
    "entities behind a long comment": (in_sheet(b"<!--" + b"x" * 9000 + b"-->" + laughs()), (),
                                       "defines XML entities of its own"),
    "an endless prolog": (in_sheet(b"<!--" + b"x" * 70_000 + b"-->"), (), "defines XML entities of its own"),
    "an odd encoding": (encoded, (), "entities"),
    "entities in a part by another name": (None, [("xl/data.bin", laughs() + b"<x>&a9;</x>")],
                                           "defines XML entities of its own"),
    "macros": (None, [("xl/vbaProject.bin", b"\0")], "contains macros. Save it as 'Excel workbook (.xlsx)'"),
    "links to other files": (None, [("xl/externalLinks/externalLink1.xml", b"<externalLink/>")],
                             "has links to other files. Break them"),
    "a bomb of styles": (styles, (), "its part xl/styles.xml unpacks to 19 megabytes"),
    "a million columns": (columns, (), "a row of its part xl/worksheets/sheet2.xml has more than 16,384 cells"),
}


def told(path) -> str:
    """The problems, from a process of its own whose time and memory are looked at."""
    code = ("import resource, sys\n"
            "from planner.instance import InvalidInstance, read\n"
            "from planner.mechanisms import MECHANISMS\n"
            "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
            "try: read(sys.argv[1], MECHANISMS)\n"
            "except InvalidInstance as error: print(error)\n"
            "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
            "print('MEMORY', (after - before) // 1024)\n")
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, cwd=ROOT,
                          timeout=60, check=True)
    text, _, memory = done.stdout.rpartition("MEMORY")
    assert int(memory) < MEGABYTES
    return text


@pytest.mark.parametrize("kind", HOSTILE)
def test_refused_with_a_sentence(kind, whole, tmp_path):
    change, more, words = HOSTILE[kind]
    path = respelled(whole, tmp_path / "bad.xlsx", change, more)
    start = time.perf_counter()
    text = told(path)
    assert time.perf_counter() - start < SECONDS + 6  # and what it takes to start Python
    assert "problem" in text.splitlines()[0] and words in text


def problems(path) -> str:
    start = time.perf_counter()
    with pytest.raises(InvalidInstance) as error:
        read(path, MECHANISMS)
    assert time.perf_counter() - start < SECONDS
    return str(error.value)


def test_zip_bomb(tmp_path):
    with (zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive,
          archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member):
        for _ in range(600):
            member.write(b"\0" * 1024 * 1024)
    assert (tmp_path / "bomb.xlsx").stat().st_size < 1024 * 1024
    assert "unpacks to 600 megabytes" in problems(tmp_path / "bomb.xlsx")


def test_what_is_no_workbook(whole, tmp_path):
    (tmp_path / "text.xlsx").write_text("region,spend\n")
    assert "not an .xlsx workbook" in problems(tmp_path / "text.xlsx")
    (tmp_path / "old.xlsx").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600)
    assert "protected by a password, or is of the format before 2007" in problems(tmp_path / "old.xlsx")
    (tmp_path / "cut.xlsx").write_bytes(whole.read_bytes()[:20_000])
    assert "not an .xlsx workbook" in problems(tmp_path / "cut.xlsx")
    shutil.copy(whole, tmp_path / "macros.xlsm")
    assert "neither a folder nor an .xlsx workbook" in problems(tmp_path / "macros.xlsm")


def test_merged_chaos_and_formulas_in_names_are_told_by_cell(whole, tmp_path):
    book = load_workbook(whole)
    for row in range(2, 17):
        book["baseline"].merge_cells(f"A{row}:C{row}")
    book["regions"]["A2"] = '=HYPERLINK("http://example.org")'
    book.save(tmp_path / "merged.xlsx")
    text = problems(tmp_path / "merged.xlsx")
    assert "cell B2, column industry: the cell is empty" in text
    assert "cell A2, column region: a formula" in text


def test_a_hundred_thousand_merged_areas(tmp_path):
    book = Workbook()
    book.active.title = "regions"
    book.active["A1"] = "region"
    book.save(tmp_path / "plain.xlsx")
    areas = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (row, row) for row in range(2, 100_002))

    def merged(name, data):
        return data.replace(b"</sheetData>", b"</sheetData><mergeCells>" + areas + b"</mergeCells>") if (
            name == "xl/worksheets/sheet1.xml") else data

    path = respelled(tmp_path / "plain.xlsx", tmp_path / "areas.xlsx", merged)
    assert "problem" in problems(path).splitlines()[0]
