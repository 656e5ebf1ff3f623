"""Who of a yard's people answers for a corrective action."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import Account, AccountPlace
from app.errors import NO_SUCH_THING, SETTLED_ALREADY
from app.fire_safety.inspections.bodies import ActionId
from app.fire_safety.inspections.models import ActionStep, CorrectiveAction, Step
from app.fire_safety.inspections.queries import ActionState, action_now
from app.intake.arriving import Arrived, Body, Effects, RefusedHere
from app.registry.models import TransferYard


class ActionAssigned(Body):
    """Made by the server only: this account answers for the action from now on."""

    action_id: ActionId
    account_id: Annotated[int, Field(ge=1, le=2**31 - 1)]


def people_of(session: Session, yard: TransferYard) -> Sequence[Account]:
    """Return the open accounts of the yard, of its town and of the plant beside it, by name."""
    places = [("yard", yard.yard_id), ("town", yard.town_id), ("plant", yard.adjacent_plant_id)]
    here = or_(*(and_(AccountPlace.kind == kind, AccountPlace.place_id == id_) for kind, id_ in places if id_))
    belongs = select(AccountPlace.account_id).where(here)
    return session.scalars(
        select(Account).where(Account.active, Account.id.in_(belongs)).order_by(Account.name, Account.id)
    ).all()


def action_assigned(session: Session, arrived: Arrived, body: ActionAssigned) -> Effects:
    """The step that says who answers for the action. Refused where it is done, or for somebody of another yard."""
    yard_id = session.scalar(select(CorrectiveAction.yard_id).where(CorrectiveAction.id == body.action_id))
    found = action_now(session, body.action_id, arrived.received_at) if yard_id == arrived.place_id else None
    yard = session.scalar(select(TransferYard).where(TransferYard.yard_id == arrived.place_id))
    people = {} if yard is None else {person.id: person for person in people_of(session, yard)}
    if found is None or body.account_id not in people:
        raise RefusedHere(HTTPStatus.NOT_FOUND, NO_SUCH_THING, [body.action_id])
    if found.state is ActionState.DONE:
        raise RefusedHere(HTTPStatus.CONFLICT, SETTLED_ALREADY, [body.action_id])
    row: dict[str, Any] = {
        "id": f"{arrived.id}-1",
        "record_id": arrived.id,
        "action_id": body.action_id,
        "step": Step.ASSIGNED,
        "note": None,
        "photos": [],
        "taken_by": body.account_id,
        "taken_name": people[body.account_id].name,
        "taken_at": arrived.happened_at,
    }
    return Effects([(ActionStep, row)])
