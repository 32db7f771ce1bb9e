"""From the papers: every rule has a source, every paper a rule, and every figure a place in the flagship."""

from dataclasses import replace

import pandas as pd
import pytest

from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.papers import CHECK, FIGURES, INDICATOR, INPUT, PAPERS, ROLES, UNNAMED, Figure
from planner.report.base_year import ABSENT, COLUMNS, agrees, beside_the_papers, section, stands
from tests.helpers import ROOT

NAMES = [f"{figure.paper or 'unnamed'} {figure.value:g} {figure.says[:30]}" for figure in FIGURES]


@pytest.fixture(scope="module")
def flagship():
    return read(ROOT / "instances" / "china-2022", MECHANISMS)


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda m: m.name)
def test_every_mechanism_has_a_source(mechanism):
    assert mechanism.sources
    for source in mechanism.sources:
        assert source.paper in PAPERS and source.section and source.claim


def test_every_paper_is_used_by_a_mechanism():
    assert {source.paper for m in MECHANISMS for source in m.sources} == set(PAPERS)


@pytest.mark.parametrize("figure", FIGURES, ids=NAMES)
def test_a_figure_is_whole(figure):
    assert figure.paper in PAPERS or (figure.paper == UNNAMED and not figure.section)
    assert figure.role in ROLES and figure.unit and figure.says
    if figure.role == INDICATOR:
        assert figure.tolerance is None and figure.remark, "an indicator says what differs"
    else:
        assert figure.tolerance is not None and figure.tolerance >= 0


@pytest.mark.parametrize("figure", [f for f in FIGURES if f.section], ids=lambda f: f"{f.paper} {f.value:g}")
def test_a_section_is_one_that_a_mechanism_cites(figure):
    cited = {(source.paper, source.section) for m in MECHANISMS for source in m.sources}
    assert (figure.paper, figure.section) in cited


@pytest.mark.parametrize("figure", FIGURES, ids=NAMES)
def test_a_figure_stands_where_it_says(figure, flagship):
    value = stands(flagship, figure)
    assert not pd.isna(value), f"{figure.where} is not in the flagship"
    assert agrees(figure, value), f"{figure.where} is {value}, the paper says {figure.value}"


def test_a_figure_is_told_once():
    assert len({(f.paper, f.says) for f in FIGURES}) == len(FIGURES)


@pytest.mark.parametrize("change, where", [
    ({"baseline[*,*,*,basic].spend*": 1.002}, "basic_share"),
    ({"baseline[beijing,*,*,*].spend*": 1.01}, "zone_share[east]"),
    ({"baseline[sichuan,*,*,*].spend*": 1.02}, "zone_share[west]"),
    ({"regions.gdp*": 1.01}, "rd_intensity"),
    ({"industries[high_end_equipment].import_dependence": 0.94},
     "industries[high_end_equipment].import_dependence"),
])
def test_a_changed_instance_no_longer_agrees(flagship, change, where):
    assert set(beside_the_papers(flagship)["agrees"]) == {"yes", ""}
    table = beside_the_papers(flagship.with_overrides(change))
    assert where in set(table.loc[table["agrees"] == "no", "where"])


def test_indicators_by_hand(flagship):
    """Two numbers that no published statistic fixes, recomputed in another way."""
    table = beside_the_papers(flagship).set_index("where")["value in the instance"]
    base, industries = flagship.table("baseline"), flagship.table("industries")
    money = base["spend"].groupby(base["industry"]).sum()
    emerging = list(industries.loc[industries["class"] == "emerging", "industry"])
    assert table["class_share[emerging]"] == pytest.approx(100 * money[emerging].sum() / money.sum())
    key = industries[industries["key"]]
    weighted = sum(money[row.industry] * row.import_dependence for row in key.itertuples())
    assert table["key_dependence"] == pytest.approx(100 * weighted / money[list(key["industry"])].sum())


def test_what_an_instance_lacks_is_said_so():
    """An instance with few tables: no error, and nothing passed off as a number."""
    split = beside_the_papers(read(ROOT / "instances" / "split", MECHANISMS))
    assert list(split.columns) == COLUMNS and len(split) == len(FIGURES)
    lost = split[split["value in the instance"] == ABSENT]
    assert "drift[east]" in set(lost["where"])
    assert set(lost.loc[lost["role"] != INDICATOR, "agrees"]) <= {"no"}


def test_an_unknown_place_is_an_error(flagship):
    figure = Figure("P2", "", 1.0, "%", "nothing", CHECK, "nowhere", 0.1)
    with pytest.raises(ValueError, match="neither"):
        stands(flagship, figure)
    with pytest.raises(KeyError):
        stands(flagship, replace(figure, where="no_table[a].b"))
    with pytest.raises(KeyError):
        stands(flagship, replace(figure, where="industries[new_it].no_column"))
    assert pd.isna(stands(flagship, replace(figure, where="industries[no_industry].import_dependence")))


def test_agreement_is_within_the_tolerance():
    figure = Figure("P2", "", 2.54, "%", "a share", INPUT, "", 0.005)
    assert agrees(figure, 2.545) and agrees(figure, 2.535)
    assert not agrees(figure, 2.546) and not agrees(figure, float("nan"))
    assert agrees(replace(figure, role=INDICATOR, tolerance=None), 9.9)


def test_the_manual_shows_every_figure(flagship):
    rows = [line for line in section(flagship) if line.startswith("| ")][1:]
    assert len(rows) == len(FIGURES)
    for row, figure in zip(rows, FIGURES, strict=True):
        assert f"{figure.value:g} {figure.unit}" in row and f"`{figure.where}`" in row
