"""What the register asks of whoever opens the first page: applications to answer, collecting bodies to file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.login import may
from app.accounts.permissions import Permission
from app.registry.models import DirectHaulApproval
from app.registry.procedures.approvals import TURNS, Party, state_in_query
from app.registry.procedures.filings import FilingState, filing_counts
from app.registry.procedures.panels import PERMISSION_OF
from app.registry.writing import writing_scope


@dataclass(frozen=True, slots=True)
class RegisterTask:
    """A sentence, what it means, and where it is done."""

    text: str
    note: str | None
    address: str


def register_tasks(session: Session, today: date) -> list[RegisterTask]:
    """Return what whoever asks now has to do."""
    return [*_answers(session, today), *_filings(session)]


def _answers(session: Session, today: date) -> Sequence[RegisterTask]:
    found = []
    for party in (Party.TASK_FORCE, Party.COMPANY):
        if may(PERMISSION_OF[party]):
            count = waiting_count(session, party, today)
            if count:
                text = ngettext(
                    "%(num)d application for direct hauls waits for you.",
                    "%(num)d applications for direct hauls wait for you.",
                    count,
                )
                found.append(RegisterTask(text, None, url_for("registry.list_of", key="approvals", turn=party.value)))
    return found


def waiting_count(session: Session, party: Party, today: date) -> int:
    """How many applications in use a party is asked about."""
    its_turn = state_in_query(today).in_([state.value for state in TURNS[party]])
    chosen = select(func.count()).select_from(DirectHaulApproval)
    return session.scalar(chosen.where(DirectHaulApproval.withdrawn_at.is_(None), its_turn)) or 0


def _filings(session: Session) -> Sequence[RegisterTask]:
    found = []
    address = {state: url_for("registry.list_of", key="collecting_bodies", step=state.value) for state in FilingState}
    if may(Permission.PROPOSE_FILINGS):
        count = filing_counts(session, writing_scope(current_user, Permission.PROPOSE_FILINGS)).get(
            FilingState.NOT_FILED, 0
        )
        if count:
            text = ngettext("%(num)d collecting body is not filed.", "%(num)d collecting bodies are not filed.", count)
            note = gettext("Propose them to the task force for filing.")
            found.append(RegisterTask(text, note, address[FilingState.NOT_FILED]))
    if may(Permission.CONFIRM_FILINGS):
        counts = filing_counts(session, None)
        count = counts.get(FilingState.PROPOSED, 0)
        if count:
            text = ngettext(
                "%(num)d collecting body waits for its filing.",
                "%(num)d collecting bodies wait for their filing.",
                count,
            )
            found.append(RegisterTask(text, None, address[FilingState.PROPOSED]))
        count = counts.get(FilingState.NOT_FILED, 0)
        if count:
            text = ngettext("%(num)d collecting body is not filed.", "%(num)d collecting bodies are not filed.", count)
            note = gettext("Their towns have not proposed them yet.")
            found.append(RegisterTask(text, note, address[FilingState.NOT_FILED]))
    return found
