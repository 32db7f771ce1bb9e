"""Labels: from values by hand, against a model whose optimum is known, and the command."""

import numpy as np
import pandas as pd
import pytest

from planner import cli
from planner.studies.case import Options
from planner.studies.labels import NoLabels, base_shares, labelled, labels, proves
from planner.studies.store import opened
from tests.helpers import ROOT, tiny


def test_labels_from_values_by_hand():
    """tiny's eight groups hold an eighth of the base money each."""
    instance, level = tiny(), ("region", "industry", "stage")
    assert set(base_shares(instance, level).values()) == {0.125}
    names = list(base_shares(instance, level))
    rows = [(case, "money", name, value) for case, values in (
        ("a", [30, 30, 10, 10, 5, 5, 5, 5]), ("b", [30, 10, 30, 12.5, 5, 5, 5, 2.5])) for name, value in zip(names, values)]
    rows += [("a", "bid", "x", 1.0), ("b", "bid", "x", 0.0)]
    made = labelled(instance, pd.DataFrame(rows, columns=["case", "kind", "item", "value"]), level, 0.0).set_index("item")
    assert made.loc[names[0], "label"] == "core" and made.loc[names[1], "label"] == "borderline"
    assert made.loc[names[3], "label"] == "outside"  # an eighth exactly is not above its share
    assert made.loc["x", "frequency"] == 0.5 and made.loc["x", "label"] == "borderline"
    assert (made.loc[names[2], "low"], made.loc[names[2], "high"]) == (10, 30)


@pytest.fixture(scope="module")
def found():
    return labels(tiny("missions"), 3, 2, 0.01, options=Options(gap=1e-4), prove=8)


def test_alternatives_stay_near_the_best(found):
    """Every alternative's value is told again from its items: none lies below the tolerance."""
    assert list(found.plans["kind"]) == ["best"] + ["alternative"] * 3  # one goal: no weights to sample
    assert set(found.plans["status"]) <= {"optimal", "feasible"}
    assert found.settings["weights"] == 0
    table = found.labels
    assert (table["plans"] == 4).all() and (table["high"] > table["low"] + 1).any()  # they differ
    assert {"core", "outside"} <= set(table["label"]) <= {"core", "borderline", "outside"}
    assert (found.counts["items"].sum(), found.counts["proven"].sum()) == (len(table), table["proven"].sum())


def test_what_is_proven_holds_in_every_plan_seen(found):
    """Told from the extremes over all plans seen, not from the label."""
    proven = found.labels[found.labels["proven"]]
    assert len(proven) and set(proven["label"]) <= {"core", "outside"}
    whole = proven[proven["kind"] != "money"]
    assert (whole.loc[whole["label"] == "core", "low"] >= 1 - 1e-6).all()
    assert (whole.loc[whole["label"] == "outside", "high"] <= 1e-6).all()
    assert (proven["times_in"] == proven["plans"].where(proven["label"] == "core", 0)).all()


def test_every_whole_decision_proven_holds_in_every_plan_within_the_tolerance(found):
    """Forced the other way, no plan reaches the floor: each proof against branch and bound, not sampled."""
    from planner.solving import NoPlan, solve
    from planner.studies.labels import decisions, near_optimal
    from solvers.algebra import total
    instance, floor = tiny("missions"), found.settings["best"] * 0.99
    proven = found.labels[found.labels["proven"] & (found.labels["kind"] == "bid")]
    assert len(proven)
    for row in proven.itertuples():
        def other_way(core, row=row):
            near_optimal(core, floor)
            taken = total(decisions(core, "bid").where(bid=row.item))
            core.block.define("other_way", taken, *(("<=", 0.0) if row.label == "core" else (">=", 1.0)))
        with pytest.raises(NoPlan):
            solve(instance, gap=1e-6, rounding=False, amend=other_way)


@pytest.mark.parametrize(("kind", "label", "reached", "holds"), [
    ("bid", "core", 1e-5, False), ("bid", "core", 2e-3, True), ("bid", "outside", 1 - 1e-5, False),
    ("bid", "outside", 0.99, True), ("money", "core", 5e-5, False), ("money", "core", 2e-4, True),
    ("money", "outside", 0.0, False), ("money", "outside", -2e-4, True)])
def test_a_proof_needs_a_margin(kind, label, reached, holds):
    assert proves(kind, label, reached, money=100.0) is holds


def test_the_row_is_kept():
    """The objective of an alternative, told by the model itself, is at least the floor."""
    from planner.solving import solve
    from planner.studies.labels import away
    instance = tiny("missions")
    best = solve(instance, gap=1e-6).objective

    def amend(core):
        away(core, 0.95 * best, np.random.default_rng(3))
    plan = solve(instance, gap=1e-6, amend=amend)
    own = plan.allocations["value"].sum()
    starts = plan.table("missions")
    won = starts[starts["start"] > 0.5].merge(instance.table("bids")[["bid", "success", "value"]], on="bid")
    pairs = won["success"].prod() * won["value"].min() if won["bid"].isin(["light_a", "light_b"]).sum() == 2 else 0.0
    total = own + (won["success"] * won["value"]).sum() - pairs
    assert 0.95 * best - 1e-3 <= total <= best + 1e-3


def test_weights_are_sampled_over_the_goals_in_use():
    instance = tiny(set={"goals[balance].weight": 0.5})
    made = labels(instance, 1, 2, 0.05, options=Options(gap=1e-3))
    assert list(made.plans["kind"]) == ["best", "alternative", "weights", "weights"]
    assert made.settings["weights"] == 2 and (made.labels["plans"] == 4).all()
    with pytest.raises(NoLabels):
        labels(tiny(set={"mode": "maximin"}), 1, 1)


def test_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    given = str(ROOT / "instances" / "split")
    assert cli.main(["labels", given, "--alternatives", "2", "--level", "region"]) == 0
    text = capsys.readouterr().out
    assert "3 plans seen" in text and "Only" not in text and "Money groups" in text
    file = tmp_path / "outputs" / "split" / "base.labels" / "labels.csv"
    assert set(pd.read_csv(file, encoding="utf-8-sig")["kind"]) == {"money"}
    assert cli.main(["labels", given, "--level", "colour"]) == 2
    assert "is no level" in capsys.readouterr().err
    assert cli.main(["labels", given, "--alternatives", "1", "--lang", "zh"]) == 0
    assert "资金分组" in capsys.readouterr().out
    store = tmp_path / "outputs" / "split" / ".base.labels.cases"
    before = set(store.iterdir())
    assert cli.main(["labels", given, "--alternatives", "1", "--gap", "0.02"]) == 0  # other options: cases of their own
    own, = set(store.iterdir()) - before
    capsys.readouterr()
    with opened(own):
        assert cli.main(["labels", given, "--alternatives", "1", "--gap", "0.02"]) == 2
    assert "Another run works on the study" in " ".join(capsys.readouterr().err.split())
