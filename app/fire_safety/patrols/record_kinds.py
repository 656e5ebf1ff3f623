"""The kind of records that tells of a round."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy.orm import Session

from app.fire_safety.patrols.models import PatrolRound
from app.intake.arriving import Arrived, Body, Effects, RecordKind
from app.intake.bodies import Code, Moment, Words, moment_text


class PointScanned(Body):
    code: Code
    at: Moment


class RoundMade(Body):
    scans: Annotated[list[PointScanned], Field(min_length=1, max_length=200)]
    note: Words | None = None


def _round_made(_session: Session, arrived: Arrived, body: RoundMade) -> Effects:
    """Scans are by the device's clock, as the record is: they are mended by as much."""
    off: timedelta = arrived.made_at - arrived.happened_at
    row = {
        "record_id": arrived.id,
        "yard_id": arrived.place_id,
        "walker_id": arrived.operator_id,
        "walker_name": arrived.operator_name,
        "scans": [[scan.code, moment_text(scan.at - off)] for scan in body.scans],
        "received_at": arrived.received_at,
        "note": body.note,
    }
    return Effects([(PatrolRound, row)])


PATROL_KINDS: Final[Mapping[str, RecordKind]] = {
    "patrol_round": RecordKind(RoundMade, _round_made, frozenset({"yard"})),
}
