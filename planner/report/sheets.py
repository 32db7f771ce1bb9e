"""A plan's tables as they are shown: members named, units known, worst first. Pure pandas."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from planner.model import tender
from planner.report.headline import SIGN_RULES
from planner.report.words import Names, catalogue, own_unit, term, word

MOST_ALIKE = 200
"""A rule with more rows than this is shown by its broken, relieved and some binding rows only."""

DIMENSIONS = ("region", "zone", "industry", "category", "stage", "instrument", "level", "performer",
              "talent_type", "platform", "mission", "bid", "rival", "donor", "recipient", "class", "nature",
              "data_set", "data_pair", "tier", "oversight", "upstream", "downstream", "scenario")

SENSES = {">=": "≥", "<=": "≤", "==": "＝"}

MONEY = ("baseline", "spend", "amount", "perform", "given", "cost", "money", "value", "effective", "price",
         "converted", "lost", "uplift", "reserve", "at_stake", "loss")
SHARES = ("mark_up", "reach")
UNITS_BY_TABLE = {"talent": "FTE", "talent_balance": "FTE", "lent_talent": "FTE", "mission_talent": "FTE",
                  "innovation_chain": "money", "dependence": "share", "mission_success": "share",
                  "mission_dependence": "share", "platform_reach": "", "knowledge": "money"}
"""The unit of all figures of a table where the column's name does not say it."""

TAKEN = ("zones", "stages", "industries", "categories", "regions", "instruments", "performer_sums",
         "talent_sums", "openings", "assistance", "fairness", "charts", "names", "glossary", "bibliography")
"""Keys of the summary sheets; a plan table of that name gets another key."""


@dataclass(frozen=True)
class Sheet:
    """One long table: `key` is its plan table and catalogue word, columns keep their internal names.

    units   column -> unit as shown; '' for none
    after   lines to stand below the table
    raw     the plan's own rows behind those of the frame, where a writer needs their keys
    """

    key: str
    frame: pd.DataFrame
    units: dict[str, str] = field(default_factory=dict)
    note: str = ""
    after: tuple[str, ...] = ()
    raw: pd.DataFrame | None = None

    def title(self, lang: str) -> str:
        return term(self.key, lang, "sheet") if f"sheet.{self.key}" in catalogue() else (
            term(self.key, lang).capitalize())


def named(frame: pd.DataFrame, names: Names) -> pd.DataFrame:
    """The frame with members' names in place of keys, and the plain year column kept whole."""
    out = frame.copy()
    for column in out.columns.intersection((*DIMENSIONS, "side")):
        out[column] = names.column(column, out[column])
    for column in ("item", "owner", "mechanism"):
        if column in out:
            out[column] = out[column].map({key: owner_word(key, names.lang) for key in out[column].unique()})
    return out


def owner_word(key: str, lang: str) -> str:
    """What a mechanism, or an item of a balance sheet, is called."""
    kind = "item" if f"item.{key}" in catalogue() else "mechanism"
    return term(key, lang, kind)


def unit_words(unit: str, plan, lang: str) -> str:
    """A declared unit in the instance's own words."""
    own = {"money": plan.instance.money_unit, "FTE": plan.instance.talent_unit}
    return own_unit(own[unit], lang) if own.get(unit) else term(unit, lang, "unit") if unit else ""


def units_of(table: str, frame: pd.DataFrame, plan, lang: str) -> dict[str, str]:
    found = {}
    for column in frame.select_dtypes("number"):
        if column == "year":
            continue
        unit = UNITS_BY_TABLE.get(table, "money" if column in MONEY else "share" if column in SHARES else "")
        found[column] = unit_words(unit, plan, lang)
    return found


def long_sheets(plan, lang: str = "en") -> dict[str, Sheet]:
    """Every table sheet of the workbook by key, in the order of the tabs; empty ones are left out."""
    names = Names(plan.instance, lang)
    made = {"allocation": general(plan, "allocations", "allocation", names)}
    for table in ("grants", "performers", "talent", "platforms"):
        made[table] = general(plan, table, table, names)
    made["missions"] = missions(plan, names)
    made["budget"] = general(plan, "budget", "budget", names)
    shown = {"allocations", "goals", "compliance", "relief", "clause_prices", "lever_steps", *made}
    for table in plan.tables:
        if table not in shown:
            key = f"{table}_table" if table in TAKEN else table
            made[key] = general(plan, table, key, names)
    made["goals"] = goals(plan, names)
    made["compliance"] = compliance(plan, names)
    made["assumptions"] = assumptions(plan, lang)
    return {key: sheet for key, sheet in made.items() if len(sheet.frame)}


def general(plan, table: str, key: str, names: Names) -> Sheet:
    """A plan table as it is: names for keys, a unit for every figure."""
    frame = plan.table(table)
    lang = names.lang
    note = f"note.{key}" if f"note.{key}" in catalogue() else "note.generic"
    labels = [c for c in frame if c in DIMENSIONS or c in ("year", "item", "owner")]
    frame = frame[labels + [column for column in frame if column not in labels]]
    return Sheet(key, named(frame, names), units_of(table, frame, plan, lang), word(note, lang))


def missions(plan, names: Names) -> Sheet:
    """Winning bids with their mission, region, start, probability of success, price paid and rival."""
    frame = plan.table("missions")
    if frame.empty or not {"bid", "year", "start"} <= set(frame):
        return general(plan, "missions", "missions", names)
    won = frame[frame["start"] > 0.5][["bid", "year"]]
    bids = plan.instance.table("bids")[["bid", "mission", "region", "success"]]
    money = tender.money(plan.instance).groupby("bid")["money"].sum()
    races = plan.table("mission_races")
    won = won.merge(bids, how="left", on="bid")
    pairs = {}
    if len(races):
        race = races[races["both"] > 0.5]
        pairs |= dict(zip(race["bid"], race["rival"])) | dict(zip(race["rival"], race["bid"]))
    won["rival"] = [pairs.get(bid, "") for bid in won["bid"]]
    won["money"] = won["bid"].map(money).fillna(0.0)
    won["beaten"] = won["mission"].map(beaten(names, bids, money, set(won["bid"]))).fillna("")
    won = won[["mission", "bid", "region", "year", "success", "money", "rival", "beaten"]]
    units = {"success": unit_words("share", plan, names.lang), "money": unit_words("money", plan, names.lang)}
    return Sheet("missions", named(won, names), units, word("note.missions", names.lang))


def beaten(names: Names, bids: pd.DataFrame, money: pd.Series, won: set[str]) -> dict[str, str]:
    """Mission -> its bids that did not win, with the price each asked."""
    lost = bids[~bids["bid"].isin(won)]
    told = [f"{names.name('bid', bid)} ({money.get(bid, 0.0):,.4g})" for bid in lost["bid"]]
    return lost.assign(told=told).groupby("mission")["told"].agg("; ".join).to_dict()


def goals(plan, names: Names) -> Sheet:
    frame = plan.goals
    return Sheet("goals", named(frame, names).assign(
        goal=[term(goal, names.lang, "goal") for goal in frame.get("goal", [])]) if len(frame) else frame,
        note=word("note.goals", names.lang), raw=frame)


def assumptions(plan, lang: str) -> Sheet:
    """Provenance of every group of figures, assumed ones first."""
    frame = plan.instance.table("provenance")
    if len(frame):
        rank = frame["status"].map({"assumed": 0, "derived": 1, "published": 2})
        frame = frame.assign(rank=rank).sort_values("rank", kind="stable").drop(columns="rank")
        frame["status"] = [word(f"provenance.{status}", lang) for status in frame["status"]]
        frame = frame[["table", "column", "status", "source", "reason"]]
    return Sheet("assumptions", frame, note=word("note.assumptions", lang))


# --- compliance -----------------------------------------------------------------


def compliance(plan, names: Names) -> Sheet:
    """Rules worst first, in words; long technical rules cut to what binds or breaks."""
    lang = names.lang
    frame, hidden = readable(plan.compliance)
    after = [word("note.more", lang, count=f"{count:,}",
                  words=f"{term(mechanism, lang, 'mechanism')}: {rule_words(mechanism, rule, lang)}, "
                        f"{term(status, lang, 'compliance')}")
             for (mechanism, rule, status), count in hidden.items()]
    if frame.empty:
        return Sheet("compliance", frame)
    out = pd.DataFrame({
        "status": frame["status"],
        "mechanism": [term(key, lang, "mechanism") for key in frame["mechanism"]],
        "rule": [rule_words(*pair, lang) for pair in zip(frame["mechanism"], frame["rule"])],
        "where": where_words(frame["where"], names),
        "year": frame["year"].where(frame["year"] != 0).astype("Int64").astype(object),
        "sense": frame["sense"].map(SENSES), "reached": frame["reached"], "required": frame["required"],
        "unit": [unit_words(unit, plan, lang) for unit in frame["unit"]], "slack": frame["slack"],
        "relief": frame["relief"]})
    if "dual" in frame and frame["dual"].notna().any():
        out["dual"] = frame["dual"]
    out["basis"], out["clause_id"] = "", clause_ids(frame)
    return Sheet("compliance", out.reset_index(drop=True), note=word("note.compliance", lang),
                 after=(word("note.live", lang), *after), raw=frame.reset_index(drop=True))


def clause_ids(rows: pd.DataFrame) -> list[str]:
    """Each row's clause as logs and tables name it: mechanism.rule[labels, year]."""
    labels = [", ".join(part for part in (where, str(year) if year else "") if part)
              for where, year in zip(rows["where"].astype(str), rows["year"])]
    return [f"{mechanism}.{rule}[{label}]" if label else f"{mechanism}.{rule}"
            for mechanism, rule, label in zip(rows["mechanism"], rows["rule"], labels)]


def readable(rows: pd.DataFrame) -> tuple[pd.DataFrame, dict]:
    """Rows worth a line each, worst first, and the number of rows left out by (mechanism, rule, status)."""
    if rows.empty:
        return rows, {}
    rows = rows.assign(rank=rows["status"].map({"broken": 0, "relieved": 1, "binding": 2, "kept": 3}),
                       tightness=rows["slack"] / rows["scale"])
    # What binds has no order of its own (its slack is dust): policy first, then as the rules are measured.
    rows.loc[rows["rank"] == 2, "tightness"] = (rows["mechanism"] == "core") * 1.0
    rows = rows.sort_values(["rank", "tightness"], kind="stable")
    keys = ["mechanism", "rule"]
    long = rows.groupby(keys)["rule"].transform("size") > MOST_ALIKE
    place = rows.groupby([*keys, "status"]).cumcount()
    quiet = (rows["status"] == "kept") | (rows["rule"].isin(SIGN_RULES) & (rows["status"] == "binding"))
    out = long & (quiet | (place >= MOST_ALIKE))
    hidden = rows[out].groupby([*keys, "status"], sort=False).size().to_dict()
    return rows[~out].drop(columns=["rank", "tightness"]), hidden


def rule_words(mechanism: str, rule: str, lang: str) -> str:
    """A rule's words: the mechanism's own, else those of all rules of this name, else spelled out."""
    own = f"rule.{mechanism}.{rule}"
    return word(own, lang) if own in catalogue() else term(rule, lang, "rule")


def where_words(where: pd.Series, names: Names) -> list[str]:
    """Clause labels in words. A label that two dimensions name differently stays as it is."""
    found: dict[str, str] = {}
    spelled = {kind: {key.partition(".")[2]: key for key in catalogue() if key.startswith(f"{kind}.")}
               for kind in ("class", "level", "nature")}
    for dim in ("region", "zone", "industry", "category", "stage", "instrument", "performer",
                "talent_type", "platform", "mission", "bid", "data_set", "tier", "oversight", *spelled):
        known = names.of(dim) or {key: word(entry, names.lang) for key, entry in spelled.get(dim, {}).items()}
        for key, name in known.items():
            found[key] = name if found.get(key, name) == name else key
    words = {text: ", ".join(found.get(part, part) for part in text.split(", ")) for text in where.unique()}
    return [words[text] for text in where]
