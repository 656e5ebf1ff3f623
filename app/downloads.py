"""Files that a browser keeps instead of showing them."""

from __future__ import annotations

from typing import Final

from flask import Response

WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(content: bytes | str, name: str, content_type: str = WORKBOOK) -> Response:
    """Return the answer that a browser stores as a file of this name."""
    answer = Response(content, mimetype=content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
