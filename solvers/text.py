"""A model's rows and columns as text that people can read and compare."""

from __future__ import annotations

import numpy as np


def _number(value: float) -> str:
    return f"{value:.10g}"


def _side(row: str, low: float, high: float) -> str:
    if low == high:
        return f"{row} == {_number(low)}"
    left = "" if low == -np.inf else f"{_number(low)} <= "
    right = "" if high == np.inf else f" <= {_number(high)}"
    return left + row + right


def lines(book, owner: str = "") -> list[str]:
    """The columns and rows of components whose name starts with `owner`, one line each.

    book   a `solvers.arrays.Book`
    owner  a block's name such as 'basic_research', or '' for the whole model
    """
    name = _namer(book.columns)
    out = []
    for columns in book.columns:
        if columns.name.startswith(owner):
            kind = " integer" if columns.integer else ""
            for i, (low, high) in enumerate(zip(columns.lower, columns.upper)):
                out.append(_side(f"{columns.name}[{columns.index.name(i)}]", low, high) + kind)
    for rows in book.rows:
        if rows.name.startswith(owner):
            terms = [{} for _ in range(len(rows.index))]
            for r, c, coef in zip(rows.body.row, rows.body.col, rows.body.coef):
                terms[r][c] = terms[r].get(c, 0.0) + coef
            for i, (low, high) in enumerate(zip(rows.lower, rows.upper)):
                body = " ".join(f"{'+' if coef > 0 else '-'} {_number(abs(coef))} {name(c)}"
                                for c, coef in sorted(terms[i].items()) if coef)
                out.append(f"{rows.name}[{rows.index.name(i)}]: " + _side(body or "0", low, high))
    return out


def _namer(components):
    first = np.array([component.first for component in components])

    def name(number: int) -> str:
        component = components[int(np.searchsorted(first, number, side="right")) - 1]
        return f"{component.name}[{component.index.name(number - component.first)}]"
    return name
