"""Drawings of one yard side by side: what each comes to, and what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import business_day
from app.fire_safety.drawings.models import DesignFigures, YardDrawingVersion
from app.fire_safety.drawings.queries import Judged, judged, known_drawing
from yard_rules.fire import FireRules
from yard_rules.stack_design import ProposalFigures, UpperBound, site_bound
from yard_rules.stack_design.design import design_figures
from yard_rules.stack_design.layout import bare
from yard_rules.stack_design.proposal import proposal_figures
from yard_rules.yard_drawing import YardDrawing

# Two things of one id are the same thing in another place where their outlines differ by more metres.
_MOVED_M = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingsChanged:
    """Of one kind, against the drawing that is compared with."""

    kind: str
    added: int
    gone: int
    moved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One of the drawings. `goals`: what it was designed for, none where it was not; `bound_share`: its bales over the
    most that any layout of the site could hold, None where that is not known or its straw lies in a store; `changed`:
    against the first column."""

    version: YardDrawingVersion
    found: Judged
    figures: ProposalFigures
    goals: Sequence[str]
    stack_share: float
    area_m2: float
    pond_m3: float
    bound_share: float | None
    changed: Sequence[ThingsChanged]


def columns_of(session: Session, versions: Sequence[YardDrawingVersion]) -> list[Column]:
    """Return a column for each version, by the rules of today. What is built new is reckoned against the first one's
    site: its gates, fences, buildings, ponds, hydrants and scale cost nothing."""
    if not versions:
        return []
    day = business_day()
    base = known_drawing(versions[0].geojson, versions[0].yard_id)
    designed = _designed(session, versions[0].yard_id)
    bound = _bound(versions[0].geojson, versions[0].yard_id, day.isoformat())
    rules = FireRules(day)
    figures_in_force = design_figures(rules, bare(base))
    columns = []
    for version in versions:
        drawing = known_drawing(version.geojson, version.yard_id)
        found = judged(drawing, day)
        goals = designed.get(version.version, {})
        figures = proposal_figures(drawing, bare(base), figures_in_force, bound)
        most = int(max((it.get("bound_bales", 0) for it in goals.values()), default=0) or figures.bound_bales)
        share = found.capacity.bales / most if most else None
        columns.append(
            Column(
                version=version,
                found=found,
                figures=figures,
                goals=list(goals),
                stack_share=sum(it.shape.area for it in drawing.stacks) / drawing.site.shape.area,
                area_m2=drawing.site.shape.area,
                pond_m3=sum(it.water_m3 for it in drawing.ponds),
                bound_share=share if share is not None and share <= 1 else None,
                changed=() if version is versions[0] else things_changed(base, drawing),
            )
        )
    return columns


def things_changed(before: YardDrawing, after: YardDrawing) -> list[ThingsChanged]:
    """Return the kinds of which something was added, is gone or was moved, in the order of the drawing."""
    old = {(it.kind, it.id): it.shape for it in before.things()}
    new = {(it.kind, it.id): it.shape for it in after.things()}
    found = []
    for kind in dict.fromkeys(kind for kind, _id in [*old, *new]):
        was = {id_: shape for (of, id_), shape in old.items() if of == kind}
        now = {id_: shape for (of, id_), shape in new.items() if of == kind}
        both = was.keys() & now.keys()
        moved = sum(not was[id_].equals_exact(now[id_], _MOVED_M) for id_ in both)
        changed = ThingsChanged(kind=kind, added=len(now) - len(both), gone=len(was) - len(both), moved=moved)
        if changed.added or changed.gone or changed.moved:
            found.append(changed)
    return found


def _designed(session: Session, yard_id: str) -> Mapping[int, Mapping[str, Mapping[str, Any]]]:
    """The goals of each version that was designed, each with its figures: one layout may be the best for several."""
    found: dict[int, dict[str, Mapping[str, Any]]] = {}
    for row in session.scalars(
        select(DesignFigures).where(DesignFigures.yard_id == yard_id).order_by(DesignFigures.id)
    ):
        found.setdefault(row.version, {})[row.goal] = row.figures
    return found


@lru_cache(maxsize=16)
def _bound(geojson: str, yard_id: str, day: str) -> UpperBound:
    """The most that any layout of the site can hold; `day` as an ISO text, whose rules hold."""
    rules = FireRules(date.fromisoformat(day))
    site = bare(known_drawing(geojson, yard_id))
    return site_bound(site, rules, design_figures(rules, site).building)
