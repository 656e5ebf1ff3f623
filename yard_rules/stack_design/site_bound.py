"""The most bales that any layout of a site can hold: in the open, and in the stores that stand there."""

from __future__ import annotations

from math import floor

import shapely

from yard_rules.fire import FireRules
from yard_rules.stack_design.bound import UpperBound, upper_bound
from yard_rules.stack_design.figures import FORGIVEN_M, BoundFigures, BuildingFigures, DistanceFigures
from yard_rules.stack_design.ground import ring_ground, stack_ground, widened
from yard_rules.yard_drawing import Building, BuildingUse, NeighbourUse, YardDrawing

_PEOPLE = (NeighbourUse.HOME, NeighbourUse.SCHOOL, NeighbourUse.PUBLIC_BUILDING)


def site_bound(drawing: YardDrawing, rules: FireRules, building: BuildingFigures) -> UpperBound:
    """Return the bound of a bare site: no drawing of it whose check, with every stack as full as it may be, finds
    nothing to block or to mend has a higher legal capacity.

    An apron that has still to be built is taken to be of the usual size, or larger.
    """
    # The distances of the lowest band: of a larger yard they are greater.
    distances = DistanceFigures.read(rules.value)
    figures = BoundFigures.outdoors(rules.value)
    stores = [it for it in drawing.buildings if it.use is BuildingUse.STORE]
    apron_m = (building.apron_width_m, building.apron_length_m)
    outdoors = upper_bound(
        stack_ground(drawing, distances, is_bound=True),
        drawing.site.shape,
        figures,
        # Beside a store an apron may take nothing from the stacks in the open.
        apron_m=None if drawing.aprons or stores else apron_m,
        ring_m=distances.ring_m,
    )
    # A few bales may stand near to buildings.
    free_m2 = ring_ground(drawing, distances, is_bound=True).area
    bound = outdoors.at_least(min(figures.few_bales, floor(free_m2 * figures.bales_per_m2)))
    for store in stores:
        bound += _store_bound(store, drawing, rules, distances)
    return bound


def _store_bound(store: Building, drawing: YardDrawing, rules: FireRules, distances: DistanceFigures) -> UpperBound:
    floor_ground = store.shape.buffer(FORGIVEN_M - rules.value("wall_gap_m"), join_style="mitre")
    kept = [
        *(
            widened(it.shape, distances.to_line_m(it.pole_height_m, is_temporary=it.is_temporary), is_bound=True)
            for it in drawing.power_lines
        ),
        *(widened(it.shape, distances.home_m, is_bound=True) for it in drawing.neighbours if it.use in _PEOPLE),
    ]
    ground = floor_ground.difference(shapely.union_all(kept))
    figures = BoundFigures.indoors(rules.value)
    return upper_bound(ground, store.shape, figures, apron_m=None, ring_m=distances.ring_m)
