"""What a tablet needs to know of inspections to go on without a network."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from sqlalchemy.orm import Session

from app.clock import business_day, now
from app.fire_safety.heat.bans import ban_level
from app.fire_safety.heat.texts import level_tasks
from app.fire_safety.inspections.queries import ActionState, DueList, actions_now, due_lists
from app.fire_safety.inspections.texts import item_text
from app.fire_safety.inspections.things import thing_names, things_of
from app.fire_safety.source_texts import source_text
from app.intake.bodies import moment_text
from app.registry.models import TransferYard
from app.registry.suspension_models import Suspension
from app.registry.suspension_texts import reason_text
from app.registry.suspensions import bans_of, suspensions_in_force
from yard_rules.audiences import Audience
from yard_rules.checklists import Per
from yard_rules.heat.ladder import HeatLevel, Task, ladder
from yard_rules.inspections import questions

Things = dict[Per, list[str]]
# Whose lists are gone through on the yard's tablets; the manager's by those who may inspect only.
_ON_TABLETS = {Audience.ATTENDANT, Audience.MANAGER}


def inspections_for_notebook(session: Session, yard: TransferYard) -> dict[str, Any]:
    """Return `lists` (of attendants, and of the manager for `inspectors`, with what is asked for each thing), `things`
    (names of what the drawing shows, by id), `actions` (not done yet) and `closed` (the yard, where `stack_id` is None,
    or stacks, with what the heat that closed it asks for)."""
    things = things_of(session, yard.yard_id)
    return {
        "lists": [_list(it, things) for it in due_lists(session, yard) if _ON_TABLETS & set(it.held.by)],
        "things": thing_names(session, yard.yard_id),
        "actions": [
            {
                "id": it.action.id,
                "words": item_text(it.action.item_id),
                "subject_id": it.action.subject_id,
                "severity": it.action.severity,
                "note": it.action.note,
                "due_at": moment_text(it.action.due_at),
                "state": it.state.value,
                "mended_by": it.mending.taken_by if it.mending and it.state is ActionState.MENDED else None,
            }
            for it in actions_now(session, [yard.yard_id], now())
            if it.state is not ActionState.DONE
        ],
        "closed": [_closed(session, it) for it in suspensions_in_force(session, yard.yard_id)],
    }


def _closed(session: Session, suspension: Suspension) -> dict[str, Any]:
    level, day = ban_level(session, suspension) or HeatLevel.NORMAL, business_day()
    return {
        "stack_id": suspension.stack_id,
        "reason": reason_text(suspension.reason),
        "bans": sorted(bans_of(suspension)),
        "tasks": level_tasks(level, day),
        "everybody_leaves": Task.EVACUATE in ladder(day)[level].tasks,
    }


def _list(it: DueList, things: Things) -> dict[str, Any]:
    held = it.held
    return {
        "kind": held.kind.value,
        "title": gettext(held.title),
        "day": held.day.isoformat(),
        "digest": held.digest,
        "due": it.is_due,
        "lacking": it.lacking,
        "inspectors": Audience.ATTENDANT not in held.by,
        "questions": [
            {
                "item_id": item.item_id,
                "subject_id": subject_id,
                "words": gettext(item.words),
                "look_at": gettext(item.look_at),
                "photo": item.photo.value,
                "severity": item.severity.value,
                "source": source_text(item.sources[0].source),
            }
            for item, subject_id in questions(held, things)
        ],
    }
