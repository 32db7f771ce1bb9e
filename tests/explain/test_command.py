"""`planner explain` as a user meets it: words, JSON, exit status, stop and time limit."""

import json

import pytest

import planner
from planner.cli import main
from planner.explain import explain
from planner.report.words import catalogue
from tests.explain.gallery import TINY
from tests.helpers import MECHANISMS, ROOT, tiny

PATH = str(ROOT / "instances" / "tiny")
OFF = [text for m in MECHANISMS if m.name != "regional_balance" for text in ("--set", f"{m.name}.on=false")]


def said(capsys) -> str:
    found = capsys.readouterr()
    assert "Traceback" not in found.out + found.err
    return " ".join((found.out + found.err).split())


def test_it_names_the_conflict_and_the_way_out(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["explain", PATH, *OFF, "--set", "zone_bands[west].floor=0.9", "--out", "told.json"]) == 1
    text = said(capsys)
    assert "regional_balance.zone_floor[west, 2026]" in text and "Proven smallest" in text
    assert "solved: a plan exists" in text and "--set 'zone_bands[west].floor=0.6363'" in text
    told = json.loads((tmp_path / "told.json").read_text(encoding="utf-8"))
    assert told["status"] == "infeasible" and told["mended"] and told["words"] == ["zone_bands[west].floor=0.6363"]


def test_in_chinese(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["explain", PATH, *OFF, "--set", "zone_bands[west].floor=0.9", "--lang", "zh"])
    assert "规则不能同时满足" in said(capsys)


def test_an_instance_that_holds_has_nothing_to_explain(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["explain", PATH, *OFF]) == 0
    assert "a plan exists" in said(capsys)


def test_a_solve_without_a_plan_points_here(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    off = [text for m in MECHANISMS if m.name != "industry_portfolio" for text in ("--set", f"{m.name}.on=false")]
    sets = ["--set", "industry_portfolio.manufacturing_floor=0.7", "--set", "industry_portfolio.upgrading_floor=0.5",
            "--set", "class_bands[traditional].ceiling=none"]
    assert main(["solve", PATH, *off, *sets]) == 1
    assert "Explain it with: planner explain" in said(capsys) and not (tmp_path / "outputs").exists()


def test_a_stop_tells_what_is_proven_so_far():
    asked = []
    made = explain(next(case for case in TINY if "triangle" in case.name).make(),
                   progress=lambda event: asked.append(event), stop=lambda: len(asked) > 8)
    assert made.stopped == "asked" and made.status in ("infeasible", "undetermined")
    for part in made.conflicts:
        assert not part.conflict.smallest or len(part.conflict.clauses) > 0


def test_a_time_limit_is_kept():
    made = explain(TINY[14].make(), time_limit=1e-3)
    assert made.stopped == "time" and made.mended is None


def test_from_python_before_and_after_the_package_is_loaded():
    made = planner.explain(TINY[0].make())
    assert planner.explain is not None and made.conflicts[0].conflict.clauses[0].rule == "zone_floor"
    json.dumps(made.plain(), allow_nan=False)


def test_every_lever_is_a_number_of_the_instance():
    """Each override key that a mechanism names for a rule is one that the instance knows, or is not set."""
    from planner.explain.clauses import Model
    from planner.explain.levers import lever
    model = Model(tiny(*(m.name for m in MECHANISMS)))
    rules, seen, keys = {path[:2]: row for path, row in zip(model.paths(model.ruled), model.ruled)}, set(), {}
    for row in rules.values():
        clause = model.clause(row)
        found = lever(model.instance, clause)
        if found is not None:
            seen.add((clause.mechanism, clause.rule))
            keys[found.key] = found.now
    assert model.instance.with_overrides(keys).hash == model.instance.hash
    assert len(seen) > 0.8 * len(rules), sorted(set(rules) - seen)


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda m: m.name)
def test_levers_are_declared_for_declared_numbers(mechanism):
    from planner.instance.tables import CORE_PARAMETERS
    tables = {table.name: {c.name for c in table.columns} for table in tiny().tables_declared}
    own = {m.name: {p.name for p in m.parameters} for m in MECHANISMS} | {"core": {p.name for p in CORE_PARAMETERS}}
    for key in mechanism.levers.values():
        head, _, entry = key.rpartition(".")
        assert entry in (tables[head.partition("[")[0]] if "[" in head else own[head]), key


def test_words_stand_in_both_languages():
    assert all(all(words.values()) for key, words in catalogue().items() if key.startswith(("explain.", "why.")))
