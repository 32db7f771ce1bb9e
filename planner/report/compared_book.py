"""The workbook of a comparison: a cover, money side by side with live differences, and every other table.

All sheets of money share one colour scale for their differences, centred on 0.
"""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.utils import get_column_letter

from planner.comparison import Comparison
from planner.comparison.comparing import DIMENSIONS
from planner.comparison.moves import can
from planner.instance.writing import beside
from planner.report.cells import Cell, Formula, sheet_title, styles, width
from planner.report.compared import LISTED, column, letters, money_title, sheet, verdict_words
from planner.report.headline import percent, status_words
from planner.report.long_table import whole
from planner.report.pages import Page, give_up
from planner.report.words import Names, heading, own_unit, term, word

LOW, MIDDLE, HIGH = "CF7434", "FFFFFF", "4A8FBD"
"""Orange below nought, blue above, as in the figures."""

PLURAL = {"zone": "zones", "region": "regions", "industry": "industries", "category": "categories",
          "stage": "stages", "instrument": "instruments"}


def write_book(found: Comparison, path: Path | str, lang: str = "en", more=()) -> Path:
    """Writes the workbook beside its place and renames it into it.

    more  dimensions joined, as ("region", "stage"), that get a sheet of their own
    Raises OSError when the file cannot be written.
    """
    path, book = Path(path), Workbook(write_only=True)
    try:
        with beside(path) as made:
            Book(book, found, lang, [tuple(by) for by in more])
            book.save(made)
    except BaseException:
        give_up(book)
        raise
    return path


class Book:
    """One workbook in the making."""

    def __init__(self, book: Workbook, found: Comparison, lang: str, more: list[tuple[str, ...]]):
        self.book, self.found, self.lang, self.taken = book, found, lang, set()
        self.names, self.signs = Names(found.plans[0].instance, lang), letters(found)
        for style in styles(lang):
            book.add_named_style(style)
        singles = [(dim,) for dim in DIMENSIONS if can(found.shared, (dim,))]
        wanted = singles + [by for by in more if by not in singles]
        frames = {by: found.moved(*by) for by in wanted}
        most = max((float(frame["difference"].abs().max()) for frame in frames.values() if len(frame)), default=0.0)
        self.most = most or 1.0
        self._cover()
        for by, frame in frames.items():
            self._money(by, frame)
        for name in LISTED:
            made = sheet(found, name, self.names)
            if len(made.frame):
                self._long(made)

    def _page(self, title: str) -> Page:
        return Page(self.book.create_sheet(sheet_title(title, self.taken)), self.lang)

    def _cover(self) -> None:
        """Which plans, how good each is proven to be, and what their objectives allow to say."""
        lang, found, unit = self.lang, self.found, own_unit(self.found.plans[0].instance.money_unit, self.lang)
        page = self._page(word("sheet.cover", lang))
        page.set_up([12, 44, 34, 16, 16, 12], head=None, colour="1F3B63")
        page.append([Cell(word("compare.title", lang), "title")])
        page.append()
        page.append([Cell(word("compare.plans", lang), "block")])
        heads = (word("compare.plan", lang), word("compare.called", lang), heading("status", lang))
        page.append([*(Cell(text, "heading") for text in heads),
                     *(Cell(column(name, lang), "heading_right") for name in ("objective", "bound", "gap"))])
        for plan, row in zip(found.plans, found.passports.itertuples()):
            page.append([Cell(self.signs[row.plan], "bold"), Cell(row.plan), Cell(status_words(plan.passport, lang)),
                         Cell(row.objective, "fine"), Cell(row.bound, "fine"), Cell(row.gap, "share")])
        page.append()
        for row in found.objectives.itertuples():
            page.append([Cell(verdict_words(row, self.signs[row.plan], lang, lambda x: f"{x:,.4f}"))])
        for row in found.totals[found.totals["measure"] == "spend"].itertuples():
            page.append([Cell(word("compare.moved", lang, plan=self.signs[row.plan], unit=unit,
                                   amount=f"{row.moved:,.2f}", share=percent(row.moved_share),
                                   difference=f"{row.difference:,.2f}"))])
        page.append([Cell(word("compare.note_amounts", lang), "note")])
        page.printed(6)
        page.close()

    def _money(self, by: tuple[str, ...], frame) -> None:
        """Members down; a column for each plan, then for each other plan difference, relative and share."""
        lang, unit, others = self.lang, own_unit(self.found.plans[0].instance.money_unit, self.lang), self.found.others
        title = (word(f"sheet.{PLURAL[by[0]]}", lang) if len(by) == 1 and by[0] in PLURAL
                 else " × ".join(heading(dim, lang) for dim in by))
        page, labels = self._page(title), len(by)
        wide = frame.pivot_table(index=list(by), columns="plan", values=["amount"], sort=False)["amount"]
        wide.insert(0, "", frame[frame["plan"] == others[0]].set_index(list(by))["reference"])
        rows = [(key if isinstance(key, tuple) else (key,), values) for key, values in zip(
            wide.index, wide[["", *others]].to_numpy(float))]
        names = [[str(self.names.name(dim, key)) for dim, key in zip(by, keys)] for keys, _ in rows]
        widths = [min(max([14, *(width(name[at]) for name in names)]) + 2, 46) for at in range(labels)]
        page.set_up(widths + [16] * (1 + 4 * len(others)), 4, freeze=f"{get_column_letter(labels + 1)}5")
        page.append([Cell(money_title(self.found, by, lang), "title")])
        page.append([Cell("; ".join(f"{sign}: {name}" for name, sign in self.signs.items()), "note")])
        page.append()
        signs = [self.signs[name] for name in self.found.names]
        heads = [f"{sign} ({unit})" for sign in signs]
        for sign in signs[1:]:
            heads += [f"{word('compare.difference', lang, plan=sign)} ({unit})",
                      word("compare.relative", lang, plan=sign),
                      f"{sign}: {word('compare.points', lang)}"]
        page.append([*(Cell(heading(dim, lang), "heading") for dim in by), *(Cell(text, "heading_right") for text in heads)])
        last = 4 + len(rows)
        sums = wide[["", *others]].sum().to_numpy(float)
        for name, (keys, values) in zip(names, rows):
            page.append([*(Cell(text) for text in name), *self._figures(labels, page.row + 1, values, sums, last + 1)])
        total = [Cell(word("total", lang), "total_number")] + [Cell(None, "total_number")] * (labels - 1)
        for at, value in enumerate(sums):
            at = get_column_letter(labels + 1 + at)
            total.append(Cell(Formula(f"=SUM({at}5:{at}{last})", value), "total_number"))
        page.append(total + self._figures(labels, last + 1, sums, sums, last + 1, "total_")[len(sums):])
        self._colours(page, labels, last)
        page.printed(labels + 1 + 4 * len(others))
        page.close()

    def _figures(self, labels: int, row: int, values, sums, total: int, bold: str = "") -> list[Cell]:
        """The amounts of a row, then by formula each other plan's difference, its part of A, and share points."""
        first, made = get_column_letter(labels + 1), [Cell(float(value), f"{bold}number") for value in values]
        for at in range(1, len(values)):
            here, apart = get_column_letter(labels + 1 + at), float(values[at] - values[0])
            shares = [value / whole if whole else 0.0 for value, whole in ((values[at], sums[at]), (values[0], sums[0]))]
            made += [
                Cell(Formula(f"={here}{row}-{first}{row}", apart), f"{bold}number"),
                Cell(Formula(f'=IF({first}{row}=0,"",{here}{row}/{first}{row}-1)',
                             apart / values[0] if values[0] else ""), f"{bold}share"),
                Cell(Formula(f"=100*({here}{row}/{here}${total}-{first}{row}/{first}${total})"
                             if sums[at] and sums[0] else "=0", 100 * (shares[0] - shares[1])), f"{bold}number")]
        return made

    def _colours(self, page: Page, labels: int, last: int) -> None:
        """One diverging scale for all differences of money in the workbook."""
        plans = len(self.found.plans)
        for at in range(plans - 1):
            here = get_column_letter(labels + plans + 1 + 3 * at)
            page.page.conditional_formatting.add(f"{here}5:{here}{last}", ColorScaleRule(
                start_type="num", start_value=-self.most, start_color=LOW, mid_type="num", mid_value=0,
                mid_color=MIDDLE, end_type="num", end_value=self.most, end_color=HIGH))

    def _long(self, made) -> None:
        lang = self.lang
        heads, taken = {}, set()
        for name in made.frame:
            text, number = column(name, lang), 2
            while text.casefold() in taken:
                text, number = f"{column(name, lang)} {number}", number + 1
            taken.add(text.casefold())
            heads[name] = text
        title = term(made.key, lang, "sheet")
        page = self._page(title)
        whole(page, made, title, lang, heads)
        page.close()
