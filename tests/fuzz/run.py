"""Runs a range of seeds and keeps one line per case; a run that was cut short goes on where it stopped.

    python -m tests.fuzz.run instances --cases 2000 --log /tmp/fuzz/instances.jsonl --seconds 450
    python -m tests.fuzz.run workbooks --cases 500  --log /tmp/fuzz/workbooks.jsonl
    python -m tests.fuzz.run instances --seed 1234          one case, told in full

Exit status 1 when any case broke the promise.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from tests.fuzz import judge
from tests.fuzz.bases import write


def instance_case(seed: int) -> tuple[judge.Verdict, list[str]]:
    from tests.fuzz.instances import mutant
    made = mutant(seed)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        path = write(made.files, Path(place) / made.base)
        return judge.judged(judge.solved_or_told, path, made.scenario, made.overrides), made.done


def workbook_case(seed: int) -> tuple[judge.Verdict, list[str]]:
    from tests.fuzz.workbooks import mutant, told_or_solved
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        path, done = mutant(seed, Path(place))
        return judge.judged(told_or_solved, path), done


CASES = {"instances": instance_case, "workbooks": workbook_case}


def run(kind: str, seeds, log: Path | None = None, seconds: float = float("inf")) -> list[dict]:
    """The verdicts of the seeds, those of an earlier log among them; stops after so many seconds."""
    lines = log.read_text(encoding="utf-8").splitlines() if log and log.exists() else []
    found = {entry["seed"]: entry for entry in map(json.loads, lines)}
    end = time.monotonic() + seconds
    for seed in seeds:
        if seed in found:
            continue
        if time.monotonic() > end:
            break
        verdict, done = CASES[kind](seed)
        found[seed] = {"seed": seed, "done": done, **asdict(verdict)}
        if log:
            with log.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(found[seed], ensure_ascii=True) + "\n")
    return [found[seed] for seed in seeds if seed in found]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=CASES)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    args = parser.parse_args()
    if args.seed is not None:
        verdict, done = CASES[args.kind](args.seed)
        print(*done, verdict.kind, verdict.text, *verdict.noise, f"{verdict.seconds} s", sep="\n")
        return 0 if verdict.kept else 1
    seeds = range(args.first, args.first + args.cases)
    found = run(args.kind, seeds, args.log, args.seconds)
    print(f"{len(found)} of {len(seeds)} {args.kind}:", dict(Counter(entry["kind"] for entry in found).most_common()),
          f"longest {max((entry['seconds'] for entry in found), default=0)} s")
    bad = [entry for entry in found if entry["kind"] not in judge.KEPT]
    for entry in bad:
        print(f"\nseed {entry['seed']}: {entry['kind']}", *entry["done"], entry["text"][-1500:], sep="\n")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
