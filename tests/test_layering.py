"""The import order of docs/architecture.md, read from the sources."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

ORDER = ["words", "vocabulary", "papers", "instance", "model", "mechanisms", "plan", "rounding", "audit", "comparison",
         "solving", "price_tags", "explain", "studies", "policies", "generate", "report", "jobs", "web", "cli"]
"""Lowest first: a room may import from rooms before it, and from itself."""

GENERIC = {"solvers.algebra", "solvers.text"}
"""Array algebra without a solver: what tables-only code may reach through the mechanisms."""


def imports(file: Path):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def files(folder: str):
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("file", files("planner"), ids=lambda f: str(f.relative_to(ROOT)))
def test_rooms_import_downwards_only(file):
    own = file.relative_to(ROOT / "planner").with_suffix("").parts[0]
    if own in ("__init__", "__main__"):
        return
    assert own in ORDER, f"{own} has no place in the order"
    for module in imports(file):
        if module.startswith("planner.") and room(module) != own:
            assert ORDER.index(room(module)) < ORDER.index(own), f"{file.name} imports {module}"


@pytest.mark.parametrize("file", files("solvers"), ids=lambda f: f.name)
def test_solvers_know_nothing_of_planning(file):
    assert not [module for module in imports(file) if module.split(".")[0] == "planner"]


@pytest.mark.parametrize("file", files("planner/mechanisms"), ids=lambda f: f.name)
def test_no_mechanism_imports_another(file):
    if file.name == "__init__.py":
        return
    found = set(imports(file))
    assert not {module for module in found if module.startswith("planner.mechanisms")}
    assert not {module for module in found if module.split(".")[0] in ("pyomo", "highspy")}


@pytest.mark.parametrize("loading", ["import planner.audit, planner.mechanisms",
                                     "from planner.cli import parser; parser()"], ids=["audit", "command line"])
def test_neither_model_nor_solver_is_loaded(loading):
    """By what reads tables only, and by every start of the command line: it knows all options of all commands."""
    import subprocess
    import sys
    code = f"{loading}; import sys; print([m for m in ('pyomo', 'highspy', 'scipy', 'duckdb') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
