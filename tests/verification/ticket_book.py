"""The tickets as somebody sees them who may write in the book: take a ticket, change it, add one, take one out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from tests.verification.county_year import BEIJING, KM_PER_LAT, KM_PER_LON, CountyTables

Row = dict[str, Any]


class TicketBook:
    """No ticket is taken twice, so that every fraud stands alone."""

    def __init__(self, clean: CountyTables, chance: np.random.Generator) -> None:
        self.chance = chance
        self.rows: list[Row] = clean.tickets.to_dict("records")
        self.taken: set[str] = {row["ticket_id"] for row in self.rows if row["is_void"]}
        self.places = {row["place_id"]: row for row in clean.places.to_dict("records")}
        self.fields = {row["field_id"]: row for row in clean.fields.to_dict("records")}
        self.last: dict[tuple[str, date], int] = defaultdict(int)
        self.by_body: dict[str, list[Row]] = defaultdict(list)
        self.by_truck: dict[str, list[Row]] = defaultdict(list)
        self.owner: dict[str, str] = {}
        for row in self.rows:
            key = row["place_id"], row["business_day"]
            self.last[key] = max(self.last[key], row["day_number"])
            self.by_body[row["body_id"]].append(row)
            self.by_truck[row["plate"]].append(row)
            for field_id in row["field_ids"]:
                self.owner.setdefault(field_id, row["body_id"])

    def tickets(self) -> pd.DataFrame:
        made = pd.DataFrame(self.rows)
        return made.sort_values(["opened_at", "ticket_id"]).reset_index(drop=True)

    def take(self, *purposes: str) -> Row:
        """A ticket of one of the purposes that no fraud has yet."""
        while True:
            row = self.rows[int(self.chance.integers(len(self.rows)))]
            if row["purpose"] in purposes and row["ticket_id"] not in self.taken:
                self.taken.add(row["ticket_id"])
                return row

    def following(self, row: Row, count: int) -> list[Row]:
        """The ticket and the next ones of its body that no fraud has yet."""
        of_body = self.by_body[row["body_id"]]
        after = of_body[next(index for index, it in enumerate(of_body) if it is row) :]
        free = [it for it in after if it is row or (it["ticket_id"] not in self.taken and it["purpose"] == "intake")]
        self.taken.update(it["ticket_id"] for it in free[:count])
        return free[:count]

    def last_of_day(self, row: Row) -> Row:
        """The last load of the same truck on the same day."""
        same = [it for it in self.by_truck[row["plate"]] if it["business_day"] == row["business_day"]]
        last = max((it for it in same if it["purpose"] == row["purpose"]), key=lambda it: it["opened_at"])
        self.taken.add(last["ticket_id"])
        return last

    def all_of_place(self, place_id: str, *, since: date) -> list[Row]:
        free = [
            it
            for it in self.rows
            if it["place_id"] == place_id and it["purpose"] == "intake" and it["business_day"] >= since
            if not it["is_void"]
        ]
        self.taken.update(it["ticket_id"] for it in free)
        return free

    def weigh(self, row: Row, gross_kg: int, tare_kg: int) -> None:
        row["gross_kg"], row["tare_kg"], row["net_kg"] = gross_kg, tare_kg, gross_kg - tare_kg

    def moisten(self, row: Row, readings: Sequence[int]) -> None:
        row["readings"], row["moisture_permille"] = tuple(readings), round(float(np.mean(readings)))

    def add(self, like: Row, opened_at: datetime, *, gross_kg: int | None = None, **changed: Any) -> str:
        """A ticket like another one, with the next number of its place and day."""
        made = {**like, **changed}
        made["opened_at"], made["closed_at"] = opened_at, opened_at + (like["closed_at"] - like["opened_at"])
        made["business_day"] = opened_at.astimezone(BEIJING).date()
        key = made["place_id"], made["business_day"]
        self.last[key] += 1
        made["day_number"] = self.last[key]
        made["number"] = f"{key[0]}-{key[1]:%y%m%d}-{self.last[key]:03d}"
        made["ticket_id"] = f"a{len(self.rows):06d}-{made['number']}"
        self.weigh(made, gross_kg or made["gross_kg"], made["tare_kg"])
        self.moisten(made, made["readings"])
        self.rows.append(made)
        self.taken.add(made["ticket_id"])
        return str(made["ticket_id"])

    def drop(self, row: Row, count: int) -> list[str]:
        """Take out the ticket and the next numbers of its day; returns what stands before and after the hole."""
        day = sorted(
            (it for it in self.rows if (it["place_id"], it["business_day"]) == (row["place_id"], row["business_day"])),
            key=lambda it: it["day_number"],
        )
        at = next(index for index, it in enumerate(day) if it is row)
        gone = [it for it in day[at : at + count] if it is row or it["ticket_id"] not in self.taken]
        beside = [*day[max(0, at - 1) : at], *day[at + len(gone) : at + len(gone) + 1]]
        out = {it["ticket_id"] for it in gone}
        self.rows = [it for it in self.rows if it["ticket_id"] not in out]
        self.taken.update(out | {it["ticket_id"] for it in beside})
        return [it["ticket_id"] for it in beside]

    def rounded(self, row: Row, mass_kg: float) -> int:
        """To the division of the scale of the ticket's place."""
        division = int(self.places[row["place_id"]]["division_kg"])
        return division * round(mass_kg / division)

    def photos(self) -> tuple[str, ...]:
        return tuple(self.chance.bytes(32).hex() for _photo in range(2))

    def later(self, row: Row) -> datetime:
        """Twenty minutes to a week later, while the place is open."""
        hours = float(np.exp(self.chance.uniform(np.log(0.3), np.log(168))))
        return self.in_open_hours(row["opened_at"] + timedelta(hours=hours), row)

    def open_hours(self, row: Row) -> tuple[datetime, datetime]:
        place = self.places[row["place_id"]]
        day = row["business_day"]
        opens_at = datetime.combine(day, place["opens"], BEIJING)
        closes_at = datetime.combine(day, place["closes"], BEIJING)
        return pd.Timestamp(opens_at).tz_convert("UTC"), pd.Timestamp(closes_at).tz_convert("UTC")

    def in_open_hours(self, moment: datetime, row: Row) -> datetime:
        hour = moment.astimezone(BEIJING).hour
        opens, closes = self.places[row["place_id"]]["opens"].hour, self.places[row["place_id"]]["closes"].hour
        if opens + 1 <= hour < closes - 1:
            return moment
        return moment + timedelta(hours=(opens + self.chance.uniform(2, 11) - hour) % 24)

    def like_one_of_body(self, row: Row) -> Row:
        """Some ticket of the same body at the same place, about the same days."""
        near = timedelta(days=3)
        of_body = [
            it
            for it in self.by_body[row["body_id"]]
            if it["place_id"] == row["place_id"] and abs(it["opened_at"] - row["opened_at"]) < near
        ]
        return of_body[int(self.chance.integers(len(of_body)))]

    def other_truck(self, row: Row) -> Row:
        """Plate and truck of another truck that carries as much."""
        like = [
            it[0]
            for plate, it in self.by_truck.items()
            if plate != row["plate"] and it[0]["truck_id"] and abs(it[0]["tare_kg"] / row["tare_kg"] - 1) < 0.25
        ]
        one = like[int(self.chance.integers(len(like)))] if like else row
        return {"plate": one["plate"], "truck_id": one["truck_id"]}

    def usual_tare_kg(self, plate: str) -> float:
        return float(np.median([it["tare_kg"] for it in self.by_truck[plate]]))

    def fields_of_others(self, body_id: str) -> list[str]:
        town = next(it["town_id"] for it in self.by_body[body_id])
        return [it for it, owner in self.owner.items() if owner != body_id and self.fields[it]["town_id"] == town] or [
            it for it, owner in self.owner.items() if owner != body_id
        ]

    def field_km(self, field_id: str, other_id: str) -> float:
        one, other = self.fields[field_id], self.fields[other_id]
        return _km(one["lon"] - other["lon"], one["lat"] - other["lat"])

    def to_field_km(self, row: Row) -> float:
        field, place = self.fields[row["field_ids"][0]], self.places[row["place_id"]]
        return _km(field["lon"] - place["lon"], field["lat"] - place["lat"])

    def collectable_kg(self, field_id: str) -> float:
        return float(self.fields[field_id]["collectable_kg"])

    def move_device(self, row: Row, km: float) -> None:
        angle, place = self.chance.uniform(0, 2 * np.pi), self.places[row["place_id"]]
        row["lon"] = place["lon"] + km * np.cos(angle) / KM_PER_LON
        row["lat"] = place["lat"] + km * np.sin(angle) / KM_PER_LAT


def _km(lon: float, lat: float) -> float:
    return float(np.hypot(lon * KM_PER_LON, lat * KM_PER_LAT))
