"""The moisture of a load: what its readings say, and what is to be done with it."""

from __future__ import annotations

from sqlalchemy import select

from app.intake.arriving import Arrived, Effects, Remark
from app.intake.bodies import Sample
from app.intake.books import Books
from app.intake.models import MoistureSample
from app.intake.openings import ticket_in_force
from app.intake.remarks import RemarkKind
from app.registry.models import MoistureMeter
from yard_rules.acceptance import acceptance
from yard_rules.moisture_sampling import HintKind, Probe, calibration_state, readings_asked, summarised


def sampled(books: Books, arrived: Arrived, body: Sample) -> Effects:
    """The sample with mean, spread and class.

    One that comes when another tablet has weighed the load out already is kept and remarked; what the ticket says of
    the load stays as it was closed.
    """
    ticket = ticket_in_force(books, arrived, body.ticket_id)
    day = arrived.business_day
    probes = [Probe(bale_number=bale, moisture_permille=permille) for bale, permille in body.readings]
    summary = summarised(probes, day, bales_of_load=ticket.bales_declared or None)
    judged = acceptance(summary.mean_permille, day, wettest_bale_permille=summary.wettest_bale_permille)
    row = {
        "record_id": arrived.id,
        "ticket_id": ticket.id,
        "meter_id": body.meter_id,
        "readings": body.readings,
        "mean_permille": summary.mean_permille,
        "spread_permille": summary.spread_permille or 0,
        "highest_permille": summary.wettest_bale_permille,
        "acceptance": judged.kind,
        "sampled_at": arrived.happened_at,
    }
    remarks = [
        Remark(RemarkKind.ODD_READINGS, ticket.id, {"hint": hint.kind, "bales": list(hint.bale_numbers)})
        for hint in summary.hints
        if hint.kind is not HintKind.TOO_FEW_BALES  # the rule asks for more, as is remarked below
    ]
    done, asked = readings_asked(ticket.bales_declared, probes, arrived.dry_method, day)
    if done < asked:
        remarks.append(Remark(RemarkKind.FEW_READINGS, ticket.id, {"done": done, "asked": asked}))
    if judged.has_bales_to_set_aside:
        remarks.append(Remark(RemarkKind.WET_BALES, ticket.id, {"permille": summary.wettest_bale_permille}))
    if ticket.closed is not None:
        remarks.append(Remark(RemarkKind.SAMPLE_AFTER_CLOSING, ticket.id))
    remarks += _meter_remarks(books, arrived, body.meter_id, ticket.id)
    return Effects([(MoistureSample, row)], _one_of_a_kind(remarks), ticket.number)


def _meter_remarks(books: Books, arrived: Arrived, meter_id: str | None, ticket_id: str) -> list[Remark]:
    until = None
    if meter_id is not None:
        until = books.register.scalar(select(MoistureMeter.calibrated_until).where(MoistureMeter.meter_id == meter_id))
    if calibration_state(until, arrived.business_day).may_be_used:
        return []
    said = {"meter_id": meter_id, "until": until and until.isoformat()}
    return [Remark(RemarkKind.METER_LAPSED, ticket_id, said)]


def _one_of_a_kind(remarks: list[Remark]) -> list[Remark]:
    """A record remarks each kind once; what several hints say stands together."""
    kinds: dict[RemarkKind, list[Remark]] = {}
    for remark in remarks:
        kinds.setdefault(remark.kind, []).append(remark)
    return [
        found[0] if len(found) == 1 else Remark(kind, found[0].ticket_id, {"all": [dict(it.said) for it in found]})
        for kind, found in kinds.items()
    ]
