"""Files that want to harm, or that nobody can read, are refused with a reason and never raise."""

from __future__ import annotations

import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.file_exchange.archives import Limits
from app.file_exchange.table_read import TableRead, read_table
from tests.app.made_files import COLUMNS, GOOD_ROW, HEADINGS, one_sheet, part_of, with_parts, workbook, zipped

GOOD = one_sheet(HEADINGS, GOOD_ROW)
SHEET = "xl/worksheets/sheet1.xml"
GOOD_CSV = "田块编号,面积（亩）,作物,可打捆日期\nF1,12.5,水稻,2026-11-12\n"


def read(data: bytes, limits: Limits | None = None) -> TableRead:
    return read_table(data, COLUMNS, limits=limits)


def refusal(data: bytes, limits: Limits | None = None) -> str:
    answer = read(data, limits)
    assert answer.refusal is not None, answer
    assert not answer.rows
    return str(answer.refusal)


@pytest.mark.parametrize("data", [GOOD, GOOD_CSV.encode()])
def test_a_good_file_is_read(data: bytes) -> None:
    answer = read(data)
    assert answer.can_be_used, answer
    assert [row.values["code"] for row in answer.rows] == ["F1"]


def test_an_empty_file_is_refused() -> None:
    assert "empty" in refusal(b"")


@pytest.mark.parametrize(
    ("begin", "reason"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000), "old Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100) + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"%PDF-1.7\n", "not a table"),
        (b"\x89PNG\r\n\x1a\n", "not a table"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "not a table"),
        (b"  <?xml version='1.0'?><Workbook/>", "not a table"),
        (b"PK\x03\x04 and then nothing", "damaged"),
    ],
)
def test_other_kinds_are_told_by_their_content(begin: bytes, reason: str) -> None:
    assert reason in refusal(begin)


def test_a_file_that_is_too_large_is_not_looked_at() -> None:
    started = time.process_time()
    assert "at most 20 MB" in refusal(b"x" * 100_000_000)
    assert time.process_time() - started < 1


def test_a_line_of_many_megabytes_is_no_table() -> None:
    assert "One line" in refusal(b"a" * 15_000_000)


def test_quotation_marks_that_are_not_closed_are_refused() -> None:
    assert "quotation mark" in refusal(b'code,area\n"F1,2\nF2,3\n')
    # The csv module has a limit of its own for one cell.
    assert refusal(b'code,area\n"' + b"x\n" * 200_000 + b'",1\n')


@pytest.mark.parametrize("text", ["a,b\x00,c\n", "a,b\x1b[31m,c\n"])
def test_control_characters_are_no_table(text: str) -> None:
    assert "control characters" in refusal(text.encode())
    assert "control characters" in refusal(text.encode("utf-16"))


def test_bytes_in_no_encoding_are_refused() -> None:
    assert "neither UTF-8" in refusal(b"code,\xff\xff\xff\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_tables_are_read_in_every_encoding_in_use(encoding: str, delimiter: str) -> None:
    answer = read(GOOD_CSV.replace(",", delimiter).replace("\n", "\r\n").encode(encoding))
    assert answer.can_be_used, answer
    assert answer.rows[0].values["crop"] == "rice"


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = with_parts(GOOD, {SHEET: b"<worksheet>" + b" " * 110_000_000})
    started = time.process_time()
    assert "too large for what it holds" in refusal(bomb)
    assert time.process_time() - started < 1


def test_a_part_that_claims_to_be_small_is_not_believed() -> None:
    bomb = with_parts(GOOD, {SHEET: b"<worksheet>" + b" " * 50_000_000})
    lying = bomb.replace(struct.pack("<I", 50_000_011), struct.pack("<I", 1_000))
    assert lying != bomb
    assert "cannot be unpacked" in refusal(lying)


def test_many_parts_are_refused() -> None:
    assert "parts" in refusal(with_parts(GOOD, {f"xl/media/{number}.png": b"x" for number in range(1_001)}))


def test_a_password_on_the_zip_is_told() -> None:
    # Bit 0 of the flags, in the local header and in the directory.
    locked = GOOD.replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01")
    locked = locked.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
    assert locked != GOOD
    assert "password" in refusal(locked)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"xl/vbaProject.bin": b"x"}, "macros"),
        ({"XL/VBAPROJECT.BIN": b"x"}, "macros"),
        ({"xl/macrosheets/sheet1.xml": b"<x/>"}, "macros"),
        ({"xl/externalLinks/externalLink1.xml": b"<x/>"}, "other files"),
        ({"xl/connections.xml": b"<x/>"}, "other files"),
        ({"xl/embeddings/oleObject1.bin": b"x"}, "other documents"),
        ({"xl/workbook.bin": b"x", "xl/workbook.xml": None}, "xlsb"),
        ({"xl/workbook.xml": None}, "not an Excel workbook"),
        ({"xl/workbook.xml": b"<workbook"}, "cannot be read"),
        ({"xl/workbook.xml": b"no xml"}, "cannot be read"),
        ({"xl/sharedStrings.xml": '<?xml version="1.0" encoding="utf-16"?><sst/>'.encode("utf-16")}, "cannot be read"),
    ],
)
def test_workbooks_with_more_than_values_are_refused(parts: dict[str, bytes | None], reason: str) -> None:
    assert reason in refusal(with_parts(GOOD, parts))


def test_a_workbook_of_another_kind_by_its_content_types_is_refused() -> None:
    kinds = part_of(GOOD, "[Content_Types].xml").replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    assert "macros" in refusal(with_parts(GOOD, {"[Content_Types].xml": kinds}))


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/workbook.xml", SHEET, "xl/styles.xml"])
def test_entities_are_refused_in_every_part(part: str) -> None:
    lol = b'<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>'
    content = part_of(GOOD, part)
    head, mark, rest = content.partition(b"?>")
    assert "entities" in refusal(with_parts(GOOD, {part: head + mark + lol + rest}))


@pytest.mark.parametrize("reference", ["XFD1048576", "ZZZZZZ1", "A99999999999999999999", "A1048576"])
def test_a_cell_far_outside_does_not_fill_the_memory(reference: str) -> None:
    sheet = part_of(GOOD, SHEET)
    far = b'<row r="1048576"><c r="%b"><v>1</v></c></row></sheetData>' % reference.encode()
    started = time.process_time()
    assert "far outside" in refusal(with_parts(GOOD, {SHEET: sheet.replace(b"</sheetData>", far)}))
    assert time.process_time() - started < 1


def test_an_empty_cell_far_outside_that_only_has_a_format_does_no_harm() -> None:
    sheet = part_of(GOOD, SHEET)
    far = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    answer = read(with_parts(GOOD, {SHEET: sheet.replace(b"</sheetData>", far)}))
    assert answer.can_be_used, answer
    assert len(answer.rows) == 1


def test_many_sheets_that_each_reach_far_do_not_fill_the_memory_together() -> None:
    sheets = workbook({str(number): [HEADINGS, GOOD_ROW] for number in range(50)})
    far = b'<row r="90000"><c r="H90000"><v>1</v></c></row></sheetData>'
    names = [f"xl/worksheets/sheet{number}.xml" for number in range(1, 51)]
    parts = {name: part_of(sheets, name).replace(b"</sheetData>", far) for name in names}
    started = time.process_time()
    assert "far outside" in refusal(with_parts(sheets, parts))
    assert time.process_time() - started < 2


def test_more_rows_than_allowed_are_refused() -> None:
    rows = [GOOD_ROW] * 60
    assert "at most 50 rows" in refusal(one_sheet(HEADINGS, *rows), Limits(rows=50))
    assert "more than 50 rows" in refusal(("x,y\n" * 60).encode(), Limits(rows=50))


def test_more_sheets_than_allowed_are_refused() -> None:
    assert "sheets" in refusal(workbook({str(n): [HEADINGS] for n in range(5)}), Limits(sheets=4))


def test_a_zip_of_something_else_is_no_workbook() -> None:
    assert "not an Excel workbook" in refusal(zipped({"readme.txt": b"hello"}))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(min_value=0, max_value=len(GOOD) - 1), st.integers(min_value=0, max_value=255)),
        min_size=1,
        max_size=20,
    )
)
def test_a_damaged_workbook_never_raises(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for place, value in changes:
        data[place] = value
    assert isinstance(read(bytes(data)), TableRead)


PARTS = [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PARTS), st.data())
def test_damaged_xml_never_raises(name: str, data: st.DataObject) -> None:
    part = bytearray(part_of(GOOD, name))
    for _change in range(data.draw(st.integers(min_value=1, max_value=4))):
        place = data.draw(st.integers(min_value=0, max_value=len(part) - 1))
        part[place : place + data.draw(st.integers(min_value=0, max_value=9))] = data.draw(st.binary(max_size=6))
    assert isinstance(read(with_parts(GOOD, {name: bytes(part)})), TableRead)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_never_raise(data: bytes) -> None:
    assert isinstance(read(data), TableRead)
