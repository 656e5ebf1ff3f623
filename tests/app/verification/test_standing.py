"""Which tickets may be paid for: what runs knew, what detectors suspect, what people said."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app.accounts.audit import AuditEntry
from app.database.engine import db
from app.errors import JUDGED_MEANWHILE, NO_SUCH_SUSPICION, REASON_NEEDED, SAME_JUDGE, WEIGHED_BY_YOU, Refusal
from app.verification.models import HeldTicket, RaisedSuspicion, Sighting, VerdictKind
from app.verification.operations import judge
from app.verification.queries import Standing
from app.verification.runs import Look, Seen, look_at_month, store_look
from tests.app.gate import id_of
from tests.app.verification.month import Month
from yard_rules.verification.suspicion import Suspicion

VERIFIED, UNVERIFIED, SUSPECTED, UPHELD = (
    Standing.VERIFIED,
    Standing.UNVERIFIED,
    Standing.SUSPECTED,
    Standing.UPHELD,
)


def test_a_ticket_is_verified_once_a_run_knew_its_closing_and_suspects_nothing(month: Month) -> None:
    early = month.load()
    assert month.standing(early) == [UNVERIFIED]
    month.run()
    month.explain_all()
    late, open_ = month.load("浙F99999", gross_kg=15_000), month.gate.opening("浙F88888")
    month.gate.send(open_)
    assert month.standing(early, late, id_of(open_), str(uuid4())) == [VERIFIED, UNVERIFIED, UNVERIFIED, UNVERIFIED]
    month.run()
    assert month.standing(id_of(open_)) == [UNVERIFIED]
    month.gate.void(early)
    assert month.standing(early) == [UNVERIFIED]


def test_a_ticket_with_the_photo_of_another_waits_until_a_person_explains_it(month: Month) -> None:
    first, second = month.copied()
    month.run()
    photo = month.suspicion("used_photo")
    assert month.standing(second) == [SUSPECTED]
    month.explain_all()
    assert month.standing(first, second) == [VERIFIED, VERIFIED]
    month.judged(photo, VerdictKind.UPHELD, by="Wang")
    assert month.standing(first, second) == [VERIFIED, UPHELD]
    month.run()
    assert month.standing(first, second) == [VERIFIED, UPHELD]
    month.judged(photo, VerdictKind.EXPLAINED, by="Li")
    assert month.standing(second) == [VERIFIED]


def test_a_suspicion_that_a_run_raises_again_is_the_same_one(month: Month) -> None:
    month.copied()
    first = month.run()
    with month.gate.app.app_context():
        raised = counted(RaisedSuspicion)
        assert raised > 0
        sightings, held = counted(Sighting), counted(HeldTicket)
    assert month.run() == first + 1
    with month.gate.app.app_context():
        assert (counted(RaisedSuspicion), counted(Sighting), counted(HeldTicket)) == (raised, 2 * sightings, held)


def test_what_the_newest_run_does_not_see_any_more_holds_nothing_back(month: Month) -> None:
    first, second = month.copied()
    month.run()
    assert month.standing(second) == [SUSPECTED]
    month.gate.void(first)
    month.run()
    month.explain_all(but="used_photo")
    assert month.standing(first, second) == [UNVERIFIED, VERIFIED]


def test_a_sum_holds_back_the_months_tickets_that_it_is_made_of_up_to_its_last_day(month: Month) -> None:
    ours, other = month.load(), month.load("浙F54321", gross_kg=13_000)
    with month.gate.app.app_context():
        look = look_at_month(db.session, month.first)
        place = ("place", month.gate.place[1])
        store_look(db.session, replaced(look, seen(place, month, (ours,))))
        db.session.commit()
    assert month.standing(ours, other) == [SUSPECTED, VERIFIED]
    month.judged(month.suspicion("yard_balance"), VerdictKind.UPHELD)
    assert month.standing(ours, other) == [UPHELD, VERIFIED]


def test_a_look_says_how_far_it_read_and_what_came_from_fields(month: Month) -> None:
    month.load()
    with month.gate.app.app_context():
        look = look_at_month(db.session, month.first)
    assert look.tickets == 1
    assert look.net_kg == 3_500
    assert (*month.gate.place,) in [(kind, place) for kind, place, _position in look.reach]


def test_a_verdict_needs_a_reason_and_another_person_than_the_last(month: Month) -> None:
    month.copied()
    month.run()
    photo = month.suspicion("used_photo")
    refused(month, photo, "  ", REASON_NEEDED.code)
    refused(month, 10_000, "x", NO_SUCH_SUSPICION.code)
    month.judged(photo, VerdictKind.UPHELD)
    with pytest.raises(Refusal, match=SAME_JUDGE.what):
        month.judged(photo, VerdictKind.EXPLAINED)
    with month.acting("Wang"), pytest.raises(Refusal, match=JUDGED_MEANWHILE.what):
        judge(db.session, photo, VerdictKind.EXPLAINED, "did not see the other", known_verdict=None)
    month.judged(photo, VerdictKind.EXPLAINED, by="Wang")


def test_whoever_had_a_hand_in_a_ticket_does_not_judge_it(month: Month) -> None:
    month.copied()
    month.run()
    with pytest.raises(Refusal, match=WEIGHED_BY_YOU.what):
        month.judged(month.suspicion("used_photo"), VerdictKind.EXPLAINED, by=month.gate.operator_id)


def test_runs_and_verdicts_stand_in_the_audit_trail_and_are_never_changed(month: Month) -> None:
    month.copied()
    month.run()
    month.judged(month.suspicion("used_photo"), VerdictKind.UPHELD, "the same truck twice")
    with month.gate.app.app_context():
        noted = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(2)).all()
        assert [it.what for it in noted] == ["suspicion.upheld", "verification.run"]
        assert noted[0].after is not None
        assert noted[0].after["reason"] == "the same truck twice"
        for table in ("verification_run", "suspicion", "suspicion_ticket", "suspicion_sighting", "suspicion_verdict"):
            with pytest.raises(DatabaseError, match="only added"):
                db.session.execute(text(f"DELETE FROM {table}"))
            db.session.rollback()


def counted(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def seen(subject: tuple[str, str], month: Month, held: tuple[str, ...]) -> Seen:
    told = Suspicion(
        detector="yard_balance", subject=subject, ticket_ids=(), evidence={}, score=0.5, at_stake_kg=9, until=month.day
    )
    return Seen(suspicion=told, held=held)


def replaced(look: Look, *found: Seen) -> Look:
    return Look(
        month=look.month, last_day=look.last_day, reach=look.reach, tickets=look.tickets, net_kg=look.net_kg, seen=found
    )


def refused(month: Month, suspicion_id: int, reason: str, code: str) -> None:
    with month.acting("Li"), pytest.raises(Refusal) as refusal:
        judge(db.session, suspicion_id, VerdictKind.EXPLAINED, reason)
    assert refusal.value.kind.code == code
