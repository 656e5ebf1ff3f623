"""Small tables made by hand: loads of one truck from one field into one yard, a few a day, all as they should be."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from yard_rules.verification.records import CountyRecords

Row = dict[str, Any]
FIRST_DAY = date(2026, 11, 2)
PLACES = pd.DataFrame(
    [
        ["yard", "Y1", 120.50, 30.45, time(6), time(20), 20, 300_000, 50_000],
        ["yard", "Y2", 120.60, 30.45, time(6), time(20), 20, 300_000, 50_000],
        ["plant", "P1", 120.70, 30.45, time(6), time(22), 20, None, None],
    ],
    columns=[
        *("place_kind", "place_id", "lon", "lat", "opens", "closes", "division_kg", "capacity_kg", "opening_kg"),
    ],
)
# How loads differ, over and over.
_WIGGLES = (0, 40, -20, 60, -60, 20, -40, 80, -80, 10, -30)


def loads(count: int, *, a_day: int = 4, number_from: int = 0, **changed: Any) -> list[Row]:
    """So many loads of 18 bales, two hours apart, `a_day` each day; `changed` holds for all."""
    return [_load(number_from + number, number, a_day) | changed for number in range(count)]


def _load(name: int, number: int, a_day: int) -> Row:
    day = FIRST_DAY + timedelta(days=number // a_day)
    # Eight in the morning at Haining is midnight UTC.
    opened_at = datetime.combine(day, time(0), UTC) + timedelta(hours=2 * (number % a_day), minutes=7 * number % 11)
    tare_kg = 4400 + 20 * (number % 4)
    net_kg = 2100 + _WIGGLES[number % len(_WIGGLES)] // 20 * 20
    readings = tuple(int(it) for it in np.random.default_rng(1000 + name).normal(190, 20, 8).round())
    return {
        "ticket_id": f"t{name:03d}",
        "number": f"Y1-{day:%y%m%d}-{number % a_day + 1:03d}",
        "place_kind": "yard",
        "place_id": "Y1",
        "day_number": number % a_day + 1,
        "business_day": day,
        "purpose": "intake",
        "plate": "浙F10001",
        "body_id": "B1",
        "field_ids": ("F1",),
        "origin_yard_id": None,
        "destination_id": None,
        "bales": 18,
        "gross_kg": tare_kg + net_kg,
        "tare_kg": tare_kg,
        "net_kg": net_kg,
        "moisture_permille": round(sum(readings) / len(readings)),
        "readings": readings,
        "is_typed": False,
        "is_void": False,
        "opened_at": opened_at,
        "closed_at": opened_at + timedelta(minutes=25),
        "lon": 120.5001,
        "lat": 30.4501,
        "photos": (f"photo {name}",),
    }


def weigh(row: Row, *, more_gross_kg: int = 0, more_tare_kg: int = 0) -> None:
    row["gross_kg"] += more_gross_kg
    row["tare_kg"] += more_tare_kg
    row["net_kg"] = row["gross_kg"] - row["tare_kg"]


def records(rows: list[Row], *, fields: dict[str, float] | None = None) -> CountyRecords:
    """The tables with these tickets; `fields`: area in mu by id, all of rice and two kilometres from the yard."""
    areas = fields or {"F1": 400.0}
    return CountyRecords(
        tickets=pd.DataFrame(rows),
        places=PLACES,
        fields=pd.DataFrame(
            {
                "field_id": list(areas),
                "crop": "rice",
                "area_mu": list(areas.values()),
                "lon": 120.50,
                "lat": 30.468,
                "collectable_kg": [450 * it for it in areas.values()],
            }
        ),
        distances=pd.DataFrame({"from_id": ["Y1"], "to_id": ["P1"], "km": [26.0]}),
        zone=ZoneInfo("Asia/Shanghai"),
    )
