"""What an inspection says: findings, what it lacks, answers that do not fit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from yard_rules.checklists import ListKind, Per, checklist
from yard_rules.finding import Severity
from yard_rules.inspections import Answer, Lack, Outcome, inspection_result, overdue_inspection, questions

DAILY = checklist(ListKind.DAILY, date(2026, 11, 12))
THINGS = {Per.STACK: ["S2", "S1"], Per.CAMERA: ["C1"], Per.HYDRANT: [], Per.EXTINGUISHER: ["E1"]}


def all_good() -> list[Answer]:
    return [
        Answer(item_id=item.item_id, subject_id=subject_id, outcome=Outcome.GOOD, photos=1)
        for item, subject_id in questions(DAILY, THINGS)
    ]


def changed(item_id: str, subject_id: str | None, **told: object) -> list[Answer]:
    values: dict[str, object] = {"outcome": Outcome.GOOD, "photos": 1, "note": "", **told}
    answer = Answer(item_id=item_id, subject_id=subject_id, **values)  # type: ignore[arg-type]
    rest = [it for it in all_good() if (it.item_id, it.subject_id) != (item_id, subject_id)]
    assert len(rest) == len(all_good()) - 1
    return [*rest, answer]


def test_each_thing_of_the_yard_is_asked_for_and_what_it_has_not_is_not() -> None:
    asked = [(item.item_id, subject_id) for item, subject_id in questions(DAILY, THINGS)]
    assert [subject_id for item_id, subject_id in asked if item_id == "stack_covered"] == ["S1", "S2"]
    assert ("gate_kept", None) in asked
    assert not any(item_id in ("hydrants_ready", "pond_full") for item_id, _subject_id in asked)


def test_a_good_inspection_has_no_findings_and_lacks_nothing() -> None:
    result = inspection_result(DAILY, THINGS, all_good(), yard_id="Y01")
    assert (result.findings, result.lacking, result.strange, result.is_complete) == ((), (), (), True)


def test_what_failed_is_a_finding_and_wants_photo_and_note() -> None:
    failed = changed("stack_no_heat_signs", "S1", outcome=Outcome.FAILED, photos=0)
    result = inspection_result(DAILY, THINGS, failed, yard_id="Y01")
    (finding,) = result.findings
    assert (finding.rule, finding.subject, finding.severity) == (
        "checklist_stack_no_heat_signs",
        ("Y01", "S1"),
        Severity.BLOCKS,
    )
    assert [(it.lack, it.item_id, it.subject_id, it.is_binding) for it in result.lacking] == [
        (Lack.PHOTO, "stack_no_heat_signs", "S1", True),
        (Lack.NOTE, "stack_no_heat_signs", "S1", True),
    ]
    unseen = changed("stack_no_heat_signs", "S1", outcome=Outcome.FAILED, photos=0, camera_failed=True)
    assert not inspection_result(DAILY, THINGS, unseen, yard_id="Y01").is_complete
    in_words = changed(
        "stack_no_heat_signs", "S1", outcome=Outcome.FAILED, photos=0, camera_failed=True, note="steam at the top"
    )
    assert inspection_result(DAILY, THINGS, in_words, yard_id="Y01").is_complete
    told = changed("stack_no_heat_signs", "S1", outcome=Outcome.FAILED, note="steam at the top")
    assert inspection_result(DAILY, THINGS, told, yard_id="Y01").is_complete


@pytest.mark.parametrize(("item_id", "is_binding"), [("strip_clear", True), ("grabber_ready", False)])
def test_a_photo_that_is_needed_binds_and_one_that_is_wanted_does_not(item_id: str, is_binding: bool) -> None:
    result = inspection_result(DAILY, THINGS, changed(item_id, None, photos=0), yard_id="Y01")
    assert [(it.lack, it.is_binding) for it in result.lacking] == [(Lack.PHOTO, is_binding)]
    assert result.is_complete != is_binding


def test_what_is_not_answered_is_lacking() -> None:
    result = inspection_result(DAILY, THINGS, all_good()[1:], yard_id="Y01")
    assert [(it.lack, it.item_id) for it in result.lacking] == [(Lack.ANSWER, DAILY.items[0].item_id)]
    assert not result.is_complete


def test_what_does_not_apply_says_why() -> None:
    result = inspection_result(DAILY, THINGS, changed("scale_ready", None, outcome=Outcome.NOT_HERE), yard_id="Y01")
    assert [(it.lack, it.is_binding) for it in result.lacking] == [(Lack.NOTE, True)]
    told = changed("scale_ready", None, outcome=Outcome.NOT_HERE, note="bales are counted here", photos=0)
    assert inspection_result(DAILY, THINGS, told, yard_id="Y01").is_complete


def test_of_two_answers_the_worse_counts_in_either_order() -> None:
    good = all_good()
    bad = Answer(item_id="gate_kept", subject_id=None, outcome=Outcome.FAILED, photos=1, note="open, nobody there")
    for answers in ([*good, bad], [bad, *good]):
        result = inspection_result(DAILY, THINGS, answers, yard_id="Y01")
        assert [finding.rule for finding in result.findings] == ["checklist_gate_kept"]


def test_an_answer_about_a_stack_that_is_gone_is_looked_at_by_people() -> None:
    gone = Answer(item_id="stack_covered", subject_id="S9", outcome=Outcome.FAILED, photos=1, note="torn")
    result = inspection_result(DAILY, THINGS, [*all_good(), gone], yard_id="Y01")
    assert (result.findings, result.strange, result.is_complete) == ((), (gone,), False)


@pytest.mark.parametrize(
    ("kind", "late_days", "severity"),
    [
        (ListKind.DAILY, 0, None),
        (ListKind.DAILY, 1, Severity.MEND),
        (ListKind.WEEKLY, 2, Severity.ADVICE),
        (ListKind.WEEKLY, 3, Severity.MEND),
        (ListKind.BRIGADE_VISIT, 89, Severity.ADVICE),
        (ListKind.BRIGADE_VISIT, 90, Severity.MEND),
    ],
)
def test_a_list_that_was_not_gone_through_is_graver_the_longer_it_is_so(
    kind: ListKind, late_days: int, severity: Severity | None
) -> None:
    day = date(2026, 11, 12)
    found = overdue_inspection(checklist(kind, day), day - timedelta(days=late_days), yard_id="Y01")
    assert (found and found.severity) == severity
    if found is not None:
        assert (found.subject, found.measured) == (("Y01", kind), late_days)


def test_every_list_has_a_number_of_days_after_which_it_is_grave() -> None:
    day = date(2026, 11, 12)
    late = [overdue_inspection(checklist(kind, day), day - timedelta(days=400), yard_id="Y01") for kind in ListKind]
    assert {found and found.severity for found in late} == {Severity.MEND}
