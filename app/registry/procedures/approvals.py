"""Approvals of direct hauls (H13): a town applies, task force and franchise company agree, in either order.

The state follows from the dates of the steps, on any day. Nothing here commits or knows of requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.errors import NOT_THEIR_TURN, ONE_FOR_BOTH, Refusal
from app.registry.changes import change_record
from app.registry.models import DirectHaulApproval, RegistryChange

KEY: Final = "approvals"


class Party(StrEnum):
    TOWN = "town"
    TASK_FORCE = "task_force"
    COMPANY = "company"


class ApprovalState(StrEnum):
    APPLIED = "applied"
    TASK_FORCE_AGREED = "task force agreed"  # the company has not yet
    COMPANY_AGREED = "company agreed"  # the task force has not yet
    AGREED = "agreed"  # by both, for days to come
    IN_FORCE = "in force"
    EXPIRED = "expired"  # its last day is over, whether all had agreed or not
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


OPEN_STATES: Final = (ApprovalState.APPLIED, ApprovalState.TASK_FORCE_AGREED, ApprovalState.COMPANY_AGREED)
# Who is asked in which state.
TURNS: Final[Mapping[Party, tuple[ApprovalState, ...]]] = {
    Party.TASK_FORCE: (ApprovalState.APPLIED, ApprovalState.COMPANY_AGREED),
    Party.COMPANY: (ApprovalState.APPLIED, ApprovalState.TASK_FORCE_AGREED),
    Party.TOWN: (),
}
_ENDABLE: Final = (*OPEN_STATES, ApprovalState.AGREED, ApprovalState.IN_FORCE)
_AGREED_ON: Final = {Party.TASK_FORCE: "task_force_agreed_on", Party.COMPANY: "company_agreed_on"}


def state_on(approval: DirectHaulApproval, day: date) -> ApprovalState:
    """Return the state on a day, from the steps taken until then; one that is ended counts until the day before."""

    def is_done(step: date | None) -> bool:
        return step is not None and step <= day

    by_task_force, by_company = is_done(approval.task_force_agreed_on), is_done(approval.company_agreed_on)
    if is_done(approval.refused_on):
        state = ApprovalState.REFUSED
    elif is_done(approval.ended_on):
        state = ApprovalState.WITHDRAWN
    elif day > approval.valid_until:
        state = ApprovalState.EXPIRED
    elif by_task_force and by_company:
        state = ApprovalState.IN_FORCE if approval.valid_from <= day else ApprovalState.AGREED
    elif by_task_force:
        state = ApprovalState.TASK_FORCE_AGREED
    elif by_company:
        state = ApprovalState.COMPANY_AGREED
    else:
        state = ApprovalState.APPLIED
    return state


def state_in_query(day: date) -> ColumnElement[str]:
    """The same for a query."""
    row = DirectHaulApproval

    def is_done(step: Any) -> ColumnElement[bool]:
        return and_(step.is_not(None), step <= day)

    by_task_force, by_company = is_done(row.task_force_agreed_on), is_done(row.company_agreed_on)
    return case(
        (is_done(row.refused_on), ApprovalState.REFUSED.value),
        (is_done(row.ended_on), ApprovalState.WITHDRAWN.value),
        (row.valid_until < day, ApprovalState.EXPIRED.value),
        (and_(by_task_force, by_company, row.valid_from <= day), ApprovalState.IN_FORCE.value),
        (and_(by_task_force, by_company), ApprovalState.AGREED.value),
        (by_task_force, ApprovalState.TASK_FORCE_AGREED.value),
        (by_company, ApprovalState.COMPANY_AGREED.value),
        else_=ApprovalState.APPLIED.value,
    )


def agreed_days(approval: DirectHaulApproval) -> tuple[date, date] | None:
    """Return the first and last day on which direct hauls may be planned under it; None where there is none."""
    agreed_on = (approval.task_force_agreed_on, approval.company_agreed_on)
    if approval.refused_on is not None or agreed_on[0] is None or agreed_on[1] is None:
        return None
    first = max(approval.valid_from, agreed_on[0], agreed_on[1])
    last = approval.valid_until
    if approval.ended_on is not None:
        last = min(last, approval.ended_on - timedelta(days=1))
    return (first, last) if first <= last else None


def may_answer(approval: DirectHaulApproval, party: Party, day: date) -> bool:
    """Whether this party is asked to agree or refuse."""
    return approval.withdrawn_at is None and state_on(approval, day) in TURNS[party]


def may_end(approval: DirectHaulApproval, day: date) -> bool:
    """Whether the town or either of the others can still withdraw it."""
    return approval.withdrawn_at is None and state_on(approval, day) in _ENDABLE


def is_untouched(approval: DirectHaulApproval, day: date) -> bool:
    """Whether nobody has answered yet, so that the town may still change what it applies for."""
    return approval.withdrawn_at is None and state_on(approval, day) is ApprovalState.APPLIED


def new_approval_id(session: Session, *, town_id: str, plant_id: str, valid_from: date) -> str:
    """Return a code that no approval has, in the way that scenario files make them."""
    first = f"{town_id}-{plant_id}-{valid_from:%Y%m%d}"
    taken = set(session.scalars(select(DirectHaulApproval.approval_id)))
    codes = (first, *(f"{first}-{number}" for number in range(2, len(taken) + 3)))
    return next(code for code in codes if code not in taken)


def apply_for(session: Session, values: Mapping[str, Any], *, day: date) -> str:
    """A town asks for an approval; return its code. `values`: what the form has read."""
    code = new_approval_id(
        session, town_id=values["town_id"], plant_id=values["plant_id"], valid_from=values["valid_from"]
    )
    change_record(session, KEY, code, {**values, "approval_id": code, "applied_on": day})
    _audit(session, "approval.asked", code, {"applied_on": day, "valid_from": values["valid_from"]})
    return code


def change_application(
    session: Session, approval_id: str, values: Mapping[str, Any], *, seen_version: int, day: date
) -> None:
    """The town changes what it applies for; raises Refusal where somebody has answered, or changed it meanwhile."""
    if not is_untouched(_locked(session, approval_id), day):
        raise Refusal(NOT_THEIR_TURN, [approval_id])
    change = change_record(session, KEY, approval_id, values, seen_version=seen_version)
    if change is not None:
        record(
            session, what="approval.changed", subject_kind="approval", subject_id=approval_id,
            before=change.before, after=change.after,
        )  # fmt: skip


def agree(session: Session, approval_id: str, party: Party, *, day: date) -> None:
    """Task force or company agree; raises Refusal where they are not asked, or the account has agreed for the other."""
    approval = _locked(session, approval_id)
    if not may_answer(approval, party, day):
        raise Refusal(NOT_THEIR_TURN, [approval_id])
    other = _AGREED_ON[Party.COMPANY if party is Party.TASK_FORCE else Party.TASK_FORCE]
    account_id = acting_now().account_id
    if account_id is not None and account_id in _accounts_that_set(session, approval_id, other):
        raise Refusal(ONE_FOR_BOTH, [approval_id])
    _take_step(session, approval, "approval.agreed", party, {_AGREED_ON[party]: day})


def refuse(session: Session, approval_id: str, party: Party, *, reason: str, day: date) -> None:
    """Task force or company refuse, with a reason; raises Refusal where they are not asked."""
    approval = _locked(session, approval_id)
    if not may_answer(approval, party, day):
        raise Refusal(NOT_THEIR_TURN, [approval_id])
    step = {"refused_on": day, "refused_by": party.value, "end_reason": reason}
    _take_step(session, approval, "approval.refused", party, step)


def end(session: Session, approval_id: str, party: Party, *, reason: str, day: date) -> None:
    """Town, task force or company withdraw it from this day on; raises Refusal where there is nothing to withdraw."""
    approval = _locked(session, approval_id)
    if not may_end(approval, day):
        raise Refusal(NOT_THEIR_TURN, [approval_id])
    step = {"ended_on": day, "ended_by": party.value, "end_reason": reason}
    _take_step(session, approval, "approval.ended", party, step)


def _locked(session: Session, approval_id: str) -> DirectHaulApproval:
    chosen = select(DirectHaulApproval).where(DirectHaulApproval.approval_id == approval_id)
    return session.scalars(chosen.with_for_update().execution_options(populate_existing=True)).one()


def _take_step(
    session: Session, approval: DirectHaulApproval, what: str, party: Party, step: Mapping[str, Any]
) -> None:
    code = approval.approval_id
    change_record(session, KEY, code, step)
    _audit(session, what, code, {"party": party.value, **step})


def _accounts_that_set(session: Session, approval_id: str, member: str) -> set[int | None]:
    rows = session.execute(
        select(RegistryChange.account_id, RegistryChange.after).where(
            RegistryChange.key == KEY, RegistryChange.record_id == approval_id
        )
    )
    return {account_id for account_id, after in rows if (after or {}).get(member) is not None}


def _audit(session: Session, what: str, approval_id: str, after: Mapping[str, object]) -> None:
    record(session, what=what, subject_kind="approval", subject_id=approval_id, after=after)
