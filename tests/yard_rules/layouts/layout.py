"""A layout and what the check must say of it, written down from docs/yard_drawing.md before the check was run."""

from __future__ import annotations

from dataclasses import dataclass

from tests.yard_rules.layouts.drawing import Drawing

CENTIMETRE = 0.01

# Severity and whether the brigade is to be asked, by the table of docs/yard_drawing.md: what the plan states blocks,
# what only unverified figures state is to be mended and the brigade asked; "in principle" is advice.
BLOCKS, MEND, ADVICE = "blocks", "mend", "advice"
BY_THE_PLAN = (BLOCKS, False)
BY_UNVERIFIED_FIGURES = (MEND, True)
USUAL: dict[str, tuple[str, bool | None]] = {
    "site_area": (ADVICE, False),
    "outside_site": BY_THE_PLAN,
    "overlap": BY_THE_PLAN,
    "gate_missing": BY_THE_PLAN,
    "gate_width": BY_UNVERIFIED_FIGURES,
    "gate_height": BY_UNVERIFIED_FIGURES,
    "gate_road": BY_THE_PLAN,
    "gate_room": BY_UNVERIFIED_FIGURES,
    "fence_gap": BY_THE_PLAN,
    "stack_outside_area": BY_THE_PLAN,
    "strip_blocked": BY_THE_PLAN,
    "ring_width": BY_THE_PLAN,
    "ring_turning": BY_UNVERIFIED_FIGURES,
    "ring_access": BY_UNVERIFIED_FIGURES,
    "lane_height": BY_UNVERIFIED_FIGURES,
    "cross_lane": BY_UNVERIFIED_FIGURES,
    "lane_to_stack": BY_UNVERIFIED_FIGURES,
    "stack_area_m2": BY_UNVERIFIED_FIGURES,
    "stack_mass": BY_UNVERIFIED_FIGURES,
    "stack_height": BY_UNVERIFIED_FIGURES,
    "stack_gap": BY_UNVERIFIED_FIGURES,
    "group_gap": BY_UNVERIFIED_FIGURES,
    "group_size": BY_UNVERIFIED_FIGURES,
    "escape_way": BY_UNVERIFIED_FIGURES,
    "stack_cover": (MEND, False),
    "yard_split": BY_UNVERIFIED_FIGURES,
    "wall_gap": BY_UNVERIFIED_FIGURES,
    "column_gap": BY_UNVERIFIED_FIGURES,
    "roof_gap": BY_UNVERIFIED_FIGURES,
    "indoor_aisle": BY_UNVERIFIED_FIGURES,
    "store_building": BY_UNVERIFIED_FIGURES,
    "compartment": BY_UNVERIFIED_FIGURES,
    "building_distance": BY_UNVERIFIED_FIGURES,
    "home_distance": BY_UNVERIFIED_FIGURES,
    "class_a_distance": BY_UNVERIFIED_FIGURES,
    "transformer_distance": BY_UNVERIFIED_FIGURES,
    "open_flame_distance": BY_UNVERIFIED_FIGURES,
    "railway_distance": BY_UNVERIFIED_FIGURES,
    "road_distance": BY_UNVERIFIED_FIGURES,
    "site_road_distance": BY_UNVERIFIED_FIGURES,
    "water_distance": (ADVICE, None),
    "line_distance": BY_UNVERIFIED_FIGURES,
    "temporary_line_distance": BY_THE_PLAN,
    "hydrants_at_ends": BY_THE_PLAN,
    "pond_volume": BY_UNVERIFIED_FIGURES,
    "hydrant_flow": BY_UNVERIFIED_FIGURES,
    "hose_reach": (BLOCKS, None),
    "extinguisher_kind": (ADVICE, None),
    "extinguisher_spacing": BY_THE_PLAN,
    "extinguisher_reach": BY_UNVERIFIED_FIGURES,
    "camera_blind": BY_THE_PLAN,
    "apron_missing": (MEND, False),
    "apron_in_stack_area": BY_THE_PLAN,
    "truck_way": BY_UNVERIFIED_FIGURES,
    "light_missing": (MEND, False),
}


@dataclass(frozen=True)
class Expected:
    """One finding: its measure to `within` (None: not compared), what is required, how bad it is."""

    rule: str
    subject: tuple[str, ...]
    measured: float | None
    required: float | None
    within: float
    severity: str
    ask_brigade: bool | None


@dataclass(frozen=True)
class Layout:
    """A yard by name and everything that must be found in it; nothing else may be."""

    name: str
    drawing: Drawing
    expected: tuple[Expected, ...]


def valid(name: str, drawing: Drawing) -> Layout:
    return Layout(name, drawing, ())


def broken(name: str, drawing: Drawing, *expected: Expected) -> Layout:
    return Layout(name, drawing, expected)


def found(
    rule: str,
    *subject: str,
    measured: float | None = None,
    required: float | None = None,
    within: float = CENTIMETRE,
    severity: str | None = None,
    ask_brigade: bool | None = None,
) -> Expected:
    """A finding as the document's table has it; severity and ask_brigade only where a layout differs from the table."""
    usual_severity, usual_ask = USUAL[rule]
    return Expected(
        rule,
        subject,
        measured,
        required,
        within,
        severity or usual_severity,
        usual_ask if ask_brigade is None and severity is None else ask_brigade,
    )
