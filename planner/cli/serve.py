"""`planner serve`: the browser app on this machine."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path

from planner.cli.language import tell
from planner.words import say

PORT = 8765


def port(text: str) -> int:
    """A port that a user may listen on. Raises ArgumentTypeError."""
    if not (text.isdigit() and 1024 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(tell("cli.not_a_port", text=text))
    return int(text)


def add_parser(commands, parents) -> None:
    made = commands.add_parser("serve", parents=parents, help=tell("help.serve"), description=tell("help.serve_about"))
    made.add_argument("--port", type=port, default=PORT, help=tell("help.serve_port"))
    made.add_argument("--no-browser", action="store_true", help=tell("help.serve_no_browser"))
    made.add_argument("--folder", metavar="FOLDER", default=".", help=tell("help.serve_folder"))


def run(args, out, err) -> int:
    """Serves until Ctrl-C. Raises Usage where it cannot begin."""
    from planner.cli.commands import Usage
    from planner.cli.statuses import DONE
    from planner.words import word
    if find_spec("nicegui") is None:
        raise Usage(say("cli.no_nicegui"))
    folder = Path(args.folder)
    if not folder.is_dir():
        raise Usage(say("cli.no_folder", folder=folder))
    from planner.jobs.manager import InUse
    from planner.web.app import PortTaken, serve
    try:
        serve(folder, args.port, not args.no_browser, args.lang, lambda address: out.print(
            word("cli.serving", args.lang, address=address), soft_wrap=True))
    except PortTaken:
        raise Usage(say("cli.port_taken", port=args.port, other=args.port + 1)) from None
    except InUse:
        raise Usage(say("cli.folder_in_use", folder=folder)) from None
    except KeyboardInterrupt:
        pass
    return DONE
