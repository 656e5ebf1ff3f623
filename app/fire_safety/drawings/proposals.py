"""Proposals of `strawline yard design` handed in as versions, with what it said of them. Nothing here commits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import PurePath
from typing import Any, Final

from sqlalchemy.orm import Session

from app.clock import now
from app.fire_safety.drawings.models import DesignFigures, YardDrawingVersion
from app.fire_safety.drawings.operations import add_version
from app.fire_safety.drawings.queries import drawing_of_yard
from app.registry.models import TransferYard
from yard_rules.stack_design import Goal, ProposalFigures
from yard_rules.yard_drawing import DrawingFault, DrawingFaults

MOST_DRAWINGS: Final = 6
_FIGURES: Final = frozenset(field.name for field in fields(ProposalFigures))


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file with its name; its stem is the goal of a proposal."""

    name: str
    content: bytes

    @property
    def stem(self) -> str:
        return PurePath(self.name).stem


def add_proposals(session: Session, yard: TransferYard, files: Sequence[HandedIn]) -> list[YardDrawingVersion]:
    """Keep each drawing among the files as a version, with its figures where a proposals.json among them has them.

    Raises DrawingFaults with the faults of all files; then nothing is kept.
    """
    figures: dict[str, Mapping[str, Any]] = {}
    texts: list[tuple[HandedIn, str]] = []
    faults: list[DrawingFault] = []
    for file in files:
        said = _figures_in(file)
        if said is not None:
            figures |= said
            continue
        try:
            drawing_of_yard(file.content, yard.yard_id)
            texts.append((file, file.content.decode("utf-8-sig")))
        except DrawingFaults as found:
            faults += [
                DrawingFault(it.feature, f"{file.name[:80]} {it.part or ''}".strip(), it.text) for it in found.faults
            ]
    if faults:
        raise DrawingFaults(faults)
    return [_kept(session, yard, text, file.stem, figures) for file, text in texts[:MOST_DRAWINGS]]


def _kept(
    session: Session, yard: TransferYard, text: str, stem: str, figures: Mapping[str, Mapping[str, Any]]
) -> YardDrawingVersion:
    version = add_version(session, yard, text, note=stem[:80])
    if stem in set(Goal):
        session.add(
            DesignFigures(
                yard_id=yard.yard_id,
                version=version.version,
                goal=stem,
                figures=dict(figures.get(stem, {})),
                added_at=now(),
            )
        )
        session.flush()
    return version


def _figures_in(file: HandedIn) -> dict[str, Mapping[str, Any]] | None:
    """The figures of each goal in a proposals.json; None where the file is something else."""
    try:
        value: Any = json.loads(file.content)
    except (ValueError, RecursionError):
        return None
    rows = value.get("proposals") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        return None
    return {
        row["goal"]: {name: it for name, it in row.items() if name in _FIGURES and _is_number(it)}
        for row in rows
        if isinstance(row, dict) and isinstance(row.get("goal"), str)
    }


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
