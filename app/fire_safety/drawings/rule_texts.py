"""What the rules of a yard's layout are called, what to do about a miss, and where they stand, for the reader.
The msgids are the words of the rules themselves (yard_rules/fire/rules.toml, the sources of the rulebooks)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext

from app.fire_safety.measure_words import apart_words, figure_words
from app.fire_safety.source_texts import source_text
from app.texts import _
from yard_rules.finding import Finding
from yard_rules.fire import LegalCapacity, rule_entries
from yard_rules.yard_drawing import Thing, YardDrawing

_UNITS: Final = {
    "m2": "m²",
    "m3": "m³",
    "mu": _("mu"),
    "stacks": _("stacks"),
    "layers": _("layers"),
    "ends": _("ends"),
    "bales": _("bales"),
}
# Title and remedy of each rule.
RULE_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "weaker_than_plan": (
        _("The county's figure is weaker than the plan's"),
        _("Have the county's figure compared with the plan"),
    ),
    "site_area": (_("Size of the yard"), _("The plan wants 3 to 7 mu in principle")),
    "outside_site": (_("Outside of the site"), _("Draw it where it stands, or move it into the yard")),
    "overlap": (_("Two things in one place"), _("Draw each where it stands, or move one")),
    "gate_missing": (_("Gate for vehicles"), _("Make a gate at the entrance")),
    "gate_width": (_("Width of the gate"), _("Widen the gate for a fire engine")),
    "gate_height": (_("Clear height of the gate"), _("Raise the beam over the gate, or take it away")),
    "gate_road": (_("Road at the gate"), _("Give the yard a gate at a township road or main village road")),
    "gate_room": (_("Room for trucks outside of the gate"), _("Make room for waiting trucks outside, at the gate")),
    "fence_gap": (_("Hole in the fence"), _("Close the fence")),
    "stack_outside_area": (_("Stack outside of the stack area"), _("Move the stack into the stack area or a store")),
    "strip_blocked": (_("Open strip around the stack area"), _("Clear the strip, or draw the stack area smaller")),
    "ring_width": (_("Width of the ring lane"), _("Widen the ring at its narrowest place")),
    "ring_turning": (
        _("Turning of a fire engine on the ring"),
        _("Round the stack area off, or give the corners more room"),
    ),
    "ring_access": (_("Way from the gate to the ring"), _("Clear the way of a fire engine from the gate to the ring")),
    "lane_height": (_("Clear height over the fire lane"), _("Hang the line higher, or lay it elsewhere")),
    "cross_lane": (_("Cross lanes of a large yard"), _("Part the stack area by a lane")),
    "lane_to_stack": (_("Lane beside a stack"), _("Move the stack away from the lane")),
    "stack_area_m2": (_("Area of a stack"), _("Take the stack smaller")),
    "stack_mass": (_("Mass of a stack"), _("Take bales off the stack")),
    "stack_height": (_("Height of a stack"), _("Take the top layer off")),
    "stack_gap": (_("Gap between stacks"), _("Move the stacks apart")),
    "group_gap": (_("Gap between groups of stacks"), _("Move the groups apart, or make them one group")),
    "group_size": (_("Size of a group of stacks"), _("Part the group, with the greater gap between")),
    "escape_way": (_("Way out for people"), _("Open the way out between the stacks")),
    "stack_cover": (_("Cover of a stack"), _("Cover the stack with fire sheet, or spray it with retardant")),
    "yard_split": (_("Straw in one yard"), _("Part the yard")),
    "wall_gap": (_("Stack beside a wall"), _("Move the stack away from the wall")),
    "column_gap": (_("Distance to a column of the store"), _("Move the stack away from the column")),
    "roof_gap": (_("Stack under the roof"), _("Take the top layer off")),
    "indoor_aisle": (_("Main aisle of the store"), _("Open a main aisle to every stack")),
    "store_building": (_("Size of the store building"), _("Part the building, or store elsewhere")),
    "compartment": (_("Fire compartment of the store"), _("Part the store by a fire wall")),
    "building_distance": (_("Distance to a building"), _("Move the stacks away from the building")),
    "home_distance": (_("Distance to homes and public buildings"), _("Move the stacks away from the neighbour")),
    "class_a_distance": (
        _("Distance to a class-A workshop or store"),
        _("Move the stacks away from what may explode"),
    ),
    "transformer_distance": (_("Distance to a transformer"), _("Move the stacks away from the transformer")),
    "open_flame_distance": (_("Distance to an open flame"), _("Move the stacks away, or end the flame")),
    "railway_distance": (_("Distance to a railway"), _("Move the stacks away from the railway")),
    "road_distance": (_("Distance to a road outside"), _("Move the stacks away from the road")),
    "site_road_distance": (_("Distance to a road of the yard"), _("Move the stacks away from the road")),
    "water_distance": (_("Distance to open water"), _("Runoff of burnt straw spoils the water: keep away from it")),
    "line_distance": (
        _("Distance to a power line"),
        _("Move the stacks away from the line, or have the line laid elsewhere"),
    ),
    "temporary_line_distance": (_("Distance to a lighting cable"), _("Hang the cable elsewhere")),
    "hydrants_at_ends": (
        _("Hydrants at both ends, or a fire pond"),
        _("Add a hydrant at the end that has none, or a fire pond"),
    ),
    "pond_volume": (_("Water of the fire pond"), _("Make the pond larger")),
    "hydrant_flow": (
        _("Flow of the hydrants"),
        _("Have the main give more, add a hydrant, or build a fire pond"),
    ),
    "hose_reach": (_("Reach of the hoses"), _("Add a hose point or hose")),
    "extinguisher_kind": (_("Kind of extinguisher"), _("Only wheeled dry-powder extinguishers count")),
    "extinguisher_spacing": (_("Extinguishers around the yard"), _("Add a wheeled dry-powder extinguisher in the gap")),
    "extinguisher_reach": (_("Reach of the extinguishers"), _("Put an extinguisher nearer to the stack")),
    "camera_blind": (_("Blind spot of the cameras"), _("Add or turn a camera")),
    "apron_missing": (_("Apron for loading"), _("Mark an apron outside of the stack area")),
    "apron_in_stack_area": (_("Apron in the stack area"), _("Move the apron out of the stack area")),
    "truck_way": (_("Way of the trucks"), _("Open a way from gate over scale to apron outside of the stack area")),
    "light_missing": (_("Lighting"), _("Put up lights")),
}
KIND_TEXTS: Final[Mapping[str, str]] = {
    "neighbour": _("neighbour"),
    "waiting_area": _("room for waiting trucks"),
    "site": _("site"),
    "lane": _("fire lane"),
    "stack_area": _("stack area"),
    "apron": _("loading apron"),
    "scale": _("weighbridge"),
    "pond": _("fire pond"),
    "building": _("building"),
    "column": _("column of a building"),
    "stack": _("stack"),
    "fence": _("fence"),
    "gate": _("gate"),
    "power_line": _("power line"),
    "hydrant": _("hydrant"),
    "hose_point": _("hose point"),
    "extinguisher": _("wheeled extinguisher"),
    "light": _("light"),
    "camera": _("camera and its view"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A finding in words; `subjects`: what its things are called; `sources`: the strictest first, each with whether it
    was compared with its source's text."""

    number: int
    finding: Finding
    subjects: tuple[str, ...]
    title: str
    remedy: str
    measure: str
    sources: tuple[tuple[str, bool], ...]


def told_findings(findings: Iterable[Finding], drawing: YardDrawing | None = None) -> list[Told]:
    """Return the findings in the reader's language, in their order, numbered from 1; with the drawing that they are of
    its things have their names."""
    names = {} if drawing is None else {thing.id: thing_name(thing) for thing in drawing.things()}
    return [_told(number, finding, names) for number, finding in enumerate(findings, 1)]


def thing_name(thing: Thing) -> str:
    """Return what a thing is called: its name, or the word for its kind with its number (`apron-1`), else its id."""
    number = thing.id.removeprefix(f"{thing.kind}-")
    return thing.name or (f"{gettext(KIND_TEXTS[thing.kind])} {number}" if number.isdigit() else thing.id)


def height_name(thing: Thing) -> str | None:
    """Return the words for the clear height below a gate's beam or a line; None where none is given."""
    height_m = getattr(thing, "clear_height_m", None)
    return None if height_m is None else str(gettext("%(height)s m clear", height=figure_words(height_m)))


def measure_text(finding: Finding) -> str:
    """Return "4.8 m of 6 m", only the measure where nothing at all is allowed, or nothing without a measure."""
    if finding.measured is None:
        return ""
    unit = gettext(_UNITS.get(finding.unit or "", finding.unit or "")) if finding.unit else ""
    if not finding.required:
        return f"{figure_words(finding.measured)} {unit}".strip()
    measured, required = (f"{it} {unit}".strip() for it in apart_words(finding.measured, finding.required))
    return str(gettext("%(measured)s of %(required)s", measured=measured, required=required))


def _told(number: int, finding: Finding, names: Mapping[str, str]) -> Told:
    title, remedy = RULE_TEXTS.get(finding.rule) or (rule_entries()[finding.rule].title, "")
    return Told(
        number=number,
        finding=finding,
        subjects=tuple(names.get(subject, subject) for subject in finding.subject),
        title=gettext(title),
        remedy=gettext(remedy) if remedy else "",
        measure=measure_text(finding),
        sources=tuple(
            (_figure(basis.value, finding.unit) + source_text(basis.source), basis.verified) for basis in finding.bases
        ),
    )


def limit_texts(capacity: LegalCapacity) -> list[str]:
    """Return the figures that limit what the stacks may hold and were not compared with their sources, each with its
    source."""
    return [
        f"{gettext(RULE_TEXTS[rule][0])}: {_figure(float(it.value), it.unit)}{source_text(it.source)}"
        for rule, it in capacity.unverified
    ]


def _figure(value: float | None, unit: str | None) -> str:
    if value is None:
        return ""
    return f"{figure_words(value)} {gettext(_UNITS.get(unit, unit)) if unit else ''}".strip() + " · "
