"""A comparison of plans as HTML: what the objectives allow to say, why it moved, and table after table."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from planner.comparison import Comparison
from planner.comparison.inputs import condensed
from planner.report.compared import column, goal_mark, letters, policy, sheet, verdict_words
from planner.report.figures.chart import Grid
from planner.report.figures.look import three
from planner.report.headline import percent, status_words
from planner.report.html.tables import drawer, escape, number, table
from planner.report.sheets import SENSES, rule_words, unit_words, where_words
from planner.report.words import Names, heading, own_unit, term, times, word

MOST = 40
"""Lines that are shown at once; the rest is counted, or stands in the workbook."""


def answer(found: Comparison, names: Names) -> str:
    """Which plans, what can be said of their objectives, how much money lies elsewhere, and why."""
    lang, signs = names.lang, letters(found)
    unit = times(own_unit(found.plans[0].instance.money_unit, lang))
    said = [verdict_words(row, signs[row.plan], lang, lambda value: f"{value:,.4f}")
            for row in found.objectives.itertuples()]
    said += [word("compare.moved", lang, plan=signs[row.plan], amount=three(row.moved), unit=unit,
                  share=percent(row.moved_share), difference=number(row.difference, "+").replace("-", "−"))
             for row in found.totals[found.totals["measure"] == "spend"].itertuples()]
    text = "".join(f'<p class="notice">{escape(line)}</p>' for line in said)
    return f"{plans(found, names)}{text}<p>{escape(word('compare.note_amounts', lang))}</p>"


def plans(found: Comparison, names: Names) -> str:
    lang, signs = names.lang, letters(found)
    rows = [(f"{signs[row.plan]}: {row.plan}", status_words(plan.passport, lang), row.objective, row.bound,
             percent(row.gap)) for plan, row in zip(found.plans, found.passports.itertuples())]
    head = [word("compare.plan", lang), heading("status", lang), *(column(name, lang) for name in (
        "objective", "bound", "gap"))]
    title = word("compare.plans", lang)
    return table(Grid(pd.DataFrame(rows, columns=head), dict.fromkeys(head[2:4], "fine")), title, lang)


def section(title: str, body: str, about: str = "") -> str:
    """A part of the comparison with its heading; '' without a body."""
    if not body:
        return ""
    told = f'<p class="about">{escape(about)}</p>' if about else ""
    return f'<section><h2>{escape(title)}</h2>{told}{body}</section>'


def inputs(found: Comparison, names: Names) -> str:
    """What differs in the inputs; many figures of one column in one line."""
    lang, signs, frame = names.lang, letters(found), condensed(found.inputs)
    title = word("compare.inputs", lang)
    if frame.empty:
        return section(title, f"<p>{escape(word('compare.none_inputs', lang))}</p>")
    rows = [(word("compare.many", lang, key=row.key, count=f"{row.rows:,}") if row.rows > 1 else row.key,
             word(f"compare.kind.{row.kind}", lang), row.reference or "–", row.value or "–", signs[row.plan])
            for row in frame.itertuples()]
    head = [word("compare.key", lang), column("kind", lang), "A", column("value", lang), word("compare.plan", lang)]
    if len(found.others) == 1:
        rows, head = [row[:4] for row in rows], [*head[:3], "B"]
    return section(title, cut(pd.DataFrame(rows, columns=head), {}, title, lang))


def cut(frame: pd.DataFrame, kinds: dict, title: str, lang: str) -> str:
    """The first MOST lines, and all of them behind a line."""
    if len(frame) <= MOST:
        return table(Grid(frame, kinds), title, lang)
    every = table(Grid(frame, kinds), title, lang)
    return table(Grid(frame.head(MOST), kinds), title, lang) + drawer(title, every, lang)


def side_by_side(frame: pd.DataFrame, key: Iterable[str], found: Comparison, lang: str, label: str, kind: str,
                 mark=None) -> tuple[pd.DataFrame, dict]:
    """A's figure, then each other plan's with its difference; `key` names the lines (one per group of `frame`)."""
    signs, parts = letters(found), {name: part for name, part in frame.groupby("plan", sort=False)}
    first = next(iter(parts.values()), frame)
    out, kinds = pd.DataFrame({label: list(key), "A": first["reference"].to_numpy()}), {"A": kind}
    for name, part in parts.items():
        apart = word("compare.difference", lang, plan=signs[name])
        out[signs[name]], out[apart] = part["amount"].to_numpy(), part["difference"].to_numpy()
        kinds |= {signs[name]: kind, apart: "signed"}
        if mark is not None:
            out[f"{signs[name]}: {column('within_gaps', lang)}"] = [mark(value) for value in part["within_gaps"]]
    return out, kinds


def goals(found: Comparison, names: Names) -> str:
    """Goals and fairness side by side."""
    lang, text = names.lang, ""
    frame = found.goals
    if len(frame):
        title = f"{word('compare.goals', lang)} ({word('compare.goals_unit', lang)})"
        keys = [term(goal, lang, "goal") for goal in frame[frame["plan"] == frame["plan"].iloc[0]]["goal"]]
        made, kinds = side_by_side(frame, keys, found, lang, heading("goal", lang), "fine",
                                   lambda value: goal_mark(value, lang))
        text += section(title, table(Grid(made, kinds), title, lang))
    frame = found.fairness
    if len(frame):
        title = word("compare.fairness", lang)
        keys = [term(name, lang, "policies") for name in frame[frame["plan"] == frame["plan"].iloc[0]]["measure"]]
        made, kinds = side_by_side(frame, keys, found, lang, word("explained.what", lang), "fine")
        text += section(title, table(Grid(made, kinds), title, lang))
    return text


def rules(found: Comparison, names: Names) -> str:
    """Policy rules that started or stopped binding, broke or were mended: the clause that moved most of each."""
    lang, signs, rows = names.lang, letters(found), policy(found.rules)
    title = word("compare.rules", lang)
    if rows.empty:
        return section(title, f"<p>✓ {escape(word('compare.rules_none', lang))}</p>")
    keys = ["plan", "change", "mechanism", "rule"]
    rows = rows.assign(by=(rows["slack"] - rows["slack_reference"]).abs().fillna(0.0))
    count = rows.groupby(keys, sort=False).size()
    most = rows.loc[rows.groupby(keys, sort=False)["by"].idxmax()]
    slack = column("slack", lang)
    frame = pd.DataFrame({
        word("compare.change", lang): [word(f"compare.change.{key}", lang) for key in most["change"]],
        heading("mechanism", lang): [term(key, lang, "mechanism") for key in most["mechanism"]],
        heading("rule", lang): [f"{rule_words(row.mechanism, row.rule, lang)} ({SENSES[row.sense]})"
                                for row in most.itertuples()],
        word("compare.clauses", lang): [int(count[tuple(row[key] for key in keys)]) for _, row in most.iterrows()],
        word("compare.most", lang): [" ".join(filter(None, (place, str(year or "")))) for place, year in zip(
            where_words(most["where"].astype(str), names), most["year"])],
        f"{slack}, A": most["slack_reference"].to_numpy(),
        f"{slack}, {signs[found.others[0]]}": most["slack"].to_numpy(),
        heading("unit", lang): [unit_words(unit, found.plans[0], lang) for unit in most["unit"]]})
    if len(found.others) > 1:
        frame.insert(0, word("compare.plan", lang), [signs[name] for name in most["plan"]])
    kinds = {word("compare.clauses", lang): "count", heading("unit", lang): "unit",
             **{head: "signed" for head in frame if head.startswith(f"{slack}, ")}}
    return section(title, cut(frame, kinds, title, lang), word("compare.rules_note", lang))


def missions(found: Comparison, names: Names) -> str:
    lang, frame = names.lang, found.missions
    frame = frame[frame["change"] != "as_before"]
    if frame.empty:
        return ""
    signs, title = letters(found), word("compare.missions", lang)
    out = pd.DataFrame({
        heading("mission", lang): list(names.column("mission", frame["mission"])),
        heading("bid", lang): list(names.column("bid", frame["bid"])),
        word("compare.change", lang): [word(f"compare.change.{key}", lang) for key in frame["change"]],
        "A": frame["reference"].to_numpy(), word("compare.plan", lang): [signs[name] for name in frame["plan"]],
        column("year", lang): frame["year"].to_numpy()})
    return section(title, cut(out, {"A": "year", column("year", lang): "year"}, title, lang))


def people_and_places(found: Comparison, names: Names) -> str:
    """Platforms opened and people, where they differ, summed over the plan years."""
    lang, text = names.lang, ""
    frame = found.platforms
    frame = frame[frame["quantity"] == "open"].groupby(["plan", "platform", "region"], as_index=False, sort=False)[
        ["reference", "amount", "difference"]].sum() if len(frame) else frame
    text += moved(frame, ("platform", "region"), word("compare.platforms", lang), found, names, "count")
    frame = found.talent
    if len(frame):
        frame = frame[frame["quantity"] != "retain"].groupby(["plan", "quantity", "talent_type"], as_index=False,
                                                             sort=False)[["reference", "amount", "difference"]].sum()
    title = word("compare.talent", lang, unit=own_unit(found.plans[0].instance.talent_unit, lang))
    return text + moved(frame, ("quantity", "talent_type"), title, found, names, "number")


def moved(frame: pd.DataFrame, keys: tuple[str, str], title: str, found: Comparison, names: Names, kind: str) -> str:
    """Lines of a frame that differ in some plan, most first."""
    if frame.empty:
        return ""
    lang = names.lang
    size = frame["difference"].abs().groupby([frame[key] for key in keys], sort=False).max()
    size = size[size > 1e-6].sort_values(ascending=False, kind="stable")
    if size.empty:
        return ""
    parts = [part.set_index(list(keys)).reindex(size.index).assign(plan=name).reset_index()
             for name, part in frame.groupby("plan", sort=False)]
    labels = [" · ".join(term(key, lang) if dim == "quantity" else names.name(dim, key)
                         for dim, key in zip(keys, pair)) for pair in size.index]
    label = " · ".join(word("explained.what", lang) if dim == "quantity" else heading(dim, lang) for dim in keys)
    made, kinds = side_by_side(pd.concat(parts), labels, found, lang, label, kind)
    return section(title, cut(made, kinds, title, lang))


def rest(found: Comparison, names: Names) -> str:
    """Other decisions that differ, and what the plans do not share."""
    lang, text = names.lang, ""
    for name in ("decisions", "not_shared"):
        frame = sheet(found, name, names).frame
        if len(frame):
            title = word(f"compare.{name}", lang)
            head = {key: column(key, lang) for key in frame}
            kinds = {head[key]: "number" for key in frame.select_dtypes("number") if key != "year"}
            text += section(title, cut(frame.rename(columns=head), kinds, title, lang))
    return text
