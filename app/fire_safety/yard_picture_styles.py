"""How each kind of thing looks on the picture of a yard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from yard_rules.finding import Severity

SEVERITY_COLOURS: Final = {Severity.BLOCKS: "#d7191c", Severity.MEND: "#e67700", Severity.ADVICE: "#2c7fb8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Areas have a face, lines an edge, points a marker; drawn from the lowest level up."""

    level: float
    face: str = "none"
    edge: str = "#555555"
    width: float = 0.8
    dashes: Literal["-", "--", "-."] = "-"
    hatch: str | None = None
    marker: str | None = None
    size: float = 7


STYLES: Final[Mapping[str, Style]] = {
    "neighbour": Style(level=1, face="#e4e0ea", edge="#8c7fa3", hatch="///", width=1.0),
    "waiting_area": Style(level=1, face="#f1ece0", edge="#b9a67c", dashes="--"),
    "site": Style(level=2, face="#f7faf4", edge="#39424e", width=1.2),
    "lane": Style(level=3, face="#dfe5ea", edge="#c3ccd4", width=0.6),
    "stack_area": Style(level=4, face="#fbf1cf", edge="#c99a1b", dashes="--", width=1.2),
    "apron": Style(level=4, face="#cfe3f5", edge="#4a84b8"),
    "scale": Style(level=5, face="#8fb2cf", edge="#2f5f88"),
    "pond": Style(level=5, face="#8cc6ec", edge="#1f6fa8"),
    "building": Style(level=5, face="#c9cdd3", edge="#39424e", width=1.4),
    "stack": Style(level=6, face="#e7b94c", edge="#8a6410", width=1.0),
    "fence": Style(level=7, edge="#39424e", width=2.4),
    "gate": Style(level=8, edge="#1a9850", width=5.0),
    "power_line": Style(level=8, edge="#7b2d8b", width=1.4, dashes="-."),
    "hydrant": Style(level=9, face="#1668c7", marker="s", size=9),
    "hose_point": Style(level=9, face="#6fb1ff", marker="D", size=7),
    "extinguisher": Style(level=9, face="#d7301f", marker="^", size=8),
    "light": Style(level=9, face="#ffe066", marker="*", size=11),
    "camera": Style(level=9, face="#2c3e50", marker="o", size=7),
}
