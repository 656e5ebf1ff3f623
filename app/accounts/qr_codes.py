"""QR codes, drawn on the server."""

from __future__ import annotations

from base64 import b64encode

import qrcode  # type: ignore[import-untyped]
from qrcode.constants import ERROR_CORRECT_M  # type: ignore[import-untyped]
from qrcode.image.svg import SvgPathFillImage  # type: ignore[import-untyped]


def qr_image(text: str) -> str:
    """Return the QR code of a text as the `src` of an image: an SVG in a data: address, black on white with the margin
    that readers need. What it says is in no file and no address of this server."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, image_factory=SvgPathFillImage)
    code.add_data(text)
    return f"data:image/svg+xml;base64,{b64encode(code.make_image().to_string()).decode('ascii')}"
