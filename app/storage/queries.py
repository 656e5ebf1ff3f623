"""What others ask of the stock: what lies where, where a load goes, what leaves next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.scope import Scope
from app.clock import business_day, now
from app.intake.bodies import moment_text
from app.registry.models import TransferYard
from app.registry.suspension_texts import reason_text
from app.registry.suspensions import SuspensionTime, reasons_against, suspension_times, suspensions_in_force
from app.storage.balances import EMPTY, Content, stack_contents
from app.storage.layouts import stacks_of
from app.storage.models import BaleStack, DayClosing, StackCare, StackKind
from yard_rules.acceptance import AcceptanceKind
from yard_rules.heat.ladder import Ban
from yard_rules.rounding import whole_permille
from yard_rules.rulebook import rulebook
from yard_rules.stacks import HeatingAge, heating_age


class ShipState(StrEnum):
    """How urgent it is that bales of the hot lane leave."""

    PAST = "past"
    SOON = "soon"
    LATER = "later"


class LoadOutOrder(StrEnum):
    RISK = "risk"  # what has to leave soon, then the wettest, then the oldest
    FIRST_IN = "first_in"  # the oldest


@dataclass(frozen=True, slots=True, kw_only=True)
class StackNow:
    """A stack and what is on it at `moment`. `banned`: what may not be done with it, and why."""

    stack: BaleStack
    content: Content
    covered: bool | None
    moment: datetime
    banned: Mapping[Ban, Sequence[str]] = field(default_factory=dict)

    @property
    def oldest_on(self) -> date | None:
        """The day on which the oldest of it came into the yard."""
        return None if self.content.since is None else business_day(self.content.since)

    @property
    def age_days(self) -> int | None:
        """Days since then."""
        return None if self.oldest_on is None else max(0, (business_day(self.moment) - self.oldest_on).days)

    @property
    def heating(self) -> HeatingAge | None:
        """In which part of its life the oldest of it is."""
        return None if self.age_days is None else heating_age(self.age_days, business_day(self.moment))

    @property
    def fill(self) -> float:
        """Share of the bales that may lie here."""
        return max(0, self.content.bales) / self.stack.most_bales if self.stack.most_bales else 1.0

    @property
    def free_bales(self) -> int:
        """How many more may."""
        return max(0, self.stack.most_bales - max(0, self.content.bales))

    @property
    def ship_state(self) -> ShipState | None:
        """How urgent it is that something of it leaves; None where nothing has to."""
        if self.content.ship_by is None or self.content.bales <= 0:
            return None
        if self.content.ship_by <= self.moment:
            return ShipState.PAST
        book, day = rulebook("acceptance"), business_day(self.moment)
        warn_h = book.whole("hot_lane_ship_within_h", day) - book.whole("hot_lane_ship_warn_h", day)
        is_soon = self.content.ship_by - self.moment <= timedelta(hours=warn_h)
        return ShipState.SOON if is_soon else ShipState.LATER

    @property
    def closed_for(self) -> list[str]:
        """Why something may not be done with it, each reason once, in the reader's language; empty where it is open."""
        return list(dict.fromkeys(reason_text(reason) for reasons in self.banned.values() for reason in reasons))

    @property
    def class_now(self) -> AcceptanceKind | None:
        """The class of acceptance of the wettest load on it; None where no moisture is known."""
        if self.content.highest_permille is None or self.content.bales <= 0:
            return None
        return _class_of(self.content.highest_permille, business_day(self.moment))


@dataclass(frozen=True, slots=True, kw_only=True)
class YardStock:
    """What a yard holds: by weight, and by counted bales times the rulebook's bale; against what it may hold."""

    yard: TransferYard
    bales: int
    kg: int
    dry_kg: int
    counted_kg: int
    overdue: int = 0  # stacks with bales that should have left
    soon: int = 0
    open_tickets: int = 0
    last_closed: date | None = None
    legal_kg: int | None = None  # by the drawing in force, None where there is none
    open_room_kg: int | None = None  # on stacks that may be added to; None where none is closed

    @property
    def capacity_kg(self) -> int:
        """What it may hold: the lower of what the register says and what its drawing in force allows."""
        registered_kg = round(self.yard.capacity_t * 1000)
        return registered_kg if self.legal_kg is None else min(registered_kg, self.legal_kg)

    @property
    def fill(self) -> float:
        """The larger of weight and count, as a share of what it may hold."""
        return max(0, self.kg, self.counted_kg) / self.capacity_kg if self.capacity_kg else 1.0

    @property
    def free_kg(self) -> int:
        """What may still come: not onto stacks that are closed."""
        free_kg = max(0, self.capacity_kg - max(self.kg, self.counted_kg))
        return free_kg if self.open_room_kg is None else min(free_kg, self.open_room_kg)


def stacks_now(session: Session, yard_id: str, moment: datetime | None = None) -> list[StackNow]:
    """Return every stack in use, and those that are not but hold something, with what is on them."""
    contents = stack_contents(session, yard_id)
    covers = _covers(session, yard_id)
    moment = moment or now()
    times = suspension_times(session.connection(), [yard_id], since=moment).get(yard_id, ())
    closed = [it for it in times if it.is_in_force(moment)]
    return [
        StackNow(
            stack=stack,
            content=contents.get(stack.stack_id, EMPTY),
            covered=covers.get(stack.stack_id),
            moment=moment,
            banned=_banned(stack.stack_id, closed),
        )
        for stack in stacks_of(session, yard_id, withdrawn=True)
        if stack.withdrawn_at is None or _holds(contents.get(stack.stack_id, EMPTY))
    ]


def closed_room_kg(session: Session, day: date) -> dict[str, int]:
    """Return by yard how much could still come onto stacks that are closed now, and may not; yards without are left
    out."""
    yards = {it.yard_id for it in suspensions_in_force(session) if it.stack_id is not None}
    bale_kg = rulebook("stacks").whole("bale_kg", day)
    return {
        yard_id: bale_kg * sum(it.free_bales for it in stacks_now(session, yard_id) if Ban.MORE_BALES in it.banned)
        for yard_id in sorted(yards)
    }


def yard_stock(
    yard: TransferYard,
    stacks: Iterable[StackNow],
    day: date,
    *,
    open_tickets: int = 0,
    last_closed: date | None = None,
    legal_kg: int | None = None,
) -> YardStock:
    """Return what these stacks of the yard hold together; `legal_kg`: what its drawing in force allows."""
    held = list(stacks)
    bales = sum(each.content.bales for each in held)
    bale_kg = rulebook("stacks").whole("bale_kg", day)
    to_add_to = [each for each in held if Ban.MORE_BALES not in each.banned]
    return YardStock(
        yard=yard,
        bales=bales,
        kg=sum(each.content.kg for each in held),
        dry_kg=sum(each.content.dry_kg for each in held),
        counted_kg=bales * bale_kg,
        overdue=sum(each.ship_state is ShipState.PAST for each in held),
        soon=sum(each.ship_state is ShipState.SOON for each in held),
        open_tickets=open_tickets,
        last_closed=last_closed,
        legal_kg=legal_kg,
        open_room_kg=None if len(to_add_to) == len(held) else bale_kg * sum(it.free_bales for it in to_add_to),
    )


def ship_by_list(stacks: Iterable[StackNow]) -> list[StackNow]:
    """Return the stacks of which something has to leave by a moment, the most urgent first."""
    return sorted(
        (each for each in stacks if each.ship_state is not None), key=lambda each: each.content.ship_by or each.moment
    )


def load_out_order(stacks: Iterable[StackNow], by: LoadOutOrder = LoadOutOrder.RISK) -> list[StackNow]:
    """Return the stacks whose bales may be loaded, what is to be loaded out first at the head."""
    held = [each for each in stacks if each.content.bales > 0 and Ban.LOADING not in each.banned]
    if by is LoadOutOrder.FIRST_IN:
        return sorted(held, key=_age_key)
    return sorted(held, key=lambda each: (_haste(each), _age_key(each)))


def not_to_be_loaded(stacks: Iterable[StackNow]) -> list[StackNow]:
    """Return the stacks with bales of which none may be loaded now."""
    return [each for each in stacks if each.content.bales > 0 and Ban.LOADING in each.banned]


def proposals_of(stacks: Sequence[StackNow]) -> dict[str, str | None]:
    """Return the stack for a load of each class of acceptance, and the one to load out next; None where none fits."""
    kinds = (AcceptanceKind.STACK_FREELY, AcceptanceKind.STACK_APART, AcceptanceKind.HOT_LANE)
    proposed: dict[str, str | None] = {kind.value: _place_for(kind, stacks) for kind in kinds}
    next_out = load_out_order(stacks)
    proposed["loading_out"] = next_out[0].stack.stack_id if next_out else None
    return proposed


def proposals(session: Session, yard_id: str) -> dict[str, str | None]:
    """Return the same for a yard, as the notebook of its tablets holds them."""
    return proposals_of(stacks_now(session, yard_id))


def stacks_for_notebook(session: Session, yard_id: str) -> list[dict[str, Any]]:
    """Return the yard's stacks in use as docs/gate_records.md has them."""
    return notebook_stacks(stacks_now(session, yard_id))


def notebook_stacks(stacks: Iterable[StackNow]) -> list[dict[str, Any]]:
    """Return these stacks as the notebook holds them."""
    return [
        {
            "id": each.stack.stack_id,
            "name": each.stack.name,
            "x_m": each.stack.x_m,
            "y_m": each.stack.y_m,
            "width_m": each.stack.width_m,
            "length_m": each.stack.length_m,
            "most_bales": each.stack.most_bales,
            "bales": each.content.bales,
            "kg": each.content.kg,
            "moisture_permille": each.content.moisture_permille,
            "oldest_on": each.oldest_on and each.oldest_on.isoformat(),
            "ship_by": each.content.ship_by and moment_text(each.content.ship_by),
            "covered": each.covered,
            "kind": each.stack.kind,
            "banned": {ban.value: [reason_text(it) for it in reasons] for ban, reasons in each.banned.items()},
        }
        for each in stacks
        if each.stack.withdrawn_at is None
    ]


def moisture_of_stacks(session: Session, yard_id: str, stacks: Sequence[tuple[str, int]]) -> int | None:
    """Return the mean moisture, in per mille, of so many bales off these stacks; None where it is not known of all."""
    contents = stack_contents(session, yard_id, stack_ids={stack_id for stack_id, _bales in stacks})
    known = [(contents.get(stack_id, EMPTY), bales) for stack_id, bales in stacks if bales > 0]
    masses = [
        (Fraction(held.kg * bales, held.bales), held.moisture_permille)
        for held, bales in known
        if held.bales > 0 and held.kg > 0 and held.moisture_permille is not None
    ]
    if not known or len(masses) < len(known):
        return None
    whole = sum(kg for kg, _permille in masses)
    return whole_permille(sum((kg * permille for kg, permille in masses), Fraction(0)) / whole)


def yards_within(session: Session, scope: Scope | None) -> Sequence[TransferYard]:
    """The yards whose stock somebody sees: their own, those of their town, those beside their plant (H12)."""
    return session.scalars(
        select(TransferYard).where(TransferYard.withdrawn_at.is_(None), _seen_by(scope)).order_by(TransferYard.id)
    ).all()


def yard_within(session: Session, yard_id: str, scope: Scope | None) -> TransferYard | None:
    """The yard, in use or not, where it is one of theirs."""
    return session.scalar(select(TransferYard).where(TransferYard.yard_id == yard_id, _seen_by(scope)))


def last_closed_days(session: Session, yard_ids: Collection[str]) -> Mapping[str, date]:
    """The latest day of each yard that is closed."""
    found = session.execute(
        select(DayClosing.yard_id, func.max(DayClosing.day).label("day"))
        .where(DayClosing.is_closed, DayClosing.yard_id.in_(yard_ids))
        .group_by(DayClosing.yard_id)
    )
    return {row.yard_id: row.day for row in found}


def _seen_by(scope: Scope | None) -> ColumnElement[bool]:
    if scope is None:
        return true()
    return or_(
        TransferYard.yard_id.in_(scope.yard_ids),
        TransferYard.town_id.in_(scope.town_ids),
        TransferYard.adjacent_plant_id.in_(scope.plant_ids),
    )


def _covers(session: Session, yard_id: str) -> dict[str, bool]:
    """Whether each stack is covered, by the last that was noted of it."""
    notes = session.execute(
        select(StackCare.stack_id, StackCare.covered)
        .where(StackCare.yard_id == yard_id)
        .order_by(StackCare.noted_at, StackCare.record_id)
    )
    return {note.stack_id: note.covered for note in notes}


def _banned(stack_id: str, closed: Sequence[SuspensionTime]) -> dict[Ban, Sequence[str]]:
    return {ban: reasons for ban in Ban if (reasons := reasons_against(ban, stack_id, closed))}


def _holds(content: Content) -> bool:
    return bool(content.bales or content.kg)


def _class_of(permille: int, day: date) -> AcceptanceKind:
    book = rulebook("acceptance")
    for kind in (AcceptanceKind.STACK_FREELY, AcceptanceKind.STACK_APART, AcceptanceKind.HOT_LANE):
        if permille <= book.whole(f"{kind}_up_to_permille", day):
            return kind
    return AcceptanceKind.SEND_BACK


def _place_for(kind: AcceptanceKind, stacks: Sequence[StackNow]) -> str | None:
    """A stack of the kind that was begun and has room, the fullest first; else an empty one, else one for anything.

    A stack from which something has to leave, that is in its time of danger, or that is closed takes no more."""
    fitting = [
        each
        for each in stacks
        if each.free_bales and each.stack.withdrawn_at is None and Ban.MORE_BALES not in each.banned
    ]
    own = [each for each in fitting if each.stack.kind == kind and _takes_more(each, kind)]
    free_for_any = [each for each in fitting if each.stack.kind == StackKind.ANY and _fits_any(each, kind)]
    found = sorted(own, key=_fullest_first) or sorted(free_for_any, key=_fullest_first)
    return found[0].stack.stack_id if found else None


def _takes_more(each: StackNow, kind: AcceptanceKind) -> bool:
    if each.content.bales <= 0:
        return True
    if each.ship_state in (ShipState.PAST, ShipState.SOON):
        return False
    return kind is not AcceptanceKind.STACK_FREELY or each.heating is not HeatingAge.DANGER


def _fits_any(each: StackNow, kind: AcceptanceKind) -> bool:
    """Wet bales never come to dry ones."""
    return each.content.bales <= 0 or (each.class_now is kind and _takes_more(each, kind))


def _fullest_first(each: StackNow) -> tuple[float, int]:
    return -each.fill, each.stack.id


def _haste(each: StackNow) -> tuple[int, float, int]:
    """Past or near the moment to leave; then by how wet the wettest is, above what may be stacked freely; then all."""
    if each.ship_state in (ShipState.PAST, ShipState.SOON):
        assert each.content.ship_by is not None
        return 0, each.content.ship_by.timestamp(), 0
    wet = each.class_now not in (None, AcceptanceKind.STACK_FREELY)
    return (1, 0.0, -(each.content.highest_permille or 0)) if wet else (2, 0.0, 0)


def _age_key(each: StackNow) -> tuple[float, int]:
    since = each.content.since
    return (float("inf") if since is None else since.timestamp(), each.stack.id)
