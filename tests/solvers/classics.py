"""Random models of the classic kinds, none of them with a structure of ours. `size` scales all of them."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from solvers.matrix import Matrix


class Writer:
    """Collects columns and rows one by one."""

    def __init__(self):
        self.cost, self.low, self.high, self.whole = [], [], [], []
        self.at, self.data, self.row_low, self.row_high = [], [], [], []

    def columns(self, cost, low=0.0, high=1.0, whole=True) -> np.ndarray:
        """New columns, shaped like `cost`; their numbers in the same shape."""
        cost = np.asarray(cost, float)
        first = len(self.cost)
        self.cost += cost.ravel().tolist()
        for kept, value in ((self.low, low), (self.high, high), (self.whole, whole)):
            kept += np.broadcast_to(value, cost.shape).ravel().tolist()
        return np.arange(first, first + cost.size).reshape(cost.shape)

    def row(self, columns, values, low=-np.inf, high=np.inf) -> None:
        columns = np.ravel(columns)
        self.at.append(columns)
        self.data.append(np.broadcast_to(np.asarray(values, float).ravel(), columns.shape))
        self.row_low.append(low), self.row_high.append(high)

    def matrix(self, maximise: bool = False, offset: float = 0.0) -> Matrix:
        m, count = len(self.at), [len(at) for at in self.at]
        data, at = (np.concatenate(part) if part else np.zeros(0) for part in (self.data, self.at))
        rows = sparse.csr_matrix((data, at.astype(np.int64), np.r_[0, np.cumsum(count)].astype(np.int64)),
                                 (m, len(self.cost)))
        return Matrix(np.array(self.cost), offset, maximise, np.array(self.low, float),
                      np.array(self.high, float), np.array(self.whole, bool), rows,
                      np.array(self.row_low, float), np.array(self.row_high, float))


def cover(rng, size=12):
    """Each element in a chosen set."""
    w = Writer()
    sets = w.columns(rng.integers(1, 30, 4 * size))
    for _ in range(2 * size):
        inside = rng.random(4 * size) < max(0.06, 3 / size)
        inside[rng.integers(4 * size)] = True
        w.row(sets[inside], 1.0, low=1)
    return w.matrix()


def knapsack(rng, size=8):
    """Several limits, maximised."""
    w = Writer()
    items = w.columns(rng.integers(10, 90, 4 * size))
    for _ in range(max(3, size // 4)):
        weight = rng.integers(5, 60, 4 * size)
        w.row(items, weight, high=weight.sum() * 0.4 // 1)
    return w.matrix(maximise=True, offset=3.5)


def fixed_charge_flow(rng, size=8):
    """One source, demands, arcs that cost once to open and per unit."""
    w, arcs = Writer(), [(i, j) for i in range(size) for j in range(size)
                         if i != j and (abs(i - j) == 1 or rng.random() < max(0.25, 3 / size))]
    demand = np.r_[0, rng.integers(1, 9, size - 1)].astype(float)
    total = demand.sum()
    flow = w.columns(rng.integers(1, 9, len(arcs)), high=np.inf, whole=False)
    opened = w.columns(rng.integers(20, 90, len(arcs)))
    tail, head = np.array(arcs).T
    for node in range(1, size):
        into, out = flow[head == node], flow[tail == node]
        w.row(np.r_[into, out], np.r_[np.ones(len(into)), -np.ones(len(out))], demand[node], demand[node])
    for arc in range(len(arcs)):
        w.row([flow[arc], opened[arc]], [1, -total], high=0)
    return w.matrix()


def lot_sizing(rng, size=6):
    """Items over periods: stock, set-up, one capacity."""
    items, periods = max(2, size // 2), size
    w, demand = Writer(), rng.integers(5, 40, (items, periods)).astype(float)
    made = w.columns(rng.uniform(1, 3, (items, periods)), high=np.inf, whole=False)
    stock = w.columns(rng.uniform(0.5, 2, (items, periods)), high=np.inf, whole=False)
    setup = w.columns(rng.integers(30, 120, (items, periods)))
    for i in range(items):
        for t in range(periods):
            before = [stock[i, t - 1]] if t else []
            due = demand[i, t]
            w.row([made[i, t], stock[i, t], *before], [1, -1, *[1] * len(before)], due, due)
            w.row([made[i, t], setup[i, t]], [1, -demand[i, t:].sum()], high=0)
    for t in range(periods):
        w.row(made[:, t], 1.0, high=1.15 * demand.cumsum(1).sum(0)[-1] / periods + demand[:, 0].sum())
    return w.matrix()


def facilities(rng, size=7, capacity=True):
    """Places to open, customers to serve; x <= y for each pair."""
    sites, customers = size, 2 * size
    where, who = rng.random((sites, 2)), rng.random((customers, 2))
    demand = rng.integers(5, 30, customers).astype(float)
    far = np.linalg.norm(where[:, None] - who, axis=2)
    w = Writer()
    share = w.columns(100 * far * demand / 10, whole=False)
    opened = w.columns(rng.integers(60, 160, sites))
    room = rng.uniform(0.15, 0.35, sites) * demand.sum() * (1 if size < 20 else 8 / size + 0.1)
    for j in range(customers):
        w.row(share[:, j], 1.0, 1, 1)
    for i in range(sites):
        for j in range(customers):
            w.row([share[i, j], opened[i]], [1, -1], high=0)
        if capacity:
            w.row(np.r_[share[i], opened[i]], np.r_[demand, -room[i]], high=0)
    return w.matrix()


def assignment(rng, size=8):
    """Jobs to agents of little room: equalities of binaries."""
    agents, jobs = max(3, size // 3), 2 * size
    w, load = Writer(), rng.integers(5, 25, (agents, jobs))
    take = w.columns(rng.integers(10, 50, (agents, jobs)))
    for j in range(jobs):
        w.row(take[:, j], 1.0, 1, 1)
    for i in range(agents):
        w.row(take[i], load[i], high=0.9 * load[i].sum() / agents + 12)
    return w.matrix()


def equalities(rng, size=6):
    """General integers in equalities that a known point meets."""
    w, n = Writer(), 2 * size
    x = w.columns(rng.integers(1, 20, n), high=15)
    point = rng.integers(0, 9, n)
    for _ in range(max(2, size // 3)):
        part = rng.integers(-4, 9, n) * (rng.random(n) < max(0.4, 4 / size))
        w.row(x[part != 0], part[part != 0], part @ point, part @ point)
    return w.matrix()


def general_integers(rng, size=6):
    """Units of packages against demands, wide bounds."""
    w, n = Writer(), 3 * size
    x = w.columns(rng.integers(20, 70, n), high=200)
    for _ in range(size):
        gain = rng.integers(0, 12, n)
        gain[rng.integers(n)] = 7
        w.row(x[gain > 0], gain[gain > 0], low=float(rng.integers(50, 400)))
    return w.matrix()


def free_columns(rng, size=4):
    """Columns without bounds: absolute deviations from targets by whole choices."""
    w = Writer()
    pick = w.columns(np.zeros(2 * size), low=-3, high=3)
    free = w.columns(np.zeros(size), low=-np.inf, high=np.inf, whole=False)
    over = w.columns(rng.uniform(1, 2, size), high=np.inf, whole=False)
    for i in range(size):
        part = rng.normal(size=2 * size).round(2)
        target = float(rng.normal() * 5)
        w.row(np.r_[pick, free[i]], np.r_[part, -1.0], target, target)
        w.row([over[i], free[i]], [1, -1], low=0)
        w.row([over[i], free[i]], [1, 1], low=0)
    return w.matrix()


def empty_rows_and_columns(rng, size=8):
    """A knapsack with rows of nothing and columns in no row, one of them without a cost."""
    w = Writer()
    items = w.columns(rng.integers(1, 50, 3 * size))
    w.columns([4.0, -2.5, 0.0], low=[-3, -1.5, 0], high=[2, 6.4, 9], whole=[True, True, False])
    weight = rng.integers(1, 30, 3 * size)
    w.row([], [], -1, 5)
    w.row(items, weight, high=weight.sum() // 3)
    w.row([], [], -np.inf, 0)
    return w.matrix(maximise=True)


def infeasible(rng, size=6):
    """An even sum that must be odd."""
    w = Writer()
    x = w.columns(rng.integers(1, 9, size), high=9)
    w.row(x, 2.0, 2 * size + 1, 2 * size + 1)
    return w.matrix()


def unbounded(rng, size=6):
    """A ray of whole numbers."""
    w = Writer()
    x = w.columns(-rng.integers(1, 9, size), high=np.inf)
    for i in range(size - 1):
        w.row(x[i:i + 2], [1, -1], -2, 2)
    return w.matrix()


def scheduling(rng, size=5):
    """Jobs on one machine, either before or after each other (big M); the weighted end times."""
    w, length = Writer(), rng.integers(2, 12, size).astype(float)
    ready, total = rng.integers(0, 15, size).astype(float), length.sum() + 15
    start = w.columns(rng.integers(1, 9, size), low=ready, high=total, whole=False)
    for i in range(size):
        for j in range(i):
            before = w.columns([0.0])[0]
            w.row([start[i], start[j], before], [1, -1, total], low=length[j])
            w.row([start[j], start[i], before], [1, -1, -total], low=length[i] - total)
    return w.matrix()


KINDS = {kind.__name__: kind for kind in (
    cover, knapsack, fixed_charge_flow, lot_sizing, facilities, assignment, equalities, general_integers,
    free_columns, empty_rows_and_columns, infeasible, unbounded, scheduling)}
