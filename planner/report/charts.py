"""Real Excel charts over the cells of summary sheets, all on one sheet."""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl.chart import BarChart, Reference, ScatterChart, Series
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.legend import Legend
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties
from openpyxl.utils import column_index_from_string

from planner.report.words import catalogue, term, word

PALETTE = ("0072B2", "E69F00", "009E73", "CC79A7", "56B4E9", "D55E00", "7F7F7F", "F0E442")
"""Okabe and Ito's colours, told apart by colour-blind readers too."""

WIDTH, HEIGHT = 13.0, 9.5
"""Of a chart, in centimetres, as far as its cells allow; three stand beside each other."""


ACROSS = 5
"""Columns that a chart takes."""


@dataclass(frozen=True)
class Drawn:
    """A chart and the sheet its figures stand on."""

    chart: object
    sheet: str

    def place(self, page, column: int, row: int, rows: int) -> None:
        """Puts it over whole cells, counted from 0, so that it keeps its place whatever the font is."""
        begin, end = (AnchorMarker(col=column, row=row), AnchorMarker(col=column + ACROSS, row=row + rows))
        self.chart.anchor = TwoCellAnchor(editAs="twoCell", _from=begin, to=end)
        page.add_chart(self.chart)


def charts(pages: dict, summaries: dict, tables: dict, plan, units: tuple[str, str], lang: str,
           head: int) -> list[Drawn]:
    """Every chart that the plan's sheets allow, in order.

    pages  key -> worksheet; tables  key -> frame of a long sheet, its headings in row `head`
    units  of money and of people
    """
    found = []
    for key in ("zones", "stages"):
        if key in summaries:
            found.append(shares(pages[key], summaries[key], word(f"chart.{key}", lang)))
    if "instruments" in summaries:
        found.append(stacked(pages["instruments"], summaries["instruments"],
                             word("chart.instruments", lang, unit=units[0])))
    if "industries" in summaries:
        found.append(portfolio(pages["industries"], summaries["industries"], plan,
                               word("chart.industries", lang)))
    if "talent_sums" in summaries:
        year = plan.instance.years[-1]
        found.append(talent(pages["talent_sums"], summaries["talent_sums"], year,
                            word("chart.talent", lang, year=year, unit=units[1]), lang))
    if "frontier" in tables and (
            drawn := frontier(pages["frontier"], tables["frontier"], lang, head)) is not None:
        found.append(drawn)
    return found


def bars(title: str, kind: str = "col", grouping: str = "clustered", form: str = "#,##0") -> BarChart:
    """An empty bar chart with both axes shown and figures from 0."""
    chart = BarChart()
    chart.type, chart.grouping = kind, grouping
    chart.overlap = 100 if "tacked" in grouping else 0
    chart.gapWidth = 60
    framed(chart, title)
    chart.y_axis.scaling.min, chart.y_axis.number_format = 0, form
    return chart


def framed(chart, title: str) -> None:
    """Title, size and both axes; Excel hides the axes of a chart that does not say otherwise."""
    chart.title, chart.width, chart.height = title, WIDTH, HEIGHT
    for paragraph in chart.title.tx.rich.p:
        for run in paragraph.r:
            run.rPr = CharacterProperties(sz=1200, b=True, solidFill="1F3B63")
    chart.legend.position = "b"
    chart.x_axis.delete = chart.y_axis.delete = False
    for axis in (chart.x_axis, chart.y_axis):
        if axis.majorGridlines is not None:
            pale = LineProperties(solidFill="D9D9D9", w=6350)
            axis.majorGridlines = ChartLines(GraphicalProperties(ln=pale))


def paint(chart) -> None:
    for number, series in enumerate(chart.series):
        series.graphicalProperties.solidFill = PALETTE[number % len(PALETTE)]


def label(chart, form: str) -> None:
    """Figures on the bars, white on the darkest colour."""
    for number, series in enumerate(chart.series):
        ink = CharacterProperties(sz=800, solidFill="FFFFFF" if number % len(PALETTE) == 0 else "1F1F1F")
        labels = series.dLbls = DataLabelList()
        labels.showVal, labels.numFmt = True, form
        for name in ("showSerName", "showCatName", "showLegendKey", "showPercent"):
            setattr(labels, name, False)
        labels.txPr = RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=ink), endParaRPr=ink)])


def by_year(chart, page, made, block: str) -> None:
    """One series per member, one group of bars per year."""
    head, last = made.blocks[block]
    columns = len(made.years) + 1
    chart.add_data(Reference(page, min_col=1, max_col=columns, min_row=head + 1, max_row=last),
                   from_rows=True, titles_from_data=True)
    chart.set_categories(Reference(page, min_col=2, max_col=columns, min_row=head))
    paint(chart)


def shares(page, made, title: str) -> Drawn:
    """Shares by year as stacked columns that fill 100 %."""
    chart = bars(title, grouping="percentStacked", form="0%")
    by_year(chart, page, made, "share")
    label(chart, "0.0%")
    return Drawn(chart, made.title)


def stacked(page, made, title: str) -> Drawn:
    """Money by year, stacked by member."""
    chart = bars(title, grouping="stacked")
    by_year(chart, page, made, "money")
    return Drawn(chart, made.title)


def portfolio(page, made, plan, title: str) -> Drawn:
    """Shares of the industries, first year of the sheet against the last: horizontal bars."""
    chart = bars(title, kind="bar", form="0%")
    head, last = made.blocks["share"]
    years = list(made.years)
    for number, year in enumerate(dict.fromkeys((years[0], years[-1]))):
        column = column_index_from_string(made.years[year])
        series = Series(Reference(page, min_col=column, min_row=head + 1, max_row=last),
                        title_from_data=False, title=str(year))
        series.graphicalProperties.solidFill = (PALETTE[6], PALETTE[0])[number]
        chart.series.append(series)
    chart.set_categories(Reference(page, min_col=1, min_row=head + 1, max_row=last))
    chart.x_axis.scaling.orientation = "maxMin"  # the first industry on top
    chart.x_axis.tickLblSkip = 1
    small = CharacterProperties(sz=800)
    chart.x_axis.txPr = RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=small), endParaRPr=small)])
    chart.height = max(HEIGHT, 0.8 * (last - head) + 3)
    return Drawn(chart, made.title)


def talent(page, made, year: int, title: str, lang: str) -> Drawn:
    """People at hand and tied up in one year, by talent type."""
    chart = bars(title)
    column = column_index_from_string(made.years[year])
    for number, side in enumerate(("supply", "draw")):
        head, last = made.blocks[side]
        series = Series(Reference(page, min_col=column, min_row=head + 1, max_row=last),
                        title_from_data=False, title=word(f"block.{side}", lang))
        series.graphicalProperties.solidFill = (PALETTE[4], PALETTE[5])[number]
        chart.series.append(series)
    head, last = made.blocks["supply"]
    chart.set_categories(Reference(page, min_col=1, min_row=head + 1, max_row=last))
    return Drawn(chart, made.title)


def frontier(page, frame, lang: str, head: int) -> Drawn | None:
    """Two goals against each other, where the plan's table `frontier` has a column for each.

    frame  the table as its sheet shows it; head  the row of its headings
    """
    goals = [column for column in frame if f"goal.{column}" in catalogue()]
    if len(goals) < 2:
        return None
    chart = ScatterChart()
    names = [term(goal, lang, "goal") for goal in goals[:2]]
    framed(chart, word("chart.frontier", lang, one=names[0], other=names[1]))
    chart.style, chart.legend = 13, None
    x, y = ([*frame].index(goal) + 1 for goal in goals[:2])
    last = head + len(frame)
    series = Series(Reference(page, min_col=y, min_row=head + 1, max_row=last),
                    Reference(page, min_col=x, min_row=head + 1, max_row=last), title=names[1])
    series.smooth = False
    series.marker.symbol, series.marker.size = "circle", 7
    series.marker.graphicalProperties.solidFill = series.graphicalProperties.line.solidFill = PALETTE[0]
    chart.series.append(series)
    if "outer" in frame:  # the proven bound: no plan lies beyond it
        bound = Series(Reference(page, min_col=y, min_row=head + 1, max_row=last),
                       Reference(page, min_col=[*frame].index("outer") + 1, min_row=head + 1, max_row=last),
                       title=word("frontier.outer", lang))
        bound.smooth, bound.marker.symbol = False, "none"
        bound.graphicalProperties.line.solidFill = PALETTE[6]
        bound.graphicalProperties.line.dashStyle = "dash"
        chart.series.append(bound)
        chart.legend = Legend(legendPos="b")
    chart.x_axis.title, chart.y_axis.title = names
    return Drawn(chart, page.title)

