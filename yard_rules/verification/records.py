"""The tables that the detectors look at. Whoever has them in a database makes them; here they are only data.

- tickets: ticket_id, number, place_kind, place_id, day_number, business_day, purpose (intake, linehaul_out,
  linehaul_in, direct_in), plate, body_id, field_ids (a sequence), origin_yard_id, destination_id, bales, gross_kg,
  tare_kg, net_kg, moisture_permille, readings (a sequence of per mille, one a bale), is_typed, is_void, opened_at,
  closed_at (aware, UTC), lon, lat (of the device), photos (a sequence of hashes). Masses are whole kg; what is not
  known is missing (NaN, None, an empty sequence). Void tickets are wanted too: their numbers count.
- places: place_kind, place_id, lon, lat, opens, closes (local times, closing the same day), division_kg of the scale,
  capacity_kg and opening_kg of straw in stock before the first ticket (missing where not known).
- fields: field_id, crop, area_mu, lon, lat, collectable_kg (air-dry straw that can be collected; may be missing).
- distances: from_id, to_id, km by road between places; what is not there is reckoned from the positions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from yard_rules.rulebook import Rulebook, rulebook

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]

_COLUMNS: Final = {
    "tickets": (
        *("ticket_id", "number", "place_kind", "place_id", "day_number", "business_day", "purpose", "plate", "body_id"),
        *("field_ids", "origin_yard_id", "destination_id", "bales", "gross_kg", "tare_kg", "net_kg"),
        *("moisture_permille", "readings", "is_typed", "is_void", "opened_at", "closed_at", "lon", "lat", "photos"),
    ),
    "places": (
        *("place_kind", "place_id", "lon", "lat", "opens", "closes", "division_kg", "capacity_kg", "opening_kg"),
    ),
    "fields": ("field_id", "crop", "area_mu", "lon", "lat", "collectable_kg"),
    "distances": ("from_id", "to_id", "km"),
}
_KM_PER_DEGREE: Final = 111.2
# A reading more says little; so many are looked at.
_READINGS: Final = 12


@dataclass(frozen=True, eq=False)
class CountyRecords:
    """The tables of a county; raises ValueError, naming the columns, for tables that lack some, for doubled ids of
    tickets, and for times without a zone."""

    tickets: pd.DataFrame
    places: pd.DataFrame
    fields: pd.DataFrame
    distances: pd.DataFrame
    zone: ZoneInfo
    book: Rulebook = field(default_factory=lambda: rulebook("verification"))

    def __post_init__(self) -> None:
        for name, columns in _COLUMNS.items():
            lacking = set(columns) - set(getattr(self, name).columns)
            if lacking:
                raise ValueError(f"{name} without {', '.join(sorted(lacking))}")
        if not self.tickets["ticket_id"].is_unique:
            raise ValueError("tickets with one id")
        for column in ("opened_at", "closed_at"):
            if len(self.tickets) and getattr(self.tickets[column].dtype, "tz", None) is None:
                raise ValueError(f"tickets: {column} without a zone")

    def figure(self, name: str) -> float:
        """Return a limit of the rulebook as it was on the last day of the tickets."""
        return float(self.book.figure(name, self.day).value)

    @cached_property
    def day(self) -> date:
        """The last business day of the tickets; today's rulebook where there are none is nobody's question."""
        last: date = max(self.tickets["business_day"], default=date(2026, 1, 1))
        return last

    @cached_property
    def standing(self) -> pd.DataFrame:
        """The tickets that count, oldest first, with `place_lon`, `place_lat` and `division_kg` of their place."""
        tickets = self.tickets[~self.tickets["is_void"].astype(bool)]
        places = self.places[["place_id", "lon", "lat", "division_kg"]]
        places = places.rename(columns={"lon": "place_lon", "lat": "place_lat"})
        made = tickets.merge(places, on="place_id", how="left", validate="many_to_one")
        return made.sort_values(["opened_at", "ticket_id"], ignore_index=True)

    @cached_property
    def readings(self) -> Floats:
        """The first readings of each standing ticket, a row each, NaN where there are fewer."""
        made = np.full((len(self.standing), _READINGS), np.nan)
        for row, readings in enumerate(self.standing["readings"]):
            some = readings[:_READINGS]
            made[row, : len(some)] = some
        return made

    @cached_property
    def dry_kg(self) -> Floats:
        """The dry matter of each standing ticket; NaN where its moisture is not known."""
        moisture = column(self.standing, "moisture_permille")
        return column(self.standing, "net_kg") * (1 - moisture / 1000)

    @cached_property
    def by_field(self) -> pd.DataFrame:
        """A row for each standing ticket and field of it: row, field_id, share of the load, kg of dry matter.

        A load of several fields is shared out by what the fields can give.
        """
        listed = self.standing[["field_ids"]].rename_axis("row").reset_index()
        rows = listed.explode("field_ids").dropna().rename(columns={"field_ids": "field_id"})
        rows = rows.merge(self.fields[["field_id", "area_mu"]], on="field_id", how="left")
        whole = rows.groupby("row")["area_mu"].transform("sum")
        even = 1 / rows.groupby("row")["field_id"].transform("size")
        rows["share"] = (rows["area_mu"] / whole).where(whole > 0).fillna(even)
        rows["dry_kg"] = self.dry_kg[rows["row"].to_numpy()] * rows["share"]
        return rows

    @cached_property
    def field_position(self) -> pd.DataFrame:
        """Longitude and latitude of the middle of each standing ticket's fields; NaN where it has none."""
        placed = self.by_field.merge(self.fields[["field_id", "lon", "lat"]], on="field_id", how="left")
        middle = placed.groupby("row")[["lon", "lat"]].mean()
        return middle.reindex(range(len(self.standing)))

    def ids(self, rows: Any) -> tuple[str, ...]:
        """The ids of standing tickets by their rows."""
        return tuple(str(it) for it in self.standing["ticket_id"].to_numpy()[rows])


def column(table: pd.DataFrame, name: str) -> Floats:
    """Return a column as floats, NaN for what is missing."""
    values: Floats = pd.to_numeric(table[name]).to_numpy(dtype=np.float64, na_value=np.nan)
    return values


def rows_where(mask: Mask) -> list[int]:
    """Return the positions at which the mask holds."""
    return [int(it) for it in np.flatnonzero(mask)]


def straight_km(lon: Floats, lat: Floats, other_lon: Floats, other_lat: Floats) -> Floats:
    """Return the distance in km of points in degrees, as good as needed within a county."""
    narrowed = np.cos(np.radians((lat + other_lat) / 2))
    made: Floats = _KM_PER_DEGREE * np.hypot((lon - other_lon) * narrowed, lat - other_lat)
    return made
