"""Amounts written out in the capitals that papers about money need."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

_GROUP: Final = 10_000
_MOST_FEN: Final = _GROUP**4 * 100


def in_capitals(fen: int) -> str:
    """Return an amount of fen in words that no stroke can change (`capitals.toml` names the source).

    Raises ValueError from 10^16 yuan up, for which there are no words.
    """
    if abs(fen) >= _MOST_FEN:
        raise ValueError(f"too large for words: {fen} fen")
    words = _words()
    text: str = words["minus"] if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    jiao, cents = divmod(rest, 10)
    if yuan or not rest:
        text += _whole(yuan) + words["yuan"]
    if not rest:
        return text + str(words["whole"])
    if jiao:
        text += words["digits"][jiao] + words["jiao"]
    elif yuan:
        text += words["digits"][0]
    return text + (words["digits"][cents] + words["fen"] if cents else "")


def _whole(number: int) -> str:
    """Groups of four digits, the highest first; however many zeros follow each other, one is said."""
    words = _words()
    groups = []
    while number:
        number, group = divmod(number, _GROUP)
        groups.append(group)
    text, skipped = "", False
    for place in reversed(range(len(groups))):
        group = groups[place]
        if text and group and (skipped or group < _GROUP // 10):
            text += words["digits"][0]
        if group:
            text += _group(group) + words["groups"][place]
        skipped = not group
    return text or str(words["digits"][0])


def _group(group: int) -> str:
    words = _words()
    text = ""
    digits = str(group)
    for at, digit in enumerate(digits):
        if digit != "0":
            text += words["digits"][int(digit)] + words["steps"][len(digits) - 1 - at]
        elif digits[at:].strip("0") and digits[at - 1] != "0":
            text += words["digits"][0]
    return text


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("capitals.toml").read_text(encoding="utf-8"))
