"""The core's own tables and settings, declared once.

Mechanisms declare theirs in their own files. Names follow the formulation;
'money' and 'FTE' are in the units that `instance.toml` states.
"""

from planner.vocabulary import Column, Parameter, Table

ALL = "all"
"""The one member of a core dimension that an instance has no table for."""


def name(column: str, about: str, refers: str | None = None) -> Column:
    """A key column; it names a thing or refers to one named elsewhere."""
    return Column(column, "text", about, refers=refers, key=True)


def titles() -> tuple[Column, Column]:
    """What people read: the English and the Chinese name."""
    return (
        Column("name_en", "text", "name in English", default=""),
        Column("name_zh", "text", "name in Chinese", default=""),
    )


def number(column, about, unit="", low=0.0, high=None, default=None, **more) -> Column:
    return Column(column, "number", about, unit, low, high, default, **more)


def flag(column: str, about: str, default: bool = False) -> Column:
    return Column(column, "flag", about, default=default)


def year(about: str = "plan year") -> Column:
    return Column("year", "integer", about, "year", 1900, 2200, key=True)


ZONES = Table("zones", "groups of regions that balance rules speak of", (
    name("zone", "short name of the zone"), *titles(),
    flag("hinterland", "counts as hinterland for strategic backup"),
))

REGIONS = Table("regions", "the regions that money and talent are allocated to", (
    name("region", "short name of the region"), *titles(),
    Column("zone", "text", "the zone it belongs to", refers="zones"),
    number("population", "resident population of the base year", "10,000 persons"),
    number("gdp", "gross domestic product of the base year", "money"),
    Column("tile_x", "integer", "column on the tile map", low=0, high=40, optional=True),
    Column("tile_y", "integer", "row on the tile map", low=0, high=40, optional=True),
))

INDUSTRIES = Table("industries", "the industries", (
    name("industry", "short name of the industry"), *titles(),
    Column("class", "choice", "portfolio class", default="other",
           choices=("emerging", "future", "traditional", "other")),
    flag("manufacturing", "counts towards the manufacturing floor"),
    flag("key", "a key industry for autonomy, backup and category rules"),
    number("greenness", "green result per unit of money", "1", 0, 1, 0.0),
    number("import_dependence", "share of the need met by imports in the base year", "share",
           0, 1, 0.0),
    number("dependence_cut", "import dependence closed per unit of R&D money in the industry, "
           "at base-year national spend: share closed if that spend were doubled", "share", 0, 1, 0.0),
    number("criticality", "weight of the industry in the autonomy goal", "1", 0, None, 1.0),
))

CATEGORIES = Table("categories", "technology categories", (
    name("category", "short name of the category"), *titles(),
    number("weight", "multiplier of the return on money", "1", 0, None, 1.0),
    flag("frontier", "rests on the knowledge foundation (frontier and disruptive technologies)"),
    flag("key_common", "key common technology, which public money leads"),
))

STAGES = Table("stages", "stages of the innovation chain, in order", (
    name("stage", "short name of the stage"), *titles(),
    Column("role", "choice", "what the stage is in the innovation chain; the first three are R&D",
           choices=("basic", "applied", "development", "conversion", "industrialisation", "other")),
    flag("patient", "pays back late: counts for the patient share of funds"),
    number("base_return", "value per unit of money at the baseline spend (A)", "value per money"),
    Column("response", "choice", "shape of diminishing returns", default="power",
           choices=("power", "log", "hill", "threshold")),
    number("elasticity", "power: exponent of the response; hill: half-saturation ratio; log: "
           "curvature; threshold: steepness", "1", 0.01, 20),
    Column("lag", "integer", "years until the effect arrives", "years", 0, 30, 0),
))

INSTRUMENTS = Table("instruments", "the ways public money is given", (
    name("instrument", "short name of the instrument"), *titles(),
    Column("level", "choice", "who pays", default="both", choices=("central", "local", "both")),
    Column("nature", "choice", "kind of money",
           choices=("stable", "competitive", "fund", "credit")),
    number("return_rate", "share of the money that flows back to the budget", "share", 0, 2, 0.0),
    Column("return_lag", "integer", "years until it flows back", "years", 1, 30, 1),
))

LEVERAGE = Table("leverage", "which instrument may pay for which stage, and what it mobilises", (
    name("instrument", "the instrument", "instruments"), name("stage", "the stage", "stages"),
    number("leverage", "private money mobilised per unit of public money", "money per money",
           0, 20, 0.0),
))

FIT = Table("fit", "how well an industry fits a region (1 = the national average)", (
    name("region", "the region", "regions"), name("industry", "the industry", "industries"),
    number("fit", "multiplier of the return on money", "1", 0, 10, 1.0),
))

BASELINE = Table("baseline", "spend of the base year by cell; the cells listed are the eligible "
                 "ones", (
    *(Column(dim, "text", f"the {dim}; '{ALL}' in an instance without that table", default=ALL,
             refers=table, key=True)
      for dim, table in (("region", "regions"), ("industry", "industries"),
                         ("category", "categories"), ("stage", "stages"))),
    number("spend", "all money spent in the base year", "money", 0),
))

BUDGET = Table("budget", "central money by year", (
    year(), number("central", "central budget of the year", "money"),
))

LOCAL_BUDGET = Table("local_budget", "local public money by region and year", (
    name("region", "the region", "regions"), year(),
    number("local", "local capacity of the year", "money"),
))

PRIVATE = Table("private", "money that firms spend of their own accord", (
    name("region", "the region", "regions"), name("stage", "the stage", "stages"), year(),
    number("private", "private money of the year", "money"),
))

PRIVATE_CAPACITY = Table("private_capacity", "the most private money that public money can "
                         "mobilise", (
    name("region", "the region", "regions"), year(),
    number("capacity", "mobilised money at most", "money"),
))

GDP = Table("gdp", "expected gross domestic product", (
    name("region", "the region", "regions"), year(),
    number("gdp", "gross domestic product of the year", "money"),
))

GOAL_NAMES = ("productivity", "autonomy", "balance", "resilience", "green")

GOALS = Table("goals", "what the plan is for; a goal with weight 0 is reported only", (
    Column("goal", "choice", "the goal", key=True, choices=GOAL_NAMES),
    number("weight", "weight in the weighted sum", "1", 0, None, 0.0),
    number("ideal", "best value reachable; empty: computed", "goal", None, optional=True),
    number("nadir", "worst value over the other goals' optima; empty: computed", "goal", None,
           optional=True),
    Column("level", "integer", "rank in lexicographic order (1 first)", low=1, high=99, default=1),
    number("tolerance", "share of its range a higher level may lose (lexicographic)", "share",
           0, 1, 0.0),
    number("at_least", "value to be kept (epsilon)", "goal", None, optional=True),
    number("aspiration", "wished normalised value, 0 nadir to 1 ideal (reference point)", "share",
           0, 1, 1.0),
))

PROVENANCE = Table("provenance", "status and source of every column or parameter that holds "
                   "figures", (
    name("table", "table, or 'parameters'"),
    name("column", "column, or mechanism.parameter; '*' for the whole table"),
    Column("status", "choice", "published, derived or assumed",
           choices=("published", "derived", "assumed")),
    Column("source", "text", "sources it rests on (ids of table sources, separated by ;)",
           default=""),
    Column("reason", "text", "how it was derived, or why this was assumed", default=""),
))

SOURCES = Table("sources", "the publications that figures were taken from", (
    name("source", "short id"),
    Column("publisher", "text", "who published it"),
    Column("title", "text", "title"),
    Column("published", "text", "date of publication", default=""),
))

CORE_TABLES = (ZONES, REGIONS, INDUSTRIES, CATEGORIES, STAGES, INSTRUMENTS, LEVERAGE, FIT,
               BASELINE, BUDGET, LOCAL_BUDGET, PRIVATE, PRIVATE_CAPACITY, GDP, GOALS, PROVENANCE,
               SOURCES)

CORE_PARAMETERS = (
    Parameter("discount", "yearly discount rate of the goals", 0.03, "share", 0, 1),
    Parameter("steering", "share of the private baseline mix that may move away each year", 0.1,
              "share", 0, 1),
    Parameter("carry_limit", "share of a year's central budget that may be carried over", 0.05,
              "share", 0, 1),
    Parameter("response_tolerance", "largest relative error of the piecewise-linear response",
              0.01, "share", 1e-4, 0.2),
    Parameter("min_ratio", "spend over baseline from which that error holds", 0.5, "ratio",
              0.01, 1),
    Parameter("max_ratio", "spend over baseline up to which that error holds, and the most a "
              "cell absorbs", 3.0, "ratio", 1, 100),
    Parameter("budgets", "whether the central and local budgets limit public money", True,
              kind="flag"),
)
"""Settings of the `[core]` section of `instance.toml`."""

HEADER = (
    Parameter("title", "what the instance is", "", kind="text"),
    Parameter("title_zh", "the same in Chinese", "", kind="text"),
    Parameter("money_unit", "unit of all money", "money", kind="text"),
    Parameter("talent_unit", "unit of all talent", "FTE", kind="text"),
    Parameter("base_year", "year of the baseline", 0, "year", 1900, 2200, "integer"),
    Parameter("first_year", "first plan year", 0, "year", 1900, 2200, "integer"),
    Parameter("last_year", "last plan year", 0, "year", 1900, 2200, "integer"),
    Parameter("mode", "how goals are traded", "weighted", kind="choice",
              choices=("weighted", "lexicographic", "epsilon", "reference_point", "maximin",
                       "leximin")),
)
"""Top-level entries of `instance.toml`."""
