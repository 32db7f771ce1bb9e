"""How public money is given: funds, the public part of each stage, patience, co-funding, returns.

    fund_low * grants_t <= fund_t <= fund_high * grants_t
    fund_t in patient stages >= patient_share * fund_t
    low_s * spend[s, t] <= grants[s, t] <= high_s * spend[s, t]
    local grants[r, t] >= match_z * grants[r, t]                      for r in zone z
    income_t = sum_u return_rate_u * grant[u, t - return_lag_u]       to the budget that paid

P2 V.3 wants guidance funds beside grants; P3 IV.2 wants them patient; P4 III.1 has public money
lead where the market fails and the market lead conversion; P0 III.1 joins central and local
money. The papers name no numbers, so every bound is left out until it is set.

Departures. Grants are not told by category, so "public money leads key-common work" is kept by
stage only. A fund is patient by the stage it pays for, not by the age of a stake. What was granted
before the plan flows back outside it. Shares count money as it is granted, before leakage.
`given` is the national sum that the first three rules share, so that they stay short; it needs no
upper bound, being fixed by its definition.
"""

from __future__ import annotations

import pandas as pd

from planner.model import tally
from planner.model.compliance import rule, sum_at, together
from planner.model.figures import members
from planner.vocabulary import Column, Example, Mechanism, Parameter, Source, Table
from planner.words import say
from solvers.algebra import total

NAME = "instruments"

PUBLIC_SHARE = Table("public_share", "bounds on the public part of all money of a stage, nationally", (
    Column("stage", "text", "the stage", refers="stages", key=True),
    Column("low", "number", "least share of public money", "share", 0, 1, 0.0),
    Column("high", "number", "most share of public money", "share", 0, 1, 1.0),
))

COFUNDING = Table("cofunding", "what regions must put beside central money", (
    Column("zone", "text", "the zone", refers="zones", key=True),
    Column("match", "number", "least local share of the public money in each of its regions", "share", 0, 1),
))


def _funds(data) -> list[str]:
    table = data.table("instruments")
    return list(table.loc[table["nature"] == "fund", "instrument"])


def _patient(data) -> list[str]:
    stages = members(data, "stage", "stages")
    return list(stages.loc[stages["patient"].astype(bool), "stage"])


def _fund_shares(data):
    """(rule, sense, share of all grants) for the bounds that are set."""
    for name, sense in (("fund_low", ">="), ("fund_high", "<=")):
        share = data.parameter(NAME, name)
        if share is not None:
            yield name, sense, share


def _public_shares(data):
    """(rule, sense, share by stage); a bound of 0 or 1 says nothing and is left out."""
    table = data.table("public_share").set_index("stage")
    for name, side, sense, idle in (("public_low", "low", ">=", 0.0), ("public_high", "high", "<=", 1.0)):
        share = table.loc[table[side] != idle, side].to_dict()
        if share:
            yield name, sense, share


def _match(data) -> dict[str, float]:
    """Least local share by region."""
    zone = data.table("cofunding").set_index("zone")["match"]
    regions = data.table("regions")
    match = regions.set_index("region")["zone"].map(zone).dropna()
    return match[match > 0].to_dict()


def _returning(data) -> list[tuple[int, dict[str, float]]]:
    """(lag, return rate by instrument), one per lag."""
    table = data.table("instruments")
    table = table[table["return_rate"] > 0]
    return [(int(lag), rows.set_index("instrument")["return_rate"].to_dict())
            for lag, rows in table.groupby("return_lag")]


def add(block, core, data):
    if not core.has("grants"):
        return
    by = ("stage", "instrument", "level", "year")
    summed = total(core.grant, by)
    given = block.columns("given", summed.index)
    block.define("given_sum", given - summed, "==")
    block.report(NAME, given=given)
    _add_shares(block, core, data, given)
    _add_cofunding(block, core, data)
    for lag, rate in _returning(data):
        back = given.where(level="central", instrument=list(rate))
        income = total(back * back.map("instrument", rate), ("year",)).shift("year", lag)
        block.draw("central", -income)
        back = core.grant.where(level="local", instrument=list(rate))
        income = total(back * back.map("instrument", rate), ("region", "year")).shift("year", lag)
        block.draw("local", -income)


def _add_shares(block, core, data, given):
    years, funds = core.space.index(year=None), _funds(data)
    fund, whole = total(given.where(instrument=funds), ("year",)).on(years), total(given, ("year",))
    for name, sense, share in _fund_shares(data):
        block.require(name, fund - share * whole, sense)
    share = data.parameter(NAME, "patient_share")
    if share is not None and funds:
        patient = total(given.where(instrument=funds, stage=_patient(data)), ("year",)).on(years)
        block.require("patient", patient - share * fund, ">=")
    for name, sense, share in _public_shares(data):
        spent = core.spend_by("stage", "year", stage=list(share))
        public = total(given, ("stage", "year")).on(spent.index)
        block.require(name, public - spent * spent.map("stage", share), sense)


def _add_cofunding(block, core, data):
    match = _match(data)
    if match:
        here = core.grant.where(region=list(match))
        whole = total(here, ("region", "year"))
        local = total(here.where(level="local"), ("region", "year")).on(whole.index)
        block.require("cofunding", local - whole * whole.map("region", match), ">=")


def measure(plan, data):
    grants = plan.table("grants")
    if grants.empty:
        return None
    keys = grants[["stage", "instrument", "level", "year"]].drop_duplicates()
    told = plan.table(NAME)
    return together(
        rule("given_sum", keys, sum_at(grants, "amount", keys), sum_at(told, "given", keys), "=="),
        *_measure_shares(plan, data, grants), *_measure_cofunding(data, grants),
        *_measure_returns(plan, data, grants))


def _measure_shares(plan, data, grants):
    years = pd.DataFrame({"year": list(data.years)})
    funds = grants[grants["instrument"].isin(_funds(data))]
    fund, whole = sum_at(funds, "amount", years), sum_at(grants, "amount", years)
    for name, sense, share in _fund_shares(data):
        yield rule(name, years, share * whole, fund, sense)
    share = data.parameter(NAME, "patient_share")
    if share is not None and len(funds):
        patient = funds[funds["stage"].isin(_patient(data))]
        yield rule("patient", years, share * fund, sum_at(patient, "amount", years), ">=")
    for name, sense, share in _public_shares(data):
        spend = plan.table("allocations")
        spend = spend[spend["stage"].isin(share)]
        keys = spend[["stage", "year"]].drop_duplicates()
        required = keys["stage"].map(share).to_numpy() * sum_at(spend, "spend", keys)
        yield rule(name, keys, required, sum_at(grants, "amount", keys), sense)


def _measure_cofunding(data, grants):
    match = _match(data)
    here = grants[grants["region"].isin(match)]
    if len(here):
        keys = here[["region", "year"]].drop_duplicates()
        required = keys["region"].map(match).to_numpy() * sum_at(here, "amount", keys)
        yield rule("cofunding", keys, required, sum_at(here[here["level"] == "local"], "amount", keys), ">=")


def _measure_returns(plan, data, grants):
    """What the budget sheet tells as drawn (less than 0) is the income recomputed."""
    back = [grants[grants["instrument"].isin(rate)].assign(
        year=lambda rows, lag=lag: rows["year"] + lag,
        amount=lambda rows, rate=rate: -rows["amount"] * rows["instrument"].map(rate))
        for lag, rate in _returning(data)]
    if not back or not data.setting("budgets"):
        return
    back = pd.concat(back)
    for level, table, keys in (("central", "budget", ["year"]),
                               ("local", "local_budget", ["region", "year"])):
        if len(data.table(table)):
            keys = data.table(table)[keys]
            yield rule(f"{level}_cost", keys, sum_at(back[back["level"] == level], "amount", keys),
                       sum_at(plan.item(level, NAME), "amount", keys), "==")


def check(data):
    low, high = data.parameter(NAME, "fund_low"), data.parameter(NAME, "fund_high")
    if low is not None and high is not None and low > high:
        yield data.problem(f"{NAME}.fund_low", say("problem.instruments.funds", low=low, high=high),
                           say("mend.instruments.funds"))
    payable = set(data.table("leverage")["stage"])
    for at, row in enumerate(data.table("public_share").itertuples()):
        if row.low > row.high:
            yield data.problem("public_share",
                               say("problem.instruments.public", stage=row.stage, high=row.high),
                               say("mend.low_or_high"), at, "low", row.low)
        if row.low > 0 and payable and row.stage not in payable:
            yield data.problem("public_share", say("problem.instruments.nobody_pays", stage=row.stage),
                               say("mend.instruments.nobody_pays"), at, "low", row.low)


SUMS = {
    "given_sum": tally.rule("stage instrument level", tally.of(NAME)("stage", "instrument", "level"),
                      tally.grants("stage", "instrument", "level")),
    "patient": tally.rule("", tally.grants(stage="patient", instrument="fund"),
        tally.grants(instrument="fund")),
    "cofunding": tally.rule("region", tally.grants("region", level="local"), tally.grants("region")),
    **{side: tally.rule("", tally.grants(instrument="fund"), tally.grants())
        for side in ("fund_low", "fund_high")},
    **{side: tally.rule("stage", tally.grants("stage"), tally.spend("stage"))
        for side in ("public_low", "public_high")},
}


MECHANISM = Mechanism(
    name=NAME, number=4,
    says="Funds take a bounded, patient part of public money; each stage has its public share; regions "
         "co-fund; what funds earn flows back.",
    formula="fund_low * grants <= fund <= fund_high * grants; patient fund >= patient_share * fund; "
            "low_s * spend_s <= grants_s <= high_s * spend_s; local_r >= match_z * grants_r; "
            "income_t = sum_u return_rate_u * grant[u,t-lag_u]",
    sources=(
        Source("P2", "V.3", "Guidance funds should lead money into new industries."),
        Source("P0", "III.1", "Central and local, public and private money are to be joined."),
        Source("P3", "IV.2", "Capital for new productive forces must be patient."),
        Source("P4", "III.1", "The state leads where the market fails; the market leads conversion."),
    ),
    parameters=(
        Parameter("fund_low", "least share of funds in all grants of a year", None, "share", 0, 1),
        Parameter("fund_high", "most share of funds in all grants of a year", None, "share", 0, 1),
        Parameter("patient_share", "least share of fund money that goes to patient stages", None,
                  "share", 0, 1),
    ),
    tables=(PUBLIC_SHARE, COFUNDING), add=add, measure=measure, sums=SUMS, check=check,
    levers={"fund_low": "instruments.fund_low", "fund_high": "instruments.fund_high",
            "patient": "instruments.patient_share", "public_low": "public_share[{stage}].low",
            "public_high": "public_share[{stage}].high", "cofunding": "cofunding[{zone}].match"},
    example=Example(
        settings=("fund_low = 0.05", "fund_high = 0.6", "patient_share = 0.05"),
        tables=(("public_share", "stage,low,high", "research,0.05,0.95", "application,0.05,0.95"),
                ("cofunding", "zone,match", "east,0.05", "west,0.05")),
        sets=("instruments.fund_high=0.3", "cofunding[west].match=0.1"),
        worked=("Of 100 granted in a year, guidance funds give at least 0.05 x 100 = 5 and at most 60 (with"
                " fund_high at 0.3: 30).",
                "Of 35 spent on research, between 1.75 and 33.25 is public money.",
                "A coast that gets 50 of public money pays at least 0.05 x 50 = 2.5 of it from its own "
                "budget.",
                "A fund returns a tenth after a year: 30 given by the coast in 2025 bring it 3 in 2026.")),
)
