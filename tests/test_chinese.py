"""The command line under --lang zh: whatever a command says, no line of it holds an English sentence."""

import ast
import re
import shutil
import zipfile

import openpyxl
import pytest

from planner.cli import main, statuses
from planner.cli.language import VARIABLE
from planner.instance import InvalidInstance, listing, read
from planner.policies import POLICIES
from planner.report.folder import write_output
from tests.helpers import ROOT
from tests.instance import samples, test_problems
from tests.report.plans import by_hand
from tests.test_broken_instances import BROKEN, put

KNOWN = re.compile("|".join((
    r"'[^']*'", r"`[^`]*`",  # what was found in a cell, what to type
    r"\[[^\]]*\]", r"\{[^}]*\}",  # argparse's optional arguments; keys of a clause
    r"\S*[/._=*-]\S*",  # paths, keys, options
    r"[A-Z]+\b", r"planner \w+|limit inland|100 million yuan",  # placeholders; the instance's own words
    r"键（[^）]*）")))
ENGLISH = re.compile(r"[A-Za-z]{2,} +[A-Za-z]{2,}")
CHINESE = re.compile(r"[一-鿿]")


def english(text: str) -> list[str]:
    """Lines with two English words in a row that are no key, path or name."""
    return [line for line in text.splitlines() if ENGLISH.search(KNOWN.sub("·", line))]


def test_english_is_noticed():
    assert english("a plan was written to outputs/tiny\n✗ 行 rules broken\n")[1:] == ["✗ 行 rules broken"]
    assert not english("已写入 outputs/tiny/base；可用 --set budget.central*=0.9，行 3，列 central。")


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    """An empty folder with a copy of tiny in ./instances, Chinese by the variable."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, "zh")
    shutil.copytree(ROOT / "instances" / "tiny", tmp_path / "instances" / "tiny")
    return tmp_path


def said(capsys) -> str:
    text = "".join(capsys.readouterr())
    assert "Traceback" not in text and CHINESE.search(text)
    return text


COMMANDS = ["solve", "check", "verify", "new", "calibrate", "generate", "policies", "prices", "frontier",
            "tender", "explain"]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(command, capsys):
    assert main([*command.split(), "--help"]) == 0
    text = said(capsys)
    assert "用法：" in text and "选项" in text and not english(re.sub(r"(?s)用法.*?\n\n", "", text))


def test_a_plan_is_solved_verified_edited_and_caught(desk, capsys):
    assert main(["solve", "tiny", "--gap", "0"]) == 0
    text = said(capsys)
    assert "读取" in text and "建模" in text and "起约束作用的规则" in text and not english(text)
    assert main(["verify", "outputs/tiny/base"]) == 0
    assert "全部满足" in (text := said(capsys)) and not english(text)
    file = desk / "outputs" / "tiny" / "base" / "tables" / "allocations.csv"
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    cells = lines[1].split(",")
    cells[-2] = str(float(cells[-2]) + 5)
    file.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]), encoding="utf-8-sig")
    assert main(["verify", "outputs/tiny/base"]) == 1
    text = said(capsys)
    assert "被违反" in text and "资金来源恒等" in text and "沿海, 研究" in text and not english(text)


def test_an_edited_workbook_is_verified(desk, capsys):
    """`verify plan.xlsx`: with its folder, alone, and with cells that cannot be read."""
    write_output(by_hand(), desk / "made", "zh")
    book = desk / "made" / "plan.xlsx"
    assert main(["verify", str(book)]) == 0
    assert "方案写出后未作修改" in (text := said(capsys)) and not english(text)
    shutil.copy(book, desk / "alone.xlsx")
    assert main(["verify", "alone.xlsx", "--instance", "made/instance"]) == 0
    assert "工作簿旁没有原方案" in (text := said(capsys)) and not english(text)
    assert main(["verify", "alone.xlsx"]) == 2
    assert "请用 --instance" in (text := said(capsys)) and not english(text)
    page_of(book, "资金配置", lambda page: setattr(page["H5"], "value", page["H5"].value + 5))
    assert main(["verify", str(book)]) == 1
    text = said(capsys)
    assert "1 个单元格" in text and "资金来源恒等" in text and "被违反" in text and not english(text)
    page_of(book, "资金配置", lambda page: [setattr(page[place], "value", value) for place, value in (
        ("A6", "nowhere"), ("H7", "1,5"), ("H8", None), ("H9", "=H8*2"), ("A10", None), ("H4", "投入 (亿元)"))])
    assert main(["verify", str(book)]) == 2
    text = said(capsys)
    assert "未知名称" in text and "不是数字" in text and "公式的结果未存入文件" in text and not english(text)
    page_of(book, "资金配置", lambda page: page.delete_cols(1))
    assert main(["verify", str(book)]) == 2
    assert "缺少列标题" in (text := said(capsys)) and not english(text)


def page_of(path, title, change):
    book = openpyxl.load_workbook(path)
    change(book[title])
    book.save(path)


@pytest.mark.parametrize("spoil", [
    lambda path: path.write_text("none"), lambda path: path.unlink(),
    lambda path: add_part(path, "xl/vbaProject.bin"), lambda path: add_part(path, "xl/externalLinks/a.xml"),
    lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")],
    ids=["no workbook", "not there", "macros", "links", "sealed"])
def test_hostile_workbooks_are_refused(spoil, desk, capsys):
    path = desk / "plan.xlsx"
    openpyxl.Workbook().save(path)
    spoil(path)
    assert main(["verify", "plan.xlsx", "--instance", "tiny"]) == 2
    assert not english(said(capsys))
    if path.exists():
        assert main(["check", "plan.xlsx", "--annotate"]) == 2
        assert not english(said(capsys))


def add_part(path, name):
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, b"")


def test_a_workbook_to_fill_in_and_its_marked_copy(desk, capsys):
    """`new --xlsx` without a source, and `check --annotate`: notes, messages and marks."""
    assert main(["new", "mine", "--xlsx"]) == 0
    assert not english(said(capsys))
    path = desk / "instances" / "mine.xlsx"
    book = openpyxl.load_workbook(path)
    notes = [cell.comment.text for page in book.worksheets for cell in page[1] if cell.comment]
    told = [str(cell.value) for row in book["instance"].iter_rows(min_row=2, min_col=3, max_col=4) for cell in row
            if cell.value]
    stops = [f"{rule.errorTitle}\n{rule.error}" for page in book.worksheets
             for rule in page.data_validations.dataValidation]
    guide = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value]
    names = r"(?m)^.* \(\w+\)$|planner (check|solve) \S+|zones.*instruments|instance"
    assert len(notes) > 100 and len(told) > 100 and len(stops) > 100
    for text in (*notes, *told, *stops, *guide):
        assert not english(re.sub(names, "", text)), text
    assert not [text for text in (*notes, *told) if not CHINESE.search(text)]
    book["budget"]["B2"], book["fit"]["A3"] = -60, "nowhere"
    book.save(path)
    assert main(["check", "mine", "--annotate"]) == 2
    assert "问题已标在" in (text := said(capsys)) and not english(text)
    copy = openpyxl.load_workbook(path.with_name("mine-checked.xlsx"))
    marked = [str(cell.value) for row in copy["问题"].iter_rows() for cell in row if cell.value]
    assert len(marked) > 8 and not [text for text in (*marked, copy["fit"]["A3"].comment.text) if english(text)]
    assert main(["check", "tiny", "--annotate", "--set", "first_year=2000"]) == 2
    assert "--xlsx" in (text := said(capsys)) and not english(text)


def test_the_flag_goes_before_the_variable(capsys):
    assert main(["check", "tiny", "--lang", "en"]) == 0
    assert "no problems" in capsys.readouterr().out
    assert main(["--lang=en", "check", "tiny"]) == 0
    assert "no problems" in capsys.readouterr().out
    assert main(["check", "tiny"]) == 0
    text = said(capsys)
    assert "没有问题" in text and "基础研究下限（basic_research）" in text and not english(text)


def test_an_unknown_language_is_refused(monkeypatch, capsys):
    monkeypatch.setenv(VARIABLE, "fr")
    assert main(["check", "tiny"]) == 2
    assert "PLANNER_LANG is 'fr'; write en or zh." in capsys.readouterr().err
    monkeypatch.setenv(VARIABLE, "")
    assert main(["check", "tiny", "--lang", "fr"]) == 2
    assert "invalid choice: 'fr'" in capsys.readouterr().err


def test_assumptions_are_headed_in_chinese(capsys):
    assert main(["check", "tiny", "--assumptions"]) == 0
    assert "假设 (" in (text := said(capsys)) and "数据表" in text


def test_new_and_calibrate(capsys):
    assert main(["new", "mine", "--from", "tiny"]) == 0
    assert main(["calibrate", "mine", "--goals"]) == 0
    text = said(capsys)
    assert "已由 tiny 生成" in text and "理想值" in text and not english(text)


@pytest.mark.parametrize("growth, status, words", [("[0.0, 0.1]", 0, "budget.csv：2 行"),
                                                   ("[0.0]", 2, "growth 有 1 个增长率，而规划期有 2 年")])
def test_calibration_tells_its_tables(desk, capsys, growth, status, words):
    (desk / "instances" / "tiny" / "calibration.toml").write_text(
        f'[[path]]\ntable = "budget"\ncolumn = "central"\ntotal = 60\ngrowth = {growth}\n', encoding="utf-8")
    assert main(["calibrate", "tiny"]) == status
    assert words in (text := said(capsys)) and not english(text)


def test_tender(capsys):
    assert main(["tender", "tiny"]) == 0
    text = said(capsys)
    assert "第 1 轮" in text and "成交价格" in text and not english(text)


def test_what_arithmetic_rules_out(capsys):
    for command in ("check", "solve"):
        assert main([command, "tiny", "--set", "zone_bands[west].floor=0.9"]) == 1
        text = said(capsys)
        assert "区域均衡：板块下限（西部, 2026）" in text and "可改动其中之一" in text and not english(text)


def test_what_no_plan_can_choose(capsys):
    assert main(["check", "tiny", "--set", "missions[lithography].deadline=2025",
                 "--set", "bids[light_a].earliest=2026", "--set", "bid_rules[someone,*].count=0",
                 "--set", "bid_rules[second_source,*].count=0", "--set", "mission_minimum.at_least=0"]) == 0
    text = said(capsys)
    assert "任何方案都无法选中的揭榜方案：" in text and "（light_a）" in text and not english(text)


@pytest.mark.parametrize("changes, status, words", [
    ("basic_research.floor=0.95", 1, "已求解：有可行方案"), ("basic_research.floor=0.1", 0, "存在可行方案")])
def test_explain(changes, status, words, capsys):
    assert main(["explain", "tiny", "--set", changes]) == status
    text = said(capsys)
    assert words in text and "上下界推算" in text and not english(text)
    if status:
        assert "冲突 1" in text and "解决办法" in text and "基础研究下限：" in text


def test_explain_why(capsys):
    assert main(["solve", "tiny", "--gap", "0"]) == 0
    capsys.readouterr()
    plan = "outputs/tiny/base"
    assert main(["explain", plan, "--why", "line_a", "--gap", "0.01"]) == 0
    text = said(capsys)
    assert "为何未获（更多）资助" in text and "目标增益" in text and "被挤出的内容" in text and not english(text)


def test_generate(capsys):
    assert main(["generate", "made", "--regions", "4", "--industries", "5", "--categories", "1",
                 "--years", "1"]) == 0
    text = said(capsys)
    assert "地区与资金" in text and "合成数据" in text and not english(text)


def test_policies_and_their_reasons(capsys):
    assert main(["policies", "tiny", "--policies", "status_quo,peer_rank,optimal",
                 "--set", "missions.on=false", "--time-limit", "20"]) == 0
    text = said(capsys)
    assert "同行评议排序（peer_rank）：不适用。算例没有揭榜任务" in text and not english(text)


def test_every_policy_has_a_name():
    from planner.words import catalogue
    assert not [name for name in POLICIES if f"policy.{name}" not in catalogue()]


def test_no_plan(capsys):
    """Two floors that share one whole: bounds do not show it, the solver does."""
    floors = [text for name in ("manufacturing", "upgrading") for text in (
        "--set", f"industry_portfolio.{name}_floor=0.6")]
    assert main(["solve", "tiny", *floors, "--set", "class_bands[traditional].ceiling=none"]) == 1
    text = said(capsys)
    assert "已证明：没有任何解满足全部约束。" in text and "查看原因：" in text and not english(text)


@pytest.mark.parametrize("arguments", [
    ["check", "tyni"], ["check", "qqq"], ["solve", "tiny", "--gap", "2"], ["solve", "tiny", "--gap", "1%"],
    ["solve", "tiny", "--time-limit", "0"], ["solve", "tiny", "--profile", "fast"],
    ["solve", "tiny", "--scenario", "best"], ["solve", "tiny", "--set", "budget.centrl=1"],
    ["solve", "tiny", "--set", "nonsense"], ["solve", "tiny", "--set", "budget[2030].central=1"],
    ["solve", "tiny", "--set", "fit[coast].fit=1"], ["solve", "tiny", "--set", "first_year=2000"],
    ["solve", "tiny", "--set", "basic_research.floor=12"], ["solve", "tiny", "--out", "instances"],
    ["sovle", "tiny"], [], ["solve"], ["check", "tiny", "--colour"], ["calibrate", "tiny"],
    ["new", "tiny", "--from", "tiny"], ["verify", "nowhere"], ["policies", "tiny", "--policies", "by_lot"],
    ["tender", "tiny", "--set", "missions.on=false"], ["generate", "instances", "--regions", "31"],
    ["explain"], ["explain", "tyni"], ["explain", "tiny", "light_a"], ["explain", "nowhere", "--why", "light_a"],
    ["explain", "tiny", "--set", "budget.central*=0.9", "--why", "light_a"],
    ["generate", "made", "--regions", "many"], ["generate", "made", "--regions", "2"],
], ids=" ".join)
def test_usage_errors(arguments, capsys):
    assert main(arguments) == 2
    assert not english(said(capsys))


@pytest.mark.parametrize("error, status", [(KeyboardInterrupt(), statuses.INTERRUPTED), (MemoryError(), statuses.FAILED),
                                           (OSError(28, "No space left on device", "plan.xlsx"), statuses.NOT_WRITTEN)])
def test_what_goes_wrong_outside(error, status, monkeypatch, capsys):
    from planner.cli import commands

    def fail(args, out, err):
        raise error
    monkeypatch.setattr(commands, "check", fail)
    assert main(["check", "tiny"]) == status
    assert not english(said(capsys))


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_instances(kind, desk, capsys):
    (table, old, new), _ = BROKEN[kind]
    folder = desk / "instances" / "tiny"
    if old is None:
        (folder / table).write_text(new.format(a="chip_line", b="pilot"), encoding="utf-8")
    else:
        put(folder, table, old, new)
    assert main(["check", "tiny"]) == 2
    text = said(capsys)
    assert "个问题" in text and not english(text)


OURS = ("too_much", "circle")
"""Samples whose sentences are those of the test's own mechanisms."""


@pytest.mark.parametrize("broken", [broken for broken in test_problems.FOLDER if broken.__name__ not in OURS],
                         ids=lambda broken: broken.__name__)
@pytest.mark.parametrize("kind", ["folder", "workbook"])
def test_every_sort_of_problem(broken, kind, tmp_path):
    sample = samples.Sample()
    broken(sample)
    path = sample.folder(tmp_path / "sample") if kind == "folder" else sample.workbook(tmp_path / "s.xlsx")
    with pytest.raises(InvalidInstance) as caught:
        read(path, samples.MECHANISMS)
    text = listing(caught.value.problems, "zh")
    assert CHINESE.search(text) and not english(text)


TELLING = ("Problem", "problem", "_problem", "Wrong", "suggestion", "Usage", "Unreadable", "NotAPlan")


def test_no_words_of_a_problem_are_written_beside_the_catalogue():
    """Every what and mend is said by its key: a sentence in the code would stay English."""
    found, looked = [], 0
    rooms = [ROOT / "planner" / room for room in ("instance", "mechanisms", "model", "report/wayback", "cli", "")]
    for file in (file for room in rooms for file in room.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = getattr(node, "func", None)
            if getattr(called, "id", getattr(called, "attr", "")) not in TELLING:
                continue
            looked += 1
            words = [part for part in [*node.args, *(keyword.value for keyword in node.keywords)]
                     if isinstance(part, (ast.JoinedStr, ast.BinOp)) or isinstance(part, ast.Constant)
                     and isinstance(part.value, str)]
            found += [(file.name, node.lineno, ast.unparse(part)) for part in words
                      if ENGLISH.search(ast.unparse(part))]
    assert looked > 100 and not found


def test_both_readmes_show_the_same_commands():
    """Lines of code without their comments, headings by number, links and pictures."""
    def parts(name):
        text = (ROOT / name).read_text(encoding="utf-8")
        code = [re.sub(r"\s+#.*|（.*", "", line) for block in re.findall(r"```\w*\n(.*?)```", text, re.S)
                for line in block.splitlines() if not line.startswith("export")]
        links = sorted(re.findall(r"\]\((docs[^)]+|CHANGELOG[^)]*)\)", text))
        return code, len(re.findall(r"(?m)^## ", text)), links
    assert parts("README.md") == parts("README.zh-CN.md")
