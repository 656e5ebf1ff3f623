"""What the drawing in force shows that blocks: each on the stack that it is about, or on the yard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.fire_safety.drawings.queries import drawing_in_force
from app.storage.layouts import stacks_of
from yard_rules.finding import Finding, Severity
from yard_rules.fire import rule_entries

# As a corrective action calls what was gone through.
DRAWN: Final = "drawing"
DangerKey = tuple[str, str | None]


@dataclass(slots=True)
class DrawnDangers:
    """What the drawing of a version shows that blocks: by the rule and the stack (None: the yard) all its findings."""

    version: int
    found: dict[DangerKey, list[Finding]] = field(default_factory=dict)


def drawn_dangers(session: Session, yard_id: str, moment: datetime) -> DrawnDangers | None:
    """Return what the drawing in force shows that blocks, by the rules of the day; None where none is in force.

    A finding that names stacks, and does not close the yard anyway, is one of each of them.
    """
    in_force = drawing_in_force(session, yard_id, moment)
    if in_force is None:
        return None
    held, told = in_force
    dangers = DrawnDangers(held.drawing_version)
    stacks = {stack.drawing_id: stack.stack_id for stack in stacks_of(session, yard_id) if stack.drawing_id}
    for finding in told.findings:
        if finding.severity is Severity.BLOCKS:
            for stack_id in _about(finding, stacks):
                dangers.found.setdefault((finding.rule, stack_id), []).append(finding)
    return dangers


def is_still_drawn(session: Session, yard_id: str, rule: str, stack_id: str | None, moment: datetime) -> bool:
    """Whether the drawing in force shows it."""
    dangers = drawn_dangers(session, yard_id, moment)
    return dangers is not None and (rule, stack_id) in dangers.found


def _about(finding: Finding, stacks: Mapping[str, str]) -> list[str | None]:
    named = [stacks[it] for it in finding.subject if it in stacks]
    return [None] if not named or rule_entries()[finding.rule].closes_yard else list(named)
