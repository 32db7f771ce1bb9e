"""Is a file a workbook that may be opened? Looked at as an archive, before a spreadsheet reader sees it.

Refused, each with a sentence: what is no .xlsx at all, a password, an archive that
unpacks to too much, XML with declarations of its own (entities), macros, and links to
other files.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from planner.instance.folder import reason
from planner.instance.raw import MEGABYTE, MOST_BYTES
from planner.vocabulary import Problem
from planner.words import say

MOST_MEMBERS = 5_000
MOST_PART = {"xl/styles.xml": 16 * MEGABYTE, "xl/workbook.xml": 4 * MEGABYTE,
             "[Content_Types].xml": 4 * MEGABYTE, "xl/_rels/workbook.xml.rels": 4 * MEGABYTE}
"""Parts that are read whole, and what they may unpack to."""

MOST_PROLOG = 64 * 1024
"""Bytes before the first element of an XML part."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What a file begins with that is encrypted, or a workbook of before 2007."""

MOST_CELLS = 16_384
"""Columns of a sheet, by the format itself."""

ROW, CELL = re.compile(rb"<(?:\w+:)?row\b"), re.compile(rb"<(?:\w+:)?c[ />]")

ENCODINGS = ("utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1")
ELEMENT = re.compile(rb"<[A-Za-z_]")
ENCODING = re.compile(rb"""encoding\s*=\s*["']([^"']*)["']""")
AGAIN = say("mend.save_again")


def safe(path: Path, most: int = MOST_BYTES) -> Problem | None:
    """The problem that keeps the file from being opened, or None. Sizes are those of the archive's directory.

    most  bytes that it may unpack to
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            return Problem(path.name, say("problem.book_size", size=path.stat().st_size / MEGABYTE),
                           say("mend.size", most=MOST_BYTES // MEGABYTE))
        with path.open("rb") as stream:
            if stream.read(len(OLE)) == OLE:
                return Problem(path.name, say("problem.book_sealed"), AGAIN)
        with zipfile.ZipFile(path) as archive:
            return _inside(path, archive, most)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, ValueError, KeyError,
            NotImplementedError):
        return Problem(path.name, say("problem.not_a_book"), AGAIN)
    except OSError as error:
        return Problem(path.name, say("problem.book_unread", reason=reason(error)), say("mend.book_open"))


def _inside(path: Path, archive: zipfile.ZipFile, most: int) -> Problem | None:
    members = archive.infolist()
    whole = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS or whole > most:
        return Problem(path.name, say("problem.book_unpacks", size=whole / MEGABYTE, count=len(members)),
                       say("mend.book_unpacks", most=most // MEGABYTE))
    if any(member.flag_bits & 1 for member in members):
        return Problem(path.name, say("problem.book_password"), AGAIN)
    for member in members:
        name = member.filename.lower()
        if name.endswith("vbaproject.bin") or "/macrosheets/" in name:
            return Problem(path.name, say("problem.book_macros"), say("mend.book_macros"))
        if "/externallinks/" in name:
            return Problem(path.name, say("problem.book_links"), say("mend.book_links"))
        if member.file_size > MOST_PART.get(member.filename, most):
            return Problem(path.name, say("problem.book_part", part=member.filename,
                                          size=member.file_size / MEGABYTE), say("mend.book_part"))
        if not _plain_xml(archive, member):
            return Problem(path.name, say("problem.book_entities"), AGAIN)
        if name.startswith("xl/worksheets/") and name.endswith(".xml") and not _narrow(archive, member):
            return Problem(path.name, say("problem.book_wide", part=member.filename, most=MOST_CELLS),
                           say("mend.book_wide"))
    return None


def _narrow(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Has no row of the sheet more cells than the format allows? A reader would keep them all."""
    count, rest = 0, b""
    with archive.open(member) as stream:
        while chunk := stream.read(MEGABYTE).replace(b"\0", b""):
            whole = rest + chunk
            cut = whole.rfind(b"<")  # a tag may lie across two chunks
            rest, whole = whole[cut:], whole[:cut]
            for number, part in enumerate(ROW.split(whole)):
                count = len(CELL.findall(part)) + (0 if number else count)
                if count > MOST_CELLS:
                    return False
    return True


def _plain_xml(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Does nothing but the XML declaration and comments stand before the first element?

    Every part is looked at, whatever its name ends with: the archive itself says which
    part is a sheet. What does not begin like XML is no XML, and no reader takes it for that.
    """
    with archive.open(member) as stream:
        head = stream.read(4096)
        if not head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
            return not member.filename.endswith((".xml", ".rels")) or not head
        while not ELEMENT.search(head.replace(b"\0", b"")) and len(head) < MOST_PROLOG:
            more = stream.read(4096)
            if not more:
                break
            head += more
    head = head.replace(b"\0", b"")
    first = ELEMENT.search(head)
    if first is None and len(head) >= MOST_PROLOG:
        return False
    declared = ENCODING.search(head[:200])
    return b"<!DOCTYPE" not in head and b"<!ENTITY" not in head and (
        declared is None or declared[1].decode("ascii", "replace").lower() in ENCODINGS)
