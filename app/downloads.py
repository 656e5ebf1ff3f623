"""Files that a browser keeps instead of showing them."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from flask import Response, send_file

WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(content: bytes | str, name: str, content_type: str = WORKBOOK) -> Response:
    """Return the answer that a browser stores as a file of this name, which may be Chinese (RFC 6266)."""
    kept = BytesIO(content.encode() if isinstance(content, str) else content)
    return send_file(kept, mimetype=content_type, as_attachment=True, download_name=name)
