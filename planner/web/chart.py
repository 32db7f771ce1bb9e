"""The course of a search as a Plotly figure: incumbent and bound over time."""

from __future__ import annotations

from planner.words import word

MOST_POINTS = 400
INCUMBENT, BOUND = "#0072B2", "#D55E00"


def thinned(points: list, most: int = MOST_POINTS) -> list:
    """At most so many points, the first and the last among them."""
    if len(points) <= most:
        return points
    step = (len(points) - 1) / (most - 1)
    return [points[round(at * step)] for at in range(most)]


def search_figure(events: list[dict], lang: str) -> dict:
    """Steps of the best plan found and of the proven limit, over the seconds since the job began.

    events  with `clock`, `incumbent` and `bound`; None where not yet known
    """
    traces = []
    for name, colour, dash in (("incumbent", INCUMBENT, "solid"), ("bound", BOUND, "dash")):
        points = thinned([(event["clock"], event[name]) for event in events if event[name] is not None])
        traces.append({
            "type": "scatter", "mode": "lines+markers" if len(points) < 12 else "lines", "name": word(f"web.job.{name}", lang),
            "x": [point[0] for point in points], "y": [point[1] for point in points],
            "line": {"shape": "hv", "color": colour, "dash": dash, "width": 2},
            "hovertemplate": "%{y:,.4f}<br>%{x:.1f} s<extra>%{fullData.name}</extra>"})
    empty = not any(trace["x"] for trace in traces)
    axis = {"showticklabels": not empty, "gridcolor": "#e3e7eb", "zeroline": False, "linecolor": "#8793a0", "ticks": "outside", "tickcolor": "#8793a0"}
    layout = {
        "margin": {"l": 70, "r": 16, "t": 12, "b": 46}, "height": 300, "autosize": True, "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.14}, "paper_bgcolor": "#fff", "plot_bgcolor": "#fff",
        "font": {"family": "Helvetica Neue, Arial, Liberation Sans, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif",
                 "size": 13, "color": "#1c2733"},
        "xaxis": axis | {"title": {"text": word("web.job.axis_time", lang)}},
        "yaxis": axis | {"title": {"text": word("web.job.axis_goal", lang)}, "tickformat": ",~r"},
        "annotations": [] if not empty else [{
            "text": word("web.job.no_points", lang), "showarrow": False, "xref": "paper", "yref": "paper",
            "x": 0.5, "y": 0.5, "font": {"color": "#54606c", "size": 14}}]}
    return {"data": traces, "layout": layout,
            "config": {"displaylogo": False, "responsive": True, "displayModeBar": False}}
