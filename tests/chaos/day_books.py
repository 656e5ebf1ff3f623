"""A day at the gates of many yards, made up, with books of its own: what went in and out, to the kilogram.

The records lie in yesterday, because a server lets nothing happen ahead of its clock; what becomes void does so today.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from app.clock import COUNTY_ZONE, business_day
from app.intake.ids import new_record_id
from tests.chaos.gate_load import PLANT_ID, LoadTablet
from yard_rules.dry_straw import DryStrawMethod, dry_straw_kg

OPENS, CLOSES = time(6), time(18)
SENT_BACK, TYPED = 0.05, 0.03
# A part of what came in leaves in the evening, on trucks of so many bales.
LINEHAUL_BALES = 70
LINEHAUL_SHARE = 0.4


@dataclass
class Outgoing:
    """A record on its tablet, not acknowledged yet."""

    id: str
    text: str


@dataclass
class Sums:
    """What is in a yard, by its stack."""

    bales: Counter[str] = field(default_factory=Counter)
    kg: Counter[str] = field(default_factory=Counter)
    dry_kg: Counter[str] = field(default_factory=Counter)

    def add(self, stack_id: str, bales: int, kg: int, dry_kg: int) -> None:
        self.bales[stack_id] += bales
        self.kg[stack_id] += kg
        self.dry_kg[stack_id] += dry_kg


@dataclass
class YardDay:
    """Two tablets of a yard, what they made and have not sent, and the yard's own books."""

    day: date
    tablets: tuple[LoadTablet, LoadTablet]
    chance: random.Random
    replaced_share: float
    outbox: tuple[list[Outgoing], list[Outgoing]] = field(default_factory=lambda: ([], []))
    made: dict[str, str] = field(default_factory=dict)
    tickets: int = 0
    sums: Sums = field(default_factory=Sums)
    void: Sums = field(default_factory=Sums)
    voids: list[str] = field(default_factory=list)
    replacing: set[str] = field(default_factory=set)
    held: list[tuple[int, Outgoing]] = field(default_factory=list)

    @property
    def yard_id(self) -> str:
        return self.tablets[0].yard_id

    def make_day(self, trucks: int) -> None:
        """All records of the day, in the order in which they happened on each tablet."""
        events: list[tuple[datetime, int, Any]] = []
        order = 0
        for number in range(trucks):
            arrives = self._moment(number / trucks)
            for moment, tablet, make in self._load(arrives):
                events.append((moment, order, (tablet, make)))
                order += 1
        for moment, _order, (tablet, make) in sorted(events, key=lambda event: event[:2]):
            self._keep(tablet, make(moment))

    def make_evening(self) -> None:
        """Linehauls, for which the day's loads must be known to be made."""
        trucks = int(sum(self.sums.bales.values()) * LINEHAUL_SHARE) // LINEHAUL_BALES
        for number in range(trucks):
            stack_id = self.sums.bales.most_common(1)[0][0]
            begins = datetime.combine(self.day, CLOSES, COUNTY_ZONE) + timedelta(minutes=5 * number)
            for moment, tablet, make in self._linehaul(begins, stack_id):
                self._keep(tablet, make(moment))

    def release(self) -> None:
        """What speaks of a ticket that replaces another goes out: the other is void now."""
        for tablet, outgoing in self.held:
            self.outbox[tablet].append(outgoing)
        self.held.clear()

    def close(self, day: date, moment: datetime, counts: dict[str, int]) -> None:
        """Somebody counts the stacks and closes the day."""
        body = {"day": day.isoformat(), "counts": [{"stack_id": s, "bales": n} for s, n in sorted(counts.items())]}
        self._keep(0, self.tablets[0].record("day_close", body, moment))

    def _load(self, arrives: datetime) -> Iterator[tuple[datetime, int, Any]]:
        """A truck with straw: weighed in on one tablet, sampled and weighed out on this or the other."""
        chance = self.chance
        load = {
            "ticket_id": new_record_id(arrives),
            "plate": f"浙F{chance.randrange(100_000):05d}",
            "bales": chance.randint(12, 36),
            "tare_kg": 20 * chance.randint(300, 500),
            "net_kg": 20 * chance.randint(60, 210),
            "moisture": chance.randint(110, 360),
            "typed": chance.random() < TYPED,
            "stack_id": f"{self.yard_id}-{chance.randint(1, 3):02d}",
            "purpose": "intake",
        }
        is_sent_back = chance.random() < SENT_BACK
        first, second = chance.randrange(2), chance.randrange(2)
        yield arrives, first, lambda moment: self._opening(first, load, load["tare_kg"] + load["net_kg"], moment)
        yield arrives + timedelta(minutes=4), second, lambda moment: self._sample(second, load, moment)
        if is_sent_back:
            yield arrives + timedelta(minutes=6), second, lambda moment: self._sent_back(second, load, moment)
            return
        yield arrives + timedelta(minutes=16), second, lambda moment: self._closing(second, load, "stored", moment)
        if chance.random() < self.replaced_share:
            yield from self._replaced(load, arrives + timedelta(minutes=20), first)

    def _replaced(self, wrong: dict[str, Any], begins: datetime, tablet: int) -> Iterator[tuple[datetime, int, Any]]:
        """Somebody asks that the ticket becomes void, and the load gets another one."""
        right = {
            **wrong,
            "ticket_id": new_record_id(begins),
            "replaces": wrong["ticket_id"],
            "bales": wrong["bales"] + 1,
        }
        self.replacing.add(right["ticket_id"])
        yield begins, tablet, lambda moment: self._void_request(tablet, wrong, moment)
        full_kg = wrong["tare_kg"] + wrong["net_kg"]
        yield begins + timedelta(minutes=1), tablet, lambda moment: self._opening(tablet, right, full_kg, moment)
        yield begins + timedelta(minutes=2), tablet, lambda moment: self._sample(tablet, right, moment)
        yield begins + timedelta(minutes=9), tablet, lambda moment: self._closing(tablet, right, "stored", moment)

    def _linehaul(self, begins: datetime, stack_id: str) -> Iterator[tuple[datetime, int, Any]]:
        """An empty truck comes, and leaves with bales."""
        load = {
            "ticket_id": new_record_id(begins),
            "plate": f"浙F{self.chance.randrange(100_000):05d}",
            "bales": LINEHAUL_BALES,
            "tare_kg": 20 * self.chance.randint(600, 800),
            "net_kg": 20 * self.chance.randint(400, 480),
            "typed": False,
            "stack_id": stack_id,
            "purpose": "linehaul_out",
        }
        first, second = self.chance.randrange(2), self.chance.randrange(2)
        yield begins, first, lambda moment: self._opening(first, load, load["tare_kg"], moment)
        yield (
            begins + timedelta(minutes=2),
            second,
            lambda moment: self._sample(second, load | {"moisture": 170}, moment),
        )
        out = begins + timedelta(minutes=4)
        yield out, second, lambda moment: self._closing(second, load | {"moisture": 170}, "shipped", moment)

    def _opening(self, tablet: int, load: dict[str, Any], kg: int, moment: datetime) -> str:
        self.tickets += 1
        body = {
            "ticket_id": load["ticket_id"],
            "purpose": load["purpose"],
            "vehicle": {"plate": load["plate"]},
            "origin": {"field_ids": []},
            "destination_id": PLANT_ID if load["purpose"] == "linehaul_out" else None,
            "material_id": "rice_straw",
            "bale_kind": "round_1m",
            "bales": load["bales"],
            "weighing": self._weight(tablet, load, kg, moment),
            "replaces": load.get("replaces"),
        }
        return self.tablets[tablet].record("opening", body, moment, id_=load["ticket_id"])

    def _sample(self, tablet: int, load: dict[str, Any], moment: datetime) -> str:
        readings = [[1 + n // 2, load["moisture"]] for n in range(10)]
        return self.tablets[tablet].record("sample", {"ticket_id": load["ticket_id"], "readings": readings}, moment)

    def _closing(self, tablet: int, load: dict[str, Any], outcome: str, moment: datetime) -> str:
        net_kg, bales, stack_id = load["net_kg"], load["bales"], load["stack_id"]
        dry_kg = dry_straw_kg(net_kg, load["moisture"], method=DryStrawMethod.CAP, day=self.day)
        sign = 1 if outcome == "stored" else -1
        self.sums.add(stack_id, sign * bales, sign * net_kg, sign * dry_kg)
        kg = load["tare_kg"] + (0 if outcome == "stored" else net_kg)
        body = {
            "ticket_id": load["ticket_id"],
            "outcome": outcome,
            "bales": bales,
            "stacks": [{"stack_id": stack_id, "bales": bales}],
            "weighing": self._weight(tablet, load, kg, moment),
        }
        return self.tablets[tablet].record("closing", body, moment)

    def _sent_back(self, tablet: int, load: dict[str, Any], moment: datetime) -> str:
        body = {"ticket_id": load["ticket_id"], "outcome": "sent_back", "bales": 0, "reason": "too wet"}
        return self.tablets[tablet].record("closing", body, moment)

    def _void_request(self, tablet: int, load: dict[str, Any], moment: datetime) -> str:
        dry_kg = dry_straw_kg(load["net_kg"], load["moisture"], method=DryStrawMethod.CAP, day=self.day)
        self.void.add(load["stack_id"], load["bales"], load["net_kg"], dry_kg)
        self.voids.append(load["ticket_id"])
        body = {"ticket_id": load["ticket_id"], "reason": "one bale was not counted"}
        return self.tablets[tablet].record("void_request", body, moment)

    def _weight(self, tablet: int, load: dict[str, Any], kg: int, moment: datetime) -> dict[str, Any]:
        if load["typed"]:
            return {"source": "typed", "kg": kg, "scale_id": None, "reason": "no signal from the scale"}
        return self.tablets[tablet].weight(kg, moment)

    def _keep(self, tablet: int, text: str) -> None:
        said = json.loads(text)
        self.made[said["id"]] = text
        outgoing = Outgoing(said["id"], text)
        if said["body"].get("ticket_id") in self.replacing:
            self.held.append((tablet, outgoing))
        else:
            self.outbox[tablet].append(outgoing)

    def _moment(self, share: float) -> datetime:
        begin = datetime.combine(self.day, OPENS, COUNTY_ZONE)
        hours = datetime.combine(self.day, CLOSES, COUNTY_ZONE) - begin
        return begin + hours * share + timedelta(milliseconds=self.chance.randrange(60_000))


def yesterday(moment: datetime) -> date:
    """The county's day before this one."""
    return business_day(moment) - timedelta(days=1)
