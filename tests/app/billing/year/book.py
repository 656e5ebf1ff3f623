"""The year as it really was: every load to a plant, what was said of it later, and what was agreed of prices.

Nothing here knows the app. Masses are whole kilograms, moisture whole per mille, prices fen per tonne.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from typing import Final

BEIJING: Final = timezone(timedelta(hours=8))
MATERIAL: Final = "rice_straw"
TOWNS: Final = tuple(f"T{number:02d}" for number in range(1, 13))
YARDS: Final = tuple(f"Y{number:02d}" for number in range(1, 7))
# Plants with a tablet of ours at their scale, and those whose office types what its own scale shows.
WEIGHING_PLANTS: Final = ("P1", "P2", "P3")
TYPING_PLANTS: Final = ("P4", "P5")
PLANTS: Final = (*WEIGHING_PLANTS, *TYPING_PLANTS)
_PLANT_SHARES: Final = (50, 20, 10, 12, 8)
# Recycling points with their towns, what they buy, and what it costs: fen a kilogram, per mille of that for the point,
# and of both for the city; fen a kilogram of what is worth recycling.
POINTS: Final = {"R01": "T01", "R02": "T01", "R03": "T05", "R04": "T12"}
FILMS: Final = ("mulch_film", "greenhouse_film", "reflective_film", "mushroom_stick_film")
FILM_FEN, FEE_PERMILLE, CITY_PERMILLE, RECYCLING_FEN = 200, 300, 500, 60
# Wheat in June, rice from October on: of a thousand loads so many in each month.
_MONTHS: Final = (60, 30, 20, 20, 100, 270, 220, 120, 50, 50, 30, 30)
FIRST_MONTH: Final = date(2024, 6, 1)
MONTHS: Final = tuple(date(2024 + (5 + at) // 12, (5 + at) % 12 + 1, 1) for at in range(12))
KG_PER_BALE: Final = 180


class News(StrEnum):
    """What becomes known of a load after it was weighed."""

    TYPED = "typed"  # the plant's weight, where nobody of ours stands at the scale
    CORRECTED = "corrected"  # the plant types another weight
    TICKET_VOID = "ticket_void"  # two people say that the load never was
    WEIGHED_AGAIN = "weighed_again"  # the plant's own ticket is void, and its office types what it weighed
    SETTLED = "settled"  # both sides agree on a weight


@dataclass(frozen=True, slots=True)
class Step:
    """Something that becomes known in a month, of a load; `kg`: the weight that it speaks of."""

    month: date
    news: News
    kg: int = 0
    basis: str | None = None


@dataclass(slots=True, kw_only=True)
class Trip:
    """A load to a plant. `impurity` (per mille) and `grade` of mould: what its office found, -1 where nobody of it
    looked. `yard_id` is None straight from the field, `town_id` None from a yard. `ticket_id`, `number`
    and `arrival_id`: of the tickets at both ends, once they are stored."""

    plant_id: str
    yard_id: str | None
    town_id: str | None
    plate: str
    leaves_at: datetime
    arrives_at: datetime
    tare_kg: int
    yard_kg: int
    plant_kg: int
    yard_moisture: int
    plant_moisture: int
    impurity: int = -1
    grade: int = -1
    steps: list[Step] = field(default_factory=list)
    ticket_id: str = ""
    number: str = ""
    arrival_id: str = ""

    @property
    def day(self) -> date:
        """The county's day on which it came to the plant."""
        return self.arrives_at.astimezone(BEIJING).date()

    @property
    def month(self) -> date:
        """The first day of that day's month."""
        return self.day.replace(day=1)

    @property
    def is_typed(self) -> bool:
        """Whether nobody of ours stands at the plant's scale."""
        return self.plant_id in TYPING_PLANTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What was agreed in a month, of a plant or (None) of all."""

    agreed_in: date
    plant_id: str | None
    kind: str
    since: date
    until: date | None
    fen_per_t: int
    end: str = "plant"
    is_dry: bool = False
    bands: tuple[tuple[int, int], ...] = ((200, 30), (260, 80))
    impurity_bands: tuple[tuple[int, int], ...] = ()
    off_by_grade: tuple[tuple[int, int], ...] = ()
    town_permille: int = 300


@dataclass(slots=True, kw_only=True)
class Bought:
    """What a recycling point bought. `is_signed`: by both, without which nothing is paid on; `void_in`: the month in
    which two people say that it never was. `ticket_id`: once it is stored."""

    point_id: str
    at: datetime
    material_id: str
    kg: int
    is_recyclable: bool
    is_signed: bool
    void_in: date | None
    ticket_id: str = ""

    @property
    def month(self) -> date:
        """The first day of the county's month in which it was bought."""
        return self.at.astimezone(BEIJING).date().replace(day=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What a plant paid, in fen."""

    plant_id: str
    day: date
    fen: int


@dataclass(slots=True)
class YearBook:
    """`intakes`: loads from the fields into yards, which the ledger of the gate holds too: moment, yard, kg, per
    mille."""

    trips: list[Trip]
    intakes: list[tuple[datetime, str, int, int]]
    prices: Sequence[Price]
    payments: Sequence[Payment]
    purchases: Sequence[Bought]

    def steps_of(self, month: date) -> Iterator[tuple[Trip, Step]]:
        """What becomes known in this month beside the weights at the gates."""
        for trip in self.trips:
            for step in trip.steps:
                if step.month == month:
                    yield trip, step


def year_book(*, deliveries: int, intakes: int, purchases: int, seed: int) -> YearBook:
    """Return a year with about so many loads to plants, so many from the fields, and so many purchases of film."""
    chance = random.Random(seed)
    trips: list[Trip] = []
    moments: list[tuple[datetime, str, int, int]] = []
    for month, share in zip(MONTHS, _MONTHS, strict=True):
        trips += _trips_of(month, round(deliveries * share / 1000), chance)
        for _number in range(round(intakes * share / 1000)):
            moment = datetime.combine(_day_of(month, chance), time(6), BEIJING) + timedelta(
                seconds=chance.randrange(11 * 3600)
            )
            moments.append((moment, chance.choice(YARDS), 20 * chance.randint(70, 127), _moisture(chance)))
    return YearBook(trips, sorted(moments), _prices(), _payments(chance), list(_purchases(purchases, chance)))


def _trips_of(month: date, number: int, chance: random.Random) -> Iterator[Trip]:
    """Each truck makes one trip a day, so that nobody wonders which arrival is of which load."""
    used: set[tuple[date, str]] = set()
    for _number in range(number):
        plant_id = chance.choices(PLANTS, _PLANT_SHARES)[0]
        is_direct = plant_id in WEIGHING_PLANTS and chance.random() < 0.2
        while True:
            day, plate = _day_of(month, chance), f"浙F{chance.randrange(400):05d}"
            if not used & {(day, plate), (day - timedelta(days=1), plate), (day + timedelta(days=1), plate)}:
                break
        used.add((day, plate))
        begins = datetime.combine(day, time(6), BEIJING) + timedelta(seconds=chance.randrange(10 * 3600))
        stays = chance.random() < 0.01  # the plant's gate is closed, it unloads on the next morning
        arrives = begins + timedelta(hours=15 if stays else 1, seconds=chance.randrange(3600))
        yard_kg = 20 * chance.randint(250, 458)
        differs = not is_direct and chance.random() < 0.02
        lost_kg = chance.randrange(260, 900, 20) if differs else chance.choice((-20, 0, 0, 20, 40))
        plant_kg = yard_kg if is_direct else yard_kg - lost_kg
        moisture = _moisture(chance)
        trip = Trip(
            plant_id=plant_id,
            yard_id=None if is_direct else chance.choice(YARDS),
            town_id=chance.choice(TOWNS) if is_direct else None,
            plate=plate,
            leaves_at=begins,
            arrives_at=begins if is_direct else arrives,
            tare_kg=20 * chance.randint(400, 480),
            yard_kg=yard_kg,
            plant_kg=plant_kg if plant_id in WEIGHING_PLANTS else plant_kg + chance.randint(-9, 9),
            yard_moisture=moisture,
            plant_moisture=moisture + chance.randint(-6, 3),
        )
        if trip.is_typed and chance.random() < 0.8:
            trip.impurity, trip.grade = chance.randrange(0, 180), chance.choice((1, 1, 2, 3, 4))
        _foretell(trip, differs, chance)
        yield trip


def _foretell(trip: Trip, differs: bool, chance: random.Random) -> None:
    """What will be said of the load later; most of it within its month or after, when that is closed."""
    if trip.is_typed:
        trip.steps.append(Step(_later(trip, chance, 0.04), News.TYPED, trip.plant_kg))
    first = trip.steps[0].month if trip.steps else trip.month
    luck = chance.random()
    if differs and chance.random() < 0.7:
        basis = chance.choice(("yard", "plant", "mean", "reweighed"))
        trip.steps.append(Step(_not_before(first, trip, chance), News.SETTLED, trip.yard_kg - 130, basis))
    elif luck < 0.03 and trip.is_typed:
        kg = trip.plant_kg + chance.choice((-410, -37, 23, 51))
        trip.steps.append(Step(_not_before(first, trip, chance), News.CORRECTED, kg))
    elif luck < 0.005 and trip.yard_id is not None and not trip.is_typed:
        trip.plate = f"浙G{trip.plate[2:]}"  # its truck carries nothing else, so no other arrival fits its ticket
        trip.steps.append(Step(_not_before(first, trip, chance), News.WEIGHED_AGAIN, trip.plant_kg - 33))
    if chance.random() < 0.008:
        last = max((step.month for step in trip.steps), default=trip.month)
        trip.steps.append(Step(_not_before(last, trip, chance), News.TICKET_VOID))


def _later(trip: Trip, chance: random.Random, share: float) -> date:
    """The month of the load or, of a share, one of the two after it."""
    at = MONTHS.index(trip.month) + (chance.randint(1, 2) if chance.random() < share else 0)
    return MONTHS[min(at, len(MONTHS) - 1)]


def _not_before(month: date, trip: Trip, chance: random.Random) -> date:
    return max(month, _later(trip, chance, 0.6))


def _moisture(chance: random.Random) -> int:
    return min(330, max(110, round(chance.gauss(185, 40))))


def _day_of(month: date, chance: random.Random) -> date:
    following = (month + timedelta(days=32)).replace(day=1)
    # the year's last evening has no morning after it
    days = (following - month).days - (1 if month == MONTHS[-1] else 0)
    return month + timedelta(days=chance.randrange(days))


def _prices() -> list[Price]:
    """Provisional for all from the start, another one from the middle of December, final ones in spring for what was
    long delivered; contracts of their own that count dry straw, the yard's weight or the mean, and one on account."""
    start, change, last = FIRST_MONTH, date(2024, 12, 15), date(2025, 3, 31)
    first = {"agreed_in": start, "since": start, "until": None}
    return [
        Price(**first, plant_id=None, kind="provisional", fen_per_t=20_000),
        Price(**first, plant_id="P3", kind="provisional", fen_per_t=19_850, end="mean", is_dry=True),
        Price(**first, plant_id="P4", kind="on_account", fen_per_t=0, end="yard"),
        Price(
            agreed_in=date(2024, 12, 1),
            plant_id=None,
            kind="provisional",
            since=change,
            until=None,
            fen_per_t=20_635,
            bands=((200, 25), (240, 60)),
        ),
        # for days that were closed long ago
        Price(
            agreed_in=date(2025, 2, 1),
            plant_id="P5",
            kind="provisional",
            since=date(2024, 11, 1),
            until=date(2025, 1, 15),
            fen_per_t=20_301,
            end="yard",
            impurity_bands=((50, 13), (120, 41)),
            off_by_grade=((3, 77), (4, 950)),
        ),
        Price(
            agreed_in=date(2025, 4, 1),
            plant_id="P1",
            kind="final",
            since=start,
            until=last,
            fen_per_t=21_127,
            town_permille=333,
        ),
        Price(
            agreed_in=date(2025, 5, 1),
            plant_id=None,
            kind="final",
            since=start,
            until=date(2025, 5, 31),
            fen_per_t=19_999,
        ),
        Price(
            agreed_in=date(2025, 5, 1),
            plant_id="P4",
            kind="final",
            since=start,
            until=None,
            fen_per_t=18_777,
            is_dry=True,
            bands=(),
            impurity_bands=((80, 29),),
            off_by_grade=((2, 11), (4, 305)),
        ),
    ]  # fmt: skip


def _payments(chance: random.Random) -> list[Payment]:
    return [
        Payment(
            plant_id=plant_id, day=month + timedelta(days=chance.randrange(27)), fen=chance.randrange(10_000, 10**7)
        )
        for month in MONTHS[1:]
        for plant_id in PLANTS
        if chance.random() < 0.8
    ]


def _purchases(number: int, chance: random.Random) -> Iterator[Bought]:
    for _number in range(number):
        at = chance.randrange(len(MONTHS))
        opens = datetime.combine(MONTHS[at] + timedelta(days=chance.randrange(28)), time(7), BEIJING)
        later = min(at + chance.choice((0, 1, 1, 3)), len(MONTHS) - 1)
        yield Bought(
            point_id=chance.choice(tuple(POINTS)),
            at=opens + timedelta(seconds=chance.randrange(10 * 3600)),
            material_id=chance.choice(FILMS),
            kg=chance.randint(1, 400),
            is_recyclable=chance.random() < 0.6,
            is_signed=chance.random() >= 0.03,
            void_in=MONTHS[later] if chance.random() < 0.04 else None,
        )


def in_utc(moment: datetime) -> datetime:
    """The same moment as the gate writes it."""
    return moment.astimezone(UTC)
