"""Files as somebody outside could send them: workbooks with anything in their parts, small tables to read them with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook

from app.file_exchange.columns import Column
from app.file_exchange.kinds import Choice, ChoiceKind, DateKind, NumberKind, TextKind, TimeKind, YesNoKind

CROPS = (Choice("rice", {"zh": "水稻", "en": "rice"}, ("晚稻",)), Choice("wheat", {"zh": "小麦", "en": "wheat"}))


def column(key: str, kind: object, zh: str, en: str, spellings: Sequence[str] = (), **rest: object) -> Column:
    """A column whose headings are given."""
    return Column(
        key=key, kind=kind, names={"zh": zh, "en": en}, spellings=tuple(spellings), notes={"zh": "", "en": ""}, **rest
    )  # type: ignore[arg-type]


CODE = column("code", TextKind(longest=64, forbidden="+"), "田块编号", "Field code", ["编号"], unique=True)
AREA = column("area_mu", NumberKind(quantity="mu", decimals=4, at_most=1e6), "面积（亩）", "Area (mu)", ["亩数"])
CROP = column("crop", ChoiceKind(choices=CROPS), "作物", "Crop")
READY = column("ready", DateKind(), "可打捆日期", "Ready date")
STRAW = column(
    "straw_t", NumberKind(quantity="t", decimals=3, at_most=1e6), "秸秆量（吨）", "Straw (t)", required=False
)
WET = column("wet", YesNoKind(), "是否积水", "Wet", required=False)
OPEN = column("open_min", TimeKind(), "开放时间", "Open from", required=False)
NAME = column("name", TextKind(), "种植户", "Grower", required=False)
COLUMNS = (CODE, AREA, CROP, READY, STRAW, WET, OPEN, NAME)
HEADINGS = ("田块编号", "面积（亩）", "作物", "可打捆日期")
GOOD_ROW = ("F1", 12.5, "水稻", "2026-11-12")


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]], hidden: Sequence[str] = ()) -> bytes:
    """A plain workbook of these rows; None leaves a cell out."""
    content = BytesIO()
    with Workbook(
        content, {"in_memory": True, "default_date_format": "yyyy-mm-dd", "strings_to_formulas": False}
    ) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for number, row in enumerate(rows):
                for index, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(number, index, value)
                    elif value is not None:
                        sheet.write(number, index, value)
            if name in hidden:
                sheet.hide()
    return content.getvalue()


def one_sheet(*rows: Sequence[object]) -> bytes:
    """A workbook with one sheet."""
    return workbook({"田块": rows})


def with_parts(data: bytes, parts: Mapping[str, bytes | None]) -> bytes:
    """The zip with some parts replaced, added or (None) left out."""
    content = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(content, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name not in parts:
                target.writestr(name, source.read(name))
        for name, part in parts.items():
            if part is not None:
                target.writestr(name, part)
    return content.getvalue()


def part_of(data: bytes, name: str) -> bytes:
    """One part of a zip."""
    with ZipFile(BytesIO(data)) as source:
        return source.read(name)


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A zip of these parts."""
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as target:
        for name, part in parts.items():
            target.writestr(name, part)
    return content.getvalue()
