"""Excel workbooks from outside: judged part by part, packed anew, and only then given to the reader (calamine).

Calamine never sees the zip that came in: it gets one that is made here of the few parts that it needs, each unpacked
within the limits and looked through. So it cannot meet an entity, a size that the directory did not tell, or a cell so
far out that the sheet would fill the memory; and an error such as #REF!, which it gives as an empty cell, is shown to
it as the text that it is.
"""

from __future__ import annotations

import re
from io import BytesIO
from itertools import islice
from xml.parsers import expat
from zipfile import ZIP_STORED, ZipFile

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from app.file_exchange.archives import Archive, Limits
from app.file_exchange.messages import FileRefused
from app.file_exchange.sheets import Cell, Sheet
from app.texts import _

# What a formula shows that Excel could not compute, and our own mark for one that nothing has computed yet.
UNCALCULATED = "#UNCALCULATED!"
ERROR_VALUES = frozenset(
    [
        "#REF!",
        "#DIV/0!",
        "#N/A",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#VALUE!",
        "#GETTING_DATA",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        "#UNKNOWN!",
    ]
) | {UNCALCULATED}

_NEEDED = re.compile(
    r"\[content_types\]\.xml|_rels/\.rels|xl/(workbook|sharedstrings|styles)\.xml|xl/_rels/workbook\.xml\.rels"
    r"|xl/(work)?sheets/[^/]+\.xml"
)
_WORKSHEET = re.compile(r"xl/(work)?sheets/[^/]+\.xml")
_PROPER_NAMES = {"[content_types].xml": "[Content_Types].xml", "xl/sharedstrings.xml": "xl/sharedStrings.xml"}
_MACROS = re.compile(r".*vbaproject.*|xl/macrosheets/.*|xl/dialogsheets/.*|xl/activex/.*")
_LINKS = re.compile(r"xl/externallinks/.*|xl/connections\.xml|xl/querytables/.*|xl/model/.*")
_EMBEDDED = re.compile(r"xl/embeddings/.*")

_XML_START = re.compile(rb"\s*<(\?xml[^>]{0,200}\?>|[A-Za-z])")
_OTHER_ENCODING = re.compile(rb"""\s*<\?xml[^>]*encoding\s*=\s*["'](?!utf-?8["'])""", re.IGNORECASE)
# Any attribute r of a cell or a row, whatever else stands in the tag.
_REFERENCE_COLUMN = re.compile(rb"""\br\s*=\s*["']([A-Za-z]+)[0-9]+["']""")
_REFERENCE_ROW = re.compile(rb"""\br\s*=\s*["'][A-Za-z]*([0-9]+)["']""")
_ERROR_TYPE = re.compile(rb"""\st\s*=\s*["']e["']""")
_ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\b[^<>]*?\st\s*=\s*)(["'])e\2""")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_UNCALCULATED_CELL = re.compile(
    rb"<((?:\w+:)?c)\b([^<>]*[^<>/])>\s*<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*</\1>"
)
_TYPE_ATTRIBUTE = re.compile(rb"""\st\s*=\s*(["'])\w*\1""")


def read_workbook(archive: Archive, limits: Limits) -> list[Sheet]:
    """Return the visible worksheets; raises FileRefused."""
    _check_kind(archive)
    data = _packed_anew(archive, limits)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as workbook:
            visible = [
                index
                for index, sheet in enumerate(workbook.sheets_metadata)
                if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
            ]
            if len(visible) > limits.sheets:
                raise FileRefused(
                    _("The workbook has %(count)s sheets; at most %(limit)s are read."),
                    count=len(visible),
                    limit=limits.sheets,
                )
            return [_sheet(workbook.get_sheet_by_index(index), limits) for index in visible]
    except FileRefused:
        raise
    except (CalamineError, ValueError, OverflowError, OSError) as error:
        raise FileRefused(_("The workbook cannot be read. Open it in Excel or WPS and save it again.")) from error
    except BaseException as error:
        # A panic of the reader comes as an exception of its own beside all others.
        if type(error).__name__ != "PanicException":
            raise
        raise FileRefused(_("The workbook cannot be read. Open it in Excel or WPS and save it again.")) from error


def _check_kind(archive: Archive) -> None:
    names = archive.names
    if any(_MACROS.fullmatch(name) for name in names):
        raise FileRefused(_("The workbook holds macros or controls. Save it as .xlsx without them."))
    if any(_LINKS.fullmatch(name) for name in names):
        raise FileRefused(
            _("The workbook takes values from other files or from the network. Paste them as values, then save it.")
        )
    if any(_EMBEDDED.fullmatch(name) for name in names):
        raise FileRefused(_("The workbook holds other documents. Take them out, then save it."))
    if "xl/workbook.bin" in names:
        raise FileRefused(_("This is a binary workbook (.xlsb). Save it as .xlsx."))
    if "xl/workbook.xml" not in names:
        raise FileRefused(_("This zip file is not an Excel workbook. Excel workbooks (.xlsx) and CSV are read."))


def _packed_anew(archive: Archive, limits: Limits) -> bytes:
    packed = BytesIO()
    left_cells = limits.cells
    with ZipFile(packed, "w", ZIP_STORED) as target:
        for name in archive.names:
            if not _NEEDED.fullmatch(name):
                continue
            part = archive.read(name)
            _check_xml(part)
            if name == "[content_types].xml" and b"macroEnabled" in part:
                raise FileRefused(_("The workbook holds macros or controls. Save it as .xlsx without them."))
            if _WORKSHEET.fullmatch(name):
                left_cells -= _spanned_cells(part, limits.rows, left_cells)
                part = _errors_as_texts(part)
            # Relations name the parts as the file has them.
            target.writestr(_PROPER_NAMES.get(name, archive.original_name(name).replace("\\", "/").lstrip("/")), part)
    return packed.getvalue()


def _check_xml(part: bytes) -> None:
    body = part.removeprefix(b"\xef\xbb\xbf")
    if not _XML_START.match(body) or _OTHER_ENCODING.match(body):
        raise FileRefused(_("The workbook cannot be read. Open it in Excel or WPS and save it again."))
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise FileRefused(_("The workbook defines entities of its own, which no spreadsheet program does."))


def _spanned_cells(part: bytes, most_rows: int, left_cells: int) -> int:
    """Return how many cells lie before the sheet's outermost one: the reader makes room for each. Refuses too many."""
    columns, rows = _extent(_REFERENCE_COLUMN.findall(part), _REFERENCE_ROW.findall(part))
    if rows > most_rows or columns * rows > left_cells:
        # Empty cells that only have a format do not count, but it takes longer to tell them.
        columns, rows = _extent(*_filled_references(part))
    if rows > most_rows or columns * rows > left_cells:
        raise FileRefused(
            _(
                "A sheet reaches to row %(rows)s and column %(columns)s; at most %(limit)s rows are read. "
                "Delete what stands far outside the table."
            ),
            rows=rows,
            columns=columns,
            limit=most_rows,
        )
    return columns * rows


def _extent(column_names: list[bytes], row_numbers: list[bytes]) -> tuple[int, int]:
    columns = max(map(_column_number, set(column_names)), default=0)
    # Digits beyond what any sheet has are as good as many.
    rows = max((int(number[:18]) for number in set(row_numbers)), default=0)
    return columns, rows


def _column_number(name: bytes) -> int:
    number = 0
    for letter in name[:8].upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _filled_references(part: bytes) -> tuple[list[bytes], list[bytes]]:
    column_names: list[bytes] = []
    row_numbers: list[bytes] = []
    cell = ""

    def begins(tag: str, attributes: dict[str, str]) -> None:
        nonlocal cell
        local = tag.rpartition(":")[2]
        if local == "c":
            cell = attributes.get("r", "")
        elif local in ("v", "f", "is") and cell:
            match = re.fullmatch(r"([A-Za-z]+)([0-9]+)", cell)
            if match is None:
                raise FileRefused(_("The workbook cannot be read. Open it in Excel or WPS and save it again."))
            column_names.append(match[1].encode())
            row_numbers.append(match[2].encode())
            cell = ""

    parser = expat.ParserCreate()
    parser.StartElementHandler = begins
    try:
        parser.Parse(part, True)
    except expat.ExpatError as error:
        raise FileRefused(_("The workbook cannot be read. Open it in Excel or WPS and save it again.")) from error
    return column_names, row_numbers


def _errors_as_texts(part: bytes) -> bytes:
    if _ERROR_TYPE.search(part):
        part = _ERROR_CELL.sub(rb'\1"str"', part)
    if not _FORMULA.search(part):
        return part
    return _UNCALCULATED_CELL.sub(
        lambda cell: (
            b'<%b%b t="str"><v>%b</v></%b>'
            % (cell[1], _TYPE_ATTRIBUTE.sub(b"", cell[2]), UNCALCULATED.encode(), cell[1])
        ),
        part,
    )


def _sheet(sheet: CalamineSheet, limits: Limits) -> Sheet:
    if sheet.end is None:
        return Sheet(sheet.name, [])
    rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False)
    _fill_merged_texts(rows, sheet.merged_cell_ranges or [], limits)
    return Sheet(sheet.name, rows)


def _fill_merged_texts(
    rows: list[list[Cell]], ranges: list[tuple[tuple[int, int], tuple[int, int]]], limits: Limits
) -> None:
    """A text that spans several rows holds for each of them (a town's name beside its fields).

    Numbers do not: an area that spans two rows would be counted twice.
    """
    left_cells = limits.cells
    for (top, left), (bottom, _right) in islice(ranges, limits.rows):
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        if not isinstance(value, str) or not value:
            continue
        end = min(bottom + 1, len(rows))
        left_cells -= max(0, end - top)
        if left_cells < 0:
            raise FileRefused(_("The workbook cannot be read. Open it in Excel or WPS and save it again."))
        for row in rows[top + 1 : end]:
            if row[left] == "":
                row[left] = value
