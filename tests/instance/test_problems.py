"""Broken instances: each kind gives one exact message with its place, in a folder and in a workbook."""

import zipfile

import pytest
from openpyxl import load_workbook

from planner.instance import InvalidInstance, listing, read
from planner.instance import raw as limits
from planner.instance import workbook as workbook_room
from tests.instance.samples import MECHANISMS, Sample, problems


def unknown_region(sample):
    sample.put("baseline", 3, "region", "coats")


def negative_money(sample):
    sample.put("budget", 2, "central", "-60")


def share_above_one(sample):
    sample.put("regional_floors", 3, "floor", "12")


def missing_table(sample):
    del sample.tables["regions"]


def duplicate_key(sample):
    sample.put("baseline", 5, "stage", "research")


def text_in_number(sample):
    sample.put("baseline", 4, "spend", "about ten")


def not_a_number(sample):
    sample.put("baseline", 4, "spend", "NaN")


def unit_mismatch(sample):
    sample.tables["regions"][0][3] = "gdp [100 million yuan]"


def too_much(sample):
    sample.put("regional_floors", 3, "floor", "0.9")


def circle(sample):
    sample.tables["orders"].append(["b", "a"])


def thousands(sample):
    sample.put("baseline", 2, "spend", '"1,234.5"')


def percent(sample):
    sample.put("regional_floors", 2, "floor", "20 %")


def empty_key(sample):
    sample.put("baseline", 2, "region", "")


def empty_cell(sample):
    sample.put("budget", 3, "central", "")


def outside(sample):
    sample.tables["budget"].append(["2031", "5"])


def no_column(sample):
    for row in sample.tables["regions"]:
        del row[2]


def wrong_column(sample):
    sample.tables["zones"][0][2] = "hinterlnd"


def wrong_choice(sample):
    sample.put("stages", 2, "role", "basics")


def not_whole(sample):
    sample.put("stages", 2, "lag", "2.5")


def neither(sample):
    sample.put("zones", 2, "hinterland", "maybe")


def nothing_to_decide(sample):
    del sample.tables["baseline"]


def missing_year(sample):
    del sample.tables["budget"][2]


def blank_in_name(sample):
    sample.put("zones", 2, "name_en", "x").tables["regions"][1][0] = "coast "
    sample.tables["baseline"] = sample.tables["baseline"][:1] + sample.tables["baseline"][3:]
    sample.tables["regional_floors"] = sample.tables["regional_floors"][:1] + [["inland", "0.3"]]


FOLDER = {
    unknown_region: "baseline.csv, row 3, column region: table regions has no such region (found: 'coats'). "
                    "Did you mean 'coast'? Otherwise add it to regions.csv.",
    negative_money: "budget.csv, row 2, column central: money cannot be less than 0 (found: '-60'). "
                    "Write a number of 0 or more, in million.",
    share_above_one: "regional_floors.csv, row 3, column floor: a share cannot be more than 1 (found: '12'). "
                     "Write a share from 0 to 1; 12 % is 0.12.",
    missing_table: "regions.csv: the file is missing, but its entries are named in baseline.csv column "
                   "region "
                   "(such as 'coast'); regional_floors.csv column region (such as 'coast'). "
                   "Add it with at least the columns region, zone, population, gdp.",
    duplicate_key: "baseline.csv, row 5: the key (region inland, industry all, category all, stage research) "
                   "stands already in row 4. Keep one of the two rows.",
    text_in_number: "baseline.csv, row 4, column spend: text in a number cell (found: 'about ten'). "
                    "Write a number of 0 or more, in million.",
    not_a_number: "baseline.csv, row 4, column spend: NaN is not a number (found: 'NaN'). "
                  "Write a number of 0 or more, in million.",
    unit_mismatch: "regions.csv, row 1, column gdp: the unit is 100 million yuan, but column gdp is in "
                   "million "
                   "(instance.toml) (found: 'gdp [100 million yuan]'). "
                   "Convert the figures and write gdp [million].",
    too_much: "regional_floors.csv, column floor: the floors add up to more than 1 (found: 1.1). "
              "Lower some of them.",
    circle: "orders.csv, row 3, column before: b and a wait for each other. Delete one of the two rows.",
    thousands: "baseline.csv, row 2, column spend: a thousands separator in a number cell (found: "
               "'1,234.5'). "
               "Write 1234.5.",
    percent: "regional_floors.csv, row 2, column floor: a percent sign in a number cell (found: '20 %'). "
             "Write 0.2.",
    empty_key: "baseline.csv, row 2, column region: the cell is empty. Write text.",
    empty_cell: "budget.csv, row 3, column central: the cell is empty. "
                "Write a number of 0 or more, in million.",
    outside: "budget.csv, row 4, column year: the year is not one of the plan years 2025-2026 (found: 2031). "
             "Mend the year, delete the row, or change first_year or last_year.",
    no_column: "regions.csv, row 1, column population: column population is missing. Add it: resident "
               "population of the base year (a number of 0 or more, in 10,000 persons).",
    wrong_column: "zones.csv, row 1: table zones has no such column (found: 'hinterlnd'). "
                  "Did you mean 'hinterland'? Otherwise delete the column.",
    wrong_choice: "stages.csv, row 2, column role: not one of the words that are allowed (found: "
                  "'basics'). Did "
                  "you mean 'basic'? Write one of: basic, applied, development, conversion, "
                  "industrialisation, other.",
    not_whole: "stages.csv, row 2, column lag: not a whole number (found: '2.5'). Write a whole number "
               "from 0 to "
               "30, in years, or leave the cell empty.",
    neither: "zones.csv, row 2, column hinterland: neither true nor false (found: 'maybe'). "
             "Write true or false, or leave the cell empty.",
    nothing_to_decide: "baseline.csv: there is nothing to decide: no baseline with rows. "
                       "List the cells that may get money in baseline.",
    missing_year: "budget.csv, column year: no row for 2026. "
                  "Give each plan year its central budget, 0 where there is none.",
    blank_in_name: "regions.csv, row 2, column region: a blank before or after the name (found: 'coast '). "
                   "Write 'coast'.",
}

WORKBOOK = {
    unknown_region: "baseline!A3: table regions has no such region (found: 'coats'). "
                    "Did you mean 'coast'? Otherwise add it to regions.",
    negative_money: "budget!B2: money cannot be less than 0 (found: -60). "
                    "Write a number of 0 or more, in million.",
    share_above_one: "regional_floors!B3: a share cannot be more than 1 (found: 12). "
                     "Write a share from 0 to 1; 12 % is 0.12.",
    missing_table: "regions: the sheet is missing, but its entries are named in baseline column region "
                   "(such as 'coast'); regional_floors column region (such as 'coast'). "
                   "Add it with at least the columns region, zone, population, gdp.",
    duplicate_key: "baseline!A5: the key (region inland, industry all, category all, stage research) "
                   "stands already in row 4. Keep one of the two rows.",
    text_in_number: "baseline!C4: text in a number cell (found: 'about ten'). "
                    "Write a number of 0 or more, in million.",
    not_a_number: "baseline!C4: NaN is not a number (found: 'NaN'). Write a number of 0 or more, in million.",
    unit_mismatch: "regions!D1: the unit is 100 million yuan, but column gdp is in million "
                   "(sheet instance) (found: 'gdp [100 million yuan]'). "
                   "Convert the figures and write gdp [million].",
    too_much: "regional_floors, column floor: the floors add up to more than 1 (found: 1.1). "
              "Lower some of them.",
    circle: "orders!A3: b and a wait for each other. Delete one of the two rows.",
    outside: "budget!A4: the year is not one of the plan years 2025-2026 (found: 2031). "
             "Mend the year, delete the row, or change first_year or last_year.",
    wrong_column: "zones!C1: table zones has no such column (found: 'hinterlnd'). "
                  "Did you mean 'hinterland'? Otherwise delete the column.",
}


@pytest.mark.parametrize("broken", FOLDER, ids=lambda broken: broken.__name__)
def test_folder(broken, tmp_path):
    sample = Sample()
    broken(sample)
    assert problems(sample.folder(tmp_path / "sample")) == [FOLDER[broken]]


@pytest.mark.parametrize("broken", WORKBOOK, ids=lambda broken: broken.__name__)
def test_workbook(broken, tmp_path):
    sample = Sample()
    broken(sample)
    assert problems(sample.workbook(tmp_path / "sample.xlsx")) == [WORKBOOK[broken]]


def test_all_at_once_and_grouped(tmp_path):
    sample = Sample()
    for broken in (unknown_region, negative_money, share_above_one, text_in_number, wrong_choice):
        broken(sample)
    sample.settings["core.steerin"] = 0.3
    found = sample.folder(tmp_path / "sample")
    with pytest.raises(InvalidInstance) as caught:
        read(found, MECHANISMS)
    assert len(caught.value.problems) == 6
    text = listing(caught.value.problems)
    assert text == str(caught.value)
    assert text.startswith(
        "6 problems\n\ninstance.toml\n  row 8, column core.steerin: no setting of the core has this name "
        "(found: 'steerin'). Did you mean 'steering'? Otherwise delete it.\n\nstages.csv\n")
    assert "\n\nbaseline.csv\n  row 3, column region: " in text
    assert "\n  row 4, column spend: text in a number cell (found: 'about ten')." in text


def test_many_alike_are_counted(tmp_path):
    sample = Sample()
    sample.tables["baseline"] += [[f"x{number}", "research", "1"] for number in range(100)]
    found = problems(sample.folder(tmp_path / "sample"))
    assert len(found) == 21
    assert found[-1] == ("baseline.csv, column region: 80 more rows with the same problem. "
                         "Mend them in the same way.")


def test_blank_rows_keep_the_row_numbers(tmp_path):
    sample = Sample()
    sample.tables["budget"].insert(2, ["", ""])
    sample.put("budget", 4, "central", "-1")
    assert problems(sample.folder(tmp_path / "sample"))[0].startswith("budget.csv, row 4, column central: "
        "money")
    assert problems(sample.workbook(tmp_path / "s.xlsx"))[0].startswith("budget!B4: money")


@pytest.mark.parametrize("key, value, message", [
    ("core.steering", 1.5, "instance.toml, row 7, column core.steering: a share cannot be more than 1 "
                           "(found: 1.5). "
     "Write a share from 0 to 1; 1.5 % is 0.015."),
    ("mode", "maxmin", "instance.toml, row 6, column mode: not one of the words that are allowed (found: "
                       "'maxmin'). "
     "Did you mean 'maximin'? Write one of: weighted, lexicographic, epsilon, reference_point, "
     "maximin, leximin."),
    ("last_year", 2020, "instance.toml, row 5, column last_year: the last plan year comes before the "
                        "first, 2025 "
     "(found: 2020). Write 2025 or later."),
    ("first_year", 2024, "instance.toml, row 4, column first_year: the first plan year must come after the "
                         "base year "
     "2024 (found: 2024). Write 2025 or later."),
    ("mechanisms.floor.on", True, "instance.toml, row 11, column mechanisms.floor: no mechanism has this "
                                  "name "
     "(found: 'floor'). Did you mean 'floors'? Otherwise delete its section."),
    ("mechanisms.floors.leest", 0.1, "instance.toml, row 11, column mechanisms.floors.leest: no parameter "
                                     "of floors "
     "has this name (found: 'leest'). Did you mean 'least'? Otherwise delete it."),
    ("mechanisms.floors.least", "0.1", "instance.toml, row 10, column mechanisms.floors.least: a number "
                                       "that is "
     "stored as text (found: '0.1'). Store it as a number."),
    ("mechanisms.floors.tries", 2.5, "instance.toml, row 11, column mechanisms.floors.tries: not a whole "
                                     "number "
     "(found: 2.5). Write a whole number from 1 to 9."),
    ("mechanisms.other.way", "left", "instance.toml, row 11, column mechanisms.other: the section does not "
                                     "say whether "
     "the mechanism is on. Add on = true or on = false."),
    ("steering", 0.3, "instance.toml, row 6, column steering: nothing of that name is known here (found: "
                      "'steering'). "
     "It belongs into [core]."),
])
def test_settings(key, value, message, tmp_path):
    sample = Sample()
    sample.settings[key] = value
    assert message in problems(sample.folder(tmp_path / "sample"))


def test_settings_of_a_workbook(tmp_path):
    sample = Sample()
    sample.settings["core.steering"] = "a lot"
    assert problems(sample.workbook(tmp_path / "s.xlsx")) == [
        "instance!B7: text in a number cell (found: 'a lot'). Write a share from 0 to 1."]


def test_missing_years(tmp_path):
    sample = Sample()
    del sample.settings["base_year"]
    assert ("instance.toml: base_year is missing. Add base_year = year of the baseline, a year from 1900 to "
            "2200.") \
        in problems(sample.folder(tmp_path / "sample"))


def test_toml_syntax_names_the_line(tmp_path):
    path = Sample().folder(tmp_path / "sample")
    (path / "instance.toml").write_text('title = "x"\nbase_year = 2,024\n', encoding="utf-8")
    assert problems(path) == [
        "instance.toml, row 2: the line is not TOML (Expected newline or end of document after a statement) "
        "(found: 'base_year = 2,024'). "
        "Write name = value; text in double quotes, numbers plain, true or false."]


def test_unknown_file_and_sheet(tmp_path):
    sample = Sample()
    sample.tables["budgets"] = [["year"], ["2025"]]
    assert problems(sample.folder(tmp_path / "sample")) == [
        "budgets.csv: no table has the name of this file. Did you mean 'budget'? Otherwise take it out of "
        "the "
        "folder; figures that are kept for reference belong into statistics/."]
    assert problems(sample.workbook(tmp_path / "s.xlsx")) == [
        "budgets: no table has the name of this sheet. Did you mean 'budget'? Otherwise delete the sheet, or "
        "call it 'notes'."]


def test_csv_that_is_no_csv(tmp_path):
    path = Sample().folder(tmp_path / "sample")
    (path / "budget.csv").write_text("year;central\n2025;60\n", encoding="utf-8")
    (path / "zones.csv").write_bytes("zone,name_en\neast,Öst\n".encode("latin-1"))
    (path / "stages.csv").write_text('stage,role\n"research,basic\n', encoding="utf-8")
    (path / "regions.csv").write_text("region,zone,population,gdp\ncoast,east,60\n", encoding="utf-8")
    found = "\n".join(problems(path))
    assert "budget.csv, row 1: the columns are not separated by commas (found: 'year;central')." in found
    assert "zones.csv, row 2: the file is not UTF-8 text. Save it as 'CSV UTF-8' or as UTF-8 text." in found
    assert "stages.csv, row 2: the row cannot be taken apart (unexpected end of data)." in found
    assert "regions.csv, row 2: the row has 3 cells, the headings are 4." in found


def test_link_out_of_the_folder(tmp_path):
    path = Sample().folder(tmp_path / "sample")
    (path / "budget.csv").rename(tmp_path / "elsewhere.csv")
    (path / "budget.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert problems(path) == [
        "budget.csv: a link that leads out of the folder. Put the file itself into the folder."]


def test_formulas_are_not_computed(tmp_path):
    path = Sample().workbook(tmp_path / "s.xlsx")
    book = load_workbook(path)
    book["budget"]["B2"] = "=50+10"
    book["regions"]["A2"] = '="coast"'
    book.save(path)
    found = problems(path)
    assert "budget!B2: a formula (found: '=50+10'). Write its value." in found
    assert "regions!A2: a formula (found: '=\"coast\"'). Write its value." in found


def test_a_workbook_that_is_none(tmp_path):
    again = "Open it in your spreadsheet program and save it as .xlsx, without a password."
    (tmp_path / "a.xlsx").write_text("not a workbook")
    assert problems(tmp_path / "a.xlsx") == [f"a.xlsx: not an .xlsx workbook. {again}"]
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        archive.writestr("x.txt", "x")
    assert problems(tmp_path / "b.xlsx")[0].startswith("b.xlsx: the workbook cannot be read (")
    with zipfile.ZipFile(tmp_path / "c.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    assert problems(tmp_path / "c.xlsx") == [
        f"c.xlsx: the workbook defines XML entities of its own. {again}"]


def test_damaged_workbooks_give_words(tmp_path):
    whole = Sample().workbook(tmp_path / "s.xlsx").read_bytes()
    for at in range(0, len(whole), len(whole) // 40):
        (tmp_path / "d.xlsx").write_bytes(whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1:])
        try:
            read(tmp_path / "d.xlsx", MECHANISMS)
        except InvalidInstance as error:
            assert str(error).split("\n")[0].endswith(("problem", "problems"))


def test_zip_bomb(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w") as member:
            for _ in range(65):
                member.write(b"\0" * limits.MEGABYTE)
    assert problems(tmp_path / "bomb.xlsx") == [
        "bomb.xlsx: the workbook unpacks to 65 megabytes in 1 parts. At most 64 megabytes are unpacked; "
        "delete sheets and formats that the planner does not need."]


def test_too_many_rows(tmp_path, monkeypatch):
    from planner.instance import folder as folder_room
    monkeypatch.setattr(folder_room, "MOST_ROWS", 2)
    monkeypatch.setattr(workbook_room, "MOST_ROWS", 2)
    told = "baseline.csv: the table has 4 rows and 3 columns. At most 2 rows and 200 columns are read."
    assert told in problems(Sample().folder(tmp_path / "sample"))
    assert "baseline: the sheet is too large. At most 2 rows and 200 columns are read." in problems(
        Sample().workbook(tmp_path / "s.xlsx"))


def test_no_such_instance(tmp_path):
    assert problems(tmp_path / "none") == [
        f"{tmp_path / 'none'}: there is no such folder or workbook. Name an instance's folder or its .xlsx "
        f"workbook."]
    (tmp_path / "a.xls").write_text("")
    assert problems(tmp_path / "a.xls")[0].startswith(f"{tmp_path / 'a.xls'}: neither a folder nor an "
                                                      f".xlsx workbook.")


def test_provenance(tmp_path):
    sample = Sample()
    sample.tables["provenance"] = [
        ["table", "column", "status", "source"], ["baseline", "spend", "published", "book"],
        ["budgt", "*", "assumed", ""], ["parameters", "floors.leest", "assumed", ""]]
    sample.tables["sources"] = [["source", "publisher", "title"], ["yearbook", "office", "a yearbook"]]
    assert problems(sample.folder(tmp_path / "sample")) == [
        "provenance.csv, row 2, column source: table sources has no such source (found: 'book'). "
        "Did you mean 'yearbook'? Otherwise add it to sources.csv.",
        "provenance.csv, row 3, column table: no table has this name (found: 'budgt'). "
        "Did you mean 'budget'? Otherwise delete the row.",
        "provenance.csv, row 4, column column: parameters has no such entry (found: 'floors.leest'). "
        "Did you mean 'floors.least'? Write '*' for all of it."]
