"""What the page of an approval or a collecting body shows of its procedure: the steps as a line, whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext
from flask_login import current_user

from app.accounts.login import may
from app.accounts.permissions import Permission
from app.clock import business_day
from app.database.engine import db
from app.registry.history import who_set
from app.registry.kinds import KINDS
from app.registry.models import CollectingBody, DirectHaulApproval
from app.registry.procedures.approvals import (
    TURNS,
    ApprovalState,
    Party,
    is_untouched,
    may_answer,
    may_end,
    state_on,
)
from app.registry.procedures.filings import FilingState, filing_state
from app.registry.writing import writing_scope
from app.texts import _

PERMISSION_OF: Mapping[Party, Permission] = {
    Party.TOWN: Permission.APPLY_FOR_TOWN,
    Party.TASK_FORCE: Permission.ANSWER_FOR_TASK_FORCE,
    Party.COMPANY: Permission.ANSWER_FOR_COMPANY,
}
PARTY_TEXTS: Mapping[Party, str] = {
    Party.TOWN: _("the town"),
    Party.TASK_FORCE: _("the task force"),
    Party.COMPANY: _("the franchise company"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`state`: "done", "open" (its turn), "later" or "stopped"; `text` and `party` are message ids."""

    text: str
    state: str
    party: str | None = None
    day: date | None = None
    who: str | None = None
    at: datetime | None = None


def acts_for(party: Party, town_id: str) -> bool:
    """Whether whoever asks now acts for this party; for the town only somebody of it."""
    if not may(PERMISSION_OF[party]):
        return False
    scope = writing_scope(current_user, PERMISSION_OF[party])
    return scope is None or town_id in scope.town_ids


def approval_panel(approval: DirectHaulApproval) -> dict[str, Any]:
    """Return the steps of an approval, and what whoever asks may do now."""
    today = business_day()
    state = state_on(approval, today)
    mine = [party for party in Party if acts_for(party, approval.town_id)]
    return {
        "what": "approval",
        "steps": _approval_steps(approval, state, today),
        "answers": [party for party in mine if may_answer(approval, party, today)],
        "ends": mine[0] if mine and may_end(approval, today) and not is_only_asked(mine, approval, today) else None,
        "changes": Party.TOWN in mine and is_untouched(approval, today),
        "reason": approval.end_reason,
        "waits_for": [
            gettext(PARTY_TEXTS[party]) for party in Party if state in TURNS[party] and approval.withdrawn_at is None
        ],
    }


def is_only_asked(parties: list[Party], approval: DirectHaulApproval, today: date) -> bool:
    """Whether these parties are all asked for their answer: then they refuse, and have nothing to withdraw."""
    return all(may_answer(approval, party, today) for party in parties)


def filing_panel(body: CollectingBody) -> dict[str, Any]:
    """Return the steps of a filing, and what whoever asks may do now."""
    state = filing_state(body)
    who = who_set(db.session, KINDS["collecting_bodies"], body.body_id)
    is_filed = state is FilingState.FILED
    in_use = body.withdrawn_at is None
    scope = writing_scope(current_user, Permission.PROPOSE_FILINGS)
    is_own = may(Permission.PROPOSE_FILINGS) and (scope is None or body.town_id in scope.town_ids)
    return {
        "what": "filing",
        "steps": [
            _step(
                _("Proposed"), Party.TOWN, body.filing_proposed_on, who.get("filing_proposed_on"), is_next=not is_filed
            ),
            _step(
                _("Filed"), Party.TASK_FORCE, body.filed_on, who.get("filed_on"), is_next=state is FilingState.PROPOSED
            ),
        ],
        "proposes": in_use and is_own and state is FilingState.NOT_FILED,
        "confirms": in_use and may(Permission.CONFIRM_FILINGS) and state is FilingState.PROPOSED,
        "number": body.filing_number,
    }


def _approval_steps(approval: DirectHaulApproval, state: ApprovalState, today: date) -> list[Step]:
    who = who_set(db.session, KINDS["approvals"], approval.approval_id)

    def answered(party: Party, text: str, name: str) -> Step:
        return _step(text, party, getattr(approval, name), who.get(name), is_next=state in TURNS[party])

    steps = [
        _step(_("Applied for"), Party.TOWN, approval.applied_on, who.get("applied_on"), is_next=True),
        answered(Party.TASK_FORCE, _("Task force agrees"), "task_force_agreed_on"),
        answered(Party.COMPANY, _("Franchise company agrees"), "company_agreed_on"),
    ]
    if state is ApprovalState.REFUSED:
        return [*steps, _stopped(_("Refused"), approval.refused_by, approval.refused_on, who.get("refused_on"))]
    if state is ApprovalState.WITHDRAWN:
        return [*steps, _stopped(_("Withdrawn"), approval.ended_by, approval.ended_on, who.get("ended_on"))]
    is_begun = state in (ApprovalState.IN_FORCE, ApprovalState.EXPIRED) and steps[1].day and steps[2].day
    begun = Step(text=_("In force"), state="done" if is_begun else "later", day=approval.valid_from)
    over = Step(text=_("Ends"), state="done" if state is ApprovalState.EXPIRED else "later", day=approval.valid_until)
    return [*steps, begun, over]


def _step(text: str, party: Party, day: date | None, set_by: tuple[str, datetime] | None, *, is_next: bool) -> Step:
    who, at = set_by if set_by and day else (None, None)
    state = "done" if day else "open" if is_next else "later"
    return Step(text=text, state=state, party=PARTY_TEXTS[party], day=day, who=who, at=at)


def _stopped(text: str, party: str | None, day: date | None, set_by: tuple[str, datetime] | None) -> Step:
    who, at = set_by or (None, None)
    told = PARTY_TEXTS[Party(party)] if party else None
    return Step(text=text, state="stopped", party=told, day=day, who=who, at=at)
