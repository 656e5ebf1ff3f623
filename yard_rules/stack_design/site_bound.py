"""The most bales that any layout of a site can hold: in the open, and in the stores that stand there."""

from __future__ import annotations

from dataclasses import replace
from math import floor

from yard_rules.fire import FireRules
from yard_rules.stack_design.bound import UpperBound, upper_bound
from yard_rules.stack_design.figures import BoundFigures, BuildingFigures, DistanceFigures, IndoorFigures
from yard_rules.stack_design.ground import ring_ground, stack_ground, store_floor
from yard_rules.stack_design.indoors import stores_of
from yard_rules.yard_drawing import YardDrawing


def site_bound(drawing: YardDrawing, rules: FireRules, building: BuildingFigures) -> UpperBound:
    """Return the bound of a bare site: no drawing of it whose check, with every stack as full as it may be, finds
    nothing to block or to mend has a higher legal capacity.

    An apron that has still to be built is taken to be of the usual size, or larger.
    """
    # The distances of the lowest band: of a larger yard they are greater.
    distances = DistanceFigures.read(rules.value)
    figures = BoundFigures.outdoors(rules.value)
    stores = stores_of(drawing)
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
    # Without 10 t outdoors the codes ask for no more than this to homes.
    near = replace(distances, civil_share=0.0, civil_least_m=0.0)
    for store in stores:
        ground = store_floor(store, drawing, near, IndoorFigures.read(rules.value), is_bound=True)
        bound += upper_bound(
            ground, store.shape, BoundFigures.indoors(rules.value), apron_m=None, ring_m=distances.ring_m
        )
    return bound
