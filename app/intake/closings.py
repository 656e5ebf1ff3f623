"""A load leaves: gross, tare, net, and what of it counts as dry straw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from http import HTTPStatus
from typing import Any

from app.clock import business_day
from app.errors import (
    BALES_TOO_HEAVY,
    CLOSED_ALREADY,
    NO_LOAD,
    NOT_AT_THIS_PLACE,
    OTHER_PLATE,
    TARE_NOT_USABLE,
    TICKET_NOT_KNOWN,
    WEIGHED_ALREADY,
    WEIGHT_MISSING,
)
from app.intake.arriving import Arrived, Effects, RefusedHere, Remark
from app.intake.bodies import Closing, Estimate, Vehicle
from app.intake.books import Books
from app.intake.models import Outcome, Purpose, TicketClosing, Weighing, WeightSource
from app.intake.openings import ticket_in_force
from app.intake.record_models import GateRecord
from app.intake.remarks import NOT_FOR_TRADE, RemarkKind
from app.intake.weighings import assumed_division_kg, drifted, foresee_weights, has_good_scale, is_alarmed, weighed
from yard_rules.acceptance import AcceptanceKind
from yard_rules.bale_mass import BaleKind, bale_mass_range_kg, estimated_load
from yard_rules.dry_straw import dry_straw_kg
from yard_rules.rounding import whole_kg
from yard_rules.rulebook import rulebook
from yard_rules.weighing import (
    StoredTareState,
    net_uncertainty_kg,
    net_weight,
    stored_tare_state,
)

# What comes full and leaves empty; the other way round it may be a load out, weighed for the wrong purpose.
_LOADED_FIRST = frozenset({Purpose.INTAKE, Purpose.LINEHAUL_IN, Purpose.DIRECT_IN})
# How a load may end, by what it came for.
_OUTCOMES = {
    Purpose.INTAKE: {Outcome.STORED, Outcome.SENT_BACK},
    Purpose.LINEHAUL_OUT: {Outcome.SHIPPED, Outcome.SENT_BACK},
    Purpose.LINEHAUL_IN: {Outcome.DELIVERED, Outcome.SENT_BACK},
    Purpose.DIRECT_IN: {Outcome.DELIVERED, Outcome.SENT_BACK},
}


@dataclass(slots=True)
class _Mass:
    """What the load weighs, and how that is known."""

    net_kg: int = 0
    gross_kg: int | None = None
    tare_kg: int | None = None
    stored_tare_id: str | None = None
    uncertainty_kg: int = 0
    is_estimated: bool = False
    is_trade: bool = True
    effects: Effects = field(default_factory=Effects)


def closed(books: Books, arrived: Arrived, body: Closing, *, known_moisture_permille: int | None = None) -> Effects:
    """The end of a ticket. `known_moisture_permille`: of straw that is not sampled again, such as that of a stack."""
    ticket = ticket_in_force(books, arrived, body.ticket_id)
    if ticket.closed is not None:
        raise RefusedHere(HTTPStatus.CONFLICT, CLOSED_ALREADY, [ticket.number])
    if body.outcome not in _OUTCOMES[Purpose(ticket.purpose)]:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, NOT_AT_THIS_PLACE, [ticket.purpose, body.outcome])
    sample = books.last_sample(ticket.id)
    moisture_permille = sample.mean_permille if sample else known_moisture_permille
    if body.outcome is Outcome.SENT_BACK:
        mass = _sent_back(books, arrived, body, ticket)
    else:
        mass = _mass(books, arrived, body, ticket, moisture_permille)
    effects = mass.effects
    if moisture_permille is None and body.outcome is not Outcome.SENT_BACK:
        effects.remarks.append(Remark(RemarkKind.NO_SAMPLE, ticket.id))
    if body.outcome is Outcome.STORED and sample and sample.acceptance == AcceptanceKind.SEND_BACK:
        effects.remarks.append(Remark(RemarkKind.TOO_WET, ticket.id, {"permille": sample.mean_permille}))
    effects.remarks += _other_remarks(arrived, body, ticket)
    if body.bales == 0 and body.outcome is not Outcome.SENT_BACK:
        effects.remarks.append(Remark(RemarkKind.NO_BALES, ticket.id, {"net_kg": mass.net_kg}))
    row = {
        "ticket_id": ticket.id,
        "record_id": arrived.id,
        "outcome": body.outcome,
        "gross_kg": mass.gross_kg,
        "tare_kg": mass.tare_kg,
        "net_kg": mass.net_kg,
        "stored_tare_id": mass.stored_tare_id,
        "is_estimated": mass.is_estimated,
        "uncertainty_kg": mass.uncertainty_kg,
        "bales": body.bales,
        "moisture_permille": moisture_permille,
        "sample_id": sample and sample.record_id,
        "dry_method": arrived.dry_method,
        "dry_kg": _dry_kg(arrived, mass.net_kg, moisture_permille),
        "acceptance": sample and sample.acceptance,
        "reason": body.reason,
        "signature": body.signature,
        "photos": body.photos,
        "is_trade": mass.is_trade and not _blocked(books, ticket.id, effects.remarks),
        "closed_at": arrived.happened_at,
    }
    effects.rows.append((TicketClosing, row))
    effects.ticket_number = ticket.number
    return effects


def foresee_closings(books: Books, coming: Sequence[tuple[Arrived, Closing]]) -> None:
    """Ask at once for what `closed` needs of all of these."""
    foresee_weights(books, [(arrived, body.weighing, None) for arrived, body in coming if body.weighing])


def _mass(books: Books, arrived: Arrived, body: Closing, ticket: Any, moisture_permille: int | None) -> _Mass:
    first = books.first_weight(ticket.id)
    if body.estimate is not None:
        if body.weighing is not None or (first is not None and first.source == WeightSource.SCALE):
            raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, WEIGHED_ALREADY, [ticket.number])
        return _estimated(books, arrived, body, ticket, moisture_permille)
    effects = Effects()
    weights = []
    if first is not None:
        weights.append((first.kg, first.division_kg or assumed_division_kg(books, arrived), first.is_trade))
    vehicle = Vehicle(plate=ticket.plate, truck_id=ticket.truck_id)
    if body.weighing is not None:
        second = weighed(books, arrived, body.weighing, vehicle, ticket.id)
        effects.add(second.effects)
        weights.append((second.kg, second.division_kg, second.is_trade))
    elif body.stored_tare_id is not None and first is not None:
        weights.append(_stored_tare(books, arrived, body.stored_tare_id, ticket, first.kg, effects))
    if len(weights) != 2:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, WEIGHT_MISSING, [ticket.number])
    (one_kg, one_division_kg, one_trade), (two_kg, two_division_kg, two_trade) = weights
    try:
        net = net_weight(one_kg, two_kg)
    except ValueError:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, NO_LOAD, [f"{one_kg} kg"]) from None
    division_kg = max(one_division_kg, two_division_kg)
    day = arrived.business_day
    if net.is_loaded_first != (ticket.purpose in _LOADED_FIRST):
        said = {"first_kg": one_kg, "second_kg": two_kg}
        effects.remarks.append(Remark(RemarkKind.PASSES_TURNED, ticket.id, said))
    effects.remarks += _photos_missing(arrived, ticket.id, [first, body.weighing])
    if body.weighing is not None:
        effects.remarks += drifted(books, ticket.plate, net.tare_kg, day, division_kg=division_kg, ticket_id=ticket.id)
    return _Mass(
        net_kg=net.net_kg,
        gross_kg=net.gross_kg,
        tare_kg=net.tare_kg,
        stored_tare_id=None if body.weighing is not None else body.stored_tare_id,
        uncertainty_kg=net_uncertainty_kg(division_kg, day),
        is_trade=one_trade and two_trade,
        effects=effects,
    )


def _estimated(books: Books, arrived: Arrived, body: Closing, ticket: Any, moisture_permille: int | None) -> _Mass:
    """By bales, where no weighbridge is possible (H28)."""
    assert body.estimate is not None
    day = arrived.business_day
    if body.bales < 1 or ticket.bale_kind not in set(BaleKind) or len(body.estimate.bale_masses_kg) > body.bales:
        details = [f"{body.bales} × {ticket.bale_kind}"]
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, WEIGHT_MISSING, details)
    moisture = min(moisture_permille or 0, 999)
    most_kg = (
        rulebook("bale_kinds").whole("refused_bale_times", day)
        * bale_mass_range_kg(BaleKind(ticket.bale_kind), moisture, day)[1]
    )
    if heavy := [kg for kg in body.estimate.bale_masses_kg if kg > most_kg]:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, BALES_TOO_HEAVY, [f"{max(heavy)} > {most_kg} kg"])
    load = estimated_load(
        BaleKind(ticket.bale_kind),
        body.bales,
        moisture,
        day,
        weighed_bales_kg=body.estimate.bale_masses_kg,
    )
    said = {"basis": load.basis, "uncertainty_kg": load.uncertainty_kg}
    effects = Effects(remarks=[Remark(RemarkKind.ESTIMATED, ticket.id, said)])
    if body.estimate.bale_masses_kg:
        effects.remarks += _odd_bales(body.estimate, ticket, moisture, day)
    if has_good_scale(books, arrived):
        effects.remarks.append(Remark(RemarkKind.ESTIMATED_BESIDE_SCALE, ticket.id))
    return _Mass(net_kg=load.mass_kg, uncertainty_kg=load.uncertainty_kg, is_estimated=True, effects=effects)


def _odd_bales(estimate: Estimate, ticket: Any, moisture_permille: int, day: date) -> list[Remark]:
    """The weighed bales are far lighter or heavier than their kind is at this moisture."""
    times = rulebook("bale_kinds").whole("odd_density_times", day)
    low_kg, high_kg = bale_mass_range_kg(BaleKind(ticket.bale_kind), moisture_permille, day, times=times)
    bale_kg = Fraction(sum(estimate.bale_masses_kg), len(estimate.bale_masses_kg))
    if low_kg <= bale_kg <= high_kg:
        return []
    said = {"bale_kg": whole_kg(bale_kg), "low_kg": low_kg, "high_kg": high_kg}
    return [Remark(RemarkKind.ESTIMATE_ODD, ticket.id, said)]


def _sent_back(books: Books, arrived: Arrived, body: Closing, ticket: Any) -> _Mass:
    """Nothing stays here; a weight on the way out is kept as it is."""
    if body.reason is None:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, WEIGHT_MISSING, [f"{ticket.number}: reason"])
    if body.weighing is None:
        return _Mass()
    vehicle = Vehicle(plate=ticket.plate, truck_id=ticket.truck_id)
    return _Mass(effects=weighed(books, arrived, body.weighing, vehicle, ticket.id).effects)


def _stored_tare(
    books: Books, arrived: Arrived, tare_id: str, ticket: Any, first_kg: int, effects: Effects
) -> tuple[int, int, bool]:
    """A weight that was stored as this truck's tare, is not too old, and is no heavier than the truck came."""
    tare = books.session.get(Weighing, tare_id)
    if tare is None:
        raise RefusedHere(HTTPStatus.FAILED_DEPENDENCY, TICKET_NOT_KNOWN, [tare_id])
    if tare.plate != ticket.plate:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, OTHER_PLATE, [tare.plate])
    weighed_on = business_day(tare.weighed_at)
    is_valid = stored_tare_state(weighed_on, arrived.business_day) is StoredTareState.VALID
    is_of_load = ticket.purpose in _LOADED_FIRST and tare.kg <= first_kg
    if tare.ticket_id is not None or not is_valid or not is_of_load:
        details = [ticket.number, weighed_on.isoformat(), f"{tare.kg} / {first_kg} kg"]
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, TARE_NOT_USABLE, details)
    if not tare.is_trade or is_alarmed(books.session.get_one(GateRecord, tare_id).receipt):
        effects.remarks.append(Remark(RemarkKind.TARE_DOUBTFUL, ticket.id, {"weighed_on": weighed_on.isoformat()}))
    return tare.kg, tare.division_kg or assumed_division_kg(books, arrived), tare.is_trade


def _other_remarks(arrived: Arrived, body: Closing, ticket: Any) -> list[Remark]:
    remarks = []
    if body.outcome is not Outcome.SENT_BACK and ticket.bales_declared not in (None, body.bales):
        said = {"declared": ticket.bales_declared, "counted": body.bales}
        remarks.append(Remark(RemarkKind.BALES_DIFFER, ticket.id, said))
    within_h = rulebook("weighing").whole("pair_within_h", arrived.business_day)
    if arrived.happened_at - ticket.opened_at > timedelta(hours=within_h):
        remarks.append(Remark(RemarkKind.STALE_PAIR, ticket.id, {"within_h": within_h}))
    return remarks


def _photos_missing(arrived: Arrived, ticket_id: str, passes: Sequence[Any]) -> list[Remark]:
    """Weighings without a photo, where the rules want one of each."""
    without = sum(1 for it in passes if it is not None and not it.photos)
    if not without or not rulebook("weighing").whole("photos_wanted", arrived.business_day):
        return []
    return [Remark(RemarkKind.NO_PHOTO, ticket_id, {"weighings": without})]


def _dry_kg(arrived: Arrived, net_kg: int, moisture_permille: int | None) -> int:
    """Without any moisture nothing counts as dry straw."""
    if moisture_permille is None:
        return 0
    day: date = arrived.business_day
    return dry_straw_kg(net_kg, moisture_permille, method=arrived.dry_method, day=day)


def _blocked(books: Books, ticket_id: str, remarks: list[Remark]) -> bool:
    return any(remark.kind in NOT_FOR_TRADE for remark in remarks) or books.is_blocked(ticket_id)
