"""What is written is read back unchanged, and no text that is written becomes a formula."""

from __future__ import annotations

import csv
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app.file_exchange.columns import Table
from app.file_exchange.registry_columns import REGISTRY_TABLES
from app.file_exchange.table_read import read_rows_of
from app.file_exchange.workbooks_in import ERROR_VALUES
from app.file_exchange.workbooks_out import PlainSheet, template_workbook, write_plain_workbook, write_workbook
from tests.app.made_files import COLUMNS, part_of, workbook

TABLE = Table(key="things", names={"zh": "东西", "en": "Things"}, columns=COLUMNS)
HAINING = Path(__file__).resolve().parents[2] / "data" / "haining"
IN_FILES = [name for name in REGISTRY_TABLES if (HAINING / f"{name}.csv").exists()]
BEGINNINGS = [
    "=",
    "+",
    "-",
    "@",
    "＝",
    "＋",
    "－",
    "＠",
    "'",
    '"',
    "\t=",
    "{=",
    "_x0041_",
    "#",
    "007",
    "1e5",
    "TRUE",
    "",
]

texts = st.builds(
    lambda begin, rest: begin + rest,
    st.sampled_from(BEGINNINGS),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30),
).map(lambda text: text.strip()).filter(lambda text: text not in ERROR_VALUES)  # fmt: skip
rows = st.fixed_dictionaries(
    {
        "area_mu": st.integers(min_value=0, max_value=10**10).map(lambda number: number / 10**4),
        "crop": st.sampled_from(["rice", "wheat"]),
        "ready": st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)),
        "straw_t": st.none() | st.integers(min_value=0, max_value=10**9).map(lambda number: number / 1000),
        "wet": st.none() | st.booleans(),
        "open_min": st.none() | st.integers(min_value=0, max_value=2880),
        "name": texts.map(lambda text: text or None),
    }
)


@settings(max_examples=150, deadline=None)
@given(st.lists(rows, min_size=1, max_size=4), st.lists(texts, min_size=4, max_size=4), st.sampled_from(["zh", "en"]))
def test_reading_back_what_was_written_changes_nothing(
    rows: list[dict[str, object]], codes: list[str], language: str
) -> None:
    written = [
        {"code": f"{code.replace('+', '=')}{number}", **row}
        for number, (row, code) in enumerate(zip(rows, codes, strict=False))
    ]
    data = write_workbook([(TABLE, written)], language=language)  # type: ignore[list-item]
    read = read_rows_of(data, TABLE)
    assert read.can_be_used, read
    assert [row.values for row in read.rows] == written
    assert b"<f>" not in part_of(data, "xl/worksheets/sheet1.xml")


# The scenario has no file of growers, bodies, materials; its seasons and approvals stand in files of their own form.
@pytest.mark.parametrize("name", IN_FILES)
@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_the_demo_county_goes_out_and_comes_in_unchanged(name: str, language: str) -> None:
    table = REGISTRY_TABLES[name]
    from_text = read_rows_of((HAINING / f"{name}.csv").read_bytes(), table)
    assert from_text.can_be_used, from_text.faults[:3]
    assert not from_text.unknown_headings
    data = write_workbook([(table, [row.values for row in from_text.rows])], language=language)
    read = read_rows_of(data, table)
    assert [row.values for row in read.rows] == [row.values for row in from_text.rows]


def test_every_column_of_the_scenario_is_known() -> None:
    for path in sorted(HAINING.glob("*.csv")):
        if path.stem in ("direct_hauls", "weather"):
            continue
        with path.open(encoding="utf-8-sig", newline="") as file:
            headings = next(csv.reader(file))
        assert not read_rows_of(path.read_bytes(), REGISTRY_TABLES[path.stem]).unknown_headings, headings


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_every_table_of_a_whole_workbook_finds_its_own_sheet(language: str) -> None:
    tables = list(REGISTRY_TABLES.values())
    written = {
        table.key: [row.values for row in read_rows_of((HAINING / f"{table.key}.csv").read_bytes(), table).rows][:20]
        for table in tables
        if table.key in IN_FILES
    }
    data = write_workbook([(table, written.get(table.key, [])) for table in tables], language=language)
    for table in tables:
        read = read_rows_of(data, table)
        assert read.can_be_used, read
        assert [row.values for row in read.rows] == written.get(table.key, [])
        assert len(read.other_sheets) == len(tables)


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_a_template_has_the_headings_and_says_what_may_stand_in_each_column(language: str) -> None:
    tables = [REGISTRY_TABLES["fields"], REGISTRY_TABLES["growers"]]
    data = template_workbook(tables, language=language, translate=lambda text: f"~{text}")
    with CalamineWorkbook.from_filelike(BytesIO(data)) as read:
        assert read.sheet_names == [*(table.name(language) for table in tables), "~Explanations"]
        headings = read.get_sheet_by_index(0).to_python()
        explained = read.get_sheet_by_index(2).to_python()
    assert headings == [[column.name(language) for column in tables[0].columns]]
    assert len(explained) == 1 + sum(len(table.columns) for table in tables)
    assert all(str(row[3]).startswith("~") or row[3] for row in explained)
    empty = read_rows_of(data, tables[0])
    assert empty.can_be_used
    assert not empty.rows


def test_a_table_of_a_page_goes_out_as_it_is_shown() -> None:
    data = write_plain_workbook(
        [
            PlainSheet(
                title="过磅单 [11/12]?",
                headings=["日期", "=净重", "备注"],
                rows=[
                    (date(2026, 11, 12), 12.5, "=HYPERLINK(1)"),
                    (datetime(2026, 11, 12, 8, 30), None, "＋86"),
                    (True, 3, "x" * 40_000),
                ],
            )
        ]
    )
    with CalamineWorkbook.from_filelike(BytesIO(data)) as read:
        assert read.sheet_names == ["过磅单  11 12"]
        shown = read.get_sheet_by_index(0).to_python()
    assert shown[0] == ["日期", "=净重", "备注"]
    assert shown[1] == [date(2026, 11, 12), 12.5, "=HYPERLINK(1)"]
    assert shown[2] == [datetime(2026, 11, 12, 8, 30), "", "＋86"]
    assert len(str(shown[3][2])) == 32_767
    assert b"<f>" not in part_of(data, "xl/worksheets/sheet1.xml")


def test_a_file_from_another_program_that_names_no_sheet_of_ours_is_read_by_its_headings() -> None:
    table = REGISTRY_TABLES["fields"]
    headings = [
        "地块编号",
        "乡镇",
        "承包人",
        "东经",
        "北纬",
        "种植面积(公顷)",
        "秸秆种类",
        "干草重",
        "可打捆时间",
        "清运期限",
    ]
    row = ["D-1", "斜桥镇", "示范户", 120.5, 30.5, 2, "晚稻", "9.5吨", "2026年11月12日", "2026/12/1"]
    read = read_rows_of(workbook({"Sheet1": [headings, row]}), table)
    assert read.can_be_used, read
    assert read.rows[0].values["area_mu"] == 30.0
    assert read.rows[0].values["max_truck_class"] is None
