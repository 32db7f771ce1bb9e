"""Mutants of input workbooks: bytes, archive, XML parts, cells. A seed says everything."""

from __future__ import annotations

import datetime as dt
import io
import random
import re
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from planner.instance import InvalidInstance, read
from planner.mechanisms import MECHANISMS
from planner.report.form import form
from tests.fuzz import judge
from tests.fuzz.values import wild
from tests.helpers import ROOT

SWITCHED = ("regional_balance", "talent", "platforms", "basic_research")
BASES = {"tiny": 3, "selection": 2, "split": 2}


@lru_cache
def base(name: str) -> tuple[bytes, str]:
    """(workbook as `planner new --xlsx` writes it, hash of its instance)."""
    instance = read(ROOT / "instances" / name, MECHANISMS)
    if name == "tiny":
        instance = instance.with_overrides({f"{m.name}.on": m.name in SWITCHED for m in MECHANISMS})
    stream = io.BytesIO()
    form(instance).save(stream)
    return stream.getvalue(), instance.hash


def mutant(seed: int, place: Path) -> tuple[Path, list[str]]:
    """Writes the workbook of a seed into a folder: (its path, what was done)."""
    draw = random.Random(seed)
    name = draw.choices([*BASES], [*BASES.values()])[0]
    data, done = base(name)[0], [name]
    way = draw.choices([*WAYS], [*WAYS.values()])[0]
    for _ in range(draw.randrange(1, 4)):
        try:
            data, told = way(data, draw)
        except (zipfile.BadZipFile, KeyError, ValueError, IndexError, EOFError, OSError, NotImplementedError,
                TypeError, AttributeError, SyntaxError, RuntimeError, zlib.error):
            break  # an earlier change has left nothing that could be changed in this way
        done.append(f"{way.__name__}: {told}")
    path = place / f"{name}.xlsx"
    path.write_bytes(data)
    return path, done


def told_or_solved(path: Path, scenario=None, overrides=()) -> tuple[str, str]:
    """As for folders; the base's own instance, come through a change that says nothing, is not solved again."""
    try:
        instance = read(path, MECHANISMS)
    except InvalidInstance as error:
        return judge.told(error)
    if path.stem in BASES and instance.hash == base(path.stem)[1]:
        return "plan", "the same instance"
    return judge.solved_or_told(path, scenario, overrides)


# --- bytes and archive ------------------------------------------------------------


def in_bytes(data: bytes, draw) -> tuple[bytes, str]:
    at = draw.randrange(len(data))
    many = draw.choice((1, 1, 2, 30, 2000))
    what = draw.choice(("flip", "cut", "insert", "zero", "end", "start", "twice"))
    if what == "flip":
        return data[:at] + bytes(byte ^ draw.randrange(1, 256) for byte in data[at:at + many]) + data[at + many:], what
    if what == "zero":
        return data[:at] + bytes(many) + data[at + many:], what
    if what == "cut":
        return data[:at] + data[at + many:], what
    if what == "insert":
        return data[:at] + draw.randbytes(many) + data[at:], what
    if what == "twice":
        return data + data, what
    return (data[:at] if what == "end" else data[at:]), what


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(content: dict[str, bytes], method=zipfile.ZIP_DEFLATED, more=()) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, part in [*content.items(), *more]:
            archive.writestr(name, part)
    return stream.getvalue()


def in_archive(data: bytes, draw) -> tuple[bytes, str]:
    content = parts(data)
    name, other = draw.choice([*content]), draw.choice([*content])
    what = draw.choice(("without", "swapped", "renamed", "garbage", "empty", "more", "stored", "outside", "folder",
                        "case", "doctype", "encrypted flag", "method"))
    if what == "without":
        del content[name]
    elif what == "swapped":
        content[name], content[other] = content[other], content[name]
    elif what == "renamed":
        content[draw.choice(("x", "xl/x.xml", "a" * 300, "xl/workbook.xml "))] = content.pop(name)
    elif what == "garbage":
        content[name] = draw.randbytes(500)
    elif what == "empty":
        content[name] = b""
    elif what == "more":
        return packed(content, more=[("xl/media/x.png", draw.randbytes(100))]), what
    elif what == "stored":
        return packed(content, zipfile.ZIP_STORED), what
    elif what == "outside":
        return packed(content, more=[("../../outside.txt", b"x"), ("/tmp/outside.txt", b"x")]), what
    elif what == "folder":
        return packed(content, more=[("xl/worksheets/", b"")]), what
    elif what == "case":
        content[name.upper()] = content.pop(name)
    elif what == "doctype":
        content[name] = b'<!DOCTYPE x [<!ENTITY e "e">]>' + content[name]
    else:  # the same field of every header of the archive: flags (offset 6 and 8) or method (8 and 10)
        at, value = (6, 1) if what == "encrypted flag" else (8, 99)
        out = bytearray(packed(content))
        for mark, shift in ((b"PK\3\4", 0), (b"PK\1\2", 2)):
            place = out.find(mark)
            while place >= 0:
                out[place + at + shift] = value
                place = out.find(mark, place + 4)
        return bytes(out), what
    return packed(content), f"{name} {what}"


XML = (
    (rb'r="[A-Z]+\d+"', (b'r="A0"', b'r="XFD1048576"', b'r="AAAA1"', b'r="1A"', b'r=""', b'r="A99999999999"')),
    (rb' r="\d+"', (b' r="0"', b' r="-1"', b' r="99999999"', b' r="x"', b' r="1"')),
    (rb't="\w+"', (b't="s"', b't="b"', b't="e"', b't="d"', b't="str"', b't="x"', b't="inlineStr"', b't="n"')),
    (rb's="\d+"', (b's="99999"', b's="-1"', b's="x"')),
    (rb"<v>[^<]*</v>", (b"<v>nan</v>", b"<v>inf</v>", b"<v></v>", b"<v>1e999</v>", b"<v>abc</v>", b"<v>-5</v>",
                        b"<v>9999999</v>", b"<v> 1 </v>", b"<v/>", b"<v>1</v><v>2</v>", b"<f>1+1</f><v>2</v>")),
    (rb"<c ", (b"<f>A1</f><c ", b"<x ", b"<c><c ", b"</row><c ")),
    (rb"<row ", (b"<row><row ", b"<raw ", b'<row hidden="1" ')),
    (rb"<t[^>]*>[^<]*</t>", (b"<t></t>", b"<t>_x0000_</t>", b"<t>&amp;</t>", b"<t>&e;</t>", b"<t>\xff</t>",
                             b"<r><t>a</t></r>", b"<t>=1+1</t>", b"<t>" + b"x" * 40_000 + b"</t>")),
    (rb'name="[^"]*"', (b'name=""', b'name="instance"', b'name="baseline"', b'name="' + b"n" * 200 + b'"')),
    (rb'r:id="[^"]*"', (b'r:id="rId999"', b'r:id=""', b'r:id="rId1"')),
    (rb'sqref="[^"]*"', (b'sqref="A1:XFD1048576"', b'sqref="x"', b'sqref=""')),
    (rb'Target="[^"]*"', (b'Target="../../../etc/passwd"', b'Target="http://example.org"', b'Target=""')),
    (rb'<dimension ref="[^"]*"', (b'<dimension ref="A1:XFD1048576"', b'<dimension ref="A1"', b'<dimension ref=""')),
    (rb'encoding="[^"]*"', (b'encoding="utf-16"', b'encoding="x"', b'encoding="latin-1"')),
    (rb">", (b"", b">>", b"><!--", b"><![CDATA[")),
)


def in_xml(data: bytes, draw) -> tuple[bytes, str]:
    """One attribute or element of one part, written as no spreadsheet program writes it."""
    content = parts(data)
    names = [name for name in content if name.endswith((".xml", ".rels"))]
    sheets = [name for name in names if "worksheets/sheet" in name or "sharedStrings" in name or "workbook" in name]
    name = draw.choice(draw.choice((names, sheets)))
    pattern, choices = draw.choice(XML)
    found = list(re.finditer(pattern, content[name]))
    if not found:
        return data, f"{name} has no {pattern!r}"
    hit, new = draw.choice(found), draw.choice(choices)
    content[name] = content[name][:hit.start()] + new + content[name][hit.end():]
    return packed(content), f"{name}: {hit[0][:40]!r} -> {new[:40]!r}"


# --- cells ------------------------------------------------------------------------


def in_cells(data: bytes, draw) -> tuple[bytes, str]:
    book = load_workbook(io.BytesIO(data))
    told = draw.choice((a_value, a_value, a_value, a_value, a_row, a_column, a_sheet, merged, far))(book, draw)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue(), told


def a_page(book: Workbook, draw):
    return draw.choice([page for page in book.worksheets[1:] if page.max_row > 1 and page.max_column > 1])


def a_value(book, draw) -> str:
    page = a_page(book, draw)
    row = draw.choice((1, *([draw.randrange(2, min(page.max_row, 400) + 1)] * 5)))
    cell = page.cell(row, draw.randrange(1, page.max_column + 1))
    old = cell.value
    value = draw.choice((
        None, "", 0, -1, 1, 2.5, 1e300, -1e300, 1e-300, 10**15, True, False, dt.datetime(2025, 1, 1), dt.date(1900, 1, 1),
        dt.time(1, 2), dt.timedelta(days=1), "=1+1", "=SUM(A1:A9)", "=TRUE()", "#N/A", "2025", " coast", float("nan"),
        float("inf"), ILLEGAL_CHARACTERS_RE.sub("", wild(draw))[:32_000],
        old * draw.choice((0.9, 1.1, -1, 1e6)) if isinstance(old, float) else old))
    cell.value = value
    return f"{page.title}!{cell.coordinate}: {str(old)[:30]!r} -> {str(value)[:30]!r}"


def a_row(book, draw) -> str:
    page = a_page(book, draw)
    row, what = draw.randrange(1, min(page.max_row, 400) + 1), draw.choice(("deleted", "inserted", "twice"))
    if what == "deleted":
        page.delete_rows(row)
    elif what == "inserted":
        page.insert_rows(row, draw.choice((1, 3)))
    else:
        page.append([cell.value for cell in page[row]])
    return f"{page.title} row {row} {what}"


def a_column(book, draw) -> str:
    page = a_page(book, draw)
    column, what = draw.randrange(1, page.max_column + 1), draw.choice(("deleted", "inserted", "renamed", "twice"))
    if what == "deleted":
        page.delete_cols(column)
    elif what == "inserted":
        page.insert_cols(column)
    elif what == "renamed":
        page.cell(1, column).value = ILLEGAL_CHARACTERS_RE.sub("", wild(draw))[:100]
    else:
        page.cell(1, page.max_column + 1).value = page.cell(1, column).value
    return f"{page.title} column {column} {what}"


def a_sheet(book, draw) -> str:
    page = draw.choice(book.worksheets[1:])
    what = draw.choice(("deleted", "renamed", "copied", "chart", "hidden", "empty", "order"))
    if what == "deleted":
        book.remove(page)
    elif what == "renamed":
        page.title = draw.choice(("x", "Baseline", "base line", "instances", "说明", "problems", "scenarios"))
    elif what == "copied":
        book.copy_worksheet(page)
    elif what == "chart":
        book.create_chartsheet(draw.choice(("Chart", "lists2")))
    elif what == "hidden":
        page.sheet_state = "veryHidden"
    elif what == "empty":
        page.delete_rows(1, page.max_row)
    else:
        book.move_sheet(page, -2)
    return f"{page.title} {what}"


def merged(book, draw) -> str:
    page = a_page(book, draw)
    page.merge_cells(start_row=2, end_row=draw.randrange(2, 6), start_column=1, end_column=draw.randrange(1, 4))
    return f"{page.title} merged"


def far(book, draw) -> str:
    page = a_page(book, draw)
    page.cell(draw.choice((2, 700, 1_048_576)), draw.choice((1, 90, 300, 16_384))).value = draw.choice((1, "x", "=A1"))
    return f"{page.title} a cell far away"


WAYS = {in_bytes: 2, in_archive: 2, in_xml: 4, in_cells: 6}
