"""The command `planner generate`: a synthetic instance of any size, for benchmarks."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.text import Text

import planner
from planner.cli.language import tell
from planner.cli.terminal import Watch
from planner.instance import read
from planner.instance.writing import fill_folder
from planner.mechanisms import MECHANISMS
from planner.report.folder import replaced
from planner.report.words import word
from planner.words import say, worded

DONOR = "china-2022"


def add_parser(commands, parents) -> None:
    """Registers the command with its options."""
    made = commands.add_parser("generate", parents=parents, help=tell("help.generate", donor=DONOR))
    made.add_argument("folder", metavar="OUT_FOLDER", help=tell("help.generate_folder"))
    made.add_argument("--regions", type=whole, required=True, metavar="N", help=tell("help.generate_regions"))
    made.add_argument("--industries", type=whole, metavar="N",
                      help=tell("help.generate_industries", donor=DONOR))
    made.add_argument("--categories", type=whole, metavar="N", help=tell("help.generate_categories"))
    made.add_argument("--years", type=whole, metavar="N", help=tell("help.generate_years"))
    made.add_argument("--seed", type=whole, default=0, metavar="S", help=tell("help.generate_seed"))
    made.add_argument("--mechanisms", choices=("base", "all"), default="base",
                      help=tell("help.generate_mechanisms", donor=DONOR))
    made.add_argument("--force", action="store_true", help=tell("help.generate_force"))


def whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(tell("generate.not_whole", text=text)) from None


def run(args, out, err) -> int:
    """Generates, writes, reads back with all checks, and only then puts the folder into place."""
    from planner.cli.commands import Usage, tell_warnings
    from planner.cli.statuses import DONE
    from planner.generate import ALL, CannotGenerate, Size, generate, readme
    folder = Path(args.folder)
    fate = refuse(folder, args.force)
    size = Size(args.regions, args.industries, args.categories, args.years, args.seed, args.mechanisms)
    with Watch(err, 0.0, args.lang) as watch:
        watch({"phase": "reading"})
        donor = read(find_donor(), MECHANISMS)
        try:
            instance = generate(donor, size, folder.absolute().name, lambda words: watch({"phase": words}))
        except CannotGenerate as error:
            raise Usage(worded(error, args.lang)) from None
        watch({"phase": "writing"})
        with replaced(folder) as beside:
            fill_folder(instance, beside)
            (beside / "README.md").write_text(readme(instance), encoding="utf-8")
            watch({"phase": "checking"})
            read(beside, MECHANISMS, ALL)
            instance = read(beside, MECHANISMS)
    tell_warnings(instance, err, args.lang)
    key = "generate.written" if fate == "new" else "generate.replaced"
    out.print(Text(word(key, args.lang, folder=folder, regions=f"{len(instance.table('regions')):,}",
                        cells=f"{len(instance.table('baseline')):,}", seed=args.seed)), soft_wrap=True)
    out.print(Text(word("generate.synthetic", args.lang), style="dim"), soft_wrap=True)
    return DONE


def refuse(folder: Path, force: bool) -> str:
    """'new' or 'replaced'. Raises Usage for what must not be lost: without --force anything, with it
    whatever is no generated instance."""
    from planner.cli.commands import Usage
    if not folder.exists() or folder.is_dir() and not any(folder.iterdir()):
        return "new"
    try:
        generated = "`planner generate`" in (folder / "README.md").read_text(encoding="utf-8") and (
            folder / "instance.toml").is_file()
    except (OSError, ValueError):
        generated = False
    if not generated:
        raise Usage(say("generate.foreign", folder=folder))
    if not force:
        raise Usage(say("generate.there_already", folder=folder))
    return "replaced"


def find_donor() -> Path:
    """The flagship, of ./instances or beside the program. Raises Usage."""
    from planner.cli.commands import INSTANCES, Usage
    for place in (INSTANCES, Path(planner.__file__).parent.parent / "instances"):
        if (place / DONOR / "instance.toml").is_file():
            return place / DONOR
    raise Usage(say("generate.no_donor", donor=DONOR))
