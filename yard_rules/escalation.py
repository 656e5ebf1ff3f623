"""Corrective actions: by when a finding is to be mended, and who is told when it is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from yard_rules.audiences import Audience
from yard_rules.finding import Finding, Severity
from yard_rules.rulebook import Figure, Rulebook, rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStep:
    """Who is told at a moment that it is not mended. `is_reminder`: before the deadline, the owner only."""

    at: datetime
    told: Audience
    is_reminder: bool
    figure: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectiveState:
    """A corrective action at a moment: the steps taken by then, and the next one."""

    deadline: datetime
    is_overdue: bool
    waits_for_check: bool
    check_overdue: bool
    taken: tuple[EscalationStep, ...]
    next_step: EscalationStep | None


def deadline(finding: Finding, found_at: datetime, book: Rulebook | None = None) -> datetime:
    """Return by when a finding is to be mended: within hours where it blocks, within its days where it is to be mended,
    within a month where it is advice. Days run to the same hour. Sources: rulebooks/escalation.toml."""
    book, day = book or rulebook("escalation"), found_at.date()
    if finding.severity is Severity.BLOCKS:
        return found_at + timedelta(hours=book.whole("blocks_deadline_h", day))
    days = finding.mend_days if finding.mend_days is not None else book.whole("advice_deadline_days", day)
    return found_at + timedelta(days=days)


def escalation_steps(
    severity: Severity, found_at: datetime, due_at: datetime, book: Rulebook | None = None
) -> tuple[EscalationStep, ...]:
    """Return who is told and when, in order, as long as nobody mends it: first a reminder of the attendant, where there
    is time for one, then each audience so long after the deadline. Who is not named for a severity is not told."""
    book = book or rulebook("escalation")
    figures = book.in_force(found_at.date())
    steps = [
        EscalationStep(at=due_at + timedelta(hours=int(figure.value)), told=audience, is_reminder=False, figure=figure)
        for audience in Audience
        if (figure := figures.get(f"{severity}_{audience}_after_h")) is not None
    ]
    before = figures["remind_before_h"]
    remind_at = due_at - timedelta(hours=int(before.value))
    if remind_at > found_at:
        steps.append(EscalationStep(at=remind_at, told=Audience.ATTENDANT, is_reminder=True, figure=before))
    # Who stands nearer to the yard comes first among those of one moment.
    return tuple(sorted(steps, key=lambda step: (step.at, list(Audience).index(step.told))))


def corrective_state(
    severity: Severity,
    *,
    found_at: datetime,
    due_at: datetime,
    moment: datetime,
    mended_at: datetime | None = None,
    checked_at: datetime | None = None,
    book: Rulebook | None = None,
) -> CorrectiveState:
    """Return how a corrective action stands. It is done when a second person has checked it; mending stops the
    escalation, and starts again as if nothing had happened where the app takes `mended_at` back. The check is overdue
    `check_within_h` after the mending."""
    book = book or rulebook("escalation")
    until = moment if mended_at is None or mended_at > moment else mended_at
    steps = escalation_steps(severity, found_at, due_at, book)
    is_mended = mended_at is not None and mended_at <= moment
    is_checked = checked_at is not None and checked_at <= moment
    within = timedelta(hours=book.whole("check_within_h", found_at.date()))
    return CorrectiveState(
        deadline=due_at,
        is_overdue=not is_mended and moment > due_at,
        waits_for_check=is_mended and not is_checked,
        check_overdue=is_mended and not is_checked and moment > until + within,
        taken=tuple(step for step in steps if step.at <= until),
        next_step=None if is_mended else next((step for step in steps if step.at > moment), None),
    )
