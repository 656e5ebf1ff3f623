"""What an inspection says: which items failed, which were not answered, where a photo is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from yard_rules.checklists import Checklist, ChecklistItem, Per, Photo, failed_item
from yard_rules.finding import Finding, Severity, worst_first
from yard_rules.rulebook import Rulebook, rulebook
from yard_rules.timed_finding import finding_by_figures


class Outcome(StrEnum):
    GOOD = "good"
    FAILED = "failed"
    NOT_HERE = "not_here"  # does not apply to this yard; wants a note


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody saw; `subject_id` of the stack, hydrant … where the item is asked for each of them."""

    item_id: str
    subject_id: str | None
    outcome: Outcome
    photos: int = 0
    note: str = ""
    camera_failed: bool = False  # no photo could be taken; then the note has to do


class Lack(StrEnum):
    """What an inspection lacks before it is complete."""

    ANSWER = "answer"
    PHOTO = "photo"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """`is_binding` is false for a photo that is wanted only."""

    lack: Lack
    item_id: str
    subject_id: str | None
    is_binding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionResult:
    """`findings`: of the items that failed, worst first; they count at once, whatever is still lacking."""

    findings: tuple[Finding, ...]
    lacking: tuple[Lacking, ...]
    strange: tuple[Answer, ...]

    @property
    def is_complete(self) -> bool:
        """Whether the inspection can be closed."""
        return not any(it.is_binding for it in self.lacking) and not self.strange


Question = tuple[ChecklistItem, str | None]


def questions(held: Checklist, things: Mapping[Per, Collection[str]]) -> tuple[Question, ...]:
    """Return what is asked in a yard that has these things, by kind: each item once, or for each of its things, in the
    order of the list and of their ids."""
    asked: list[Question] = []
    for item in held.items:
        if item.per is Per.YARD:
            asked.append((item, None))
        else:
            asked.extend((item, subject_id) for subject_id in sorted(things.get(item.per, ())))
    return tuple(asked)


def inspection_result(
    held: Checklist, things: Mapping[Per, Collection[str]], answers: Iterable[Answer], *, yard_id: str
) -> InspectionResult:
    """Return what an inspection by a list says of a yard with these things.

    What failed wants a photo in any case, as what is mended is compared with it, and a note; so does what is said not
    to be here. Where no camera works, a note does for the photo. Of two answers to one question the worse counts:
    tablets without a network may both have answered. An answer to what was not asked (`strange`: a stack that is gone
    by now) is kept for people to look at; it is no finding, but the inspection is not complete until somebody has.
    """
    asked = {(item.item_id, subject_id): item for item, subject_id in questions(held, things)}
    given: dict[tuple[str, str | None], Answer] = {}
    strange: list[Answer] = []
    for answer in answers:
        key = answer.item_id, answer.subject_id
        if key not in asked:
            strange.append(answer)
        elif key not in given or _worse(answer, given[key]):
            given[key] = answer
    findings: list[Finding] = []
    lacking: list[Lacking] = []
    for (item_id, subject_id), item in asked.items():
        said = given.get((item_id, subject_id))
        lacking += _lacking(item, subject_id, said)
        if said is not None and said.outcome is Outcome.FAILED:
            findings.append(failed_item(item, yard_id, subject_id))
    return InspectionResult(findings=worst_first(findings), lacking=tuple(lacking), strange=tuple(strange))


def overdue_inspection(held: Checklist, due_on: date, *, yard_id: str, book: Rulebook | None = None) -> Finding | None:
    """Return the finding `inspection_overdue` on a list of `held.day` that was due on a day before: how many days ago,
    against after how many it is grave; None where its day is not over.

    It is advice at first where somebody else has to come, or the list comes seldom, and to be mended from that many
    days on. It never blocks, as what nobody looked at is not known to be dangerous. Raises NoFigure before 2023.
    Sources: rulebooks/inspections.toml.
    """
    late_days = (held.day - due_on).days
    if late_days <= 0:
        return None
    book = book or rulebook("inspections")
    figure = book.figure(f"{held.kind}_mend_after_days", held.day)
    is_grave = late_days >= figure.value
    return finding_by_figures(
        "inspection_overdue",
        (yard_id, held.kind),
        Severity.MEND if is_grave else Severity.ADVICE,
        (figure,),
        measured=late_days,
        required=float(figure.value),
        unit="d",
        mend_days=book.whole("overdue_mend_days", held.day) if is_grave else None,
    )


def _worse(one: Answer, other: Answer) -> bool:
    order = (Outcome.NOT_HERE, Outcome.GOOD, Outcome.FAILED)
    return (order.index(one.outcome), one.photos, one.note) > (order.index(other.outcome), other.photos, other.note)


def _lacking(item: ChecklistItem, subject_id: str | None, answer: Answer | None) -> list[Lacking]:
    if answer is None:
        return [Lacking(lack=Lack.ANSWER, item_id=item.item_id, subject_id=subject_id, is_binding=True)]
    found = []
    is_told_instead = answer.camera_failed and bool(answer.note.strip())
    is_needed = answer.outcome is Outcome.FAILED or (item.photo is Photo.NEEDED and answer.outcome is Outcome.GOOD)
    is_wanted = item.photo is Photo.WANTED and answer.outcome is Outcome.GOOD
    if answer.photos < 1 and (is_needed or is_wanted):
        found.append(
            Lacking(
                lack=Lack.PHOTO,
                item_id=item.item_id,
                subject_id=subject_id,
                is_binding=is_needed and not is_told_instead,
            )
        )
    if answer.outcome is not Outcome.GOOD and not answer.note.strip():
        found.append(Lacking(lack=Lack.NOTE, item_id=item.item_id, subject_id=subject_id, is_binding=True))
    return found
