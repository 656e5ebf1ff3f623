"""A month of tickets at one gate, what the detectors say of it, and people who judge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import exists, select

from app.accounts.actors import Actor, ActorKind, acting_as
from app.clock import business_day
from app.database.engine import db
from app.verification.models import RaisedSuspicion, Verdict, VerdictKind, VerificationRun
from app.verification.operations import judge
from app.verification.queries import Standing, newest_verdict, standing_of
from app.verification.runs import verify_month
from tests.app.gate import GateTablet, id_of

NUMBERS = {"Li": 901, "Wang": 902}


@dataclass
class Month:
    """The month that it is now."""

    gate: GateTablet
    day: date = field(default_factory=business_day)

    @property
    def first(self) -> date:
        return self.day.replace(day=1)

    def load(self, plate: str = "浙F12345", *, gross_kg: int = 12_460, photo: str | None = None, **opening: Any) -> str:
        """A whole ticket whose photos nobody used before, unless one is named; its id."""
        weights = [self.gate.weight(kg) for kg in (gross_kg, 8_960)]
        for weight in weights:
            weight["photos"] = [photo or uuid4().hex * 2]
        first = self.gate.opening(plate, weighing=weights[0], **opening)
        ticket_id = id_of(first)
        last = self.gate.closing(ticket_id, weighing=weights[1])
        answer = self.gate.send(first, self.gate.sample(ticket_id), last)
        assert [it["status"] for it in answer["results"]] == [201] * 3, answer
        return ticket_id

    def copied(self) -> tuple[str, str]:
        """A load, and another one with its photo."""
        photo = uuid4().hex * 2
        return self.load(photo=photo), self.load("浙F54321", gross_kg=13_000, photo=photo)

    def run(self) -> int:
        """Verify the month; the run's id."""
        with self.gate.app.app_context():
            run: VerificationRun = verify_month(db.session, self.first)
            run_id = run.id
            db.session.commit()
            return run_id

    def suspicion(self, detector: str, ticket_id: str | None = None) -> int:
        """The id of the one that this detector raised."""
        chosen = select(RaisedSuspicion.id).where(RaisedSuspicion.detector == detector)
        if ticket_id is not None:
            chosen = chosen.where(RaisedSuspicion.subject_id == ticket_id)
        with self.gate.app.app_context():
            return db.session.scalars(chosen).one()

    def explain_all(self, *, but: str = "") -> None:
        """Li explains everything that nobody has judged, but what this detector raised."""
        with self.gate.app.app_context():
            unjudged = ~exists().where(Verdict.suspicion_id == RaisedSuspicion.id)
            ids = db.session.scalars(select(RaisedSuspicion.id).where(unjudged, RaisedSuspicion.detector != but)).all()
        for suspicion_id in ids:
            self.judged(suspicion_id, VerdictKind.EXPLAINED)

    def judged(self, suspicion_id: int, kind: VerdictKind, reason: str = "looked at", by: str | int = "Li") -> None:
        with self.acting(by):
            last = newest_verdict(db.session, suspicion_id)
            judge(db.session, suspicion_id, kind, reason, known_verdict=last.id if last else None)
            db.session.commit()

    @contextmanager
    def acting(self, by: str | int) -> Iterator[None]:
        number = NUMBERS[by] if isinstance(by, str) else by
        actor = Actor(kind=ActorKind.ACCOUNT, name=str(by), where_from="test", account_id=number)
        with self.gate.app.app_context(), acting_as(actor):
            yield

    def standing(self, *ticket_ids: str) -> list[Standing]:
        with self.gate.app.app_context():
            found = standing_of(db.session, ticket_ids)
            return [found[it] for it in ticket_ids]
