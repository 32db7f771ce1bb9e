"""Linear algebra over labelled dimensions: what a model is written in.

A `Space` names dimensions and their members. An `Index` is a list of rows, each
with one label per dimension. A `Linear` is one linear expression per row of an
index, held as coordinate arrays (row, column of the model, coefficient), so
summing, shifting and joining are array operations and never a Python loop.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

Labels = Mapping[str, Iterable]


class Space:
    """The dimensions of one model and their members.

    members  dimension -> its labels, in order
    parents  (child, parent) -> parent label of each child label; a parent
             dimension may then stand wherever its child stands
    """

    def __init__(self, members: Mapping[str, Sequence], parents: Mapping = {}):
        self.members = {dim: tuple(labels) for dim, labels in members.items()}
        self.codes = {dim: {label: i for i, label in enumerate(labels)}
                      for dim, labels in self.members.items()}
        self.parents = {
            (child, parent): np.fromiter(
                (self.codes[parent][of[label]] for label in self.members[child]), dtype=np.int64)
            for (child, parent), of in parents.items()}

    def size(self, dim: str) -> int:
        return len(self.members[dim])

    def path(self, dims: Sequence[str], parent: str) -> tuple[str, ...] | None:
        """The way up from one of `dims` to `parent`, such as (bid, mission, industry)."""
        ways = [(dim,) for dim in dims]
        for way in ways:
            if way[-1] == parent:
                return way
            ways += [way + (up,) for child, up in self.parents if child == way[-1]]
        return None

    def index(self, **dims) -> Index:
        """The full product of whole dimensions (None) or lists of labels."""
        picked = [np.arange(self.size(dim)) if labels is None else self.encode(dim, labels)
                  for dim, labels in dims.items()]
        if not picked:
            return Index(self, (), (), 1)
        grid = np.meshgrid(*picked, indexing="ij")
        return Index(self, tuple(dims), tuple(axis.ravel() for axis in grid))

    def encode(self, dim: str, labels) -> np.ndarray:
        """Codes of labels; a KeyError names the dimension and the label."""
        if isinstance(labels, (str, int, np.integer)):
            labels = [labels]
        table = self.codes[dim]
        try:
            return np.fromiter((table[label] for label in labels), dtype=np.int64)
        except KeyError as unknown:
            raise KeyError(f"{unknown.args[0]!r} is no member of {dim}") from None

    def frame(self, frame: pd.DataFrame) -> Index:
        """An index with one row per row of a frame of labels."""
        codes = tuple(self.encode(dim, frame[dim].tolist()) for dim in frame.columns)
        return Index(self, tuple(frame.columns), codes, len(frame))


class Index:
    """Rows of labels: `dims`, and one code array per dimension."""

    def __init__(self, space: Space, dims: tuple[str, ...], codes: tuple, n: int | None = None):
        self.space, self.dims, self.codes = space, dims, codes
        self.n = len(codes[0]) if codes else (1 if n is None else n)

    def __len__(self) -> int:
        return self.n

    def code(self, dim: str) -> np.ndarray:
        """Codes of a dimension, or of a parent of one."""
        way = self.space.path(self.dims, dim)
        if way is None:
            raise KeyError(f"{dim} is not among {self.dims} nor a parent of one of them")
        codes = self.codes[self.dims.index(way[0])]
        for child, parent in zip(way, way[1:]):
            codes = self.space.parents[child, parent][codes]
        return codes

    def labels(self, dim: str) -> np.ndarray:
        """Labels of a dimension, one per row."""
        members = np.empty(self.space.size(dim), dtype=object)
        members[:] = self.space.members[dim]
        return members[self.code(dim)]

    def frame(self) -> pd.DataFrame:
        """The rows as a frame of labels."""
        return pd.DataFrame({dim: self.labels(dim) for dim in self.dims}, index=range(self.n))

    def name(self, row: int) -> str:
        """The labels of one row, comma-separated."""
        return ", ".join(str(self.space.members[dim][codes[row]])
                         for dim, codes in zip(self.dims, self.codes))

    def key(self, dims: Sequence[str]) -> tuple[np.ndarray, int]:
        """One integer per row over some dimensions, and how many are possible."""
        key, size = np.zeros(self.n, dtype=np.int64), 1
        for dim in dims:
            key = key * self.space.size(dim) + self.code(dim)
            size *= self.space.size(dim)
        return key, size

    def take(self, rows: np.ndarray) -> Index:
        """The rows at some positions (or under a mask)."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        return Index(self.space, self.dims, tuple(codes[rows] for codes in self.codes), len(rows))

    def mask(self, **labels) -> np.ndarray:
        """True where the row's label is among those given, for every dimension named."""
        keep = np.ones(self.n, dtype=bool)
        for dim, wanted in labels.items():
            chosen = np.zeros(self.space.size(dim), dtype=bool)
            chosen[self.space.encode(dim, wanted)] = True
            keep &= chosen[self.code(dim)]
        return keep

    def same(self, other: Index) -> bool:
        return self is other or (
            self.dims == other.dims and self.n == other.n
            and all(np.array_equal(a, b) for a, b in zip(self.codes, other.codes)))

    def map(self, dims: str | tuple[str, ...], values: Mapping, default: float | None = None):
        """One number per row, from a mapping by label (or tuple of labels)."""
        if isinstance(dims, str):
            keys = self.labels(dims)
        else:
            keys = list(zip(*(self.labels(dim) for dim in dims)))
        if default is None:
            return np.fromiter((values[key] for key in keys), dtype=float, count=self.n)
        return np.fromiter((values.get(key, default) for key in keys), dtype=float, count=self.n)


class Linear:
    """One linear expression per row of an index: constant + sum of coef * column."""

    __array_ufunc__ = None  # array * Linear comes to Linear.__rmul__

    def __init__(self, index: Index, row, col, coef, const=None):
        self.index, self.row, self.col, self.coef = index, row, col, coef
        self.const = np.zeros(len(index)) if const is None else const

    @classmethod
    def constant(cls, index: Index, values) -> Linear:
        """Numbers as expressions without columns."""
        empty = np.zeros(0, dtype=np.int64)
        return cls(index, empty, empty, np.zeros(0), np.broadcast_to(
            np.asarray(values, dtype=float), (len(index),)).copy())

    def __len__(self) -> int:
        return len(self.index)

    def linear(self) -> Linear:
        return self

    def __add__(self, other) -> Linear:
        if not hasattr(other, "linear"):
            return Linear(self.index, self.row, self.col, self.coef, self.const + other)
        other = other.linear()
        if not self.index.same(other.index):
            raise ValueError(f"rows differ: {self.index.dims} x {len(self)} and "
                             f"{other.index.dims} x {len(other)}; use .on(index)")
        return Linear(self.index, np.concatenate((self.row, other.row)),
                      np.concatenate((self.col, other.col)),
                      np.concatenate((self.coef, other.coef)), self.const + other.const)

    __radd__ = __add__

    def __mul__(self, factor) -> Linear:
        """Times a number, or an array of one number per row."""
        factor = np.asarray(factor, dtype=float)
        per_entry = factor if factor.ndim == 0 else factor[self.row]
        return Linear(self.index, self.row, self.col, self.coef * per_entry, self.const * factor)

    __rmul__ = __mul__

    def __truediv__(self, factor) -> Linear:
        return self * (1.0 / np.asarray(factor, dtype=float))

    def __neg__(self) -> Linear:
        return self * -1.0

    def __sub__(self, other) -> Linear:
        return self + (-other)

    def __rsub__(self, other) -> Linear:
        return (-self) + other

    def map(self, dims, values: Mapping, default: float | None = None) -> np.ndarray:
        """See `Index.map`."""
        return self.index.map(dims, values, default)

    def where(self, mask=None, **labels) -> Linear:
        """Only the rows under a mask and with the labels named."""
        keep = self.index.mask(**labels)
        if mask is not None:
            keep &= mask
        position = np.cumsum(keep) - 1
        entries = keep[self.row]
        return Linear(self.index.take(keep), position[self.row[entries]], self.col[entries],
                      self.coef[entries], self.const[keep])

    def on(self, index: Index) -> Linear:
        """One row per row of `index`, matched on this expression's own dimensions.

        Rows of `index` without a match become 0; one row may serve many.
        """
        own, size = self.index.key(self.index.dims)
        wanted, _ = index.key(self.index.dims)
        position = np.full(size, -1, dtype=np.int64)
        position[own] = np.arange(len(self))
        source = position[wanted]
        found = np.flatnonzero(source >= 0)
        source = source[found]
        order = np.argsort(self.row, kind="stable")
        start = np.searchsorted(self.row[order], np.arange(len(self) + 1))
        count = (start[1:] - start[:-1])[source]
        row = np.repeat(found, count)
        first = np.cumsum(count) - count
        entry = order[np.arange(len(row)) - np.repeat(first - start[source], count)]
        const = np.zeros(len(index))
        const[found] = self.const[source]
        return Linear(index, row, self.col[entry], self.coef[entry], const)

    def shift(self, dim: str, by: int) -> Linear:
        """The value of `by` members earlier; rows that leave the dimension vanish."""
        at = self.index.dims.index(dim)
        codes = self.index.codes[at] + by
        keep = (codes >= 0) & (codes < self.index.space.size(dim))
        moved = Index(self.index.space, self.index.dims,
                      self.index.codes[:at] + (codes,) + self.index.codes[at + 1:], len(self))
        return Linear(moved, self.row, self.col, self.coef, self.const).where(keep)

    def renamed(self, **dims: str) -> Linear:
        """The same rows with dimensions under another name of equal members, such as donor="region"."""
        index = self.index
        names = tuple(dims.get(dim, dim) for dim in index.dims)
        return Linear(Index(index.space, names, index.codes, len(index)),
                      self.row, self.col, self.coef, self.const)

    def value(self, x: np.ndarray) -> np.ndarray:
        """The value of every row at a point."""
        return self.const + np.bincount(self.row, self.coef * x[self.col], minlength=len(self))


def total(x, by: Sequence[str] = (), weights=None) -> Linear:
    """Sums the rows of `x` over every dimension not named in `by`.

    x        Linear or Columns
    by       dimensions (or parents of dimensions) that stay
    weights  None, a number, or one number per row of `x`
    Returns one row per combination of labels that occurs, in order.
    """
    x = x.linear() if weights is None else x.linear() * weights
    by = tuple(by)
    if not by:
        return Linear(x.index.space.index(), np.zeros_like(x.row), x.col, x.coef,
                      np.array([x.const.sum()]))
    key, size = x.index.key(by)
    if size <= 8 * len(key) + 1024:
        present = np.zeros(size, dtype=bool)
        present[key] = True
        first = np.flatnonzero(present)
        group = (np.cumsum(present) - 1)[key]
    else:
        first, group = np.unique(key, return_inverse=True)
    codes = []
    for dim in reversed(by):
        codes.append(first % x.index.space.size(dim))
        first = first // x.index.space.size(dim)
    index = Index(x.index.space, by, tuple(reversed(codes)))
    return Linear(index, group[x.row], x.col, x.coef,
                  np.bincount(group, x.const, minlength=len(index)))


def gather(parts: Sequence[Linear], by: Sequence[str]) -> Linear:
    """Sums expressions of any indices by some dimensions (or parents of theirs).

    One row per combination of labels that occurs in any of the parts, in order.
    """
    parts = [total(part, by) for part in parts]
    first = np.cumsum([0] + [len(part) for part in parts])
    codes = (np.concatenate(codes) for codes in zip(*(part.index.codes for part in parts)))
    index = Index(parts[0].index.space, tuple(by), tuple(codes), int(first[-1]))
    return total(Linear(
        index, np.concatenate([part.row + start for part, start in zip(parts, first)]),
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("col", "coef", "const"))), by)


def stack(parts: Sequence[Linear]) -> Linear:
    """Sums expressions of any indices into one row."""
    whole = [total(part) for part in parts]
    out = whole[0]
    for part in whole[1:]:
        out = out + part
    return out
