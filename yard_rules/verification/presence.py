"""When and where a ticket was made."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from yard_rules.rulebook import rulebook
from yard_rules.verification.records import CountyRecords, Floats, column, rows_where, straight_km
from yard_rules.verification.suspicion import Suspicion, score_beyond


def check_open_hours(records: CountyRecords) -> Iterator[Suspicion]:
    """Trucks that came while the place was shut, by more than those who queue at the gate are late."""
    tickets = records.standing
    places = records.places.set_index("place_id")
    opens = tickets["place_id"].map(places["opens"].map(_minute)).to_numpy(dtype=np.float64)
    closes = tickets["place_id"].map(places["closes"].map(_minute)).to_numpy(dtype=np.float64)
    local = tickets["opened_at"].dt.tz_convert(records.zone)
    minute = (local.dt.hour * 60 + local.dt.minute).to_numpy(dtype=np.float64)
    outside: Floats = np.maximum(opens - minute, minute - closes)
    slack = records.figure("late_min")
    for row in rows_where(outside > slack):
        yield Suspicion(
            detector="open_hours",
            subject=("ticket", records.ids([row])[0]),
            ticket_ids=records.ids([row]),
            evidence={"outside_min": int(outside[row]), "allowed_min": int(slack)},
            score=min(1.0, 0.3 + score_beyond(outside[row], slack)),
            at_stake_kg=int(tickets["net_kg"].iloc[row]),
        )


def check_position(records: CountyRecords) -> Iterator[Suspicion]:
    """Tickets made on a device far from its yard or plant; a position that was not told says nothing."""
    tickets = records.standing
    lon, lat = column(tickets, "lon"), column(tickets, "lat")
    off_m = 1000 * straight_km(lon, lat, column(tickets, "place_lon"), column(tickets, "place_lat"))
    far_m = rulebook("weighing").whole("position_far_m", records.day)
    for row in rows_where(off_m > far_m):
        yield Suspicion(
            detector="position",
            subject=("ticket", records.ids([row])[0]),
            ticket_ids=records.ids([row]),
            evidence={"off_m": round(float(off_m[row])), "allowed_m": far_m},
            score=min(1.0, 0.3 + score_beyond(off_m[row], far_m)),
            at_stake_kg=int(tickets["net_kg"].iloc[row]),
        )


def _minute(moment: object) -> float:
    return float(getattr(moment, "hour", 0) * 60 + getattr(moment, "minute", 0))
