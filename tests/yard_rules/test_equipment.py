"""When equipment is due, and what escalates when nobody mends a finding."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from yard_rules.audiences import Audience
from yard_rules.equipment import DUTIES, DueState, Duty, Equipment, EquipmentKind, duties_due, equipment_findings
from yard_rules.escalation import corrective_state, deadline, escalation_steps
from yard_rules.finding import Finding, Severity
from yard_rules.rulebook import rulebook

BEIJING = timezone(timedelta(hours=8))
TODAY = date(2026, 11, 12)
NOON = datetime(2026, 11, 12, 12, tzinfo=BEIJING)
HOUR = timedelta(hours=1)


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def states(equipment: Equipment) -> dict[Duty, DueState]:
    return {due.duty: due.state for due in duties_due(equipment, TODAY)}


def test_every_kind_of_equipment_has_duties_with_figures() -> None:
    for kind in EquipmentKind:
        piece = Equipment(equipment_id="X", kind=kind, in_use_since=TODAY)
        due = duties_due(piece, TODAY)
        assert {it.duty for it in due} == set(DUTIES[kind])
        assert all(it.due_on > TODAY and it.figure.source for it in due)
    used = {due.figure.name for kind in EquipmentKind for due in _both(kind)}
    named = {name for name in rulebook("equipment").figures if name.endswith(("_every_days", "_after_days"))}
    assert named == used


def _both(kind: EquipmentKind) -> list[object]:
    new = Equipment(equipment_id="X", kind=kind, in_use_since=TODAY)
    used = Equipment(equipment_id="X", kind=kind, in_use_since=TODAY, done=dict.fromkeys(Duty, TODAY))
    return [*duties_due(new, TODAY), *duties_due(used, TODAY)]


@pytest.mark.parametrize(
    ("days", "state"), [(13, DueState.DONE), (14, DueState.SOON), (15, DueState.SOON), (16, DueState.OVERDUE)]
)
def test_an_extinguisher_is_looked_at_twice_a_month(days: int, state: DueState) -> None:
    piece = Equipment(
        equipment_id="E1",
        kind=EquipmentKind.EXTINGUISHER,
        in_use_since=days_ago(100),
        done={Duty.LOOK: days_ago(days)},
    )
    assert states(piece)[Duty.LOOK] is state


def test_what_was_never_done_counts_from_when_the_piece_came_into_use() -> None:
    pump = Equipment(equipment_id="P", kind=EquipmentKind.PUMP, in_use_since=days_ago(31))
    due = duties_due(pump, TODAY)
    assert [(it.duty, it.was_ever_done, it.state) for it in due] == [
        (Duty.START, False, DueState.OVERDUE),
        (Duty.FLOW_TEST, False, DueState.DONE),
    ]
    tomorrow = Equipment(
        equipment_id="P", kind=EquipmentKind.PUMP, in_use_since=days_ago(31), done={Duty.START: days_ago(-1)}
    )
    assert states(tomorrow)[Duty.START] is DueState.OVERDUE


def test_a_dry_powder_extinguisher_is_repaired_after_five_years_then_every_two_and_scrapped_after_ten() -> None:
    made = date(2021, 11, 1)
    piece = Equipment(equipment_id="E", kind=EquipmentKind.EXTINGUISHER, in_use_since=date(2024, 1, 1), made_on=made)
    assert states(piece)[Duty.REPAIR] is DueState.OVERDUE
    repaired = Equipment(
        equipment_id="E",
        kind=EquipmentKind.EXTINGUISHER,
        in_use_since=date(2024, 1, 1),
        made_on=made,
        done={Duty.REPAIR: days_ago(729)},
    )
    assert states(repaired)[Duty.REPAIR] is DueState.SOON
    old = Equipment(
        equipment_id="E",
        kind=EquipmentKind.EXTINGUISHER,
        in_use_since=date(2024, 1, 1),
        made_on=date(2016, 11, 1),
        done=dict.fromkeys(Duty, TODAY),
    )
    assert states(old)[Duty.SCRAP] is DueState.OVERDUE


def test_what_is_overdue_is_a_finding_with_its_source() -> None:
    scale = Equipment(equipment_id="W1", kind=EquipmentKind.SCALE, in_use_since=days_ago(400))
    (found,) = equipment_findings(scale, NOON)
    finding = found.finding
    assert (finding.rule, finding.subject, finding.severity) == (
        "equipment_verification_overdue",
        ("W1",),
        Severity.MEND,
    )
    assert (finding.measured, finding.required, finding.unit) == (400, 365, "d")
    assert (finding.ask_brigade, found.begins.date(), found.ends) == (True, days_ago(34), None)
    assert equipment_findings(Equipment(equipment_id="W", kind=EquipmentKind.SCALE, in_use_since=TODAY), NOON) == ()


def finding(severity: Severity, mend_days: int | None = None) -> Finding:
    return Finding(rule="r", subject=("s",), severity=severity, mend_days=mend_days)


def test_what_blocks_is_mended_within_a_day_the_rest_within_its_days() -> None:
    later = NOON + timedelta(days=30)
    assert deadline(finding(Severity.BLOCKS), later) == later + 24 * HOUR
    # What was found before the term of a day began was due at once.
    assert deadline(finding(Severity.BLOCKS), NOON) == NOON
    assert deadline(finding(Severity.MEND, 3), NOON) == NOON + 72 * HOUR
    assert deadline(finding(Severity.ADVICE), NOON) == NOON + timedelta(days=30)


def test_an_action_that_is_not_done_climbs_from_the_yard_to_the_city() -> None:
    due = NOON + 72 * HOUR
    steps = escalation_steps(Severity.MEND, NOON, due)
    assert [(step.told, (step.at - due) / HOUR, step.is_reminder) for step in steps] == [
        (Audience.ATTENDANT, -24, True),
        (Audience.ATTENDANT, 0, False),
        (Audience.MANAGER, 24, False),
        (Audience.FRANCHISE, 48, False),
        (Audience.PLANT, 48, False),
        (Audience.TOWN, 72, False),
        (Audience.BRIGADE, 168, False),
        (Audience.CITY, 336, False),
    ]
    at_once = escalation_steps(Severity.BLOCKS, NOON, NOON)
    assert {step.told for step in at_once if step.at == NOON} == {
        Audience.ATTENDANT,
        Audience.MANAGER,
        Audience.FRANCHISE,
        Audience.PLANT,
    }
    assert not any(step.is_reminder for step in at_once)
    assert {step.told for step in escalation_steps(Severity.ADVICE, NOON, due)} == {
        Audience.ATTENDANT,
        Audience.MANAGER,
    }


def test_mending_stops_the_escalation_and_asks_for_a_second_pair_of_eyes() -> None:
    due = NOON + 72 * HOUR
    told = {"found_at": NOON, "due_at": due}
    late = corrective_state(Severity.MEND, **told, moment=due + 30 * HOUR)
    assert (late.is_overdue, [step.told for step in late.taken][-1], late.next_step and late.next_step.told) == (
        True,
        Audience.MANAGER,
        Audience.FRANCHISE,
    )
    mended = corrective_state(Severity.MEND, **told, moment=due + 30 * HOUR, mended_at=due + HOUR)
    assert (mended.is_overdue, mended.waits_for_check, mended.check_overdue) == (False, True, True)
    assert ([step.told for step in mended.taken][-1], mended.next_step) == (Audience.ATTENDANT, None)
    checked = corrective_state(
        Severity.MEND, **told, moment=due + 30 * HOUR, mended_at=due + HOUR, checked_at=due + 2 * HOUR
    )
    assert (checked.waits_for_check, checked.check_overdue) == (False, False)
    # What will be mended tomorrow is not mended today.
    before = corrective_state(Severity.MEND, **told, moment=due + HOUR, mended_at=due + 2 * HOUR)
    assert (before.is_overdue, before.waits_for_check) == (True, False)
