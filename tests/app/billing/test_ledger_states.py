"""R8: whatever happens in whatever order, the ledger says of each delivery what would be reckoned from scratch."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.accounts.actors import Actor, ActorKind, acting_as
from app.billing.charging.operations import post_charges
from app.billing.ledger.entries import Line, NewEntry, post
from app.billing.ledger.models import EntryKind, LedgerEntry, LedgerLine
from app.billing.ledger.months import ask_to_reopen, close_month, last_closed, next_to_close, reopen_month
from app.billing.ledger_check import first_money_fault
from app.billing.prices.operations import Proposal, decide, propose
from app.database.engine import make_engine
from app.deliveries.queries import Delivered, DeliveryState
from tests.app.billing.money import registered

FIRST_DAY = date(2025, 10, 1)
PLANTS, TOWNS, MATERIAL = ("P1", "P2"), ("T1", None), "straw"
RUNS = 20_000 if os.environ.get("STRAWLINE_CHAOS") == "long" else 300
ALICE, BO = (
    Actor(kind=ActorKind.ACCOUNT, name=f"demo {number}", where_from="test", account_id=number) for number in (1, 2)
)
DAYS = st.integers(0, 120).map(lambda number: FIRST_DAY + timedelta(days=number))
MASSES = st.integers(0, 30_000)


def half_up(exact: Fraction) -> int:
    return int(exact + Fraction(1, 2))


class Money(RuleBasedStateMachine):
    """A ledger, and beside it plain lists of what is known: deliveries, and prices in the order of their agreement."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(self.engine)
        self.known: dict[str, Delivered] = {}
        self.prices: list[Proposal] = []
        self.payments: dict[str, NewEntry] = {}
        self.closed_sums: dict[date, Counter[str]] = {}

    @initialize()
    def provisional(self) -> None:
        registered(self.session, *PLANTS)
        self._agree(
            Proposal(material_id=MATERIAL, kind="provisional", valid_from=FIRST_DAY, yuan_per_t=200, reason="H17")
        )

    @rule(
        plant=st.sampled_from(PLANTS), town=st.sampled_from(TOWNS), day=DAYS, kg=MASSES, other_kg=st.none() | MASSES,
        moisture=st.none() | st.integers(0, 600), is_direct=st.booleans(),
    )  # fmt: skip
    def delivered(
        self,
        plant: str,
        town: str | None,
        day: date,
        kg: int,
        other_kg: int | None,
        moisture: int | None,
        is_direct: bool,
    ) -> None:
        name = f"D{len(self.known)}"
        self.known[name] = Delivered(
            delivery_id=name, plant_id=plant, yard_id=None if is_direct else "Y1", town_id=town, body_id=None,
            material_id=MATERIAL, day=day, state=DeliveryState.WEIGHED, yard_kg=None if is_direct else kg,
            plant_kg=kg if is_direct else other_kg, moisture_permille=moisture, dry_kg=None, agreed_kg=None,
        )  # fmt: skip

    @precondition(lambda self: self.known)
    @rule(data=st.data(), kg=MASSES, end=st.sampled_from(["plant_kg", "agreed_kg"]))
    def weighed_again(self, data: st.DataObject, kg: int, end: str) -> None:
        self._change(data, **{end: kg})

    @precondition(lambda self: self.known)
    @rule(data=st.data(), state=st.sampled_from(DeliveryState))
    def becomes(self, data: st.DataObject, state: DeliveryState) -> None:
        self._change(data, state=state)

    @rule(
        kind=st.sampled_from(["provisional", "final", "on_account"]), plant=st.none() | st.sampled_from(PLANTS),
        since=DAYS, days=st.none() | st.integers(0, 90), fen=st.integers(0, 40_000),
        end=st.sampled_from(["plant", "yard", "mean"]),
        basis=st.sampled_from(["as_weighed", "dry"]), off=st.integers(0, 1000), town=st.integers(0, 1000),
    )  # fmt: skip
    def price(
        self,
        kind: str,
        plant: str | None,
        since: date,
        days: int | None,
        fen: int,
        end: str,
        basis: str,
        off: int,
        town: int,
    ) -> None:
        self._agree(
            Proposal(
                plant_id=plant, material_id=MATERIAL, kind=kind, valid_from=since, counted_end=end, basis=basis,
                valid_to=None if days is None else since + timedelta(days=days), reason="test", town_permille=town,
                yuan_per_t=0 if kind == "on_account" else f"{fen / 100:.2f}", deductions=((250, off),),
            )
        )  # fmt: skip

    @rule()
    def charged(self) -> None:
        post_charges(self.session, list(self.known.values()))
        self._compare()

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def some_charged_late_and_out_of_order(self, data: st.DataObject) -> None:
        some = data.draw(st.permutations(sorted(self.known)))[: data.draw(st.integers(1, len(self.known)))]
        post_charges(self.session, [self.known[name] for name in some])

    @rule(plant=st.sampled_from(PLANTS), fen=st.integers(1, 10**9), day=DAYS, again=st.booleans())
    def paid(self, plant: str, fen: int, day: date, again: bool) -> None:
        if again and self.payments:
            entry = list(self.payments.values())[-1]
        else:
            entry = NewEntry(
                kind=EntryKind.PAYMENT, day=day, subject_kind="payment", subject_id=f"B{len(self.payments)}",
                lines=[Line("company/bank", fen), Line(f"plant/{plant}/owed", -fen)],
                id=f"payment-{len(self.payments)}",
            )  # fmt: skip
        self.payments[entry.id or ""] = entry
        assert post(self.session, [entry]) == [entry.id]

    @rule()
    def month_closed(self) -> None:
        month = next_to_close(self.session)
        if month is not None and month < date(2026, 10, 1):
            close_month(self.session, month)
            self.closed_sums[month] = self._sums(month)

    @rule()
    def month_reopened(self) -> None:
        month = last_closed(self.session)
        if month is not None:
            with acting_as(ALICE):
                wish = ask_to_reopen(self.session, month, "late")
            with acting_as(BO):
                reopen_month(self.session, month, wish.id)
            del self.closed_sums[month]

    @invariant()
    def closed_months_stay(self) -> None:
        assert all(self._sums(month) == sums for month, sums in self.closed_sums.items())

    def teardown(self) -> None:
        try:
            if self.prices:
                self.charged()
                assert first_money_fault(self.session) is None
        finally:
            self.session.rollback()
            self.session.close()

    def _agree(self, wish: Proposal) -> None:
        with acting_as(ALICE):
            term = propose(self.session, wish)
        with acting_as(BO):
            decide(self.session, term.id, is_agreed=True)
        self.prices.append(wish)

    def _change(self, data: st.DataObject, **changes: object) -> None:
        name = data.draw(st.sampled_from(sorted(self.known)))
        self.known[name] = replace(self.known[name], **changes)

    def _sums(self, month: date) -> Counter[str]:
        chosen = (
            select(LedgerLine.account, func.sum(LedgerLine.amount_fen))
            .join(LedgerEntry, LedgerEntry.number == LedgerLine.entry_number)
            .where(LedgerEntry.month == month)
            .group_by(LedgerLine.account)
        )
        return Counter({account: int(fen) for account, fen in self.session.execute(chosen)})

    def _compare(self) -> None:
        wanted: Counter[str] = Counter()
        for it in self.known.values():
            fen, town_fen, is_final = self._from_scratch(it)
            wanted[f"plant/{it.plant_id}/owed"] += fen
            wanted["company/fee" if is_final else "company/fee_provisional"] -= fen
            wanted["company/town_part"] += town_fen
            wanted[f"town/{it.town_id}/part"] -= town_fen
        for entry in self.payments.values():
            for line in entry.lines:
                wanted[line.account] += line.amount_fen
        chosen = select(LedgerLine.account, func.sum(LedgerLine.amount_fen)).group_by(LedgerLine.account)
        told = {account: int(fen) for account, fen in self.session.execute(chosen) if fen}
        assert told == {account: fen for account, fen in wanted.items() if fen}

    def _from_scratch(self, it: Delivered) -> tuple[int, int, bool]:
        held = [
            (wish.plant_id is not None, wish.kind == "final", at, wish)
            for at, wish in enumerate(self.prices)
            if wish.plant_id in (None, it.plant_id) and wish.valid_from <= it.day <= (wish.valid_to or date.max)
        ]
        if it.state not in ("weighed", "disputed") or not held:
            return 0, 0, False
        wish = max(held, key=lambda one: one[:3])[3]
        ends = [kg for kg in (it.plant_kg, it.yard_kg) if kg is not None]
        kg = {"plant": ends[0], "yard": ends[-1], "mean": half_up(Fraction(sum(ends), len(ends)))}[wish.counted_end]
        kg = kg if it.agreed_kg is None else it.agreed_kg
        if wish.basis == "dry" and it.moisture_permille is not None:
            kg = half_up(Fraction(kg * min(1000 - it.moisture_permille, 700), 700))
        gross = half_up(Fraction(wish.yuan_per_t) * 100 * kg / 1000)
        off = dict(wish.deductions)[250] if wish.deductions and (it.moisture_permille or 0) > 250 else 0
        fen = gross - half_up(Fraction(gross * off, 1000))
        is_direct = it.yard_id is None and it.town_id is not None
        return fen, self._largest_remainder(fen, wish.town_permille if is_direct else 0), wish.kind == "final"

    @staticmethod
    def _largest_remainder(fen: int, permille: int) -> int:
        town, rest = divmod(fen * permille, 1000)
        return town + (1 if rest and rest >= 1000 - rest else 0)


@pytest.mark.slow
def test_the_ledger_says_what_would_be_reckoned_from_scratch(database_url: str) -> None:
    engine = make_engine(database_url)
    machine = type("MoneyHere", (Money,), {"engine": engine})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=RUNS, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    engine.dispose()
