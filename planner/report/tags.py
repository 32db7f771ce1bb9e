"""The sheet of price tags: what one more unit of each clause is worth, near this plan.

Where a price study of the same instance lies beside the plan (`planner.report.beside`), the prices, their ranges
and the steps of the levers are the study's; otherwise they are the duals of the plan's own solve. The sheet says
which.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.report.headline import SIGN_RULES
from planner.report.sheets import SENSES, Sheet, clause_ids, rule_words, unit_words, where_words
from planner.report.words import Names, term, word

NOTHING = 1e-9
"""A marginal value below this is none."""


def price_tags(plan, names: Names) -> Sheet:
    """Inequalities with a marginal value, those first of which one per cent is worth most.

    Equations tie the books together and rules of form are no policy; both are left out.
    """
    rows, lang, studied = plan.table("clause_prices"), names.lang, True
    if rows.empty:
        rows, studied = plan.compliance, False
    if "dual" not in rows or rows["dual"].isna().all():
        return Sheet("price_tags", pd.DataFrame())
    rows = rows[(rows["dual"].abs() > NOTHING) & (rows["sense"] != "==") & ~rows["rule"].isin(SIGN_RULES)]
    worth = rows["dual"].abs()
    rows = rows.assign(worth=worth, percent=worth * rows["required"].abs() / 100)
    rows = rows.sort_values(["percent", "worth"], ascending=False, kind="stable")
    if rows.empty:
        return Sheet("price_tags", pd.DataFrame())
    frame = pd.DataFrame({
        "mechanism": [term(key, lang, "mechanism") for key in rows["mechanism"]],
        "rule": [rule_words(*pair, lang) for pair in zip(rows["mechanism"], rows["rule"])],
        "where": where_words(rows["where"], names),
        "year": rows["year"].where(rows["year"] != 0).astype("Int64").astype(object),
        "sense": rows["sense"].map(SENSES), "required": rows["required"],
        "unit": [unit_words(unit, plan, lang) for unit in rows["unit"]],
        "eased": [word("tag.more" if sense == "<=" else "tag.less", lang) for sense in rows["sense"]],
        "worth": rows["worth"], "worth_percent": rows["percent"],
        **({"price_low": rows["low"], "price_high": rows["high"]} if studied else {}),
        "clause_id": clause_ids(rows)})
    frame = frame.replace([np.inf, -np.inf], np.nan)
    points, steps = word("tag.points", lang), plan.table("lever_steps")
    said = tuple(steps["meaning"]) if "meaning" in steps else ()
    return Sheet("price_tags", frame.reset_index(drop=True), {"worth": points, "worth_percent": points},
                 word("note.price_tags", lang), (
                     word(f"note.price_tags.{'study' if studied else 'duals'}", lang),
                     word("note.price_tags.local", lang), word("note.price_tags.left_out", lang), *said))
