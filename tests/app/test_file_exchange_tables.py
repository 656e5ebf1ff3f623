"""Cells as people write them become typed rows; whatever cannot be understood is told, all at once, with its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO

import pytest
from xlsxwriter import Workbook

from app.file_exchange.columns import Order
from app.file_exchange.messages import CellFault
from app.file_exchange.sheets import Sheet
from app.file_exchange.table_read import TableRead, read_rows, read_table
from tests.app.made_files import COLUMNS, GOOD_ROW, HEADINGS, column, one_sheet, part_of, with_parts, workbook
from tests.app.made_files import DateKind as DayKind

ALL_HEADINGS = ("编号", "亩数", "作物", "可打捆日期", "秸秆量", "是否积水", "开放时间", "种植户")


def read(*rows: Sequence[object], orders: Sequence[Order] = ()) -> TableRead:
    return read_rows([Sheet("田块", rows)], COLUMNS, orders=orders)  # type: ignore[arg-type]


def value_of(key: str, cell: object) -> object:
    """What the cell says in that column; fails on a fault."""
    answer = read(ALL_HEADINGS, row_with(key, cell))
    assert answer.can_be_used, answer.faults
    return answer.rows[0].values[key]


def fault_of(key: str, cell: object) -> CellFault:
    answer = read(ALL_HEADINGS, row_with(key, cell))
    assert not answer.rows
    assert len(answer.faults) == 1, answer.faults
    return answer.faults[0]


def row_with(key: str, cell: object) -> list[object]:
    row: list[object] = [*GOOD_ROW, "", "", "", ""]
    row[[column.key for column in COLUMNS].index(key)] = cell
    return row


@pytest.mark.parametrize(
    "headings",
    [
        HEADINGS,
        ("Field code", "Area (mu)", "Crop", "Ready date"),
        (" 田块 编号 ", "面积(亩)", "作　物", "可打捆\n日期*"),
        ("FIELD_CODE", "ａｒｅａ", "crop:", "ready date"),
        ("code", "area_mu", "crop", "ready"),
        ("【编号】", "亩数", "作物（必填）", "可打捆日期"),
    ],
)
def test_headings_are_known_in_both_languages_and_forgiven_their_width_and_spaces(headings: Sequence[str]) -> None:
    if headings[0].startswith("【"):
        headings = ("编号【唯一】", *headings[1:])
    answer = read(headings, GOOD_ROW)
    assert answer.can_be_used, answer
    assert not answer.unknown_headings


@pytest.mark.parametrize(
    ("heading", "cell", "area_mu"),
    [
        ("面积（公顷）", 2, 30.0),
        ("面积（平方米）", 1000, 1.5),
        ("面积（平方米）", "1,000", 1.5),
        ("Area (ha)", "２．５", 37.5),
        ("面积（公顷）", "12亩", 12.0),
        ("面积", 12.34567, 12.3457),
    ],
)
def test_a_unit_in_the_heading_holds_for_cells_without_one(heading: str, cell: object, area_mu: float) -> None:
    answer = read(("编号", heading, "作物", "可打捆日期"), ("F1", cell, "晚稻", "2026-11-12"))
    assert answer.rows[0].values["area_mu"] == area_mu


def test_a_unit_that_nobody_knows_is_not_guessed() -> None:
    answer = read(("编号", "面积（垧）", "作物", "可打捆日期"), GOOD_ROW)
    assert answer.unknown_headings == ["面积（垧）"]
    assert answer.missing_headings == ["面积（亩）"]
    assert not answer.rows
    assert not answer.can_be_used


@pytest.mark.parametrize(
    ("cell", "area_mu"),
    [
        (12.5, 12.5),
        (0, 0.0),
        ("12.5", 12.5),
        ("１２．５", 12.5),
        ("12.5亩", 12.5),
        (" 12.5 亩 ", 12.5),
        ("1.2公顷", 18.0),
        ("300㎡", 0.45),
        ("1,234.5", 1234.5),
        ("1，234.5", 1234.5),
        ("1.2万", 12000.0),
        ("1.2万亩", 12000.0),
        ("1e3", 1000.0),
        (".5", 0.5),
    ],
)
def test_numbers_are_read_as_people_write_them(cell: object, area_mu: float) -> None:
    assert value_of("area_mu", cell) == area_mu


@pytest.mark.parametrize(
    "cell",
    ["", "十二", "约12", "12-13", "1,23", "1.2.3", "12吨", "12元", "-", ".", "nan", "inf", "1e999", "9" * 400, True,
     date(2026, 1, 1), float("nan"), float("inf"), -1, -0.001, "1e7", "=1+1", "٣"],
)  # fmt: skip
def test_what_is_no_number_or_none_that_can_be_is_a_fault(cell: object) -> None:
    fault = fault_of("area_mu", cell)
    assert (fault.sheet, fault.row, fault.heading) == ("田块", 2, "亩数")
    assert str(fault.allowed) == "a number from 0 to 1,000,000"


@pytest.mark.parametrize(
    ("cell", "tonnes"), [("500公斤", 0.5), ("1,000斤", 0.5), ("3t", 3.0), ("2担", 0.1), ("", None)]
)
def test_masses_are_read_in_chinese_units(cell: object, tonnes: float | None) -> None:
    assert value_of("straw_t", cell) == tonnes


@pytest.mark.parametrize(
    "cell",
    [
        date(2026, 11, 2),
        datetime(2026, 11, 2),
        "2026-11-02",
        "2026-11-2",
        "2026/11/2",
        "2026.11.2",
        "2026年11月2日",
        "２０２６年１１月２日",
        "2026 年 11 月 2 号",
        "20261102",
        20261102.0,
        46328,
        "2026-11-02 00:00:00",
    ],
)
def test_dates_are_read_in_every_spelling_in_use(cell: object) -> None:
    assert value_of("ready", cell) == date(2026, 11, 2)


@pytest.mark.parametrize(
    "cell",
    ["", "11月2日", "2026-13-01", "2026-02-30", "02/11/2026", "明天", datetime(2026, 11, 2, 8), 3.5, -1, 0, "46328",
     True, time(8), date(1900, 1, 1), 20261301, 1e300],
)  # fmt: skip
def test_what_is_no_date_is_a_fault(cell: object) -> None:
    assert fault_of("ready", cell).heading == "可打捆日期"


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [("06:30", 390), ("6：30", 390), ("6时30分", 390), ("6点半", 390), ("6点", 360), (time(6, 30), 390), (0.25, 360),
     (timedelta(hours=25, minutes=10), 1510), ("24:00", 1440), ("25:10", 1510), ("06:30:00", 390), ("", None)],
)  # fmt: skip
def test_times_are_minutes_after_midnight(cell: object, minutes: int | None) -> None:
    assert value_of("open_min", cell) == minutes


@pytest.mark.parametrize("cell", ["6:60", "49:00", "6", "早上", time(6, 30, 5), -0.5, 3, True, 0.12345])
def test_what_is_no_time_is_a_fault(cell: object) -> None:
    assert fault_of("open_min", cell).heading == "开放时间"


@pytest.mark.parametrize(
    ("cell", "wet"),
    [("是", True), ("否", False), (True, True), (0.0, False), ("Yes", True), ("ｎｏ", False), (1, True), ("√", True),
     (" 否 ", False), ("", None)],
)  # fmt: skip
def test_yes_and_no_are_read_in_both_languages(cell: object, wet: bool | None) -> None:
    assert value_of("wet", cell) is wet


@pytest.mark.parametrize("cell", ["也许", 2, 0.5, date(2026, 1, 1)])
def test_what_is_neither_yes_nor_no_is_a_fault(cell: object) -> None:
    assert str(fault_of("wet", cell).allowed) == "是 or 否"


@pytest.mark.parametrize("cell", ["水稻", "rice", "RICE", "ｒｉｃｅ", "晚 稻"])
def test_choices_are_read_by_code_and_by_either_language(cell: object) -> None:
    assert value_of("crop", cell) == "rice"


@pytest.mark.parametrize("cell", ["甘蔗", 1, True, date(2026, 1, 1)])
def test_a_choice_that_is_not_offered_says_what_is_in_the_language_of_the_file(cell: object) -> None:
    assert str(fault_of("crop", cell).allowed) == "one of: 水稻, 小麦"
    english = read(("code", "area", "crop", "ready"), ("F1", 1, cell, "2026-11-12"))
    assert str(english.faults[0].allowed) == "one of: rice, wheat"


@pytest.mark.parametrize(
    ("cell", "text"),
    [("007", "007"), (7.0, "7"), (" a b ", "a b"), ("一\n二", "一 二"), (13800000000.0, "13800000000"), ("NA", "NA")],
)
def test_texts_are_trimmed_and_numbers_become_their_digits(cell: object, text: str) -> None:
    assert value_of("code", cell) == text


@pytest.mark.parametrize(
    "cell", ["a+b", "x" * 65, 3.3048119000101e17, 1.5, date(2026, 1, 2), True, "a\x07b", "a\ud800", timedelta(1)]
)
def test_a_code_that_cannot_be_one_is_a_fault(cell: object) -> None:
    assert fault_of("code", cell).heading == "编号"


def test_every_fault_of_every_row_is_told_with_the_row_that_the_user_sees() -> None:
    answer = read(
        ("海宁市田块登记表",),
        (),
        HEADINGS,
        GOOD_ROW,
        ("F2", "many", "甘蔗", "soon"),
        ("", "  ", ""),
        ("", "12", "小麦"),
    )
    assert [(fault.row, fault.heading, fault.value) for fault in answer.faults] == [
        (5, "面积（亩）", "many"),
        (5, "作物", "甘蔗"),
        (5, "可打捆日期", "soon"),
        (7, "田块编号", ""),
        (7, "可打捆日期", ""),
    ]
    assert [(row.row, row.values["code"]) for row in answer.rows] == [(4, "F1")]


def test_a_code_that_stands_twice_is_told_with_both_rows() -> None:
    answer = read(HEADINGS, GOOD_ROW, ("F2", *GOOD_ROW[1:]), GOOD_ROW)
    assert [(fault.row, fault.value, str(fault.what)) for fault in answer.faults] == [
        (4, "F1", "This stands already in row 2.")
    ]


def test_a_code_that_stands_on_two_sheets_is_told_with_both() -> None:
    answer = read_table(workbook({"斜桥镇": [HEADINGS, GOOD_ROW], "许村镇": [HEADINGS, GOOD_ROW]}), COLUMNS)
    assert [(fault.sheet, fault.row, str(fault.what)) for fault in answer.faults] == [
        ("许村镇", 2, "This stands already in row 2 of the sheet 斜桥镇.")
    ]


def test_values_that_must_be_in_order_are_compared() -> None:
    columns = [*COLUMNS, column("clear", DayKind(), "清田期限", "Clear by", required=False)]
    rows = [
        (*HEADINGS, "清田期限"),
        (*GOOD_ROW, "2026-11-11"),
        ("F2", *GOOD_ROW[1:], "2026-11-12"),
        ("F3", *GOOD_ROW[1:]),
    ]
    answer = read_rows([Sheet("", rows)], columns, orders=[Order("ready", "clear")])
    assert [(fault.row, fault.heading, str(fault.what)) for fault in answer.faults] == [
        (2, "清田期限", "This is less than 可打捆日期: 2026-11-12.")
    ]
    assert len(answer.rows) == 2


def test_doubtful_numbers_warn_and_are_kept() -> None:
    columns = [
        column("a", COLUMNS[1].kind, "面积", "Area", warn_below=1, warn_above=10),
        column("b", COLUMNS[7].kind, "名", "Name"),
    ]
    answer = read_rows([Sheet("", [("面积", "名"), (0.5, "x"), (5, "x"), (50, "x")])], columns)
    assert answer.can_be_used
    assert [(warning.row, str(warning.what)) for warning in answer.warnings] == [
        (2, "This is unusually small."),
        (4, "This is unusually large."),
    ]


def test_unknown_and_missing_headings_are_named_and_nothing_is_read() -> None:
    answer = read(("编号", "作物", "备注", "密码"), ("F1", "水稻", "", ""))
    assert answer.unknown_headings == ["备注", "密码"]
    assert answer.missing_headings == ["面积（亩）", "可打捆日期"]
    assert answer.refusal is None
    assert not answer.rows


def test_a_column_that_is_there_twice_is_a_fault() -> None:
    answer = read((*HEADINGS, "亩数"), (*GOOD_ROW, 3))
    assert [(fault.row, fault.heading) for fault in answer.faults] == [(1, "亩数")]


def test_a_file_without_the_headings_is_refused() -> None:
    assert "template" in str(read(("a", "b"), (1, 2)).refusal)
    assert "template" in str(read_table(workbook({"空": []}), COLUMNS).refusal)


def test_every_sheet_with_the_headings_is_read_and_the_others_are_named() -> None:
    data = workbook(
        {"斜桥镇": [HEADINGS, GOOD_ROW], "说明": [("田块编号", "怎么填")], "许村镇": [HEADINGS, ("F2", *GOOD_ROW[1:])]}
    )
    answer = read_table(data, COLUMNS)
    assert [(row.sheet, row.row, row.values["code"]) for row in answer.rows] == [
        ("斜桥镇", 2, "F1"),
        ("许村镇", 2, "F2"),
    ]
    assert answer.other_sheets == ["说明"]


def test_a_sheet_with_the_title_of_the_table_is_the_only_one_read() -> None:
    data = workbook({"旧": [HEADINGS, GOOD_ROW], " 田块": [HEADINGS, ("F2", *GOOD_ROW[1:])]})
    answer = read_table(data, COLUMNS, titles=["田块", "Fields"])
    assert [row.values["code"] for row in answer.rows] == ["F2"]
    assert answer.other_sheets == ["旧"]


def test_hidden_sheets_are_not_read() -> None:
    answer = read_table(
        workbook({"a": [HEADINGS, GOOD_ROW], "b": [HEADINGS, ("F2", *GOOD_ROW[1:])]}, hidden=["b"]), COLUMNS
    )
    assert [row.values["code"] for row in answer.rows] == ["F1"]


def test_dates_and_times_of_excel_are_read_whatever_their_format() -> None:
    content = BytesIO()
    with Workbook(content, {"in_memory": True}) as made:
        sheet = made.add_worksheet("田块")
        sheet.write_row(0, 0, [*HEADINGS, "开放时间"])
        # 31, 57: Chinese formats that Excel has built in; 14: its own; the last one is no format at all.
        for row, number_format in enumerate((31, 57, 14, 'yyyy"年"m"月"d"日"', "General"), start=1):
            look = made.add_format({"num_format": number_format})
            sheet.write_row(row, 0, [f"F{row}", 1, "水稻"])
            sheet.write_number(row, 3, 46338, look)
            sheet.write_number(row, 4, 0.25, made.add_format({"num_format": "h:mm" if row % 2 else "[h]:mm"}))
    answer = read_table(content.getvalue(), COLUMNS)
    assert answer.can_be_used, answer
    assert {row.values["ready"] for row in answer.rows} == {date(2026, 11, 12)}
    assert {row.values["open_min"] for row in answer.rows} == {360}


@pytest.mark.parametrize("error", ["#REF!", "#DIV/0!", "#N/A", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"])
@pytest.mark.parametrize("column_index", [0, 1, 2, 4, 7])
def test_a_formula_that_failed_is_a_fault_in_any_column_even_one_that_may_be_empty(
    error: str, column_index: int
) -> None:
    content = BytesIO()
    with Workbook(content, {"in_memory": True}) as made:
        sheet = made.add_worksheet("田块")
        sheet.write_row(0, 0, ALL_HEADINGS)
        sheet.write_row(1, 0, GOOD_ROW)
        sheet.write_formula(1, column_index, "=1/0", None, error)
    answer = read_table(content.getvalue(), COLUMNS)
    assert [(fault.row, fault.value, str(fault.what)) for fault in answer.faults] == [
        (2, error, "The formula in this cell has failed.")
    ]


def test_a_formula_that_nothing_has_computed_is_a_fault() -> None:
    content = BytesIO()
    with Workbook(content, {"in_memory": True}) as made:
        sheet = made.add_worksheet("田块")
        sheet.write_row(0, 0, ALL_HEADINGS)
        sheet.write_row(1, 0, GOOD_ROW)
        sheet.write_formula(1, 4, "=B2*0.5", None, 6.25)
    computed = content.getvalue()
    assert read_table(computed, COLUMNS).rows[0].values["straw_t"] == 6.25
    name = "xl/worksheets/sheet1.xml"
    sheet_part = part_of(computed, name).replace(b"<v>6.25</v>", b"")
    answer = read_table(with_parts(computed, {name: sheet_part}), COLUMNS)
    assert ["Nothing has computed" in str(fault.what) for fault in answer.faults] == [True]


def test_a_text_merged_over_several_rows_holds_for_each_and_a_number_does_not() -> None:
    content = BytesIO()
    with Workbook(content, {"in_memory": True}) as made:
        sheet = made.add_worksheet("田块")
        sheet.merge_range(0, 0, 0, 3, "田块登记表")
        sheet.write_row(1, 0, HEADINGS)
        for row in (2, 3, 4):
            sheet.write_row(row, 0, [f"F{row}", 5, "", "2026-11-12"])
        sheet.merge_range(2, 2, 4, 2, "小麦")
        sheet.merge_range(3, 1, 4, 1, 10, made.add_format({"border": 1}))
    answer = read_table(content.getvalue(), COLUMNS)
    assert [row.values["crop"] for row in answer.rows] == ["wheat", "wheat"]
    assert [(fault.row, fault.heading) for fault in answer.faults] == [(5, "面积（亩）")]


def test_a_fault_is_said_in_the_language_of_a_catalogue() -> None:
    fault = fault_of("crop", "甘蔗")
    assert fault.allowed is not None
    assert fault.allowed.text(lambda text: text.replace("one of", "之一")) == "之一: 水稻, 小麦"


def test_a_value_is_shown_short_and_without_control_characters() -> None:
    fault = fault_of("area_mu", "x\x1b[31m" + "y" * 500)
    assert len(fault.value) == 80
    assert "\x1b" not in fault.value


def test_a_good_workbook_of_a_single_sheet_is_usable() -> None:
    assert read_table(one_sheet(HEADINGS, GOOD_ROW), COLUMNS).can_be_used
