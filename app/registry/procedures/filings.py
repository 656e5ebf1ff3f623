"""Filing of collecting bodies (H4): the town proposes, the task force confirms. Nothing here commits."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.scope import Scope
from app.errors import NOT_THEIR_TURN, Refusal
from app.registry.changes import change_record
from app.registry.kinds import KINDS
from app.registry.lists import seen_by
from app.registry.models import CollectingBody

KEY: Final = "collecting_bodies"


class FilingState(StrEnum):
    NOT_FILED = "not filed"
    PROPOSED = "proposed"
    FILED = "filed"


def filing_state(body: CollectingBody) -> FilingState:
    """Return how far the body's filing is."""
    if body.filed_on is not None:
        return FilingState.FILED
    return FilingState.NOT_FILED if body.filing_proposed_on is None else FilingState.PROPOSED


def filing_in_query() -> ColumnElement[str]:
    """The same for a query."""
    return case(
        (CollectingBody.filed_on.is_not(None), FilingState.FILED.value),
        (CollectingBody.filing_proposed_on.is_not(None), FilingState.PROPOSED.value),
        else_=FilingState.NOT_FILED.value,
    )


def filing_counts(session: Session, scope: Scope | None) -> dict[FilingState, int]:
    """Return how many collecting bodies in use are in each state."""
    state = filing_in_query()
    rows = session.execute(
        select(state, func.count())
        .where(CollectingBody.withdrawn_at.is_(None), seen_by(KINDS[KEY], scope))
        .group_by(state)
    )
    return {FilingState(word): count for word, count in rows}


def propose_filing(session: Session, body: CollectingBody, *, day: date) -> None:
    """The town hands the body in for filing; raises Refusal where that is done."""
    session.refresh(body, with_for_update=True)
    if body.withdrawn_at is not None or filing_state(body) is not FilingState.NOT_FILED:
        raise Refusal(NOT_THEIR_TURN, [body.name])
    _take_step(session, body.body_id, "filing.proposed", {"filing_proposed_on": day})


def confirm_filing(session: Session, body: CollectingBody, *, number: str | None, day: date) -> None:
    """The task force files what was proposed, under its number; raises Refusal where nothing is."""
    session.refresh(body, with_for_update=True)
    if body.withdrawn_at is not None or filing_state(body) is not FilingState.PROPOSED:
        raise Refusal(NOT_THEIR_TURN, [body.name])
    _take_step(session, body.body_id, "filing.confirmed", {"filed_on": day, "filing_number": number})


def send_back(session: Session, body: CollectingBody) -> None:
    """The task force gives the proposal back to the town; raises Refusal where nothing is proposed."""
    session.refresh(body, with_for_update=True)
    if filing_state(body) is not FilingState.PROPOSED:
        raise Refusal(NOT_THEIR_TURN, [body.name])
    _take_step(session, body.body_id, "filing.sent_back", {"filing_proposed_on": None})


def _take_step(session: Session, body_id: str, what: str, step: dict[str, object]) -> None:
    change = change_record(session, KEY, body_id, step)
    assert change is not None
    record(
        session, what=what, subject_kind="collecting_body", subject_id=body_id, before=change.before, after=change.after
    )
