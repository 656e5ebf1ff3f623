"""Number plates as they are kept: one spelling for one truck."""

from __future__ import annotations

import unicodedata

_LEFT_OUT = str.maketrans("", "", " ·・•.-")


def normal_plate(text: str) -> str:
    """Return the plate in capitals and half width, without blanks and dots; raises ValueError where nothing is left."""
    plate = unicodedata.normalize("NFKC", text).upper().translate(_LEFT_OUT)
    if not plate or not all(sign.isalnum() for sign in plate):
        raise ValueError("a plate has letters and digits")
    return plate
