"""Output folders: whole or not there, and nothing that matters is replaced unasked."""

import json
from pathlib import Path

import pytest

from planner.report import folder
from planner.report.folder import Blocked, WillNotReplace, folder_name, may_replace, replaced, write_output
from tests.report.plans import by_hand


@pytest.mark.parametrize("scenario, overrides, name", [
    ("base", [], "base"),
    ("", [], "base"),
    ("west-first", ["basic_research.floor=0.10"], "west-first+basic_research.floor=0.10"),
])
def test_folder_names_are_readable(scenario, overrides, name):
    assert folder_name(scenario, overrides) == name


def test_folder_names_are_safe_and_differ():
    names = {folder_name("base", [change]) for change in ("a.b*=0.9", "a.b/=0.9", "../../x=1", "x" * 300)}
    assert len(names) == 4
    assert all(len(name) <= 60 and "/" not in name for name in names)


def test_an_output_can_be_written_again_and_again(tmp_path):
    plan = by_hand()
    place = tmp_path / "out" / "base"
    for fate in ("new", "replaced"):
        assert may_replace(place, "tiny", "base", list(plan.instance.overrides), force=False) == fate
        write_output(plan, place)
    assert sorted(path.name for path in place.iterdir()) == ["instance", "plan.json", "plan.xlsx", "report.html", "tables"]
    assert [path.name for path in place.parent.iterdir()] == ["base"]
    passport = json.loads((place / "plan.json").read_text(encoding="utf-8"))
    assert passport["times"]["writing"] > 0 and passport["overrides"] == list(plan.instance.overrides)


def test_a_failure_leaves_the_earlier_output_whole(tmp_path):
    place = tmp_path / "base"
    place.mkdir()
    (place / "plan.json").write_text("{}")
    with pytest.raises(KeyboardInterrupt), replaced(place) as made:
        (made / "half").write_text("x")
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["base"]
    assert (place / "plan.json").read_text() == "{}"


def test_a_folder_without_a_plan_is_never_replaced(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    for force in (False, True):
        with pytest.raises(WillNotReplace, match="holds no plan; it is left as it is"):
            may_replace(tmp_path, "tiny", "base", [], force)


def told(place: Path, **entries):
    place.mkdir(exist_ok=True)
    (place / "plan.json").write_text(json.dumps({"instance": "tiny", "scenario": "base"} | entries))


def test_another_plan_is_replaced_by_force_only(tmp_path):
    told(tmp_path / "x", instance="china-2022")
    with pytest.raises(WillNotReplace, match="holds another plan .*--force"):
        may_replace(tmp_path / "x", "tiny", "base", [], force=False)
    assert may_replace(tmp_path / "x", "tiny", "base", [], force=True) == "replaced"


def test_a_workbook_edited_by_hand_is_replaced_by_force_only(tmp_path):
    told(tmp_path / "x", workbook_sha256="0" * 64)
    (tmp_path / "x" / "plan.xlsx").write_text("edited")
    with pytest.raises(WillNotReplace, match="was changed since it was written"):
        may_replace(tmp_path / "x", "tiny", "base", [], force=False)
    assert may_replace(tmp_path / "x", "tiny", "base", [], force=True) == "replaced"


def test_a_blocked_place_keeps_the_new_plan_beside(tmp_path, monkeypatch):
    place = tmp_path / "base"
    told(place)
    real = Path.rename

    def rename(self, target):
        if Path(target) == place.absolute() and self.suffix != ".old":
            raise PermissionError(13, "Permission denied")
        return real(self, target)
    monkeypatch.setattr(folder, "exchange", lambda one, other: False)  # a system without it
    monkeypatch.setattr(folder.Path, "rename", rename)
    with pytest.raises(Blocked, match="The new plan is kept in .*base-new-1.$"), replaced(place) as made:
        (made / "plan.json").write_text("new")
    assert (tmp_path / "base-new-1" / "plan.json").read_text() == "new"
    assert "tiny" in (place / "plan.json").read_text()
