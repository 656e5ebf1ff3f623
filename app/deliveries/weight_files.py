"""Plants' weights from a file: judged as a whole, every fault at once; nothing of it is stored where one is left."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.clock import now
from app.database.parts import in_parts
from app.deliveries.models import PlantWeightFile, Side
from app.deliveries.operations import WeightSaid, keep_weight, lock_loads, says_nothing_new, weight_faults
from app.deliveries.queries import Load, loads
from app.errors import BAD_WEIGHT_FILE, FILE_TAKEN_IN, Refusal
from app.file_exchange.columns import Table, read_tables
from app.file_exchange.messages import CellFault, shown
from app.file_exchange.table_read import TableRead, TableRow, read_rows_of
from app.intake.models import WeighTicket
from app.texts import Message, _
from yard_rules.both_ends import weights_agree
from yard_rules.tariffs import Quality

WEIGHT_TABLE: Final[Table] = read_tables(Path(__file__).with_name("weight_columns.toml"))["plant_weights"]


class LineKind(StrEnum):
    """What a line of the file would do."""

    NEW = "new"
    CORRECTION = "correction"
    KNOWN = "known"  # said already, word for word


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightLine:
    """A line without a fault."""

    row: int
    load: Load
    said: WeightSaid
    kind: LineKind

    @property
    def would_be_disputed(self) -> bool:
        """Whether the weight differs too much from the yard's."""
        yard_kg = self.load.delivery.yard_kg
        return yard_kg is not None and not weights_agree(yard_kg, self.said.net_kg, self.said.weighed_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedFile:
    """`read`: the file as a table; `faults`: of its cells, those of reading and of what the cells say, by row.
    `taken_in`: where this very file was taken in before."""

    digest: str
    read: TableRead
    lines: Sequence[WeightLine]
    faults: Sequence[CellFault]
    taken_in: PlantWeightFile | None

    @property
    def can_be_taken_in(self) -> bool:
        return self.taken_in is None and not self.faults and self.read.can_be_used and bool(self.lines)

    @property
    def news(self) -> list[WeightLine]:
        """The lines that say something new."""
        return [line for line in self.lines if line.kind is not LineKind.KNOWN]


def judge_weight_file(session: Session, data: bytes, plants: Collection[str] | None) -> JudgedFile:
    """Return what the file says of loads to these plants (None: to any) and all that is wrong with it. Never raises."""
    digest = hashlib.sha256(data).hexdigest()
    read = read_rows_of(data, WEIGHT_TABLE)
    by_number = _loads_by_number(session, {str(row.values["ticket_number"]) for row in read.rows}, plants)
    lines: list[WeightLine] = []
    faults = list(read.faults)
    for row in read.rows:
        load = by_number.get(str(row.values["ticket_number"]))
        said = _said(row.values)
        found = list(_faults(load, said))
        faults += [_fault(read, row, column, what) for column, what in found]
        if load is not None and not found:
            lines.append(WeightLine(row=row.row, load=load, said=said, kind=_kind(load, said)))
    taken_in = session.scalar(select(PlantWeightFile).where(PlantWeightFile.digest == digest))
    return JudgedFile(
        digest=digest,
        read=read,
        lines=lines,
        faults=sorted(faults, key=lambda fault: (fault.sheet, fault.row)),
        taken_in=taken_in,
    )


def take_in_weights(
    session: Session, data: bytes, *, name: str, side: Side, plants: Collection[str] | None
) -> PlantWeightFile:
    """Keep the weights that the file says; what was said before is left as it is. Nothing here commits.

    Raises Refusal, with nothing stored, where anything is wrong with it or it was taken in before.
    """
    lock_loads(session, [line.load.ticket.id for line in judge_weight_file(session, data, plants).lines])
    judged = judge_weight_file(session, data, plants)
    if judged.taken_in is not None:
        raise Refusal(FILE_TAKEN_IN, [judged.taken_in.name])
    if not judged.can_be_taken_in:
        raise Refusal(BAD_WEIGHT_FILE, [f"{fault.row}: {fault.heading} {fault.value}" for fault in judged.faults[:20]])
    actor = acting_now()
    file = PlantWeightFile(
        digest=judged.digest,
        name=name[:255],
        weights=len(judged.news),
        taken_in_by=actor.account_id,
        taken_in_name=actor.name,
        taken_in_at=now(),
    )
    session.add(file)
    try:
        session.flush()
    except IntegrityError:  # the same file at the same moment; whoever was first has stored it
        session.rollback()
        raise Refusal(FILE_TAKEN_IN, [name]) from None
    for line in judged.news:
        keep_weight(session, line.load, line.said, side=side, file_id=file.id)
    said = {"file": file.name, "digest": file.digest, "weights": file.weights}
    record(session, what="plant_weight_file.taken_in", subject_kind="plant_weight_file", subject_id=file.id, after=said)
    return file


def _loads_by_number(session: Session, numbers: Collection[str], plants: Collection[str] | None) -> dict[str, Load]:
    ids = in_parts(session, numbers, lambda some: select(WeighTicket.id).where(WeighTicket.number.in_(some)))
    return {load.ticket.number: load for load in loads(session, plants=plants, ids=ids)}


def _said(values: Mapping[str, Any]) -> WeightSaid:
    grade = values["mould_grade"]
    weighed_on = values["weighed_on"]
    assert isinstance(weighed_on, date)
    return WeightSaid(
        net_kg=int(values["net_kg"]),
        weighed_on=weighed_on,
        moisture_permille=_permille(values["moisture_percent"]),
        quality=Quality(
            impurity_permille=_permille(values["impurity_percent"]), mould_grade=None if grade is None else int(grade)
        ),
        slip_number=values["slip_number"] or None,
        reason=values["reason"] or None,
    )


def _permille(percent: float | None) -> int | None:
    return None if percent is None else round(percent * 10)


def _faults(load: Load | None, said: WeightSaid) -> Iterator[tuple[str, Message]]:
    """What is wrong with a line, by column."""
    if load is None:
        yield "ticket_number", Message(_("There is no load to a plant under this number."))
        return
    try:
        yield from weight_faults(load, said)
    except Refusal as refusal:
        yield "ticket_number", Message(refusal.kind.what)
        return
    if load.weight is not None and not said.reason and not says_nothing_new(load.weight, said):
        what = _("A weight of %(kg)s kg was entered before: say why this one replaces it.")
        yield "reason", Message(what, {"kg": load.weight.net_kg})


def _fault(read: TableRead, row: TableRow, key: str, what: Message) -> CellFault:
    heading = read.headings[row.sheet].get(key, "")
    value = row.values[key]
    return CellFault(
        sheet=row.sheet, row=row.row, heading=heading, value="" if value is None else shown(value), what=what
    )


def _kind(load: Load, said: WeightSaid) -> LineKind:
    if load.weight is None:
        return LineKind.NEW
    return LineKind.KNOWN if says_nothing_new(load.weight, said) else LineKind.CORRECTION
