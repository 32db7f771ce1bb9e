"""The command `planner generate`: a synthetic instance of any size, for benchmarks."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.text import Text

import planner
from planner.cli.terminal import Watch
from planner.instance import read, write_folder
from planner.mechanisms import MECHANISMS
from planner.report.folder import replaced
from planner.report.words import word

DONOR = "china-2022"


def add_parser(commands, parents) -> None:
    """Registers the command with its options."""
    made = commands.add_parser("generate", parents=parents,
                               help=f"make a synthetic instance of any size, resampled from {DONOR}")
    made.add_argument("folder", metavar="OUT_FOLDER", help="the new instance's folder")
    made.add_argument("--regions", type=whole, required=True, metavar="N", help="how many regions")
    made.add_argument("--industries", type=whole, metavar="N", help=f"how many (default: as many as {DONOR})")
    made.add_argument("--categories", type=whole, metavar="N",
                      help="how many technology categories (same default)")
    made.add_argument("--years", type=whole, metavar="N", help="how many plan years (same default)")
    made.add_argument("--seed", type=whole, default=0, metavar="S",
                      help="another seed draws another instance of that size (default 0)")
    made.add_argument("--mechanisms", choices=("base", "all"), default="base",
                      help=f"on as in {DONOR} (base), or all of them; --scenario all-mechanisms is there in both")
    made.add_argument("--force", action="store_true", help="replace an instance that is there already")


def whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number; give one such as 31") from None


def run(args, out, err) -> int:
    """Generates, writes, reads back with all checks, and only then puts the folder into place."""
    from planner.cli.commands import DONE, Usage, tell_warnings
    from planner.generate import ALL, CannotGenerate, Size, generate, readme
    folder = Path(args.folder)
    fate = refuse(folder, args.force)
    size = Size(args.regions, args.industries, args.categories, args.years, args.seed, args.mechanisms)
    with Watch(err, 0.0) as watch:
        watch({"phase": "reading"})
        donor = read(find_donor(), MECHANISMS)
        try:
            instance = generate(donor, size, folder.absolute().name, lambda words: watch({"phase": words}))
        except CannotGenerate as error:
            raise Usage(str(error)) from None
        watch({"phase": "writing"})
        with replaced(folder) as beside:
            beside.rmdir()
            write_folder(instance, beside)
            (beside / "README.md").write_text(readme(instance), encoding="utf-8")
            watch({"phase": "checking"})
            read(beside, MECHANISMS, ALL)
            instance = read(beside, MECHANISMS)
    tell_warnings(instance, err)
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
        raise Usage(f"{folder} is there and is no generated instance; it is left as it is. "
                    "Name another folder.")
    if not force:
        raise Usage(f"{folder} is there already; it is left as it is. Name another folder, or replace it "
                    "with --force.")
    return "replaced"


def find_donor() -> Path:
    """The flagship, of ./instances or beside the program. Raises Usage."""
    from planner.cli.commands import INSTANCES, Usage
    for place in (INSTANCES, Path(planner.__file__).parent.parent / "instances"):
        if (place / DONOR / "instance.toml").is_file():
            return place / DONOR
    raise Usage(f"There is no instance {DONOR} in ./instances, and generated ones are resampled from it. Run the "
                "command in the planner's own folder.")
