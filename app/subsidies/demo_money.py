"""What a demonstration's made-up loads come to, made up and named so: plants' weights, prices, a closed month with its
statements, an invoice, a payment, a true-up and a claim.

It is done as people do it, by the operations of the pages and by two people where two are asked for: every check sees
what it would see after such a month. Nothing here commits.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actors import Actor, ActorKind, acting_as
from app.accounts.models import Account
from app.accounts.roles import BY_NAME
from app.billing.charging.everything import charge_everything
from app.billing.invoices.operations import note_invoice
from app.billing.invoices.parties import Party, keep_party
from app.billing.ledger.models import LedgerEntry
from app.billing.ledger.months import close_month, month_of
from app.billing.payments.operations import Movement, keys_of, note
from app.billing.prices.models import CEILING
from app.billing.prices.operations import Proposal, decide, propose
from app.billing.statements.models import Statement
from app.billing.statements.operations import issue_statements
from app.billing.statements.papers import said_by
from app.clock import business_day
from app.deliveries.models import Side
from app.deliveries.operations import WeightSaid, enter_plant_weight
from app.deliveries.queries import Delivered, DeliveryState, delivered
from app.intake.models import WeighTicket
from app.registry.models import EndUsePlant
from app.subsidies.operations import confirm_claim, draft_claim
from app.verification.runs import verify_month
from yard_rules.tariffs import CountedEnd, PriceKind, WeightBasis

_FILE: Final = Path(__file__).with_name("demo_money.toml")


def play_demo_money(session: Session) -> int:
    """Settle the month before of a demonstration; return how many entries its ledger of money got: none where there is
    something in it, where nothing went to a plant in that month, or where there is no demonstration."""
    last_day = business_day().replace(day=1) - timedelta(days=1)
    demo = _Demo(session, tomllib.loads(_FILE.read_text(encoding="utf-8")), month_of(last_day))
    loads = [it for it in delivered(session) if it.state is DeliveryState.UNDER_WAY]
    if not demo.has_people or not any(it.day <= last_day for it in loads) or session.scalar(select(LedgerEntry.id)):
        return 0
    demo.weigh(loads)
    demo.agree_prices()
    statements = demo.close()
    demo.pay(statements)
    demo.fix_a_price(last_day)
    demo.claim(last_day)
    return len(session.scalars(select(LedgerEntry.id)).all())


@dataclass
class _Demo:
    """The demonstration and the month that is settled (its first day)."""

    session: Session
    said: dict[str, Any]
    month: date

    def __post_init__(self) -> None:
        accounts = self.session.scalars(select(Account).where(Account.is_demo))
        self._people = {it.email: it for it in accounts}
        self.plants = self.session.scalars(
            select(EndUsePlant).where(EndUsePlant.withdrawn_at.is_(None)).order_by(EndUsePlant.id)
        ).all()

    @property
    def has_people(self) -> bool:
        return all(BY_NAME[role].demo_email in self._people for role in ("finance", "dispatcher", "town_official"))

    def by(self, role: str) -> AbstractContextManager[None]:
        """What is done inside is done by the demonstration's account of this role."""
        account = self._people[BY_NAME[role].demo_email]
        return acting_as(
            Actor(kind=ActorKind.ACCOUNT, name=account.name, where_from="demo-money", account_id=account.id)
        )

    def weigh(self, loads: Sequence[Delivered]) -> None:
        """The plants' weights as the office types them from slips."""
        lost = self.said["lost_permille"]
        with self.by("finance"):
            for number, load in enumerate(loads[: -self.said["under_way"]]):
                weight = WeightSaid(
                    net_kg=10 * round((load.yard_kg or 0) * (1000 - lost[number % len(lost)]) / 10_000),
                    weighed_on=load.day,
                    moisture_permille=load.moisture_permille,
                    slip_number=self.said["slip"].format(number=number + 1),
                )
                enter_plant_weight(self.session, load.delivery_id, weight, side=Side.COMPANY)

    def agree_prices(self) -> None:
        """A limit, a provisional price for all, and a contract of its own of a plant."""
        self._agreed(self._wish("ceiling", kind=CEILING))
        self._agreed(self._wish("provisional"))
        for plant in self.plants[1:2]:
            own = self._wish(
                "own",
                plant_id=plant.plant_id,
                counted_end=CountedEnd.MEAN,
                basis=WeightBasis.DRY,
                deductions=self.said["own_deductions"],
            )
            self._agreed(own)

    def close(self) -> list[Statement]:
        """Charge everything, close the month, and issue its statements to parties with a name on papers."""
        with self.by("finance"):
            company = self.said["company"]
            keep_party(self.session, Party.model_validate(company))
            for plant, code in zip(self.plants, self.said["plants"]["credit_codes"], strict=False):
                payer = {
                    "plant_id": plant.plant_id,
                    "legal_name": self.said["plants"]["legal_name"].format(name=plant.name),
                    "credit_code": code,
                }
                keep_party(self.session, Party.model_validate(company | payer))
            charge_everything(self.session)
            return issue_statements(self.session, close_month(self.session, self.month))

    def pay(self, statements: Sequence[Statement]) -> None:
        """An invoice of the first statement, a part of it paid, and money that is nobody's yet."""
        statement, today = statements[0], business_day()
        plant = next(it for it in self.plants if it.plant_id == statement.plant_id)
        fen = said_by(statement)["carried_forward_fen"] * self.said["paid_percent"] // 100
        came = [
            Movement(paid_on=today, amount_fen=fen, payer=plant.name, said=statement.number, bank_number=None),
            Movement(
                paid_on=today,
                amount_fen=self.said["other_fen"],
                payer=self.said["other_payer"],
                said=self.said["reason"],
                bank_number=None,
            ),
        ]
        with self.by("finance"):
            # 00 stands for no province
            note_invoice(self.session, statement, f"{today.year % 100}00{1:016}", today)
            note(self.session, list(zip(keys_of(came), came, strict=True)))

    def fix_a_price(self, last_day: date) -> None:
        """The final price of a plant for the month, which makes a true-up, and one that waits for a second person."""
        plant_id = self.plants[0].plant_id
        self._agreed(self._wish("final", kind=PriceKind.FINAL, plant_id=plant_id, valid_to=last_day))
        with self.by("finance"):
            charge_everything(self.session)
            propose(self.session, self._wish("waiting", kind=PriceKind.FINAL, valid_to=last_day))

    def claim(self, last_day: date) -> None:
        """The month is verified, and the town of the demonstration's official claims for it; the city has to check
        it."""
        with self.by("city_official"):
            verify_month(self.session, self.month)
        official = self._people[BY_NAME["town_official"].demo_email]
        towns = [it.place_id for it in official.places if it.kind == "town"]
        collected = select(WeighTicket.town_id).where(WeighTicket.town_id.in_(towns)).distinct()
        for town_id in self.session.scalars(collected):
            with self.by("town_official"):
                confirm_claim(self.session, draft_claim(self.session, str(town_id), self.month, last_day).id)

    def _wish(self, which: str, *, kind: str = PriceKind.PROVISIONAL, **others: Any) -> Proposal:
        return Proposal(
            material_id=self.said["material"],
            kind=kind,
            valid_from=self.month,
            yuan_per_t=Decimal(self.said[f"{which}_yuan_per_t"]),
            reason=self.said["reason"],
            **others,
        )

    def _agreed(self, wish: Proposal) -> None:
        with self.by("finance"):
            term = propose(self.session, wish)
        with self.by("dispatcher"):
            decide(self.session, term.id, is_agreed=True)
