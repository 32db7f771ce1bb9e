"""The command `planner compare`: solved plans side by side."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from planner.cli.compared import show
from planner.cli.language import tell
from planner.cli.study import whole
from planner.cli.terminal import Interrupt, Watch
from planner.report.words import word
from planner.words import say, worded

TOP = 8


def add_parser(commands, parents) -> None:
    """Registers the command with its options."""
    made = commands.add_parser("compare", parents=parents, help=tell("help.compare"))
    made.add_argument("folders", metavar="FOLDER", nargs="+", help=tell("help.compare_folders"))
    made.add_argument("--by", metavar="A,B+C", help=tell("help.compare_by"))
    made.add_argument("--top", type=whole, default=TOP, metavar="N", help=tell("help.compare_top"))
    made.add_argument("--xlsx", metavar="FILE", help=tell("help.compare_xlsx"))
    made.add_argument("--csv", metavar="FOLDER", help=tell("help.compare_csv"))
    made.add_argument("--force", action="store_true", help=tell("help.compare_force"))


def run(args, out, err) -> int:
    """Reads the plans, tells what differs, and writes what was asked for."""
    from planner.cli.commands import Usage, load_plan
    from planner.cli.statuses import DONE
    from planner.comparison import NotComparable, compare
    from planner.comparison.opening import names_of
    from planner.report.compared import may_write, write_tables
    from planner.report.compared_book import write_book
    folders = [Path(folder) for folder in args.folders]
    if len(folders) < 2:
        raise Usage(say("compare.two", count=len(folders)))
    book = Path(args.xlsx) if args.xlsx else None
    if book is not None and book.suffix.lower() != ".xlsx":
        book = book.with_name(book.name + ".xlsx")
    for place in (book, args.csv and Path(args.csv)):
        if place:
            may_write(place, args.force)
    with Watch(err, 0.0, args.lang) as watch, Interrupt(watch):
        watch({"phase": "reading"})
        plans = [load_plan(folder, None) for folder in folders]
        try:
            found = compare(*plans, names=list(names_of(folders, plans, None)))
        except NotComparable as error:
            raise Usage(worded(error, args.lang)) from None
        wanted = chosen(args.by, found)
        if book or args.csv:
            watch({"phase": "writing"})
        if book:
            write_book(found, book, args.lang, more=wanted if args.by else ())
        if args.csv:
            crossed = {"money_" + "_".join(by): found.moved(*by) for by in wanted} if args.by else {}
            write_tables(found.frames | crossed, Path(args.csv), args.force)
    show(found, wanted, args.top, out, args.lang)
    for place in (book, args.csv):
        if place:
            out.print(Text(word("cli.written", args.lang, folder=place)), soft_wrap=True)
    return DONE


def chosen(text: str | None, found) -> list[tuple[str, ...]]:
    """The tables of money asked for; every dimension where nothing is. Raises Usage."""
    from planner.cli.commands import Usage
    from planner.comparison.comparing import DIMENSIONS
    from planner.comparison.moves import can
    if text is None:
        return [(dim,) for dim in DIMENSIONS if can(found.shared, (dim,))]
    wanted = [tuple(dict.fromkeys(dim.strip() for dim in part.split("+") if dim.strip()))
              for part in text.split(",") if part.strip()]
    for by in wanted or [()]:
        if not by or not can(found.shared, by):
            raise Usage(say("compare.unknown_by", by="+".join(by) or text))
    return list(dict.fromkeys(wanted))
