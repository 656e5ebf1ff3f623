"""Fonts for pictures with words in two languages."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Final

from matplotlib import font_manager

# Files of fonts that write Chinese too, the first that is there.
FONT_FILES: Final = ("NotoSansCJK-", "NotoSansSC-", "SourceHanSansSC-", "msyh", "simhei", "PingFang", "wqy")
FONT_CUTS: Final = ("regular", "bold")
_log = logging.getLogger(__name__)


@cache
def readable_language(language: str) -> str:
    """Return the language; English, and a warning in the log, where it is Chinese and no font here writes that."""
    if language == "en" or len(picture_fonts()) > 1:
        return language
    _log.warning("no font of this machine writes Chinese, so the picture's words are English: install fonts-noto-cjk")
    return "en"


@cache
def picture_fonts() -> list[str]:
    """Names of fonts; where none writes Chinese, its signs come out as boxes."""
    files = sorted(Path(file) for file in font_manager.findSystemFonts())
    for wanted in FONT_FILES:
        family = [file for file in files if file.stem.lower().startswith(wanted.lower())]
        cuts = [file for file in family if file.stem.lower().removeprefix(wanted.lower()) in FONT_CUTS] or family[:1]
        for file in cuts:
            font_manager.fontManager.addfont(str(file))
        if cuts:
            return [font_manager.FontProperties(fname=str(cuts[0])).get_name(), "DejaVu Sans"]
    return ["DejaVu Sans"]
