"""Zip files from outside: what they claim is checked before anything is unpacked, and what is unpacked is counted."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo

from app.file_exchange.messages import FileRefused
from app.texts import _

ZIP_MAGIC = b"PK\x03\x04"
_MEGABYTE = 1_000_000
_ENCRYPTED_FLAG = 0x1


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a file from outside may be before it is not looked at any further."""

    file_bytes: int = 20 * _MEGABYTE
    zip_entries: int = 1_000
    unpacked_bytes: int = 120 * _MEGABYTE
    # Workbooks and shapefiles reach 10 to 40, bombs about 1,000.
    compression_ratio: int = 200
    sheets: int = 200
    rows: int = 100_000
    cells: int = 2_000_000
    cell_characters: int = 32_767


class Archive:
    """A zip whose directory has been judged; `read` gives a member in full or refuses."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        try:
            self._zip = ZipFile(BytesIO(data))
            members = [member for member in self._zip.infolist() if not member.is_dir()]
        except (BadZipFile, LargeZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
            raise FileRefused(_("The file is damaged: its parts cannot be listed. Save it again.")) from error
        _check_directory(members, limits)
        self._members = {_plain(member.filename): member for member in members}
        if len(self._members) != len(members):
            raise FileRefused(_("The file holds two parts of the same name. Save it again."))
        self._left_bytes = limits.unpacked_bytes

    @property
    def names(self) -> list[str]:
        """Names of the members: lower case, `/` between folders."""
        return list(self._members)

    def read(self, name: str) -> bytes:
        """Return the member's bytes; refuses what is damaged or larger than its entry says."""
        member = self._members[name]
        try:
            with self._zip.open(member) as file:
                # One byte more than allowed shows an entry that claims too little; zipfile checks the CRC.
                content = file.read(min(member.file_size, self._left_bytes) + 1)
        except (BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
            raise FileRefused(
                _("The file is damaged: its part %(part)s cannot be unpacked. Save it again."), part=name[:100]
            ) from error
        self._left_bytes -= len(content)
        if self._left_bytes < 0:
            raise FileRefused(_("The file is too large once unpacked."))
        return content

    def original_name(self, name: str) -> str:
        """Return the member's name as the zip has it."""
        return self._members[name].filename


def check_size(data: bytes, limits: Limits) -> None:
    """Refuse an empty file and one that is too large."""
    if not data:
        raise FileRefused(_("The file is empty."))
    if len(data) > limits.file_bytes:
        raise FileRefused(
            _("The file has %(size)s MB; at most %(limit)s MB are read. Split it into several files."),
            size=f"{len(data) / _MEGABYTE:.1f}",
            limit=f"{limits.file_bytes / _MEGABYTE:.0f}",
        )


def _check_directory(members: list[ZipInfo], limits: Limits) -> None:
    if len(members) > limits.zip_entries:
        raise FileRefused(
            _("The file consists of %(count)s parts; at most %(limit)s are read."),
            count=len(members),
            limit=limits.zip_entries,
        )
    if any(member.flag_bits & _ENCRYPTED_FLAG for member in members):
        raise FileRefused(_("The file is locked with a password. Save it without one."))
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    too_dense = any(
        member.file_size > _MEGABYTE and member.file_size > limits.compression_ratio * max(1, member.compress_size)
        for member in members
    )
    if unpacked > limits.unpacked_bytes or unpacked > _MEGABYTE + limits.compression_ratio * packed or too_dense:
        raise FileRefused(
            _("Unpacked, the file would have %(size)s MB or more; that is too large for what it holds."),
            size=f"{unpacked / _MEGABYTE:.0f}",
        )


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
