"""Calibration: tables of an instance that are computed from published margins.

The recipe is data (`calibration.toml` in the instance folder), the arithmetic is
here. Two kinds of entries:

`[[block]]`  a table whose margins are known and whose inside is not: iterative
             proportional fitting (RAS) of a seed to the margins.
`[[path]]`   a table that starts from a base-year figure and grows year by year.

The words of the recipe are explained in `margin_of`, `seed_of` and `path_of`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd

from planner.words import say

PLURALS = {"region": "regions", "industry": "industries", "category": "categories", "stage": "stages"}
ROUNDS = 20_000


def ras(seed, margins, tolerance: float = 1e-9) -> np.ndarray:
    """Iterative proportional fitting in any number of dimensions.

    seed     array of non-negative numbers; its zeros stay zero
    margins  list of (axes, target): `axes` the axes that the margin keeps, in
             the order of target's own axes; `target` its non-negative totals
    Returns the array whose every margin equals its target within `tolerance`
    (relative to the larger of the target and 1e-12 of the total). Of all such
    arrays it is the one nearest to the seed in relative entropy; the same input
    always gives the same answer.

    Raises ValueError when the margins disagree (in total, or on axes that two of
    them share), when zeros of the seed cannot meet a positive margin, or when
    the rounds run out.
    """
    table = np.array(seed, dtype=float)
    if not np.isfinite(table).all() or (table < 0).any():
        raise ValueError(say("calibrate.seed_negative"))
    fitted = [_turned(table, axes, target) for axes, target in margins]
    _agree(fitted, tolerance)
    for number, (axes, target) in enumerate(fitted):
        if ((_sum(table, axes) == 0) & (target > 0)).any():
            raise ValueError(say("calibrate.zero_seed", number=number + 1, axes=axes))
    grand = fitted[0][1].sum() if fitted else table.sum()
    for _ in range(ROUNDS):
        for axes, target in fitted:
            now = _sum(table, axes)
            factor = np.divide(target, now, out=np.zeros_like(target), where=now > 0)
            table *= _spread(factor, axes, table.ndim)
        worst = max((np.max(np.abs(_sum(table, axes) - target) / np.maximum(target, 1e-12 * grand))
                     for axes, target in fitted), default=0.0)
        if worst <= tolerance:
            return table
    raise ValueError(say("calibrate.no_fit", rounds=ROUNDS, worst=worst))


def calibrate(folder: Path | str, progress=None) -> dict[str, pd.DataFrame]:
    """Computes the tables that `calibration.toml` describes; changes no file.

    progress  called with one line of text per block or path, when given
    Returns table name -> frame, ready for `write`.
    """
    folder = Path(folder)
    recipe = _toml(folder / "calibration.toml")
    header = _toml(folder / "instance.toml")
    years = range(header["first_year"], header["last_year"] + 1)
    blocks, tables = {}, {}
    for block in recipe.get("block", ()):
        frame = block_of(folder, block, blocks)
        blocks[block["name"]] = _stacked(blocks.get(block["name"]), frame)
        if progress:
            progress(say("calibrate.block_done", name=block["name"], count=len(frame),
                         total=frame['value'].sum()))
    for name, table in recipe.get("table", {}).items():
        tables[name] = _sorted(folder, blocks[table["block"]]).rename(columns={"value": table["value"]})
    for path in recipe.get("path", ()):
        tables[path["table"]] = path_of(folder, path, blocks, years)
        if progress:
            progress(say("calibrate.rows", table=path["table"], count=len(tables[path['table']])))
    return tables


def write(folder: Path | str, tables: dict[str, pd.DataFrame]) -> None:
    """Writes each table as `<name>.csv` with 12 significant digits."""
    for name, frame in tables.items():
        frame.to_csv(Path(folder) / f"{name}.csv", index=False, float_format="%.12g",
                     encoding="utf-8", lineterminator="\n")


def block_of(folder: Path, block: dict, blocks: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One block: its dims as columns and `value`. Raises ValueError as `ras` does."""
    dims = block["dims"]
    members = {dim: list(block.get("members", {}).get(dim) or _members(folder, dim)) for dim in dims}
    shape = [len(members[dim]) for dim in dims]
    margins, first = [], None
    for spec in block["margin"]:
        target = margin_of(folder, spec, members, blocks)
        if first is None:
            target = target * (block["total"] / target.sum() if "total" in block else 1.0)
            first = (spec["dims"], target)
        elif "within" in spec:
            target = _within(spec, target, first)
        else:
            target = target * (first[1].sum() / target.sum())
        margins.append(([dims.index(dim) for dim in spec["dims"]], target))
    try:
        table = ras(seed_of(folder, block, dims, members), margins, block.get("tolerance", 1e-12))
    except ValueError as error:
        raise ValueError(say("calibrate.block_failed", name=block["name"], error=error.args[0])) from error
    labels = pd.MultiIndex.from_product([members[dim] for dim in dims], names=dims)
    return labels.to_frame(index=False).assign(value=table.reshape(int(np.prod(shape))))


def margin_of(folder: Path, spec: dict, members: dict, blocks: dict[str, pd.DataFrame]) -> np.ndarray:
    """The totals of one margin, an array over `dims`.

    block        taken from a block computed before, summed over the other dims
    file         or from a CSV file, with
    where        {column = value}: rows used
    concordance  a CSV file that spreads the file's `key` over dims[0] by `weight`
    value        the column of figures, one row per member of dims[0], or
    columns      {member of dims[1] = column, list of columns (their sum), or
                 table of column = share (each column first made to add to 1)}
    totals       {member of dims[1] = total it is scaled to}
    within       this margin only splits: its shares within those dims are laid
                 on the totals of the block's first margin
    """
    dims = spec["dims"]
    if "block" in spec:
        sums = blocks[spec["block"]].groupby(dims)["value"].sum()
        wanted = pd.MultiIndex.from_product([members[dim] for dim in dims]) if len(dims) > 1 else (
            members[dims[0]])
        return sums.reindex(wanted).to_numpy().reshape([len(members[dim]) for dim in dims])
    frame = pd.read_csv(folder / spec["file"])
    for column, wanted in spec.get("where", {}).items():
        frame = frame[frame[column] == wanted]
    if "concordance" in spec:
        frame = _concord(folder, frame, spec)
    frame = frame.set_index(dims[0]).reindex(members[dims[0]])
    if len(dims) == 1:
        return _figures(frame, spec["value"], spec)
    picked = [_figures(frame, spec["columns"][member], spec) for member in members[dims[1]]]
    for at, member in enumerate(members[dims[1]]):
        if member in spec.get("totals", {}):
            picked[at] = picked[at] * spec["totals"][member] / picked[at].sum()
    return np.column_stack(picked)


def seed_of(folder: Path, block: dict, dims: list[str], members: dict) -> np.ndarray:
    """The seed: a product of factors.

    file, dims, value, power   a long CSV file: value ** power over its dims
    file, dims, columns        a wide one: a column per member of dims[1]
    dim, weights               written out in the recipe
    """
    seed = np.ones([len(members[dim]) for dim in dims])
    for spec in block.get("seed", ()):
        if "weights" in spec:
            factor, on = np.array([spec["weights"][m] for m in members[spec["dim"]]], float), [spec["dim"]]
        else:
            factor, on = _factor(folder, spec, members), spec["dims"]
        axes = [dims.index(dim) for dim in on]
        seed *= _spread(_turned(seed, axes, factor)[1], sorted(axes), len(dims))
    return seed


def path_of(folder: Path, path: dict, blocks: dict[str, pd.DataFrame], years) -> pd.DataFrame:
    """A table over `dims` and year: base-year figure x factor x growth up to the year.

    block, where  the base from a block, summed to dims; or
    file, value   from a CSV file; or `total` alone, for a table over years only
    total         scales the base to this total
    growth        yearly growth rates, one per plan year
    column        the name of the column of figures
    """
    dims = path.get("dims", [])
    if "block" in path:
        base = blocks[path["block"]]
        for column, wanted in path.get("where", {}).items():
            base = base[base[column] == wanted]
        base = base.groupby(dims, sort=False, as_index=False)["value"].sum()
    elif "file" in path:
        base = pd.read_csv(folder / path["file"])[dims + [path["value"]]]
        base = base.rename(columns={path["value"]: "value"})
    else:
        base = pd.DataFrame({"value": [float(path["total"])]})
    base["value"] *= path.get("factor", 1.0)
    if "total" in path:
        base["value"] *= path["total"] / base["value"].sum()
    if len(path["growth"]) != len(years):
        raise ValueError(say("calibrate.growth", table=path["table"], count=len(path['growth']),
                             years=len(years)))
    level = np.cumprod(1 + np.array(path["growth"], float))
    frames = [base.assign(year=year, value=base["value"] * up) for year, up in zip(years, level)]
    whole = pd.concat(frames, ignore_index=True)[dims + ["year", "value"]]
    return _sorted(folder, whole).rename(columns={"value": path["column"]})


# --- small parts --------------------------------------------------------------------

def _toml(path: Path) -> dict:
    with open(path, "rb") as file:
        return tomllib.load(file)


def _members(folder: Path, dim: str) -> list[str]:
    return pd.read_csv(folder / f"{PLURALS[dim]}.csv")[dim].tolist()


def _figures(frame: pd.DataFrame, column, spec: dict) -> np.ndarray:
    """Figures of a column, of a sum of columns, or of a mix of columns' shares."""
    if isinstance(column, dict):
        parts = {name: frame[name].fillna(0.0) for name in column}
        return sum(share * parts[name].to_numpy() / parts[name].sum() for name, share in column.items())
    names = column if isinstance(column, list) else [column]
    figures = frame[names].sum(axis=1, min_count=1).to_numpy(float)
    if np.isnan(figures).any():
        missing = list(frame.index[np.isnan(figures)])
        raise ValueError(say("calibrate.no_figure", file=spec["file"], column=column, missing=missing))
    return figures


def _concord(folder: Path, frame: pd.DataFrame, spec: dict) -> pd.DataFrame:
    key, onto = spec["key"], spec["dims"][0]
    weights = pd.read_csv(folder / spec["concordance"])
    sums = weights.groupby(key)["weight"].sum()
    off = [name for name in frame[key] if not np.isclose(sums.get(name, 0.0), 1.0, atol=1e-9)]
    if off:
        raise ValueError(say("calibrate.weights", concordance=spec["concordance"], off=off))
    both = frame.merge(weights, on=key)
    both[spec["value"]] *= both["weight"]
    return both.groupby(onto, as_index=False)[spec["value"]].sum()


def _factor(folder: Path, spec: dict, members: dict) -> np.ndarray:
    frame, dims = pd.read_csv(folder / spec["file"]), spec["dims"]
    if "value" in spec:
        wide = frame.pivot(index=dims[0], columns=dims[1], values=spec["value"])
    else:
        wide = frame.set_index(dims[0])
    wide = wide.reindex(index=members[dims[0]], columns=members[dims[1]])
    if wide.isna().any(axis=None):
        raise ValueError(say("calibrate.no_factor", file=spec["file"]))
    return wide.to_numpy(float) ** spec.get("power", 1.0)


def _within(spec: dict, target: np.ndarray, first: tuple) -> np.ndarray:
    """Shares within the members of `within`, laid on the first margin's totals."""
    here = [spec["dims"].index(dim) for dim in spec["within"]]
    there = [first[0].index(dim) for dim in spec["within"]]
    have, want = _sum(target, here), _turned(first[1], here, _sum(first[1], there))[1]
    return target * _spread(want / have, here, target.ndim)


def _sum(table: np.ndarray, axes) -> np.ndarray:
    """Sum onto the axes kept, which then stand in ascending order."""
    return table.sum(axis=tuple(axis for axis in range(table.ndim) if axis not in axes))


def _turned(table: np.ndarray, axes, target) -> tuple[list[int], np.ndarray]:
    """(axes ascending, target with its own axes turned to that order)."""
    target = np.asarray(target, dtype=float)
    order = np.argsort(axes)
    return sorted(axes), target.transpose(order) if target.ndim > 1 else target


def _spread(values: np.ndarray, axes, ndim: int) -> np.ndarray:
    """An array over `axes` (ascending) made ready to multiply one of `ndim` axes."""
    shape = iter(values.shape)
    return values.reshape([next(shape) if axis in axes else 1 for axis in range(ndim)])


def _agree(fitted: list, tolerance: float) -> None:
    """Raises ValueError when two margins differ on the axes that both keep."""
    for at, (axes, target) in enumerate(fitted):
        if not np.isfinite(target).all() or (target < 0).any():
            raise ValueError(say("calibrate.negative_margin", number=at + 1, axes=axes))
        for other, (their_axes, their_target) in enumerate(fitted[:at]):
            shared = [axis for axis in axes if axis in their_axes]
            mine = _sum(target, [axes.index(axis) for axis in shared])
            theirs = _sum(their_target, [their_axes.index(axis) for axis in shared])
            gap = np.max(np.abs(mine - theirs) / np.maximum(np.abs(theirs), 1e-12 * their_target.sum()))
            if gap > max(tolerance, 1e-12) * 10:
                told = dict(first=other + 1, second=at + 1, theirs=theirs.sum(), mine=mine.sum(), gap=gap)
                raise ValueError(say("calibrate.disagree_on", **told, axes=shared) if shared else
                                 say("calibrate.disagree", **told))


def _stacked(before: pd.DataFrame | None, frame: pd.DataFrame) -> pd.DataFrame:
    return frame if before is None else pd.concat([before, frame], ignore_index=True)


def _sorted(folder: Path, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of the instance's own tables, the same every time."""
    keys = [column for column in frame.columns if column in PLURALS]
    ranks = {dim: {name: at for at, name in enumerate(_members(folder, dim))} for dim in keys}
    order = pd.DataFrame({dim: frame[dim].map(ranks[dim]) for dim in keys})
    if "year" in frame:
        order["year"] = frame["year"]
    if order.empty or not len(order.columns):
        return frame.reset_index(drop=True)
    return frame.loc[order.sort_values(list(order.columns), kind="stable").index].reset_index(drop=True)
