"""The command line through `main`: what it writes, says and returns."""

import json
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from planner import __version__, cli
from planner.cli import commands, main
from planner.cli.terminal import Interrupt, Watch
from planner.mechanisms import MECHANISMS
from tests.helpers import ROOT

OFF = [text for mechanism in MECHANISMS for text in ("--set", f"{mechanism.name}.on=false")]


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    """An empty folder with a copy of tiny in ./instances."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "instances" / "tiny", tmp_path / "instances" / "tiny")
    return tmp_path


@pytest.fixture
def plan_folder(desk):
    assert main(["solve", "tiny", "--out", "plan", *OFF]) == 0
    return desk / "plan"


def said(capsys) -> str:
    found = capsys.readouterr()
    text = found.out + found.err
    assert "Traceback" not in text
    return " ".join(text.split())


def test_solve_writes_a_plan_that_verifies(desk, capsys):
    assert main(["solve", "tiny", "--gap", "0", "--set", "minimum_grant.on=false"]) == 0
    folder = desk / "outputs" / "tiny" / "base+minimum_grant.on=false"
    assert sorted(path.name for path in folder.iterdir()) == ["instance", "plan.json", "plan.xlsx", "report.html", "tables"]
    passport = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert passport["status"] == "optimal" and passport["times"]["reading"] > 0
    text = said(capsys)
    assert "Proven optimal" in text and "2024 2025 2026" in text
    assert "Written to outputs/tiny/base+minimum" in text
    assert main(["verify", str(folder)]) == 0
    assert "are kept." in said(capsys)


def test_grants_are_rounded_and_said_to_be(desk, capsys):
    """Tenths of a million, as the instance asks: every rule is kept; the gap is that of the rounded plan."""
    assert main(["solve", "tiny", "--gap", "0"]) == 0
    assert "Feasible, gap 0.0" in (text := said(capsys))
    assert "Grants rounded to whole 0.1 million after the search; every rule is kept" in text
    folder = desk / "outputs" / "tiny" / "base"
    assert json.loads((folder / "plan.json").read_text(encoding="utf-8"))["rounded_to"] == 0.1
    assert main(["verify", str(folder)]) == 0


def test_a_rule_broken_by_rounding_is_told_as_such_and_still_broken(capsys):
    """Funds at exactly a fifth of all grants, in whole sevens; an edit beside it is not laid to rounding."""
    on = [text for key in ("minimum_grant.on=true", "minimum_grant.unit=7", "instruments.on=true",
                           "instruments.fund_low=0.2", "instruments.fund_high=0.2")
          for text in ("--set", key)]
    assert main(["solve", "tiny", "--out", "plan", *OFF, *on]) == 0
    text = said(capsys)
    assert "Rounded to whole units; rules are broken by that" in text
    assert "rows of rules broken by rounding, by at most" in text and "✗ broken" in text
    assert main(["verify", "plan"]) == 1
    text = said(capsys)
    count = text.split("✗ ")[1].split()[0]
    assert f"{count} of them only by rounding grants to whole 7 million" in text
    passport = json.loads(Path("plan/plan.json").read_text(encoding="utf-8"))
    passport["rounding"]["most"] /= 1000
    Path("plan/plan.json").write_text(json.dumps(passport), encoding="utf-8")
    assert main(["verify", "plan"]) == 1
    assert "only by rounding" not in said(capsys)


# --- the rounds of the tender ---------------------------------------------------------

TENDER = [*OFF, *(text for key in ("missions.on=true", "price_discovery.on=true", "bids[line_a].value=40",
                                   "bids[line_b].value=40") for text in ("--set", key))]


def test_tender_finds_the_prices_and_writes_them(desk, capsys):
    """The rounds of tests/mechanisms/test_price_discovery: line_a wins at its cost in the fourth."""
    assert main(["tender", "tiny", "--gap", "0", "--out", "prices", *TENDER]) == 0
    text = said(capsys)
    assert "First line 13.0000 11.5000 ✓ 11.5000 10.0000 ✓" in text and "round 4" in text
    assert "Clearing prices (million)" in text and "Chip line First line 10.0000 0.00 % 10.0000" in text
    path = pd.read_csv(desk / "prices" / "tables" / "price_path.csv")
    assert len(path) == 16 and path["round"].max() == 4
    prices = pd.read_csv(desk / "prices" / "tables" / "clearing.csv").set_index("bid")["price"].to_dict()
    assert prices == pytest.approx({"light_a": 6.6, "light_b": 4, "line_a": 10})
    sheets = openpyxl.load_workbook(desk / "prices" / "plan.xlsx").sheetnames
    assert {"Price path", "Clearing prices"} <= set(sheets)
    assert main(["verify", "prices"]) == 0
    assert main(["tender", "tiny", "--gap", "0", "--out", "prices", *TENDER]) == 0
    assert "in place of the earlier plan" in said(capsys)


@pytest.mark.parametrize("name", ["price_discovery", "missions"])
def test_tender_needs_its_mechanisms(desk, capsys, name):
    assert main(["tender", "tiny", "--set", f"{name}.on=false"]) == 2
    assert f"The mechanism {name} is off in tiny, so there is no price to discover." in said(capsys)
    assert not (desk / "outputs").exists()


def test_tender_speaks_chinese(capsys):
    assert main(["tender", "tiny", "--lang", "zh", "--out", "prices", *TENDER]) == 0
    assert "成交价格" in said(capsys)


def test_a_stopped_tender_keeps_the_rounds_played(monkeypatch, capsys):
    monkeypatch.setattr(Interrupt, "__call__", lambda self: self.watch.phase == "round 2" or self.asked)
    assert main(["tender", "tiny", "--gap", "0", "--out", "prices", *TENDER]) == 130
    assert "not yet cleared" in said(capsys)
    assert pd.read_csv("prices/tables/price_path.csv")["round"].max() == 2


def test_solve_speaks_chinese(capsys):
    assert main(["solve", "tiny", "--lang", "zh", *OFF, "--out", "plan"]) == 0
    assert "已证明最优" in said(capsys)


def test_overrides_have_a_folder_of_their_own(desk, capsys):
    change = ["--set", "budget.central*=0.5", *OFF]
    assert main(["solve", "tiny", *change]) == 0
    assert main(["solve", "tiny", *change]) == 0
    assert "in place of the earlier plan" in said(capsys)
    (folder,) = (desk / "outputs" / "tiny").iterdir()
    assert folder.name.startswith("base+budget.central")
    assert main(["verify", str(folder)]) == 0
    assert main(["verify", str(folder), "--instance", "tiny"]) == 0


def test_an_edited_plan_is_caught_with_its_place(plan_folder, capsys):
    file = plan_folder / "tables" / "allocations.csv"
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    cells = lines[1].split(",")
    cells[-2] = str(float(cells[-2]) + 5)
    file.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]), encoding="utf-8-sig")
    capsys.readouterr()
    assert main(["verify", str(plan_folder)]) == 1
    text = said(capsys)
    assert "Core spend equals its funding Coast, Research 2025 5.0000" in text


def test_an_edited_instance_is_caught(plan_folder, capsys):
    file = plan_folder / "instance" / "budget.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("60", "61"), encoding="utf-8")
    assert main(["verify", str(plan_folder)]) == 1
    assert "The instance is not the one that the plan was made from" in said(capsys)


@pytest.mark.parametrize("spoil, words", [
    (lambda folder: (folder / "plan.json").unlink(), "holds no plan: there is no plan.json"),
    (lambda folder: (folder / "plan.json").write_text("{"), "not JSON"),
    (lambda folder: shutil.rmtree(folder / "instance"), "has no copy of its instance"),
    (lambda folder: shutil.rmtree(folder / "tables"), "holds no tables"),
    (lambda folder: (folder / "tables" / "grants.csv").write_text("a,b\n1,2\n"),
     "grants.csv has no column amount"),
    (lambda folder: (folder / "tables" / "grants.csv").write_bytes(b"\xff\xfe\x00x"), "cannot be read"),
], ids=["passport", "json", "instance", "tables", "columns", "encoding"])
def test_what_is_no_plan_is_told(plan_folder, capsys, spoil, words):
    spoil(plan_folder)
    capsys.readouterr()
    assert main(["verify", str(plan_folder)]) == 2
    assert words in said(capsys)


def test_rules_that_cannot_hold_together(desk, capsys):
    tight = ["--set", "basic_research.on=true", "--set", "basic_research.floor=0.95"]
    assert main(["solve", "tiny", *OFF, *tight]) == 1
    assert "no plan exists" in said(capsys)
    assert not (desk / "outputs").exists()


def test_wrong_input_is_listed(desk, capsys):
    file = desk / "instances" / "tiny" / "budget.csv"
    file.write_text("year,central\n2025,-60\n2026,many\n", encoding="utf-8")
    assert main(["check", "tiny"]) == 2
    text = said(capsys)
    assert "2 problems budget.csv row 2, column central" in text and "row 3, column central" in text


def test_check_says_what_there_is(capsys):
    assert main(["check", "tiny", "--assumptions"]) == 0
    text = said(capsys)
    assert "16 cells, plan years 2025–2026 (base year 2024)" in text and "assumed (" in text


@pytest.mark.parametrize("arguments, words", [
    (["check", "tyni"], "nor in ./instances. Did you mean tiny?"),
    (["solve", "tiny", "--gap", "1%"], "invalid share value"),
    (["solve", "tiny", "--gap", "2"], "2 is not a gap"),
    (["solve", "tiny", "--time-limit", "0"], "0 is not a time"),
    (["solve", "tiny", "--profile", "fast"], "Unknown profile 'fast'; known: balanced"),
    (["solve", "tiny", "--scenario", "best"], "--scenario"),
    (["solve", "tiny", "--set", "budget.centrl=1"], "--set"),
    (["solve", "tiny", "--out", "instances"], "holds no plan; it is left as it is"),
    (["sovle", "tiny"], "invalid choice"),
    ([], "required"),
    (["calibrate", "tiny"], "has no calibration.toml"),
    (["new", "tiny", "--from", "tiny"], "is there already"),
    (["verify", "nowhere"], "holds no plan"),
])
def test_usage_errors_are_a_sentence_and_status_2(arguments, words, capsys):
    assert main(arguments) == 2
    assert words in said(capsys)


@pytest.mark.parametrize("more, made", [([], "mine"), (["--xlsx"], "mine.xlsx")])
def test_new_copies_an_instance(desk, capsys, more, made):
    assert main(["new", "mine", "--from", "tiny", *more]) == 0
    assert (desk / "instances" / made).exists()
    assert main(["check", "mine"]) == 0


def test_version(capsys):
    assert main(["--version"]) == 0
    assert __version__ in capsys.readouterr().out


@pytest.mark.parametrize("error, status, words", [
    (RuntimeError("odd"), 70, "a mistake of its own (RuntimeError: odd)"),
    (KeyboardInterrupt(), 130, "Interrupted; no plan was written"),
    (OSError(28, "No space left on device", "plan.xlsx"), 5, "No space left on device (plan.xlsx)"),
    (MemoryError(), 4, "not enough memory"),
])
def test_nothing_ends_in_a_traceback(monkeypatch, capsys, error, status, words):
    def fail(args, out, err):
        raise error
    monkeypatch.setattr(commands, "check", fail)
    assert main(["check", "tiny"]) == status
    assert words in said(capsys)


def test_debug_shows_where(monkeypatch, capsys):
    monkeypatch.setattr(commands, "check", lambda *_: 1 / 0)
    assert main(["check", "tiny", "--debug"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_while_building_ends_the_run():
    watch = Watch(cli_console(), 0.01)
    watch({"phase": "build"})
    with pytest.raises(KeyboardInterrupt):
        Interrupt(watch)._take()


def test_ctrl_c_in_the_search_asks_it_to_stop_then_gives_up_then_leaves(monkeypatch):
    watch = Watch(cli_console(), 0.01)
    stop = Interrupt(watch)
    watch({"phase": "lp", "incumbent": None, "bound": float("inf"), "gap": float("inf")})
    assert not stop()
    stop._take()
    assert stop()
    with pytest.raises(KeyboardInterrupt):
        stop._take()
    left = []
    monkeypatch.setattr("os._exit", left.append)
    with pytest.raises(KeyboardInterrupt):
        stop._take()
    assert left == [130]


def cli_console():
    from rich.console import Console
    return Console(stderr=True)


def test_progress_is_plain_lines_without_a_terminal(capsys):
    with Watch(cli_console(), 0.01) as watch:
        watch({"phase": "lp", "time": 1.0, "bound": 12.0, "incumbent": None, "gap": None})
        watch({"phase": "lp", "time": 1.1, "bound": 12.0, "incumbent": None, "gap": None})
        watch({"phase": "mip", "time": 2.0, "bound": 12.0, "incumbent": 11.0, "gap": 0.0909})
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert " ".join(lines[1].split()[2:]) == "mip plan 11.0000 bound 12.0000 gap 9.09 %"


def test_the_way_to_the_gap_is_logarithmic():
    watch = Watch(cli_console(), 0.01)
    assert watch.closed(None) is None
    assert watch.closed(1.0) == 0.0
    assert watch.closed(0.1) == pytest.approx(0.5)
    assert watch.closed(0.005) == 1.0


def test_the_module_has_a_main():
    assert cli.main is main
