"""Drawings handed in and put in force: then the yard's stacks are those of the drawing. Nothing here commits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.clock import now
from app.errors import STACK_NOT_EMPTY, Refusal
from app.fire_safety.drawings.models import YardDrawingVersion
from app.fire_safety.drawings.places import StackPlace, stack_places
from app.fire_safety.drawings.queries import Judged
from app.registry.legal_capacity import DrawnCapacity, drawn_capacity
from app.registry.models import TransferYard
from app.storage.balances import stack_contents
from app.storage.layouts import (
    STACK_MEMBERS,
    add_stack,
    change_stack,
    restore_stack,
    stacks_of,
    withdraw_stack,
)
from app.storage.models import BaleStack, StackKind


def add_version(session: Session, yard: TransferYard, geojson: str, *, note: str | None) -> YardDrawingVersion:
    """Keep a drawing that could be read as the yard's next version, and return it. The same text as that of the newest
    version is that version."""
    lock_drawings(session, yard)
    chosen = select(YardDrawingVersion).where(YardDrawingVersion.yard_id == yard.yard_id)
    newest = session.scalar(chosen.order_by(YardDrawingVersion.version.desc()).limit(1))
    digest = hashlib.sha256(geojson.encode()).hexdigest()
    if newest is not None and newest.digest == digest:
        return newest
    actor = acting_now()
    added = YardDrawingVersion(
        yard_id=yard.yard_id,
        version=newest.version + 1 if newest else 1,
        geojson=geojson,
        digest=digest,
        note=note,
        drawn_by=actor.account_id,
        drawn_name=actor.name,
        drawn_at=now(),
    )
    session.add(added)
    session.flush()
    record(
        session,
        what="yard_drawing.added",
        subject_kind="yard_drawing",
        subject_id=yard.yard_id,
        after={"version": added.version, "digest": digest, "note": note},
    )
    return added


def put_in_force(session: Session, yard: TransferYard, version: YardDrawingVersion, found: Judged) -> None:
    """Let the yard's stacks and what they may hold be those of the drawing, judged as `found`.

    A stack that is there already keeps its id and what lies on it. Stacks that are not drawn go out of use; raises
    Refusal, naming all of them, where some still hold straw.
    """
    lock_drawings(session, yard)
    before = drawn_capacity(session, yard.yard_id)
    places = stack_places(found.drawing, found.capacity)
    known = list(stacks_of(session, yard.yard_id, withdrawn=True))
    pairs = _paired(places, known)
    drawn = {stack.stack_id for _place, stack in pairs if stack is not None}
    gone = [stack for stack in known if stack.stack_id not in drawn and stack.withdrawn_at is None]
    _refuse_held(session, yard, gone)
    for stack in gone:
        withdraw_stack(session, stack)
    for place, one in pairs:
        _set(session, yard, place, one)
    capacity, actor = found.capacity, acting_now()
    added = DrawnCapacity(
        yard_id=yard.yard_id,
        drawing_version=version.version,
        bales=capacity.bales,
        kg=round(capacity.mass_kg),
        set_by=actor.account_id,
        set_name=actor.name,
        since=now(),
    )
    session.add(added)
    session.flush()
    record(
        session,
        what="yard_drawing.put_in_force",
        subject_kind="yard_drawing",
        subject_id=yard.yard_id,
        before=None if before is None else _said(before),
        after=_said(added),
    )


def lock_drawings(session: Session, yard: TransferYard) -> None:
    """Two who change a yard's drawings at once do so one after the other."""
    session.refresh(yard, with_for_update=True)


def _paired(places: Sequence[StackPlace], known: Sequence[BaleStack]) -> list[tuple[StackPlace, BaleStack | None]]:
    """Each drawn stack with the one that it is: by the drawing it came from, by its id, by its name; None if new."""
    left = {stack.stack_id: stack for stack in known}
    found: dict[str, BaleStack] = {}
    for same in (_came_from, _has_id, _has_name):
        for place in places:
            if place.drawing_id in found:
                continue
            one = next((it for it in left.values() if same(place, it)), None)
            if one is not None:
                found[place.drawing_id] = left.pop(one.stack_id)
    return [(place, found.get(place.drawing_id)) for place in places]


def _came_from(place: StackPlace, stack: BaleStack) -> bool:
    return stack.drawing_id == place.drawing_id


def _has_id(place: StackPlace, stack: BaleStack) -> bool:
    return stack.stack_id == place.drawing_id


def _has_name(place: StackPlace, stack: BaleStack) -> bool:
    return stack.drawing_id is None and stack.name in (place.name, place.drawing_id)


def _refuse_held(session: Session, yard: TransferYard, stacks: Iterable[BaleStack]) -> None:
    contents = stack_contents(session, yard.yard_id)
    held = [it.name for it in stacks if (on := contents.get(it.stack_id)) is not None and (on.bales or on.kg)]
    if held:
        raise Refusal(STACK_NOT_EMPTY, held)


def _set(session: Session, yard: TransferYard, place: StackPlace, stack: BaleStack | None) -> None:
    values = dict(_values(place))
    if stack is None:
        new = {"name": place.name or place.drawing_id, "kind": StackKind.ANY.value, **values}
        add_stack(session, yard, new).drawing_id = place.drawing_id
        return
    restore_stack(session, stack)
    kept = {name: getattr(stack, name) for name in STACK_MEMBERS} | values
    if place.name:
        kept["name"] = place.name
    change_stack(session, stack, kept, seen_version=stack.version)
    stack.drawing_id = place.drawing_id


def _values(place: StackPlace) -> Iterator[tuple[str, Any]]:
    for name in ("x_m", "y_m", "width_m", "length_m", "most_bales"):
        yield name, getattr(place, name)


def _said(held: DrawnCapacity) -> dict[str, object]:
    return {"version": held.drawing_version, "most_bales": held.bales, "most_kg": held.kg}
