"""Made-up recycling points, and what towns use of film, for a demonstration."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import business_day
from app.registry.changes import apply_changes, propose
from app.registry.models import MaterialUse, RecyclingPoint, Town

_FILE: Final = Path(__file__).with_name("demo_points.toml")


def ensure_demo_points(session: Session) -> int:
    """Add the points that the first towns lack, and what each of these uses of film this year; return how many points.

    What somebody has changed or withdrawn stays as it is.
    """
    said = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    known = set(session.scalars(select(RecyclingPoint.point_id))) | set(session.scalars(select(MaterialUse.use_id)))
    towns = session.scalars(
        select(Town).where(Town.withdrawn_at.is_(None)).order_by(Town.id).limit(len(said["places"]))
    )
    points: list[dict[str, Any]] = []
    uses: list[dict[str, Any]] = []
    year = business_day().year
    for number, (town, place) in enumerate(zip(towns, said["places"], strict=False), start=1):
        where = {"town_id": town.town_id, "lon": town.lon, "lat": town.lat}
        point = {"point_id": f"R{number:02}", "name": f"{town.name} {place} (synthetic)", **where}
        points.append(point | {"filed_on": said["filed_on"], "filing_number": f"DEMO-R{number:02}"})
        for material_id, used_t in said["used_t"].items():
            use_id = f"{town.town_id}-{material_id}-{year}"
            use = {"use_id": use_id, "town_id": town.town_id, "material_id": material_id, "year": year}
            uses.append(use | {"used_t": round(used_t * (1 + number / 10), 1), "source": "synthetic"})
    rows = {
        "recycling_points": [it for it in points if it["point_id"] not in known],
        "material_uses": [it for it in uses if it["use_id"] not in known],
    }
    if any(rows.values()):
        apply_changes(session, propose(session, rows, withdraw_missing=False).changes)
    return len(rows["recycling_points"])
