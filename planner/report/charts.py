"""Real Excel charts over the cells of summary sheets."""

from __future__ import annotations

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList

PALETTE = ("0072B2", "E69F00", "009E73", "CC79A7", "56B4E9", "D55E00", "7F7F7F", "F0E442")
"""Okabe and Ito's colours, told apart by colour-blind readers too."""


def share_chart(page, summary) -> BarChart:
    """Shares by year as stacked columns that fill 100 %."""
    words, head, last = summary.charts[0]
    columns = len(summary.years) + 1
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "col", "percentStacked", 100, 60
    chart.title, chart.height, chart.width = words, 9, 18
    chart.add_data(Reference(page, min_col=1, max_col=columns, min_row=head + 1, max_row=last),
                   from_rows=True, titles_from_data=True)
    chart.set_categories(Reference(page, min_col=2, max_col=columns, min_row=head))
    # Excel hides both axes of a chart that does not say otherwise.
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.scaling.min, chart.y_axis.number_format = 0, "0%"
    for number, series in enumerate(chart.series):
        series.graphicalProperties.solidFill = PALETTE[number % len(PALETTE)]
    chart.dataLabels = DataLabelList()
    chart.dataLabels.showVal, chart.dataLabels.numFmt = True, "0.0%"
    for name in ("showSerName", "showCatName", "showLegendKey", "showPercent"):
        setattr(chart.dataLabels, name, False)
    return chart
