"""Summary sheets with a layout of their own: people, openings of platforms, paired assistance."""

from __future__ import annotations

from planner.report.cells import Cell, Formula
from planner.report.fairness import fairness
from planner.report.summaries import Summary, columns, heads, labels_of, line, money_block
from planner.report.sums import Source, one_by_one, quoted
from planner.report.words import Names, heading, own_unit, word


def talent_sums(plan, names: Names, sources: dict[str, Source], made, unit: str,
                first: int) -> Summary | None:
    """By talent type and year: people at hand, people tied up, who is left, and the share in use."""
    source = sources.get("talent_balance")
    if source is None:
        return None
    lang, people = names.lang, own_unit(plan.instance.talent_unit, names.lang)
    out = Summary("talent_sums", first=first, dim="talent_type", table=source.table,
                  note=word("note.summary", lang, table=source.table))
    keys = [key for key in labels_of(plan, "talent_type", source.frame)
            if key in set(source.frame["talent_type"])]
    columns(out, list(plan.instance.years))
    letters = list(out.years.values())
    for side in ("supply", "draw"):
        shown = names.name("side", side)
        sums = source.frame[source.frame["side"] == side].groupby(["talent_type", "year"])["amount"].sum()
        out.add(Cell(f"{word(f'block.{side}', lang)} ({people})", "block"))
        head = out.add(*heads("talent_type", out.years, lang, "")[:-1])
        for key in keys:
            label, row = names.name("talent_type", key), out.next
            labels = ("talent_type", label, f"$A{row}"), ("side", shown, quoted(shown))
            texts = [one_by_one(source, "amount", *labels, ("year", "", f"{letter}${head}"))
                     for letter in letters]
            out.anchors[side, key] = out.add(Cell(label), *(
                Cell(Formula(f"={text}", sums.get((key, year), 0.0)), "number")
                for year, text in zip(out.years, texts)))
        out.blocks[side] = (head, out.next - 1)
        out.add()
    for kind, style in (("left", "number"), ("used", "share")):
        out.add(Cell(word(f"block.{kind}", lang) + (f" ({people})" if kind == "left" else ""), "block"))
        out.add(*heads("talent_type", out.years, lang, "")[:-1])
        for key in keys:
            have, need = (out.anchors[side, key] for side in ("supply", "draw"))
            cells = []
            for c in letters:
                there, drawn = out.at(c, have), out.at(c, need)
                cells.append(Formula(f"={c}{have}-{c}{need}", there - drawn) if kind == "left" else Formula(
                    f"=IF({c}{have}=0,0,{c}{need}/{c}{have})", drawn / there if there else 0.0))
            out.anchors[kind, key] = out.add(Cell(names.name("talent_type", key)), *(
                Cell(cell, style) for cell in cells))
        out.add()
    return out


def openings(plan, names: Names, sources: dict[str, Source], made, unit: str, first: int) -> Summary | None:
    """What opens when, by type of platform; then each opening with its place and year."""
    source = sources.get("platforms")
    if source is None or not {"open", "stock"} <= set(source.frame):
        return None
    lang, frame = names.lang, source.frame
    out = Summary("openings", first=first, dim="platform", table=source.table,
                  note=word("note.openings", lang, table=source.table))
    columns(out, list(plan.instance.years))
    keys = [key for key in labels_of(plan, "platform", frame) if key in set(frame["platform"])]
    counted = word("unit.platforms", lang)
    for style_of, kind in ((word("block.opened", lang), "open"), (word("block.standing", lang), "stock")):
        if kind == "open":
            money_block(out, plan, "platform", keys, source, names, f"{style_of} ({counted})", kind, "open",
                        "count")
        else:
            standing(out, names, source, keys, f"{style_of} ({counted})")
        out.add()
    found = frame[frame["open"] > 0.5].sort_values(["year", "platform", "region"], kind="stable")
    out.add(Cell(word("block.openings", lang), "block"))
    out.add(*(Cell(heading(column, lang), "heading") for column in ("platform", "region")),
            Cell(heading("year", lang), "heading_right"),
            *(Cell(heading(column, lang, counted), "heading_right") for column in ("open", "stock")))
    for row in found.itertuples():
        at = out.next
        place = (("platform", names.name("platform", row.platform), f"$A{at}"),
                 ("region", names.name("region", row.region), f"$B{at}"), ("year", "", f"$C{at}"))
        out.add(Cell(place[0][1]), Cell(place[1][1]), Cell(int(row.year), "year"), *(
            Cell(Formula(f"={one_by_one(source, column, *place)}", getattr(row, column)), "count")
            for column in ("open", "stock")))
    return out


def standing(out: Summary, names: Names, source: Source, keys: list[str], words: str) -> None:
    """Platforms that stand at the end of each year; a stock is not added up over the years."""
    stock = source.frame.groupby(["platform", "year"])["stock"].sum()
    out.add(Cell(words, "block"))
    head = out.add(*heads("platform", out.years, names.lang, "")[:-1])
    for key in keys:
        label, row = names.name("platform", key), out.next
        out.add(Cell(label), *(Cell(Formula("=" + one_by_one(
            source, "stock", ("platform", label, f"$A{row}"), ("year", "", f"{letter}${head}")),
            stock.get((key, year), 0.0)), "count") for year, letter in out.years.items()))


def assistance(plan, names: Names, sources: dict[str, Source], made, unit: str, first: int) -> Summary | None:
    """Money transferred and people lent from donor to recipient, by year."""
    people = own_unit(plan.instance.talent_unit, names.lang)
    parts = [(table, amount, of, words) for table, amount, of, words in (
        ("transfers", "amount", unit, "block.transfers"), ("lent_talent", "fte", people, "block.lent"))
        if table in sources]
    if not parts:
        return None
    lang = names.lang
    out = Summary("assistance", first=first, dim="donor",
                  table=" + ".join(sources[table].table for table, *_ in parts),
                  note=word("note.assistance", lang))
    columns(out, list(plan.instance.years), offset=3)
    for table, amount, of, words in parts:
        source = sources[table]
        sums = source.frame.groupby(["donor", "recipient", "year"])[amount].sum()
        out.add(Cell(f"{word(words, lang)} ({of})", "block"))
        total = word("block.plan_years", lang)
        head = out.add(Cell(heading("donor", lang), "heading"), *heads("recipient", out.years, lang, total))
        pairs = source.frame[["donor", "recipient"]].drop_duplicates()
        for donor, recipient in pairs.itertuples(index=False):
            row = out.next
            pair = [("donor", names.name("donor", donor), f"$A{row}"),
                    ("recipient", names.name("recipient", recipient), f"$B{row}")]
            out.anchors[table, f"{donor}, {recipient}"] = line(out, plan, [
                *(Cell(text) for _, text, _ in pair),
                *(Cell(Formula(f"={one_by_one(source, amount, *pair, ('year', '', f'{letter}${head}'))}",
                               sums.get((donor, recipient, year), 0.0)), "number")
                  for year, letter in out.years.items())])
        out.sums(word("total", lang), head, [*out.years.values(), out.total], skip=1)
        out.add()
    return out


MORE = {"talent_sums": talent_sums, "openings": openings, "assistance": assistance, "fairness": fairness}
