"""Sendings that are stored in one transaction make the same books as if each record had one of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.accounts.device_models import Device
from app.clock import now
from app.database.engine import db
from app.intake.ids import new_record_id
from app.intake.record_models import PlaceChain
from app.intake.records import Result, Sending, read_records, sender_of, store_records, store_sendings
from app.tablet.record_kinds import RECORD_KINDS
from tests.app.day_plan import PlannedTown
from tests.app.gate import GateTablet, gate_tablet, id_of
from yard_rules.dry_straw import DryStrawMethod

PLATES = ("浙F11111", "浙F22222")


class Day:
    """What the tablet of a yard tells, one record after the other; chance chooses what it is about."""

    def __init__(self, tablet: GateTablet, chance: random.Random) -> None:
        self.tablet, self.chance = tablet, chance
        self.texts: list[str] = []
        self.open: list[str] = []
        self.closed: list[str] = []
        self.tares: list[str] = []
        self.wishes: list[str] = []

    def plate(self) -> str:
        return self.chance.choice(PLATES)

    def ticket(self) -> str:
        """One of the tickets, or one that nobody knows."""
        return self.chance.choice([*self.open, *self.closed, new_record_id(now())])

    def stack(self) -> str:
        return f"{self.tablet.place[1]}-0{self.chance.choice('12')}"

    def opening(self) -> str:
        text = self.tablet.opening(self.plate(), kg=self.chance.choice((12_460, None)))
        self.open.append(id_of(text))
        return text

    def sample(self) -> str:
        return self.tablet.sample(self.ticket(), *(self.chance.choice((150, 260, 410)) for _ in range(6)))

    def closing(self) -> str:
        ticket_id = self.ticket()
        if ticket_id in self.open:
            self.open.remove(ticket_id)
            self.closed.append(ticket_id)
        shares = self.chance.choice(([(1, 30)], [(1, 20), (2, 10)], [(1, 20)], [(9, 30)]))
        stacks = [{"stack_id": f"{self.tablet.place[1]}-0{which}", "bales": bales} for which, bales in shares]
        if self.tares and self.chance.random() < 0.3:
            tare = self.chance.choice(self.tares)
            return self.tablet.closing(ticket_id, kg=None, stored_tare_id=tare, stacks=stacks)
        return self.tablet.closing(ticket_id, kg=self.chance.choice((8_960, 9_900)), stacks=stacks)

    def tare(self) -> str:
        body = {"vehicle": {"plate": self.plate()}, "weighing": self.tablet.weight(8_960)}
        text = self.tablet.record("tare", body)
        self.tares.append(id_of(text))
        return text

    def loaded_out(self) -> str:
        text = self.tablet.opening(self.plate(), kg=8_960, purpose="linehaul_out")
        self.open.append(id_of(text))
        self.texts.append(text)
        return self.tablet.closing(id_of(text), kg=11_000, outcome="shipped")

    def reading_used_twice(self) -> str:
        weighing = self.tablet.weight(12_460)
        self.texts.append(self.tablet.opening(self.plate(), weighing=weighing))
        return self.tablet.opening(self.plate(), weighing=weighing)

    def void_request(self) -> str:
        return self.tablet.record("void_request", {"ticket_id": self.ticket(), "reason": "wrong truck"})

    def moved(self) -> str:
        ends = {"from_stack_id": self.stack(), "to_stack_id": f"{self.tablet.place[1]}-03"}
        return self.tablet.record("stack_move", {**ends, "bales": 7, "reason": "drier there"})

    def counted(self) -> str:
        counts = [{"stack_id": self.stack(), "bales": self.chance.choice((0, 25))}]
        return self.tablet.record("stack_count", {"counts": counts})

    def watch(self) -> str:
        return self.tablet.record("watch", {"event": "begin"})

    def closed_stack(self) -> str:
        return self.tablet.record("suspension", {"stack_id": self.stack(), "reason": "it smokes"})

    def again(self) -> str:
        return self.chance.choice(self.texts) if self.texts else self.watch()

    def number_used_twice(self) -> str:
        self.tablet.number -= self.tablet.number > 0
        return self.watch()

    def nonsense(self) -> str:
        return self.tablet.record("opening", {"purpose": "intake"})


KINDS: Sequence[Callable[[Day], str]] = (
    Day.opening, Day.sample, Day.closing, Day.tare, Day.loaded_out, Day.reading_used_twice, Day.void_request,
    Day.moved, Day.counted, Day.watch, Day.closed_stack, Day.again, Day.number_used_twice, Day.nonsense,
)  # fmt: skip


@pytest.fixture
def tablets(county_app: Flask, town: PlannedTown) -> list[GateTablet]:
    yards = town.scenario.yards[:2]
    return [
        gate_tablet(county_app, ("yard", yard.yard_id), name)
        for yard, name in ((yards[0], "Gate 1"), (yards[1], "Gate 2"), (yards[0], "Gate 3"))
    ]


def sending_of(tablet: GateTablet, texts: Sequence[str], moment: datetime) -> tuple[Sending, list]:
    incoming = read_records(texts, RECORD_KINDS)
    sender = sender_of(db.session.get_one(Device, tablet.id))
    return Sending(sender=sender, sent_at=moment, received_at=moment, dry_method=DryStrawMethod.CAP), incoming


def what_became(results: Sequence[Result]) -> list[tuple]:
    return [(it.status, it.receipt, it.refusal and it.refusal.code, it.details) for it in results]


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**32 - 1),
    steps=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(KINDS)), min_size=1, max_size=40),
)
def test_one_transaction_for_all_gives_what_one_for_each_gives(
    tablets: list[GateTablet], seed: int, steps: list[tuple[int, Callable[[Day], str]]]
) -> None:
    chance = random.Random(seed)
    days = [Day(tablet, chance) for tablet in tablets]
    for which, kind in steps:
        days[which].texts.append(kind(days[which]))
    moment = now() + timedelta(seconds=1)
    told = []
    with tablets[0].app.app_context():
        for together in (False, True):
            sendings = [sending_of(day.tablet, day.texts, moment) for day in days]
            if together:
                results = store_sendings(db.session, sendings)
            else:
                results = [
                    [result for it in incoming for result in store_records(db.session, sending, [it])]
                    for sending, incoming in sendings
                ]
            ends = [(it.place_id, it.last_position, it.last_hash) for it in db.session.scalars(select(PlaceChain))]
            told.append(([what_became(each) for each in results], sorted(end for end in ends if end[1])))
            db.session.rollback()
    # the receipts hold the hash of all rows that each record made, and the ends of the chains that of all receipts
    assert told[0] == told[1]
