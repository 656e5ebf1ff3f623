"""Drawings of a yard, read and judged."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import business_day
from app.fire_safety.drawings.models import YardDrawingVersion
from app.registry.legal_capacity import DrawnCapacity, drawn_capacity
from yard_rules.finding import Finding, Severity
from yard_rules.fire import FireRules, LegalCapacity, check_yard, legal_capacity
from yard_rules.yard_drawing import DrawingFault, DrawingFaults, YardDrawing, from_geojson


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A drawing, what it breaks (worst first) and what its stacks may hold."""

    drawing: YardDrawing
    findings: tuple[Finding, ...]
    capacity: LegalCapacity

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each severity."""
        return {kind.value: sum(it.severity is kind for it in self.findings) for kind in Severity}


def judged(drawing: YardDrawing, day: date | None = None) -> Judged:
    """Return what the rules of the day (today) say of a drawing."""
    rules = FireRules(day or business_day())
    findings = check_yard(drawing, rules)
    return Judged(drawing=drawing, findings=findings, capacity=legal_capacity(drawing, rules, findings))


def drawing_in_force(session: Session, yard_id: str, moment: datetime) -> tuple[DrawnCapacity, Judged] | None:
    """Return the drawing that was in force at a moment, judged by the rules of that day; None where there was none."""
    held = session.scalar(
        select(DrawnCapacity)
        .where(DrawnCapacity.yard_id == yard_id, DrawnCapacity.since <= moment)
        .order_by(DrawnCapacity.id.desc())
        .limit(1)
    )
    if held is None:
        return None
    version = session.execute(
        select(YardDrawingVersion.geojson, YardDrawingVersion.yard_id).where(
            YardDrawingVersion.yard_id == yard_id, YardDrawingVersion.version == held.drawing_version
        )
    ).one()
    return held, _judged(version.geojson, yard_id, business_day(moment).isoformat())


@lru_cache(maxsize=512)
def _judged(geojson: str, yard_id: str, day: str) -> Judged:
    """Judging takes up to a second and gives the same all day; the watch asks of every yard again and again."""
    return judged(drawing_of_yard(geojson, yard_id), date.fromisoformat(day))


def drawing_of_yard(content: bytes | str, yard_id: str) -> YardDrawing:
    """Return the drawing in a file; raises DrawingFaults with all faults, also where it is one of another yard."""
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        value: Any = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise DrawingFaults([DrawingFault(None, None, f"not a JSON file in UTF-8: {fault}")]) from fault
    other: list[DrawingFault] = []
    head = value.get("strawline") if isinstance(value, dict) else None
    if isinstance(head, dict) and isinstance(head.get("yard_id"), str) and head["yard_id"] != yard_id:
        text = f"{head['yard_id'][:80]!r} is another yard than {yard_id!r}"
        other.append(DrawingFault(None, "strawline.yard_id", text))
    try:
        drawing = from_geojson(value)
    except DrawingFaults as faults:
        raise DrawingFaults([*other, *faults.faults]) from faults
    if other:
        raise DrawingFaults(other)
    return drawing


@lru_cache(maxsize=32)
def known_drawing(geojson: str, yard_id: str) -> YardDrawing:
    """Return the drawing of a version that was kept; the latest ones asked for are not read anew."""
    return drawing_of_yard(geojson, yard_id)


def versions_of(session: Session, yard_id: str) -> Sequence[YardDrawingVersion]:
    """Return the yard's drawings, the newest first."""
    chosen = select(YardDrawingVersion).where(YardDrawingVersion.yard_id == yard_id)
    return session.scalars(chosen.order_by(YardDrawingVersion.version.desc())).all()


def version_of(session: Session, yard_id: str, version: int | None) -> YardDrawingVersion | None:
    """Return a drawing by its number; without one the drawing in force, else the newest; None where there is none."""
    chosen = select(YardDrawingVersion).where(YardDrawingVersion.yard_id == yard_id)
    if version is None:
        held = drawn_capacity(session, yard_id)
        version = held.drawing_version if held else None
    if version is not None:
        chosen = chosen.where(YardDrawingVersion.version == version)
    return session.scalar(chosen.order_by(YardDrawingVersion.version.desc()).limit(1))
