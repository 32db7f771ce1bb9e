"""Writes an instance as a folder or as one workbook; read back it is the same instance.

Everything is written beside its place and renamed into it, so that a full disk or
an interruption leaves no half of an instance.
"""

from __future__ import annotations

import csv
import io
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.instance.instance import Instance
from planner.instance.cells import unit_words
from planner.instance.keeping import beside, folder_beside
from planner.instance.scenarios import WORDS, Scenario
from planner.instance.settings import ON, PRICE
from planner.instance.tables import CORE_PARAMETERS, HEADER
from planner.vocabulary import Parameter

KEPT = ("README.md", "calibration.toml", "statistics")
"""What a folder written from a folder keeps beside the tables."""


def setting_rows(instance: Instance, blank: bool = False) -> list[tuple[str, Any, Parameter]]:
    """(dotted key, value, declaration) of every setting that is worth writing.

    All of the header and the core; mechanisms that are on in full, those that are
    off with what differs from the defaults. With `blank` every setting there is;
    the value of those that are not set is None.
    """
    rows = [(parameter.name, instance.header[parameter.name], parameter) for parameter in HEADER]
    rows += [(f"core.{parameter.name}", instance.setting(parameter.name), parameter)
             for parameter in CORE_PARAMETERS]
    for mechanism in instance.mechanisms:
        name, on = mechanism.name, instance.on(mechanism.name)
        part = instance.parameters(name) | {"on": on, "price": instance.price(name)}
        lines = [(f"mechanisms.{name}.{parameter.name}", part[parameter.name], parameter)
                 for parameter in (PRICE, *mechanism.parameters)
                 if on or blank or part[parameter.name] != parameter.default]
        if on or lines or instance.is_written(f"mechanisms.{name}.on"):
            rows += [(f"mechanisms.{name}.on", on, ON), *lines]
    return [row for row in rows if blank or row[1] is not None]


def about(parameter: Parameter, instance: Instance) -> str:
    """What a setting means, with its unit."""
    unit = unit_words(parameter.unit, instance.money_unit, instance.talent_unit)
    words = parameter.about + (f" [{unit}]" if unit not in ("", "1", "year") else "")
    return words + (f" ({' | '.join(parameter.choices)})" if parameter.choices else "")


# --- folder ----------------------------------------------------------------------


def write_folder(instance: Instance, path: Path | str) -> Path:
    """Writes instance.toml, one CSV per table that has rows, and the scenarios.

    Statistics, calibration.toml and README.md of a folder it was read from come
    along. Raises FileExistsError when the folder is there already.
    """
    path = Path(path)
    if path.exists():
        raise FileExistsError(f"{path} is there already")
    with folder_beside(path) as made:
        fill_folder(instance, made)
        made.chmod(0o755)
        made.rename(path)
    return path


def fill_folder(instance: Instance, made: Path) -> None:
    """The files of an instance, into an empty folder."""
    (made / "instance.toml").write_text(_toml(instance), encoding="utf-8")
    for name in instance.table_names:
        (made / f"{name}.csv").write_text(csv_text(instance.table(name)), encoding="utf-8", newline="")
    if instance.scenarios:
        (made / "scenarios").mkdir()
    for scenario in instance.scenarios.values():
        (made / "scenarios" / f"{scenario.name}.toml").write_text(scenario_text(scenario), encoding="utf-8")
    _keep_beside(instance, made)


def csv_text(frame: pd.DataFrame) -> str:
    """A table as CSV: numbers in full, whole ones without a point, flags true/false."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(zip(*([_plain(value) for value in frame[name].tolist()] for name in frame.columns)))
    return stream.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return int(value) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return value


def _keep_beside(instance: Instance, made: Path) -> None:
    if instance.path is None or not instance.path.is_dir():
        return
    for name in KEPT:
        source = instance.path / name
        files = [source] if source.is_file() else sorted(source.rglob("*")) if source.is_dir() else []
        for file in files:
            if file.is_file() and file.resolve().is_relative_to(instance.path.resolve()):
                target = made / file.relative_to(instance.path)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)


def toml_value(value: Any) -> str:
    """A value as TOML writes it; numpy's numbers as plain ones."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, (int, float)):
        return repr(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    for sign, code in (("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        text = text.replace(sign, code)
    return f'"{text}"'


def _toml(instance: Instance) -> str:
    lines, section = [], ""
    for key, value, parameter in setting_rows(instance):
        head, _, name = key.rpartition(".")
        if head != section:
            lines += ["", f"[{head}]"]
            section = head
        note = "" if parameter is ON else f"  # {about(parameter, instance)}"
        lines.append(f"{name} = {toml_value(value)}{note}".replace("\n", " "))
    return "\n".join(lines) + "\n"


def scenario_text(scenario: Scenario) -> str:
    """A scenario as its file says it."""
    lines = [f"{word} = {toml_value(value)}" for word in WORDS if (value := getattr(scenario, word))]
    lines += ["", "[set]"] + [f"{toml_value(key)} = {toml_value(value)}"
                             for key, value in override_rows(scenario)]
    return "\n".join(lines) + "\n"


def override_rows(scenario: Scenario) -> list[tuple[str, Any]]:
    """('budget.central*', 0.9): key with its operator, and value."""
    return [(override.key + override.operator.removesuffix("="), override.value)
            for override in scenario.overrides]


# --- workbook --------------------------------------------------------------------


def write_workbook(instance: Instance, path: Path | str, make=None) -> Path:
    """Writes one .xlsx with sheet `instance`, a sheet per table that has rows, and `scenarios`.

    Headings carry units and a note; cells with known entries have a drop-down list.
    make  instance -> openpyxl workbook, where another face is wanted (`planner.report.form`)
    """
    from planner.instance.sheets import book_of
    path = Path(path)
    with beside(path) as made:
        (make or book_of)(instance).save(made)
    return path
