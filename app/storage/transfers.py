"""What records of the gate do to the stock: rows of transfers, made under the lock of the yard's chain.

No quantity is refused: a truck has left with its bales, whatever the books say. A stack may therefore be overdrawn,
which is remarked, until what is missing comes in late or the bales are counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from sqlalchemy import Connection, bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from app.database.lists import among
from app.errors import NO_SUCH_STACK
from app.intake.arriving import Arrived, Effects, RefusedHere, Remark
from app.intake.books import Books, Key
from app.intake.models import Outcome
from app.intake.remarks import RemarkKind
from app.registry.models import TransferYard
from app.registry.suspensions import SuspensionTime, reasons_against, suspension_times
from app.storage.balances import EMPTY, Content, bale_masses, stack_contents
from app.storage.layouts import first_stacks
from app.storage.models import COUNT, DRYING, GATE, BaleStack, StackKind, StockCount, StockTransfer
from app.storage.queries import proposals_of, stacks_now
from yard_rules.acceptance import AcceptanceKind, acceptance
from yard_rules.heat.ladder import Ban
from yard_rules.rounding import whole_kg
from yard_rules.rulebook import rulebook
from yard_rules.shares import split

_STACK, _COUNT = BaleStack.__table__.c, StockCount.__table__.c
_STACKS = select(_STACK.yard_id, _STACK.stack_id, _STACK.kind, _STACK.withdrawn_at).where(
    among(_STACK.stack_id, "stack_ids")
)
_COUNTS = (
    select(_COUNT.yard_id, _COUNT.stack_id, _COUNT.counted_at, _COUNT.business_day)
    .where(among(_COUNT.yard_id, "yard_ids"), _COUNT.business_day >= bindparam("since"))
    .order_by(_COUNT.counted_at, _COUNT.record_id)
)

Row = tuple[type[StockTransfer], dict[str, Any]]
# Where it is looked up: in the books of a sending, or in a database that holds all before.
Source = Books | Connection


def stock_of_closing(
    books: Books,
    arrived: Arrived,
    stacks: Sequence[tuple[str, int]],
    closing: Mapping[str, Any],
) -> Effects:
    """A load went onto stacks, or off them. `closing`: the row of its ticket's closing.

    Its mass is split over the stacks by their bales. Where these are not the bales of the load the difference goes to
    the stack that would have been proposed, with a remark: the ticket counts all the same. Refuses stacks of another
    yard. What did not touch the stock (delivered at a plant, sent back) has no effects.
    """
    outcome, ticket_id = closing["outcome"], closing["ticket_id"]
    if arrived.place_kind != "yard" or outcome not in (Outcome.STORED, Outcome.SHIPPED):
        return Effects()
    bales = _bales_by_stack(stacks)
    effects = Effects(remarks=_looked_at(books, arrived, bales, ticket_id))
    if outcome == Outcome.STORED:
        effects.remarks += _too_wet_for(books, arrived, bales, closing)
    if not bales or sum(bales.values()) != closing["bales"]:
        bales = _placed(books, arrived, bales, closing, effects)
    weights = list(bales.values())
    parts = zip(bales.items(), split(closing["net_kg"], weights), split(closing["dry_kg"], weights), strict=True)
    if outcome == Outcome.STORED:
        effects.remarks += _put_though_closed(books.suspensions(arrived), arrived, bales, ticket_id)
        came = _what_came(books, arrived, closing)
        for (stack_id, number), kg, dry_kg in parts:
            amounts = (number, kg, dry_kg)
            effects.rows.append(transfer(arrived, GATE, stack_id, amounts, ticket_id=ticket_id, came=came))
        return counts_hold(books, arrived, effects)
    effects.remarks += _taken_though_closed(books.suspensions(arrived), arrived, bales, ticket_id)
    contents = stack_contents(books.session, arrived.place_id, stack_ids=bales)
    left: dict[str, Content] = {}
    for (stack_id, number), kg, dry_kg in parts:
        held = contents.get(stack_id, EMPTY)
        effects.rows.append(transfer(arrived, stack_id, GATE, (number, kg, dry_kg), ticket_id=ticket_id))
        left[stack_id] = replace(held, bales=held.bales - number, kg=held.kg - kg, dry_kg=held.dry_kg - dry_kg)
    counts_hold(books, arrived, effects)
    return effects.add(what_is_left(arrived, left, ticket_id, effects))


def stock_of_void(books: Books, arrived: Arrived, ticket_id: str) -> Effects:
    """Every transfer of the ticket goes back, on the day on which it became void."""
    reversal = aliased(StockTransfer)
    found = books.session.scalars(
        select(StockTransfer)
        .where(
            StockTransfer.ticket_id == ticket_id,
            StockTransfer.reverses.is_(None),
            StockTransfer.from_account != COUNT,  # what a count held against it is weighed up anew
            ~exists().where(reversal.reverses == StockTransfer.id),
        )
        .order_by(StockTransfer.id)
    ).all()
    rows = [
        transfer(
            arrived,
            each.to_account,
            each.from_account,
            (each.bales, each.kg, each.dry_kg),
            ticket_id=ticket_id,
            reverses=each.id,
        )
        for each in found
    ]
    effects = Effects(list(rows))
    return counts_hold(books, arrived, effects, [(each.business_day, each.happened_at) for each in found])


def bales_moved(session: Session, arrived: Arrived, from_id: str, to_id: str, bales: int) -> Effects:
    """Bales from one stack to another, with their part of its mass; age, moisture and haste go with them."""
    effects = Effects(remarks=_looked_at(session.connection(), arrived, (from_id, to_id), None))
    closed = suspension_times(session.connection(), [arrived.place_id], since=arrived.happened_at)
    of_yard = closed.get(arrived.place_id, ())
    effects.remarks += _taken_though_closed(of_yard, arrived, [from_id], None)
    effects.remarks += _put_though_closed(of_yard, arrived, [to_id], None)
    contents = stack_contents(session, arrived.place_id)
    held = contents.get(from_id, EMPTY)
    kg, dry_kg = mass_of(bales, held, contents.values(), arrived)
    effects.rows.append(transfer(arrived, from_id, to_id, (bales, kg, dry_kg), came=held))
    left = replace(held, bales=held.bales - bales, kg=held.kg - kg, dry_kg=held.dry_kg - dry_kg)
    counts_hold(session.connection(), arrived, effects)
    return effects.add(what_is_left(arrived, {from_id: left}, None, effects))


def counts_hold(
    source: Source, arrived: Arrived, effects: Effects, since: Sequence[tuple[date, datetime]] | None = None
) -> Effects:
    """Add what makes the bales that somebody counted stay what they are, and return the effects.

    Who counts a stack sees what is there, whether the server knows of it yet or not. What comes late from before the
    count, and what becomes void of then, changes why the books differed, not what was there: at the moment of the count
    as much goes the other way. `since`: day and moment that the rows are about, where these are not their own.
    """
    rows = [row for model, row in effects.rows if model is StockTransfer]
    about = since or [(row["business_day"], row["happened_at"]) for row in rows]
    if not rows:
        return effects
    counts: dict[str, tuple[datetime, date]] = {}
    for count in _counts(source, arrived.place_id, min(day for day, _moment in about)):
        counts[count.stack_id] = count.counted_at, count.business_day
    for row, (_day, moment) in zip(rows, about, strict=True):
        for account, sign in ((row["to_account"], -1), (row["from_account"], 1)):
            if account in counts and counts[account][0] > moment:
                amounts = (sign * row["bales"], sign * row["kg"], sign * row["dry_kg"])
                model, back = transfer(arrived, COUNT, account, amounts, ticket_id=row["ticket_id"])
                if since is None:
                    back["happened_at"], back["business_day"] = counts[account]
                effects.rows.append((model, back))
    return effects


def set_to_count(
    arrived: Arrived, stack_id: str, counted_bales: int, held: Content, others: Collection[Content]
) -> list[Row]:
    """The transfers after which a stack that holds `held` holds what was counted; none where it does already."""
    difference = counted_bales - held.bales
    if counted_bales == 0:
        amounts = (difference, -held.kg, -held.dry_kg)
    else:
        kg, dry_kg = mass_of(abs(difference), held, others, arrived)
        sign = 1 if difference > 0 else -1
        amounts = (difference, sign * kg, sign * dry_kg)
    if not any(amounts):
        return []
    # bales that are not there took their mass along; mass without bales has dried or been blown away
    return [transfer(arrived, COUNT if difference else DRYING, stack_id, amounts)]


def mass_of(bales: int, held: Content, others: Iterable[Content], arrived: Arrived) -> tuple[int, int]:
    """Return kg and kg of dry straw of so many bales out of a stack: all of its mass with all of its bales, else by its
    mean bale; where its books say nothing, by the yard's."""
    if bales == held.bales and held.kg >= 0 and held.dry_kg >= 0:
        return held.kg, held.dry_kg
    own = [held] if held.bales > 0 and held.kg > 0 else list(others)
    bale_kg, bale_dry_kg = bale_masses(own, arrived.business_day)
    return whole_kg(bales * bale_kg), whole_kg(bales * bale_dry_kg)


def what_is_left(arrived: Arrived, left: Mapping[str, Content], ticket_id: str | None, done: Effects) -> Effects:
    """Stacks whose last bale is gone hold no mass either; those that hold fewer than none are remarked. Where a count
    held against what was `done` nothing is left to say."""
    effects = Effects()
    counted = {row["to_account"] for model, row in done.rows if model is StockTransfer and row["from_account"] == COUNT}
    for stack_id, content in left.items():
        if content.bales == 0 and (content.kg or content.dry_kg) and stack_id not in counted:
            amounts = (0, -content.kg, -content.dry_kg)
            effects.rows.append(transfer(arrived, DRYING, stack_id, amounts, ticket_id=ticket_id))
    overdrawn = {
        stack_id: content.bales for stack_id, content in left.items() if content.bales < 0 and stack_id not in counted
    }
    if overdrawn:
        effects.remarks.append(Remark(RemarkKind.STACK_OVERDRAWN, ticket_id, {"bales": overdrawn}))
    return effects


def transfer(
    arrived: Arrived,
    from_account: str,
    to_account: str,
    amounts: tuple[int, int, int],
    *,
    ticket_id: str | None = None,
    came: Content = EMPTY,
    reverses: int | None = None,
) -> Row:
    """A row; `amounts`: bales, kg, kg of dry straw; `came`: moisture, age and haste of what is moved."""
    bales, kg, dry_kg = amounts
    return StockTransfer, {
        "record_id": arrived.id,
        "yard_id": arrived.place_id,
        "business_day": arrived.business_day,
        "happened_at": arrived.happened_at,
        "from_account": from_account,
        "to_account": to_account,
        "ticket_id": ticket_id,
        "bales": bales,
        "kg": kg,
        "dry_kg": dry_kg,
        "moisture_permille": came.moisture_permille,
        "highest_permille": came.highest_permille,
        "since": came.since,
        "ship_by": came.ship_by,
        "reverses": reverses,
    }


def foresee_stock(books: Books, coming: Sequence[tuple[Arrived, Sequence[str]]]) -> None:
    """Ask at once for what `stock_of_closing` needs of these stacks."""
    at_yards = [(arrived, stack_ids) for arrived, stack_ids in coming if arrived.place_kind == "yard"]
    _stacks(books, [stack_id for _arrived, stack_ids in at_yards for stack_id in stack_ids])
    _known_counts(books, [(arrived.place_id, arrived.business_day) for arrived, _stack_ids in at_yards])


def stacks_named(source: Source, arrived: Arrived, stack_ids: Collection[str]) -> dict[str, Any]:
    """The stacks with these ids, their `stack_id` and `withdrawn_at`; raises RefusedHere where one is not here."""
    if not stack_ids:
        return {}
    named = _stacks(source, stack_ids)
    found = {
        stack_id: stack
        for stack_id in stack_ids
        if (stack := named.get((stack_id,))) is not None and stack.yard_id == arrived.place_id
    }
    unknown = [stack_id for stack_id in stack_ids if stack_id not in found]
    if unknown or arrived.place_kind != "yard":
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, NO_SUCH_STACK, unknown)
    return found


def _stacks(source: Source, stack_ids: Collection[str]) -> Mapping[Key, Any]:
    keys = [(stack_id,) for stack_id in stack_ids]
    if isinstance(source, Books):
        known: Mapping[Key, Any] = source.known("stacks", keys, partial(_stacks_in, source.connection))
        return known
    return _stacks_in(source, keys)


def _stacks_in(connection: Connection, keys: Sequence[Key]) -> dict[Key, Any]:
    rows = connection.execute(_STACKS, {"stack_ids": [stack_id for (stack_id,) in keys]})
    return {(row.stack_id,): row for row in rows}


def _counts(source: Source, yard_id: str, since: date) -> Sequence[Any]:
    """What was counted in the yard since this day, in the order of time."""
    key = (yard_id, since)
    if isinstance(source, Books):
        return _known_counts(source, [key])[key] or ()
    return _counts_in(source, [key])[key]


def _known_counts(books: Books, keys: Sequence[Key]) -> Mapping[Key, Sequence[Any] | None]:
    known: Mapping[Key, Any] = books.known("counts", keys, partial(_counts_in, books.connection))
    return known


def _counts_in(connection: Connection, keys: Sequence[Key]) -> dict[Key, list[Any]]:
    asked = {"yard_ids": [yard_id for yard_id, _since in keys], "since": min(since for _yard_id, since in keys)}
    rows = connection.execute(_COUNTS, asked).all()
    return {
        (yard_id, since): [row for row in rows if row.yard_id == yard_id and row.business_day >= since]
        for yard_id, since in keys
    }


def _looked_at(source: Source, arrived: Arrived, stack_ids: Collection[str], ticket_id: str | None) -> list[Remark]:
    """Remarks on stacks that are out of use, which the device did not know yet."""
    found = stacks_named(source, arrived, stack_ids)
    withdrawn = sorted(stack_id for stack_id, stack in found.items() if stack.withdrawn_at is not None)
    return [Remark(RemarkKind.STACK_WITHDRAWN, ticket_id, {"stack_ids": withdrawn})] if withdrawn else []


def _too_wet_for(
    books: Books, arrived: Arrived, stack_ids: Collection[str], closing: Mapping[str, Any]
) -> list[Remark]:
    """The load is wetter than its stacks are for; one for any load takes none that is wetter than what lies there. Of
    what should have gone back, that is remarked instead."""
    kinds = list(AcceptanceKind)
    if closing["acceptance"] in (None, AcceptanceKind.STACK_FREELY, AcceptanceKind.SEND_BACK):
        return []
    wetness = kinds.index(AcceptanceKind(closing["acceptance"]))
    found = stacks_named(books, arrived, stack_ids)
    takes = {stack_id: stack.kind for stack_id, stack in found.items() if stack.kind != StackKind.ANY}
    if for_any := found.keys() - takes:
        held = stack_contents(books.session, arrived.place_id, stack_ids=for_any)
        takes |= {
            stack_id: acceptance(content.highest_permille, arrived.business_day).kind
            for stack_id, content in held.items()
            if content.bales > 0 and content.highest_permille is not None
        }
    wrong = [stack_id for stack_id in found if stack_id in takes and kinds.index(takes[stack_id]) < wetness]
    sample = books.last_sample(closing["ticket_id"])
    said = {"stack_ids": wrong, "permille": sample and sample.highest_permille}
    return [Remark(RemarkKind.WET_ON_DRY, closing["ticket_id"], said)] if wrong else []


def _put_though_closed(
    closed: Sequence[SuspensionTime], arrived: Arrived, stack_ids: Collection[str], ticket_id: str | None
) -> list[Remark]:
    """Bales go onto a stack that is closed for a danger: it is known of them, and they lie there. That the yard is
    closed was remarked when they came."""
    why = _why(Ban.MORE_BALES, [it for it in closed if it.stack_id is not None], arrived, stack_ids)
    return [Remark(RemarkKind.SUSPENDED, ticket_id, {"why": why})] if why else []


def _taken_though_closed(
    closed: Sequence[SuspensionTime], arrived: Arrived, stack_ids: Collection[str], ticket_id: str | None
) -> list[Remark]:
    """Bales are taken off a stack from which none may be: they are gone, and somebody has to look after them."""
    why = _why(Ban.LOADING, closed, arrived, stack_ids)
    return [Remark(RemarkKind.TAKEN_THOUGH_CLOSED, ticket_id, {"why": why})] if why else []


def _why(ban: Ban, closed: Sequence[SuspensionTime], arrived: Arrived, stack_ids: Collection[str]) -> list[str]:
    in_force = [it for it in closed if it.is_in_force(arrived.happened_at)]
    return [f"{stack_id}: {reason}" for stack_id in stack_ids for reason in reasons_against(ban, stack_id, in_force)]


def _bales_by_stack(stacks: Sequence[tuple[str, int]]) -> dict[str, int]:
    """A stack that is named twice counts once, with both."""
    bales: dict[str, int] = {}
    for stack_id, number in stacks:
        bales[stack_id] = bales.get(stack_id, 0) + number
    return bales


def _placed(
    books: Books, arrived: Arrived, bales: dict[str, int], closing: Mapping[str, Any], effects: Effects
) -> dict[str, int]:
    """All bales of the load on stacks: those not named on the one that is proposed; too many are cut down in
    proportion. A yard that has never had a stack gets its first ones."""
    said = {"stacks": sum(bales.values()), "bales": closing["bales"]}
    effects.remarks.append(Remark(RemarkKind.STACKS_DIFFER, closing["ticket_id"], said))
    missing = closing["bales"] - sum(bales.values())
    if bales and missing < 0:
        return dict(zip(bales, split(closing["bales"], list(bales.values())), strict=True))
    named = _proposed(books.session, arrived, closing, effects)
    return {**bales, named: bales.get(named, 0) + missing}


def _proposed(session: Session, arrived: Arrived, closing: Mapping[str, Any], effects: Effects) -> str:
    stacks = stacks_now(session, arrived.place_id, arrived.happened_at)
    if not stacks:
        yard = session.scalars(select(TransferYard).where(TransferYard.yard_id == arrived.place_id)).one()
        rows = first_stacks(yard, arrived.business_day)
        effects.rows += [(BaleStack, row) for row in rows]
        kinds = {row["kind"].value: row["stack_id"] for row in reversed(rows)}
        return str(kinds.get(closing["acceptance"] or "", rows[-1]["stack_id"]))
    wanted = "loading_out" if closing["outcome"] == Outcome.SHIPPED else closing["acceptance"] or StackKind.STACK_FREELY
    # where all is closed, the bales are somewhere all the same
    none_closed = [replace(each, banned={}) for each in stacks]
    return proposals_of(stacks).get(wanted) or proposals_of(none_closed).get(wanted) or stacks[-1].stack.stack_id


def _what_came(books: Books, arrived: Arrived, closing: Mapping[str, Any]) -> Content:
    mean = closing["moisture_permille"]
    sample = books.last_sample(closing["ticket_id"])
    return Content(
        moisture_permille=mean,
        highest_permille=mean if sample is None else sample.highest_permille,
        since=arrived.happened_at,
        ship_by=_ship_by(arrived, closing["acceptance"]),
    )


def _ship_by(arrived: Arrived, acceptance: str | None) -> datetime | None:
    """Until when bales of the hot lane leave the yard again, counted from when they were accepted."""
    if acceptance != AcceptanceKind.HOT_LANE:
        return None
    return arrived.happened_at + timedelta(
        hours=rulebook("acceptance").whole("hot_lane_ship_within_h", arrived.business_day)
    )
