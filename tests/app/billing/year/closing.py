"""The year is closed month by month, in the app and beside it: what the app says is held against what was reckoned."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.actors import acting_as
from app.billing.charging.everything import charge_everything
from app.billing.ledger.models import EntryKind, LedgerEntry
from app.billing.ledger.months import ask_to_reopen, close_month, reopen_month
from app.billing.payments.operations import Movement, keys_of, match_to_plant, note
from app.billing.payments.refunds import agree_to_refund, note_refund
from app.billing.prices.operations import Proposal, decide, propose
from app.billing.statements.models import Statement
from app.billing.statements.operations import issue_statements, made_again
from app.clock import now
from app.deliveries.disputes import answer_proposal, open_dispute, propose_settlement
from app.deliveries.models import Basis, PlantWeight, Side
from app.deliveries.operations import WeightSaid, enter_plant_weight, the_load
from app.deliveries.queries import DeliveryState
from tests.app.billing.money import actor
from tests.app.billing.year.book import MATERIAL, MONTHS, PLANTS, News, Price, Step, Trip, YearBook
from tests.app.billing.year.gates import YearGates
from tests.app.billing.year.reckoned import differences, purchases_reckoned, reckoned

_NONE = -1
_SUMS = """SELECT e.month, l.account, sum(l.amount_fen) AS fen, sum(l.kg) AS kg FROM ledger_entry e
    JOIN ledger_line l ON l.entry_number = e.number GROUP BY e.month, l.account"""


@dataclass
class Expected:
    """What somebody else reckons a plant's statement of a month must say, in fen and kg."""

    brought_fen: int
    by_kind: Counter[str] = field(default_factory=Counter)
    by_ticket: Counter[str] = field(default_factory=Counter)
    kg: int = 0
    town_fen: int = 0


class YearOfMoney:
    """The year in the database of a session, and in data frames beside it. `seconds`: how long closing took
    by month, and how long of it this process was at work."""

    def __init__(self, session: Session, book: YearBook) -> None:
        self.session, self.book = session, book
        self.gates = YearGates(session)
        self.gates.plan(book)
        self.seconds: dict[date, tuple[float, float]] = {}
        self.tickets = 0
        self._loads = pd.DataFrame(
            {
                "plant_id": [it.plant_id for it in book.trips],
                "town_id": [it.town_id for it in book.trips],
                "day": [it.day for it in book.trips],
                "yard_kg": [_NONE if it.yard_id is None else it.yard_kg for it in book.trips],
                "plant_kg": [it.plant_kg for it in book.trips],
                "agreed_kg": _NONE,
                "moisture": [it.yard_moisture if it.is_typed else it.plant_moisture for it in book.trips],
                "impurity": [it.impurity for it in book.trips],
                "grade": [it.grade for it in book.trips],
                "counts": False,
            }
        )
        self._at = {id(trip): at for at, trip in enumerate(book.trips)}
        self._prices: list[Price] = []
        self._told = reckoned(self._loads, [])
        self._owed: Counter[str] = Counter()
        self.expected: dict[tuple[date, str], list[Expected]] = defaultdict(list)
        self.month_fen: Counter[tuple[date, str]] = Counter()
        self.town_fen: Counter[str] = Counter()
        self.refunded_fen: Counter[str] = Counter()

    def live(self) -> None:
        """All months one after the other; one is opened again because of a weight that was forgotten."""
        for month in MONTHS:
            self._open(month)
            self.tickets += self.gates.weigh(self.session, month)
            self._arrivals_known(month)
            self._happens(month, [News.TYPED])
            self._charge(month)
            self._agree_prices(month)
            self._happens(month, [it for it in News if it is not News.TYPED])
            self._pay(month)
            self._close(month)
            if month == date(2025, 1, 1):
                self._open_again(month)

    def _open(self, month: date) -> None:
        for plant_id in PLANTS:
            self.expected[month, plant_id].append(Expected(self._owed[plant_id]))

    def _arrivals_known(self, month: date) -> None:
        is_typed = pd.Series([it.is_typed for it in self.book.trips])
        came = pd.Series([it.month == month for it in self.book.trips])
        self._loads.loc[came & ~is_typed, "counts"] = True

    def _happens(self, month: date, news: list[News]) -> None:
        typed = []
        for trip, step in self.book.steps_of(month):
            if step.news not in news:
                continue
            if step.news is News.TYPED:
                typed.append(trip)
            else:
                self._take(trip, step)
            self._know(trip, step)
        if News.TICKET_VOID in news:
            for it in self.book.purchases:
                if it.void_in == month:
                    self.gates.void(self.session, ("point", it.point_id), it.ticket_id)
        self.session.add_all(map(_first_weight, typed))
        self.session.commit()

    def _take(self, trip: Trip, step: Step) -> None:
        """The same as the office does it."""
        session, place = self.session, ("yard", trip.yard_id) if trip.yard_id else ("plant", trip.plant_id)
        if step.news is News.TICKET_VOID:
            self.gates.void(session, place, trip.ticket_id)
        elif step.news in (News.SETTLED, News.CORRECTED):
            # What a plant finds out after days is no correction any more: both sides settle on it.
            if the_load(session, trip.ticket_id).delivery.state is not DeliveryState.DISPUTED:
                with acting_as(actor(3)):
                    open_dispute(session, trip.ticket_id, side=Side.PLANT, said="read wrongly")
            with acting_as(actor(3)):
                basis = Basis(step.basis or "reweighed")
                propose_settlement(
                    session, trip.ticket_id, side=Side.PLANT, basis=basis, reweighed_kg=step.kg, said="both"
                )
            with acting_as(actor(4)):
                answer_proposal(session, trip.ticket_id, side=Side.COMPANY, is_agreed=True)
        else:
            if step.news is News.WEIGHED_AGAIN:
                self.gates.void(session, ("plant", trip.plant_id), trip.arrival_id)
            said = WeightSaid(
                net_kg=step.kg, weighed_on=trip.day, moisture_permille=trip.plant_moisture, reason="read wrongly"
            )
            enter_plant_weight(session, trip.ticket_id, said, side=Side.PLANT)

    def _know(self, trip: Trip, step: Step) -> None:
        """The same in the data frame."""
        at = self._at[id(trip)]
        if step.news is News.TICKET_VOID:
            self._loads.loc[at, "counts"] = False
        elif step.news is News.TYPED:
            self._loads.loc[at, "counts"] = True
        elif step.news in (News.SETTLED, News.CORRECTED):
            mean = (trip.yard_kg + trip.plant_kg + 1) // 2
            kg = {"yard": trip.yard_kg, "plant": trip.plant_kg, "mean": mean, "reweighed": step.kg}
            self._loads.loc[at, "agreed_kg"] = kg[step.basis or "reweighed"]
            if not trip.is_typed:
                # the basis settles the moisture too
                mean_permille = (trip.yard_moisture + trip.plant_moisture + 1) // 2
                moisture = {"yard": trip.yard_moisture, "mean": mean_permille}
                self._loads.loc[at, "moisture"] = moisture.get(step.basis or "", trip.plant_moisture)
        else:
            self._loads.loc[at, ["plant_kg", "moisture"]] = step.kg, trip.plant_moisture

    def _agree_prices(self, month: date) -> None:
        for price in (it for it in self.book.prices if it.agreed_in == month):
            self._prices.append(price)
            wish = Proposal(
                plant_id=price.plant_id,
                material_id=MATERIAL,
                kind=price.kind,
                valid_from=price.since,
                valid_to=price.until,
                yuan_per_t=Decimal(price.fen_per_t) / 100,
                counted_end=price.end,
                basis="dry" if price.is_dry else "as_weighed",
                deductions=price.bands,
                impurity_deductions=price.impurity_bands,
                mould_deductions=price.off_by_grade,
                town_permille=price.town_permille,
                reason="agreed",
            )
            with acting_as(actor(1)):
                term = propose(self.session, wish)
            with acting_as(actor(2)):
                decide(self.session, term.id, is_agreed=True)

    def _pay(self, month: date) -> None:
        for at, payment in enumerate(self.book.payments):
            if payment.day.replace(day=1) == month:
                movement = Movement(
                    paid_on=payment.day, amount_fen=payment.fen, payer="a plant", said="straw", bank_number=f"B{at}"
                )
                [line] = note(self.session, [(keys_of([movement])[0], movement)])
                match_to_plant(self.session, line.id, payment.plant_id)
                self._book(month, payment.plant_id, "payment", -payment.fen)

        self._refund(month)

    def _refund(self, month: date) -> None:
        """Half of what plants have paid too much goes back to them."""
        for plant_id in PLANTS:
            fen = -self._owed[plant_id] // 2
            if fen <= 0:
                continue
            went = Movement(
                paid_on=month + timedelta(days=27),
                amount_fen=-fen,
                payer="a plant",
                said="back",
                bank_number=f"R{month}{plant_id}",
            )
            with acting_as(actor(1)):
                wish = note_refund(self.session, plant_id, went, "too much")
            with acting_as(actor(2)):
                agree_to_refund(self.session, wish.bank_line_id, wish.id)
            self.refunded_fen[plant_id] += fen
            self._book(month, plant_id, "refund", fen)

    def _charge(self, month: date) -> None:
        charge_everything(self.session)
        self._reckon(month)

    def _reckon(self, month: date) -> None:
        told = reckoned(self._loads, self._prices)
        made = differences(self._told, told)
        for at, row in made.iterrows():
            trip = self.book.trips[int(str(at))]
            expected = self._book(month, trip.plant_id, row.kind, int(row.fen))
            expected.kg += int(row.kg)
            expected.by_ticket[trip.number] += int(row.fen)
            if trip.town_id is not None:
                expected.town_fen += int(row.town_fen)
                self.town_fen[trip.town_id] += int(row.town_fen)
        self._told = told

    def _book(self, month: date, plant_id: str, kind: str, fen: int) -> Expected:
        self._owed[plant_id] += fen
        self.month_fen[month, plant_id] += fen
        expected = self.expected[month, plant_id][-1]
        expected.by_kind[kind] += fen
        return expected

    def _close(self, month: date) -> None:
        """Charge, close and issue as the page does, on the clock."""
        started, worked = time.perf_counter(), time.process_time()
        charge_everything(self.session)
        issue_statements(self.session, close_month(self.session, month))
        self.session.commit()
        took = time.perf_counter() - started, time.process_time() - worked
        self.seconds[month] = max(self.seconds.get(month, (0.0, 0.0)), took)
        self._reckon(month)

    def _open_again(self, month: date) -> None:
        """A weight of a load of the month before that a plant had mistyped; only this plant's statement changes."""
        trip = next(
            it
            for it in self.book.trips
            if it.plant_id == "P5" and it.month == month and len(it.steps) == 1 and it.steps[0].month == month
        )
        with acting_as(actor(1)):
            wish = ask_to_reopen(self.session, month, "one weight was forgotten")
        with acting_as(actor(2)):
            reopen_month(self.session, month, wish.id)
        step = Step(month, News.CORRECTED, trip.plant_kg + 47)
        before = self.expected[month, trip.plant_id][-1]
        self._take(trip, step)
        self._know(trip, step)
        self.expected[month, trip.plant_id].append(
            Expected(before.brought_fen, Counter(before.by_kind), Counter(before.by_ticket), before.kg, before.town_fen)
        )
        self._close(month)

    def check(self) -> None:
        """Raise AssertionError where any sum is another one than was reckoned."""
        self._check_accounts()
        statements = self.session.scalars(select(Statement).order_by(Statement.year, Statement.year_number)).all()
        seen: Counter[tuple[date, str]] = Counter()
        corrections = {it.number: json.loads(it.text) for it in statements if it.is_correction}
        for statement in statements:
            assert made_again(self.session, statement) == statement.text
            if statement.is_correction:
                continue
            key = statement.month, statement.plant_id
            _check_statement(json.loads(statement.text), self.expected[key][seen[key]], corrections)
            seen[key] += 1
        trued_up = [line["entry_id"] for it in corrections.values() for line in it["lines"]]
        every = select(LedgerEntry.id).where(LedgerEntry.kind == EntryKind.TRUE_UP)
        assert sorted(trued_up) == sorted(self.session.scalars(every))
        for key, expected in self.expected.items():
            wanted = sum(bool(it.brought_fen or it.by_kind or it.kg) for it in expected)
            assert seen[key] == wanted, key

    def _check_accounts(self) -> None:
        sums = pd.read_sql(text(_SUMS), self.session.connection())
        sums["month"] = pd.to_datetime(sums.month).dt.date
        by_account = sums.groupby("account")[["fen", "kg"]].sum().astype("int64")
        told, loads = self._told, self._loads
        for plant_id in PLANTS:
            owed = by_account.loc[f"plant/{plant_id}/owed"]
            own = told[loads.plant_id == plant_id]
            paid = sum(it.fen for it in self.book.payments if it.plant_id == plant_id) - self.refunded_fen[plant_id]
            assert (int(owed.fen), int(owed.kg)) == (int(own.fen.sum()) - paid, int(own.kg.sum())), plant_id
            months = sums[sums.account == f"plant/{plant_id}/owed"].set_index("month").fen
            for month in MONTHS:
                assert int(months.get(month, 0)) == self.month_fen[month, plant_id], (month, plant_id)
        parts = told.town_fen.groupby(loads.town_id).sum()
        for town_id, fen in parts.items():
            assert -int(by_account.fen.get(f"town/{town_id}/part", 0)) == int(fen) == self.town_fen[str(town_id)]
        final, provisional = told[told.is_final].fen.sum(), told[~told.is_final].fen.sum()
        assert -int(by_account.fen["company/fee"]) == int(final)
        assert -int(by_account.fen["company/fee_provisional"]) == int(provisional)
        assert int(by_account.fen.sum()) == 0
        self._check_purchases(sums)

    def _check_purchases(self, sums: pd.DataFrame) -> None:
        """What points bought, by account and month."""
        of_points = sums[sums.account.str.match(r"(point|city|recycler)/|town/[^/]+/purchases")]
        posted = of_points.set_index(["month", "account"])[["fen", "kg"]].astype("int64")
        expected = purchases_reckoned(self.book.purchases)
        pd.testing.assert_frame_equal(
            posted[(posted != 0).any(axis=1)].sort_index(), expected[(expected != 0).any(axis=1)].sort_index()
        )

    def delivered_kg(self) -> int:
        """What plants took that counts, in kg as they weighed it."""
        return int(self._loads[self._loads.counts].plant_kg.sum())


def _check_statement(said: dict[str, Any], expected: Expected, corrections: dict[str, dict[str, Any]]) -> None:
    where = said["number"], said["month"], said["plant_id"]
    assert said["brought_forward_fen"] == expected.brought_fen, where
    by_kind = {kind: fen for kind, fen in said["sums_fen"].items() if fen}
    assert by_kind == {kind: fen for kind, fen in expected.by_kind.items() if fen}, where
    assert said["carried_forward_fen"] == expected.brought_fen + sum(expected.by_kind.values()), where
    assert (said["kg"], said["town_part_fen"]) == (expected.kg, expected.town_fen), where
    by_ticket: Counter[str] = Counter()
    for line in said["lines"]:
        # what is carried over in one line says its tickets on the statement of the true-up
        of_true_up = corrections[line["statement"]]["lines"] if "statement" in line else []
        carried = [it for it in of_true_up if it["month"] == said["month"]]
        assert not carried or sum(it["amount_fen"] for it in carried) == line["amount_fen"], where
        for it in (*carried, line):
            if it["ticket"] is not None:
                by_ticket[it["ticket"]] += it["amount_fen"]
    for number in {*by_ticket, *expected.by_ticket}:
        assert by_ticket[number] == expected.by_ticket[number], (*where, number)


def _first_weight(trip: Trip) -> PlantWeight:
    """As the office typed it on the day."""
    return PlantWeight(
        delivery_id=trip.ticket_id,
        plant_id=trip.plant_id,
        net_kg=trip.plant_kg,
        impurity_permille=None if trip.impurity < 0 else trip.impurity,
        mould_grade=None if trip.grade < 0 else trip.grade,
        weighed_on=trip.day,
        side=Side.COMPANY.value,
        entered_name="office",
        entered_at=now(),
    )
