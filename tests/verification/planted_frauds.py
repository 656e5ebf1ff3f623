"""Frauds planted into clean tickets, from gross to subtle. This module imports nothing of what looks for them.

Seed and sizes are drawn by whoever runs it. Each kind is what somebody would do who wants more money than the straw is
worth; `size` is in the unit of `UNITS`, drawn over the whole range from what nobody could see to what everybody would.
A plant names the tickets that are false, or beside which one is missing, and the things that are (a field, a body, a
yard) where the fraud lies in a sum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np

from tests.verification.county_year import CountyTables
from tests.verification.ticket_book import TicketBook

_LOADS: Final = ("intake", "direct_in", "linehaul_in")
_PERCENT: Final = "% of the net weight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """`subjects`: kind and id of things, such as ("field", "F00012"), beside the tickets."""

    kind: str
    size: float
    ticket_ids: tuple[str, ...]
    subjects: tuple[tuple[str, str], ...] = ()
    is_gross: bool = False


# In which unit the size of each kind is.
UNITS: Final = {
    "nothing": "none: as many clean tickets, to show what chance finds",
    "weight padded": _PERCENT,
    "weight and bales padded": _PERCENT,
    "tare lowered": _PERCENT,
    "ticket copied": "copies",
    "near copy": "% by which the copy differs",
    "field claimed twice": "loads",
    "phantom trip": "% of carelessness",
    "moisture copied": "tickets",
    "moisture under 300": "tickets",
    "straw from outside": "% of what the field gives",
    "trips too quick": "% quicker than usual trips",
    "ticket at night": "hours outside open hours",
    "device far": "km",
    "numbers skipped": "numbers",
    "plate substituted": "% between the two trucks' tares",
    "weights made up": "tickets",
    "yard pads all": _PERCENT,
}


def plant_frauds(clean: CountyTables, seed: int, *, of_each: int = 6) -> tuple[CountyTables, tuple[Plant, ...]]:
    """Return the tables with so many frauds of each kind in them (of a whole yard one at most), and the frauds."""
    book = TicketBook(clean, np.random.default_rng(seed))
    plants: list[Plant] = []
    if book.chance.random() < 0.5:
        plants += _planted(book, "yard pads all", _yard_pads_all)
    for _number in range(of_each):
        for kind, way in _WAYS.items():
            plants += _planted(book, kind, way)
    return replace(clean, tickets=book.tickets()), tuple(plants)


Way = Callable[[TicketBook], Plant | None]


def _planted(book: TicketBook, kind: str, way: Way) -> list[Plant]:
    """The fraud, or nothing where ten tries found no ticket that it could have been done to."""
    for _try in range(10):
        made = way(book)
        if made is not None:
            return [replace(made, kind=kind)]
    return []


def _plant(size: float, ids: list[str], is_gross: bool = False, *subjects: tuple[str, str]) -> Plant:
    return Plant(kind="", size=size, ticket_ids=tuple(ids), subjects=subjects, is_gross=is_gross)


def _share(book: TicketBook) -> float:
    """2 to 40 %, small ones as often as great ones."""
    return float(np.exp(book.chance.uniform(np.log(0.02), np.log(0.40))))


def _nothing(book: TicketBook) -> Plant | None:
    return _plant(0, [book.take(*_LOADS)["ticket_id"]])


def _weight_padded(book: TicketBook) -> Plant | None:
    row, share = book.take(*_LOADS), _share(book)
    more = book.rounded(row, share * row["net_kg"])
    if more == 0:
        return None
    book.weigh(row, row["gross_kg"] + more, row["tare_kg"])
    size = more / (row["net_kg"] - more)
    return _plant(100 * size, [row["ticket_id"]], size >= 0.10)


def _weight_and_bales_padded(book: TicketBook) -> Plant | None:
    row, share = book.take("intake", "direct_in"), _share(book)
    more_bales = round(share * row["bales"])
    if more_bales == 0:
        return None
    size = more_bales / row["bales"]
    book.weigh(row, row["gross_kg"] + book.rounded(row, size * row["net_kg"]), row["tare_kg"])
    row["bales"] += more_bales
    return _plant(100 * size, [row["ticket_id"]], size >= 0.10)


def _tare_lowered(book: TicketBook) -> Plant | None:
    row, share = book.take(*_LOADS), _share(book)
    less = book.rounded(row, share * row["net_kg"])
    if less == 0:
        return None
    size = less / row["net_kg"]
    book.weigh(row, row["gross_kg"], row["tare_kg"] - less)
    return _plant(100 * size, [row["ticket_id"]], size >= 0.10)


def _ticket_copied(book: TicketBook) -> Plant | None:
    """The same load once more or twice, minutes to a week later, photos and all; sometimes without photos."""
    row, copies = book.take("intake", "direct_in"), int(book.chance.integers(1, 3))
    photos = row["photos"] if book.chance.random() < 0.6 else ()
    ids = [book.add(row, book.later(row), photos=photos) for _copy in range(copies)]
    return _plant(copies, ids, True)


def _near_copy(book: TicketBook) -> Plant | None:
    """A copy with everything shifted a little: weights, readings, time, new photos."""
    row, apart = book.take("intake", "direct_in"), _share(book) / 2
    gross_kg = row["gross_kg"] + book.rounded(row, book.chance.normal(0, apart) * row["net_kg"])
    tare_kg = row["tare_kg"] + book.rounded(row, book.chance.normal(0, apart) * 0.05 * row["tare_kg"])
    readings = [round(it * (1 + book.chance.normal(0, apart))) for it in row["readings"]]
    if gross_kg <= tare_kg:
        return None
    added = book.add(row, book.later(row), gross_kg=gross_kg, tare_kg=tare_kg, readings=readings, photos=book.photos())
    return _plant(100 * apart, [added])


def _field_claimed_twice(book: TicketBook) -> Plant | None:
    """Loads of one body are booked on a field of another, as close by as there is one."""
    row, loads = book.take("intake"), int(book.chance.integers(1, 5))
    others = book.fields_of_others(row["body_id"])
    if not others:
        return None
    near = sorted(others, key=lambda it: book.field_km(it, row["field_ids"][0]))
    claimed = near[int(book.chance.integers(min(8, len(near))))]
    ids = []
    for load in book.following(row, loads):
        load["field_ids"] = (claimed,)
        ids.append(load["ticket_id"])
    return _plant(len(ids), ids, True, ("field", claimed))


def _phantom_trip(book: TicketBook) -> Plant | None:
    """A load that never was, of a truck that is known. Careless: while the truck is elsewhere, readings all alike; who
    takes care lets the truck come once more when its day was over."""
    row, careless = book.take("intake"), book.chance.uniform(0, 1)
    row = row if book.chance.random() < careless else book.last_of_day(row)
    hours = (1 - careless) * book.chance.uniform(1, 3) + 0.05
    opened_at = row["closed_at"] + timedelta(hours=hours)
    spread = 22 * (1 - careless)
    readings = [round(it) for it in book.chance.normal(row["moisture_permille"], spread, len(row["readings"]))]
    net_kg = book.rounded(row, row["net_kg"] * (1 + book.chance.normal(0, 0.04)))
    tare_kg = row["tare_kg"] + book.rounded(row, book.chance.normal(0, 0.01) * row["tare_kg"])
    photos = () if book.chance.random() < careless else book.photos()
    made = book.add(
        row, opened_at, gross_kg=tare_kg + net_kg, tare_kg=tare_kg, readings=readings, photos=photos,
        is_typed=bool(book.chance.random() < careless),
    )  # fmt: skip
    return _plant(100 * careless, [made])


def _moisture_copied(book: TicketBook) -> Plant | None:
    """One sample for many loads: the readings of one ticket stand on the next ones too, or nearly."""
    row, count = book.take("intake"), int(book.chance.integers(2, 10))
    apart, ids = book.chance.choice([0, 0, 1, 3]), []
    for load in book.following(row, count + 1)[1:]:
        again = list(row["readings"])[: len(load["readings"])]
        book.moisten(load, [round(it + book.chance.normal(0, apart)) for it in again])
        ids.append(load["ticket_id"])
    return _plant(len(ids), ids) if ids else None


def _moisture_under_300(book: TicketBook) -> Plant | None:
    """Wet loads written down as just dry enough to be paid in full; they weigh what wet straw weighs."""
    row, count, ids = book.take("intake"), int(book.chance.integers(3, 13)), []
    for load in book.following(row, count):
        wet, told = book.chance.uniform(310, 390), book.chance.uniform(285, 299)
        dry_kg = load["net_kg"] * (1 - load["moisture_permille"] / 1000)
        net_kg = book.rounded(load, dry_kg / (1 - wet / 1000))
        book.weigh(load, load["tare_kg"] + net_kg, load["tare_kg"])
        spread = book.chance.uniform(2, 22)
        readings = book.chance.normal(0, spread, len(load["readings"]))
        book.moisten(load, [round(it) for it in readings - readings.mean() + told])
        ids.append(load["ticket_id"])
    return _plant(len(ids), ids, False, ("body", row["body_id"]))


def _straw_from_outside(book: TicketBook) -> Plant | None:
    """Straw that grew elsewhere, booked on a field of the county: 5 to 150 % of what it gives, on top.

    The body's own trucks bring it, with their own tares and loads.
    """
    row, share = book.take("intake"), float(np.exp(book.chance.uniform(np.log(0.05), np.log(1.5))))
    field_id = row["field_ids"][0]
    wanted_kg, ids, brought_kg = share * book.collectable_kg(field_id), [], 0.0
    while brought_kg < wanted_kg and len(ids) < 60:
        load = book.like_one_of_body(row)
        net_kg = book.rounded(row, load["net_kg"] * (1 + book.chance.normal(0, 0.02)))
        moisture = load["moisture_permille"] + book.chance.normal(0, 10)
        spread = book.chance.normal(moisture, 22, len(load["readings"]))
        opened_at = book.in_open_hours(row["opened_at"] + timedelta(hours=book.chance.uniform(-48, 48)), row)
        tare_kg = load["tare_kg"] + book.rounded(row, book.chance.normal(0, 0.004) * load["tare_kg"])
        ids.append(
            book.add(
                load, opened_at, gross_kg=tare_kg + net_kg, tare_kg=tare_kg, field_ids=(field_id,),
                readings=[round(it) for it in spread], photos=book.photos(),
            )
        )  # fmt: skip
        brought_kg += net_kg
    return _plant(100 * share, ids, False, ("field", field_id))


def _trips_too_quick(book: TicketBook) -> Plant | None:
    """The truck comes again sooner than it could have driven to the field, loaded and come back; every other time as
    its last trip of the day, so that no next trip tells."""
    row, quicker = book.take("intake"), book.chance.uniform(0.05, 0.95)
    row = row if book.chance.random() < 0.5 else book.last_of_day(row)
    drive_h = 2 * 1.35 * book.to_field_km(row) / 32
    usual = timedelta(hours=drive_h + row["bales"] * 50 / 3600)
    net_kg = book.rounded(row, row["net_kg"] * (1 + book.chance.normal(0, 0.03)))
    readings = [round(it) for it in book.chance.normal(row["moisture_permille"], 22, len(row["readings"]))]
    made = book.add(
        row, row["closed_at"] + (1 - quicker) * usual, gross_kg=row["tare_kg"] + net_kg, readings=readings,
        photos=book.photos(),
    )  # fmt: skip
    return _plant(100 * quicker, [made])


def _ticket_at_night(book: TicketBook) -> Plant | None:
    row, hours = book.take("intake"), float(np.exp(book.chance.uniform(np.log(0.2), np.log(8))))
    opens_at, closes_at = book.open_hours(row)
    lasts = row["closed_at"] - row["opened_at"]
    is_evening = book.chance.random() < 0.6
    row["opened_at"] = closes_at + timedelta(hours=hours) if is_evening else opens_at - timedelta(hours=hours)
    row["closed_at"] = row["opened_at"] + lasts
    return _plant(hours, [row["ticket_id"]])


def _device_far(book: TicketBook) -> Plant | None:
    row, km = book.take(*_LOADS), float(np.exp(book.chance.uniform(np.log(0.3), np.log(60))))
    book.move_device(row, km)
    return _plant(km, [row["ticket_id"]])


def _numbers_skipped(book: TicketBook) -> Plant | None:
    """Tickets that were made are gone; beside the hole stand the ones before and after, where there are any."""
    row, count = book.take(*_LOADS), int(book.chance.integers(1, 4))
    beside = book.drop(row, count)
    return _plant(count, beside) if beside else None


def _plate_substituted(book: TicketBook) -> Plant | None:
    """A truck that may not come, under the plate of one that may, as like it as chance had it."""
    row = book.take("intake", "linehaul_in")
    other = book.other_truck(row)
    tare_kg = book.usual_tare_kg(other["plate"])
    row.update(other)
    return _plant(100 * abs(tare_kg / row["tare_kg"] - 1), [row["ticket_id"]])


def _weights_made_up(book: TicketBook) -> Plant | None:
    """Typed weights of one body, as people make them up: whole hundreds, mostly."""
    row, count, ids = book.take("intake"), int(book.chance.integers(3, 15)), []
    for load in book.following(row, count):
        step = int(book.chance.choice([50, 100, 100, 500]))
        gross_kg = step * round(load["gross_kg"] / step)
        if gross_kg <= load["tare_kg"]:
            continue
        book.weigh(load, gross_kg, load["tare_kg"])
        load["is_typed"] = True
        ids.append(load["ticket_id"])
    return _plant(len(ids), ids, False, ("body", row["body_id"])) if ids else None


def _yard_pads_all(book: TicketBook) -> Plant | None:
    """The yard's own scale shows so much too much for all that comes in, from some day on."""
    row, share, ids = book.take("intake"), _share(book), []
    for load in book.all_of_place(row["place_id"], since=row["business_day"]):
        book.weigh(load, load["gross_kg"] + book.rounded(load, share * load["net_kg"]), load["tare_kg"])
        ids.append(load["ticket_id"])
    return _plant(100 * share, ids, False, ("place", row["place_id"]))


_WAYS: Final[dict[str, Way]] = {
    "nothing": _nothing,
    "weight padded": _weight_padded,
    "weight and bales padded": _weight_and_bales_padded,
    "tare lowered": _tare_lowered,
    "ticket copied": _ticket_copied,
    "near copy": _near_copy,
    "field claimed twice": _field_claimed_twice,
    "phantom trip": _phantom_trip,
    "moisture copied": _moisture_copied,
    "moisture under 300": _moisture_under_300,
    "straw from outside": _straw_from_outside,
    "trips too quick": _trips_too_quick,
    "ticket at night": _ticket_at_night,
    "device far": _device_far,
    "numbers skipped": _numbers_skipped,
    "plate substituted": _plate_substituted,
    "weights made up": _weights_made_up,
}
