"""A drawing with blocking findings is put in force by two: somebody wants it, the fire brigade or the town agrees.
Nothing here commits."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.clock import now
from app.errors import SAME_PERSON, SETTLED_ALREADY, Refusal
from app.fire_safety.alarms.operations import raise_alarm
from app.fire_safety.drawings.models import DrawingWish, DrawingWishAnswer, YardDrawingVersion
from app.fire_safety.drawings.operations import lock_drawings
from app.fire_safety.drawings.queries import Judged
from app.registry.models import TransferYard
from yard_rules.audiences import Audience
from yard_rules.finding import Severity

WISH_ALARM: Final = "drawing_wished"


def open_wish(session: Session, yard_id: str, version: int) -> DrawingWish | None:
    """Return the wish to put this version in force that nobody has answered yet."""
    answered = select(DrawingWishAnswer.wish_id)
    return session.scalar(
        select(DrawingWish)
        .where(DrawingWish.yard_id == yard_id, DrawingWish.version == version, DrawingWish.id.not_in(answered))
        .order_by(DrawingWish.id.desc())
        .limit(1)
    )


def last_answer(session: Session, yard_id: str, version: int) -> DrawingWishAnswer | None:
    """Return what was answered last of this version."""
    return session.scalar(
        select(DrawingWishAnswer)
        .join(DrawingWish)
        .where(DrawingWish.yard_id == yard_id, DrawingWish.version == version)
        .order_by(DrawingWish.id.desc())
        .limit(1)
    )


def wish_in_force(
    session: Session, yard: TransferYard, version: YardDrawingVersion, found: Judged, *, reason: str
) -> DrawingWish:
    """Ask that the version be put in force with what it breaks, and tell those who may agree. Raises Refusal where
    somebody has asked already."""
    lock_drawings(session, yard)
    if open_wish(session, version.yard_id, version.version) is not None:
        raise Refusal(SETTLED_ALREADY, [version.yard_id])
    actor = acting_now()
    wish = DrawingWish(
        yard_id=version.yard_id,
        version=version.version,
        blocking=found.counts["blocks"],
        reason=reason,
        wished_by=actor.account_id,
        wished_name=actor.name,
        wished_at=now(),
    )
    session.add(wish)
    session.flush()
    _noted(session, "yard_drawing.wished", version.yard_id, {"version": version.version, "reason": reason})
    raise_alarm(
        session,
        yard_id=yard.yard_id,
        kind=WISH_ALARM,
        subject=yard.yard_id,
        said={"version": wish.version, "blocking": wish.blocking, "wish": wish.id},
        key=f"drawing_wish/{wish.id}",
        moment=wish.wished_at,
        severity=Severity.ADVICE,
        told=(Audience.BRIGADE, Audience.TOWN),
    )
    return wish


def answer_wish(
    session: Session, yard: TransferYard, version: YardDrawingVersion, *, is_agreed: bool, reason: str | None
) -> None:
    """Keep what another person than the one who asked answered; raises Refusal for that one, and where nobody asks."""
    lock_drawings(session, yard)
    wish = open_wish(session, yard.yard_id, version.version)
    if wish is None:
        raise Refusal(SETTLED_ALREADY, [yard.yard_id])
    actor = acting_now()
    if actor.account_id is None or actor.account_id == wish.wished_by:
        raise Refusal(SAME_PERSON, [actor.name])
    session.add(
        DrawingWishAnswer(
            wish_id=wish.id,
            is_agreed=is_agreed,
            reason=reason,
            answered_by=actor.account_id,
            answered_name=actor.name,
            answered_at=now(),
        )
    )
    session.flush()
    what = "yard_drawing.agreed" if is_agreed else "yard_drawing.declined"
    _noted(session, what, wish.yard_id, {"version": wish.version, "reason": reason})


def _noted(session: Session, what: str, yard_id: str, after: dict[str, object]) -> None:
    record(session, what=what, subject_kind="yard_drawing", subject_id=yard_id, after=after)
