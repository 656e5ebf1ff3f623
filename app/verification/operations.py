"""What a person says of a suspicion. Nothing here commits."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.clock import now
from app.errors import (
    JUDGED_MEANWHILE,
    NO_SUCH_SUSPICION,
    NOT_ALLOWED,
    REASON_NEEDED,
    SAME_JUDGE,
    WEIGHED_BY_YOU,
    Refusal,
)
from app.verification.models import RaisedSuspicion, Verdict, VerdictKind
from app.verification.queries import is_maker, newest_verdict


def judge(
    session: Session, suspicion_id: int, kind: VerdictKind, reason: str, *, known_verdict: int | None = None
) -> Verdict:
    """Add a verdict; what it names counts again, or does not, from now on.

    `known_verdict`: the newest one that whoever judges has seen. Raises Refusal where there is no such suspicion, no
    reason, where a newer verdict is there, where the same person judged last, or had a hand in a ticket of it.
    """
    raised = session.get(RaisedSuspicion, suspicion_id, with_for_update=True)
    actor = acting_now()
    if raised is None:
        raise Refusal(NO_SUCH_SUSPICION, [str(suspicion_id)])
    if actor.account_id is None:
        raise Refusal(NOT_ALLOWED)
    if not reason.strip():
        raise Refusal(REASON_NEEDED)
    last = newest_verdict(session, suspicion_id)
    if (last.id if last else None) != known_verdict:
        raise Refusal(JUDGED_MEANWHILE)
    if last is not None and last.judged_by == actor.account_id:
        raise Refusal(SAME_JUDGE)
    if is_maker(session, suspicion_id, actor.account_id):
        raise Refusal(WEIGHED_BY_YOU)
    verdict = Verdict(
        suspicion_id=suspicion_id,
        kind=kind,
        reason=reason.strip()[:500],
        judged_by=actor.account_id,
        judged_name=actor.name[:255],
        judged_at=now(),
    )
    session.add(verdict)
    session.flush()
    record(
        session,
        what=f"suspicion.{kind.value}",
        subject_kind="suspicion",
        subject_id=suspicion_id,
        before=None if last is None else {"verdict": last.kind, "reason": last.reason},
        after={"verdict": kind.value, "reason": verdict.reason, "detector": raised.detector},
    )
    return verdict
