"""CSV and tab-separated text from outside: UTF-8, UTF-16 or GB18030, as Excel and WPS write it."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from io import StringIO

from app.file_exchange.archives import Limits
from app.file_exchange.messages import FileRefused
from app.file_exchange.sheets import Sheet
from app.texts import _

_MARKED_ENCODINGS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UNMARKED_ENCODINGS = ("utf-8", "gb18030")
_DELIMITERS = ",\t;"
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_HEAD_CHARACTERS = 20_000


def read_text_table(data: bytes, limits: Limits) -> Sheet:
    """Return the table as one sheet without a name; a record is a row, as Excel counts them. Raises FileRefused."""
    text = _decoded(data)
    if _FORBIDDEN.search(text):
        raise FileRefused(_("The file holds characters that no text table has (NUL or other control characters)."))
    longest = max(len(line) for line in text.splitlines() or [""])
    if longest > limits.cell_characters * 8:
        raise FileRefused(_("One line of the file has %(count)s characters: this is not a table."), count=longest)
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in reader:
            rows.append(row)
            cells += len(row)
            if len(rows) > limits.rows or cells > limits.cells:
                raise FileRefused(
                    _("The table has more than %(limit)s rows. Split it into several files."), limit=limits.rows
                )
    except csv.Error as error:
        raise FileRefused(
            _("Line %(line)s of the file cannot be split into cells: a quotation mark is not closed."),
            line=reader.line_num,
        ) from error
    return Sheet("", rows)


def _decoded(data: bytes) -> str:
    marked = [name for mark, name in _MARKED_ENCODINGS if data.startswith(mark)]
    if not marked and b"\x00" in data:
        raise FileRefused(_("The file holds characters that no text table has (NUL or other control characters)."))
    for encoding in marked or _UNMARKED_ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused(_("The file's characters are neither UTF-8 nor UTF-16 nor GB18030. Save it as .xlsx."))


def _delimiter(text: str) -> str:
    """The one that the line with the most of them uses; a comma where there is none."""
    found: Counter[str] = Counter(dict.fromkeys(_DELIMITERS, 0))
    for line in text[:_HEAD_CHARACTERS].splitlines()[:30]:
        for delimiter in _DELIMITERS:
            found[delimiter] = max(found[delimiter], line.count(delimiter))
    return found.most_common(1)[0][0]
