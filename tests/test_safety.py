"""What is read stays data, and stays inside: no code, no way out of an instance's folder or of outputs."""

import ast
import os

import pytest

from planner.instance import InvalidInstance, read
from planner.mechanisms import MECHANISMS
from planner.report.folder import folder_name
from tests.fuzz.bases import base, write
from tests.helpers import ROOT

RUNS_CODE = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"}
OWN_PIPES = {"planner/studies/processes.py": {"self.process.stdout"},
             "planner/studies/worker.py": {"source", "waiting.get()"}}
"""What a study and the processes that it starts say to each other is pickled, over their pipes alone: what is unpickled there."""

CALLS = {"eval", "exec", "compile", "__import__", "read_pickle", "to_pickle"}


@pytest.mark.parametrize("file", [*(ROOT / "planner").rglob("*.py"), *(ROOT / "solvers").rglob("*.py")],
                         ids=lambda file: str(file.relative_to(ROOT)))
def test_no_data_can_become_code(file):
    """No pickle and the like, no eval: neither for instances nor for what studies keep."""
    piped = OWN_PIPES.get(file.relative_to(ROOT).as_posix())
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            found = RUNS_CODE & {name.partition(".")[0] for name in names}
            assert found <= ({"pickle"} if piped else set())
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("pickle.load", "pickle.loads", "pickle.Unpickler"):
            assert piped and ast.unparse(node.args[0]) in piped
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            name = node.func.attr if isinstance(node.func, ast.Attribute) and node.func.attr in (
                "read_pickle", "to_pickle") else name
            assert name not in CALLS


@pytest.mark.parametrize("scenario, overrides", [
    ("..", []), (".", []), ("../../x", []), ("-rf", []), ("CON", []), ("nul.txt", []), ("x.", []), ("a\0b", []),
    ("base", ["title=../../etc"]), ("base", ["x=" + "y" * 5000]), ("地区" * 200, []), ("a\nb", []), ("C:\\x", []),
    ("/etc/passwd", []),
])
def test_an_output_folder_has_a_plain_name(scenario, overrides, tmp_path):
    name = folder_name(scenario, overrides)
    assert not set(name) & set('/\\:*?"<>|\0\n') and name[0] not in ".-" and name[-1] not in ". "
    assert name.partition(".")[0].upper() not in {"CON", "NUL"} and len(os.fsencode(name)) < 220
    (tmp_path / name).mkdir()
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name, target", [
    ("budget.csv", b"->/etc/passwd"), ("instance.toml", b"->/etc/passwd"), ("scenarios/out.toml", b"->/etc/passwd"),
    ("budget.csv", b"->/dev/zero"), ("budget.csv", b"->budget.csv"), ("scenarios/out.toml", b"->../../../x.toml"),
])
def test_a_link_out_of_the_folder_is_told_and_not_read(name, target, tmp_path):
    with pytest.raises(InvalidInstance) as error:
        read(write(dict(base("split")) | {name: target}, tmp_path / "split"), MECHANISMS)
    assert name in str(error.value) and "root:" not in str(error.value)


@pytest.mark.parametrize("scenario", ["../split", "/etc/passwd", "..", "scenarios/x", "x\0y"])
def test_a_scenario_is_one_of_those_there_are_never_a_path(scenario, tmp_path):
    folder = write(dict(base("split")), tmp_path / "split")
    with pytest.raises(InvalidInstance) as error:
        read(folder, MECHANISMS, scenario)
    assert "--scenario" in str(error.value)


def test_a_file_too_large_is_not_read(tmp_path):
    folder = write(dict(base("split")), tmp_path / "split")
    for name in ("budget.csv", "instance.toml"):
        with (folder / name).open("r+b") as stream:
            stream.truncate(65 * 1024 * 1024)  # sparse: it takes no room
    with pytest.raises(InvalidInstance) as error:
        read(folder, MECHANISMS)
    assert "budget.csv" in str(error.value) and "instance.toml" in str(error.value) and "65" in str(error.value)
