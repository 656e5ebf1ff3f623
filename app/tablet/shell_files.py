"""Which files the offline app is made of: found by reading what its pages, modules and styles name, so that no list can
forget one. Their digest is the app's version."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_STATIC = "/static/"
_NAMED_BY = {
    ".html": re.compile(r'(?:src|href)="(/static/[^"?#]+)"'),
    ".js": re.compile(r'(?:\bfrom|\bimport)\s*\(?\s*"(\.{1,2}/[^"]+)"'),
    ".mjs": re.compile(r'(?:\bfrom|\bimport)\s*\(?\s*"(\.{1,2}/[^"]+)"'),
    ".css": re.compile(r'url\("?([^)":?#]+)"?\)'),
}


@dataclass(frozen=True, slots=True)
class ShellFiles:
    """The addresses of what the offline app needs beside its pages, and the digest of all of it."""

    addresses: tuple[str, ...]
    version: str


def shell_files(pages: Iterable[str], static_folder: Path) -> ShellFiles:
    """Return what these pages (HTML) load, with all that this loads in turn; files that are not there are left out."""
    texts = list(pages)
    content_by_address: dict[str, bytes] = {}
    waiting = {address for page in texts for address in _NAMED_BY[".html"].findall(page)}
    while waiting:
        address = waiting.pop()
        path = static_folder / address.removeprefix(_STATIC)
        if address in content_by_address or not path.is_file():
            continue
        content_by_address[address] = path.read_bytes()
        waiting.update(_named_in(address, content_by_address[address]))
    digest = hashlib.sha256()
    for part in [page.encode() for page in texts] + [
        address.encode() + b"\0" + content for address, content in sorted(content_by_address.items())
    ]:
        digest.update(hashlib.sha256(part).digest())
    return ShellFiles(tuple(sorted(content_by_address)), digest.hexdigest()[:16])


def _named_in(address: str, content: bytes) -> list[str]:
    pattern = _NAMED_BY.get(posixpath.splitext(address)[1])
    if pattern is None or address.endswith(".html"):
        return []
    folder = posixpath.dirname(address)
    found = (posixpath.normpath(posixpath.join(folder, name)) for name in pattern.findall(content.decode()))
    return [name for name in found if name.startswith(_STATIC)]
