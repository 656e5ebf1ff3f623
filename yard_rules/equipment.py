"""When the equipment of a yard is to be checked, serviced, tested, calibrated, and what is overdue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from yard_rules.finding import Severity
from yard_rules.rulebook import Figure, Rulebook, rulebook
from yard_rules.timed_finding import TimedFinding, finding_by_figures


class EquipmentKind(StrEnum):
    EXTINGUISHER = "extinguisher"
    HYDRANT = "hydrant"
    HOSE = "hose"
    PUMP = "pump"
    POND = "pond"
    CAMERA = "camera"
    LIGHTING = "lighting"
    EARTHING = "earthing"
    SPARK_ARRESTER = "spark_arrester"
    HEAT_SENSOR = "heat_sensor"
    MOISTURE_METER = "moisture_meter"
    SCALE = "scale"


class Duty(StrEnum):
    """What is done to a piece; its figure is the kind's name, its own, and `_every_days` or `_after_days`."""

    LOOK = "look"
    SERVICE = "service"
    REPAIR = "repair"
    SCRAP = "scrap"
    FLOW_TEST = "flow_test"
    UNROLL = "unroll"
    PRESSURE_TEST = "pressure_test"
    START = "start"
    LEVEL = "level"
    LINK = "link"
    TEST = "test"
    CLEAN = "clean"
    CALIBRATION = "calibration"
    VERIFICATION = "verification"


DUTIES: Final[Mapping[EquipmentKind, tuple[Duty, ...]]] = {
    EquipmentKind.EXTINGUISHER: (Duty.LOOK, Duty.SERVICE, Duty.REPAIR, Duty.SCRAP),
    EquipmentKind.HYDRANT: (Duty.LOOK, Duty.FLOW_TEST),
    EquipmentKind.HOSE: (Duty.UNROLL, Duty.PRESSURE_TEST),
    EquipmentKind.PUMP: (Duty.START, Duty.FLOW_TEST),
    EquipmentKind.POND: (Duty.LEVEL,),
    EquipmentKind.CAMERA: (Duty.LINK,),
    EquipmentKind.LIGHTING: (Duty.TEST,),
    EquipmentKind.EARTHING: (Duty.TEST,),
    EquipmentKind.SPARK_ARRESTER: (Duty.CLEAN,),
    EquipmentKind.HEAT_SENSOR: (Duty.CALIBRATION,),
    EquipmentKind.MOISTURE_METER: (Duty.CALIBRATION,),
    EquipmentKind.SCALE: (Duty.VERIFICATION,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """One piece. `made_on` is None where the plate cannot be read: then it counts from when it came into use. `done`:
    when each duty was last done; a duty never done counts from when the piece came into use."""

    equipment_id: str
    kind: EquipmentKind
    in_use_since: date
    made_on: date | None = None
    done: Mapping[Duty, date] = field(default_factory=dict)


class DueState(StrEnum):
    DONE = "done"
    SOON = "soon"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDue:
    """A duty that is to be done on `due_on` at the latest."""

    equipment_id: str
    kind: EquipmentKind
    duty: Duty
    due_on: date
    was_ever_done: bool
    state: DueState
    figure: Figure


def duties_due(equipment: Equipment, day: date, book: Rulebook | None = None) -> tuple[DutyDue, ...]:
    """Return every duty of a piece with the day on which it is due, the earliest first.

    A repair is first due so long after the piece was made, then so long after each repair; a piece that is to be
    scrapped stays so. Soon is within `due_soon_days`, or a tenth of the interval where that is shorter. What is said to
    have been done after `day` has not been done yet. Raises NoFigure before 2023. Sources: rulebooks/equipment.toml.
    """
    book = book or rulebook("equipment")
    return tuple(
        sorted((_due(equipment, duty, day, book) for duty in DUTIES[equipment.kind]), key=lambda it: it.due_on)
    )


def equipment_findings(
    equipment: Equipment, moment: datetime, book: Rulebook | None = None
) -> tuple[TimedFinding, ...]:
    """Return a finding `equipment_<duty>_overdue` for each duty that is overdue: days since it was last done, or the
    piece was made, against what is required. Its time begins with the end of the day on which it was due."""
    day = moment.date()
    book = book or rulebook("equipment")
    found = []
    for due in duties_due(equipment, day, book):
        if due.state is not DueState.OVERDUE:
            continue
        required_days = int(due.figure.value)
        finding = finding_by_figures(
            f"equipment_{due.duty}_overdue",
            (equipment.equipment_id,),
            Severity.MEND,
            (due.figure,),
            measured=(day - due.due_on).days + required_days,
            required=required_days,
            unit="d",
            mend_days=book.whole("overdue_mend_days", day),
        )
        begins = datetime.combine(due.due_on + timedelta(days=1), time.min, moment.tzinfo)
        found.append(TimedFinding(finding=finding, begins=begins, ends=None))
    return tuple(found)


def _due(equipment: Equipment, duty: Duty, day: date, book: Rulebook) -> DutyDue:
    last = equipment.done.get(duty)
    if last is not None and last > day:
        last = None
    made_on = equipment.made_on or equipment.in_use_since
    if duty is Duty.SCRAP:
        figure, base = book.figure(f"{equipment.kind}_scrap_after_days", day), made_on
    elif duty is Duty.REPAIR and last is None:
        figure, base = book.figure(f"{equipment.kind}_first_repair_after_days", day), made_on
    else:
        figure = book.figure(f"{equipment.kind}_{duty}_every_days", day)
        base = last or equipment.in_use_since
    interval_days = int(figure.value)
    due_on = base + timedelta(days=interval_days)
    soon_days = min(book.whole("due_soon_days", day), interval_days // 10)
    state = DueState.DONE
    if day > due_on:
        state = DueState.OVERDUE
    elif day >= due_on - timedelta(days=soon_days):
        state = DueState.SOON
    return DutyDue(
        equipment_id=equipment.equipment_id,
        kind=equipment.kind,
        duty=duty,
        due_on=due_on,
        was_ever_done=last is not None,
        state=state,
        figure=figure,
    )
