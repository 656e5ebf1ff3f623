"""Any table file as sheets of plain cells: what kind it is, by its content; what is refused, with the reason."""

from __future__ import annotations

from app.file_exchange.archives import ZIP_MAGIC, Archive, Limits, check_size
from app.file_exchange.messages import FileRefused
from app.file_exchange.sheets import Sheet
from app.file_exchange.text_tables import read_text_table
from app.file_exchange.workbooks_in import read_workbook
from app.texts import _

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The directory of an OLE file names its streams in UTF-16.
_ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")
_OTHER_KINDS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"MZ", b"\x7fELF")


def read_sheets(data: bytes, limits: Limits) -> list[Sheet]:
    """Return the visible sheets of a workbook, or the one sheet of a text table; raises FileRefused."""
    check_size(data, limits)
    if data.startswith(ZIP_MAGIC):
        return read_workbook(Archive(data, limits), limits)
    if data.startswith(_OLE_MAGIC):
        if _ENCRYPTED_MARK in data:
            raise FileRefused(_("The workbook is locked with a password. Save it without one."))
        raise FileRefused(_("This is an old Excel workbook (.xls). Save it as .xlsx."))
    if data.startswith(_OTHER_KINDS) or data.lstrip()[:1] == b"<":
        raise FileRefused(_("This is not a table. Excel workbooks (.xlsx) and CSV are read."))
    return [read_text_table(data, limits)]
